//! The groups of a plan: the whole account, the main region, and each other region. Regions in which the
//! same is done are shown once.

use iam_policy::printable::printable;

use crate::engine::action::Action;
use crate::engine::plan::Step;
use crate::names::Region;
use crate::render::text::counts;

/// All that is said of a step, whatever the width of the terminal.
type Said<'a> = &'a dyn Fn(&Step) -> String;

/// The resources of the account or of one region.
pub(super) struct Group<'a> {
    region: Option<&'a Region>,
    pub(super) steps: Vec<&'a Step>,
    /// The regions in which the same is done.
    pub(super) alike: Vec<Alike<'a>>,
}

/// Regions in which the same is done, but for some resources of the group.
pub(super) struct Alike<'a> {
    regions: Vec<&'a Region>,
    steps: Vec<&'a Step>,
    without: Vec<&'a Step>,
}

impl<'a> Group<'a> {
    pub(super) fn heading(&self, regions: &[Region]) -> String {
        match self.region {
            None => "Account-wide".to_owned(),
            Some(region) if !regions.contains(region) => {
                format!("{region} (not in the settings)")
            }
            Some(region) if regions.len() > 1 && regions.first() == Some(region) => {
                format!("{region} (main)")
            }
            Some(region) => region.to_string(),
        }
    }

    /// The steps of this group that those of `other` do not repeat; `None` if `other` does more or
    /// something else.
    fn beyond(&self, other: &Group<'_>, said: Said<'_>) -> Option<Vec<&'a Step>> {
        let own = self
            .steps
            .iter()
            .map(|step| (*step, key(step, self.region, said)));
        let own: Vec<(&Step, String)> = own.collect();
        let others = other.steps.iter().map(|step| key(step, other.region, said));
        let others: Vec<String> = others.collect();
        let is_repeated = |key: &String| own.iter().any(|(_, own)| own == key);
        if !others.iter().all(is_repeated) {
            return None;
        }
        let beyond = own.into_iter().filter(|(_, key)| !others.contains(key));
        Some(beyond.map(|(step, _)| step).collect())
    }
}

impl Alike<'_> {
    pub(super) fn in_words(&self) -> String {
        let regions: Vec<&str> = self.regions.iter().map(|it| it.name()).collect();
        let without: Vec<String> = self.without.iter().map(|it| shortened(it)).collect();
        let without = match without.as_slice() {
            [] => String::new(),
            addresses => format!(", but without {}", addresses.join(" and ")),
        };
        let same = format!("The same in {}{without}", regions.join(", "));
        let in_each = match self.regions.len() {
            1 => "",
            _ => " in each",
        };
        let actions = self.steps.iter().map(|step| step.decision.action);
        format!("{same}: {}{in_each}.", counts(actions))
    }
}

/// The address without its region.
fn shortened(step: &Step) -> String {
    format!("{}.{}", step.address.kind, printable(&step.address.name))
}

/// The account first, then the `regions` of the settings, then those that are not in them. Regions of which
/// the same is `said` are shown once; each is shown by itself where that is `None`.
pub(super) fn groups<'a>(
    steps: &[&'a Step],
    regions: &[Region],
    said: Option<Said<'_>>,
) -> Vec<Group<'a>> {
    let mut all: Vec<Group<'a>> = Vec::new();
    for step in steps.iter().copied() {
        let region = step.region.as_ref();
        match all.iter_mut().find(|group| group.region == region) {
            Some(group) => group.steps.push(step),
            None => all.push(Group {
                region,
                steps: vec![step],
                alike: Vec::new(),
            }),
        }
    }
    all.sort_by_key(|group| {
        let place = |region| regions.iter().position(|it| it == region);
        group
            .region
            .map(|region| place(region).unwrap_or(regions.len()))
    });
    let Some(said) = said else {
        return all;
    };
    let mut shown: Vec<Group<'a>> = Vec::new();
    for group in all {
        if !fold(&mut shown, &group, said) {
            shown.push(group);
        }
    }
    shown
}

/// Adds the group's region to those that are like one that is shown, if it is.
fn fold<'a>(shown: &mut [Group<'a>], group: &Group<'a>, said: Said<'_>) -> bool {
    let Some(region) = group.region else {
        return false;
    };
    for first in shown.iter_mut().filter(|group| group.region.is_some()) {
        // Whoever looks for what goes looks for its region.
        let is_deleted = |step: &&Step| step.decision.action == Action::Delete;
        if group.steps.iter().any(is_deleted) {
            continue;
        }
        let Some(without) = first.beyond(group, said) else {
            continue;
        };
        let addresses =
            |steps: &[&Step]| -> Vec<String> { steps.iter().map(|it| shortened(it)).collect() };
        let same = first.alike.iter_mut();
        match same
            .into_iter()
            .find(|it| addresses(&it.without) == addresses(&without))
        {
            Some(alike) => alike.regions.push(region),
            None => first.alike.push(Alike {
                regions: vec![region],
                steps: group.steps.clone(),
                without,
            }),
        }
        return true;
    }
    false
}

/// What is said of a step, without its own region.
fn key(step: &Step, region: Option<&Region>, said: Said<'_>) -> String {
    let text = said(step);
    match region {
        Some(region) => text.replace(region.name(), ""),
        None => text,
    }
}
