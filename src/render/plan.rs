//! The text of a plan, for a reviewer: what is created in one line, what changes part by part.
//!
//! The text has ANSI styles, which the writer removes if they are not wanted. Everything that comes from
//! AWS is escaped.

mod groups;

use std::collections::BTreeMap;

use iam_policy::printable::printable;

use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::plan::{Plan, Step};
use crate::render::changes::changes;
use crate::render::narrowed;
use crate::render::text::{QUIET, STRONG, counted, heading, sign_of};
use crate::render::wrap::{hanging, width_of};
use crate::systems::Site;

use groups::{Group, groups};

/// An address longer than this does not move the names of the others.
const LONGEST_ADDRESS: usize = 40;
/// The indentation of what is said about a resource.
const ABOUT: &str = "      ";

/// How a plan is shown.
#[derive(Debug)]
pub struct View<'a> {
    /// The account and its regions.
    pub site: &'a Site,
    /// The number of security findings in what the settings write to a resource.
    pub findings: &'a BTreeMap<Address, usize>,
    /// The columns of the text.
    pub width: usize,
    /// Whether every attribute of what is created is shown, in each region.
    pub details: bool,
}

impl View<'_> {
    /// The whole plan: its account and regions, what is done with each resource, and a summary.
    pub fn text(&self, plan: &Plan) -> String {
        heading(self.site, self.width) + &self.body(plan)
    }

    /// The plan without its account and regions.
    pub fn body(&self, plan: &Plan) -> String {
        let mut text = narrowed::text(plan, self.width);
        let all: Vec<&Step> = plan.steps.iter().filter(|step| is_shown(step)).collect();
        let reason = common_reason(&all);
        text.push_str(&self.reason("", reason));
        let unlimited = View {
            width: usize::MAX,
            ..*self
        };
        let said = |step: &Step| unlimited.step(step, 0, false);
        let said: Option<&dyn Fn(&Step) -> String> = (!self.details).then_some(&said);
        for group in groups(&all, &self.site.regions, said) {
            text.push('\n');
            self.group(&mut text, &group, reason.is_some());
        }
        text.push('\n');
        text.push_str(&hanging("", "  ", &summary(plan), self.width));
        text
    }

    fn group(&self, text: &mut String, group: &Group<'_>, reason_is_said: bool) {
        let heading = group.heading(&self.site.regions);
        text.push_str(&format!("{STRONG}{heading}{STRONG:#}\n"));
        let reason = common_reason(&group.steps).filter(|_| !reason_is_said);
        text.push_str(&self.reason("  ", reason));
        let reason_is_said = reason_is_said || reason.is_some();
        let addresses = group.steps.iter().map(|step| step.address.to_string());
        let lengths = addresses.map(|address| width_of(&address));
        let column = lengths.filter(|length| *length <= LONGEST_ADDRESS).max();
        for step in &group.steps {
            text.push_str(&self.step(step, column.unwrap_or(0), reason_is_said));
        }
        for alike in &group.alike {
            text.push_str(&hanging("  ", "  ", &alike.in_words(), self.width));
        }
    }

    fn reason(&self, indent: &str, reason: Option<&str>) -> String {
        let Some(reason) = reason else {
            return String::new();
        };
        hanging(
            indent,
            indent,
            &format!("Deleted: {}", printable(reason)),
            self.width,
        )
    }

    /// One resource: its address and name, and below them what is to be known about it.
    fn step(&self, step: &Step, column: usize, reason_is_said: bool) -> String {
        let action = step.decision.action;
        let (style, sign) = sign_of(action);
        let (address, name) = (step.address.to_string(), printable(&step.name));
        let fits_at =
            |column: usize| 4 + column.max(width_of(&address)) + 2 + width_of(&name) <= self.width;
        // A name that is too long for the column of the others may still stand beside its own address.
        let column = if fits_at(column) { column } else { 0 };
        let fits = fits_at(column);
        let is_summed_up = action == Action::Create && !self.details;
        let name = format!("{QUIET}{name}{QUIET:#}");
        let mut text = if fits {
            format!("  {style}{sign} {address:<column$}{style:#}  {name}\n")
        } else {
            format!("  {style}{sign} {address}{style:#}\n")
        };
        text.push_str(&match (fits, is_summed_up) {
            (true, true) => self.about(&self.summed_up(step)),
            (false, true) => self.about(&format!("{name}: {}", self.summed_up(step))),
            (false, false) => self.about(&name),
            (true, false) => String::new(),
        });
        if let Some(reason) = &step.decision.reason
            && !(reason_is_said && action == Action::Delete)
        {
            let word = match action {
                Action::Adopt => "adopt: ",
                Action::Blocked => "blocked: ",
                _ => "",
            };
            let reason = printable(reason);
            text.push_str(&self.about(&format!("{style}{word}{reason}{style:#}")));
        }
        for note in step.note.iter().chain(&step.keeps) {
            let note = printable(note);
            text.push_str(&self.about(&format!("{QUIET}{note}{QUIET:#}")));
        }
        // Whoever creates or deletes a resource creates or deletes all of its attributes.
        if self.details || !matches!(action, Action::Create | Action::Delete) {
            let indent = ABOUT.len();
            text.push_str(&changes(&step.decision.changes, indent, self.width));
        }
        text
    }

    fn about(&self, text: &str) -> String {
        hanging(ABOUT, ABOUT, text, self.width)
    }

    fn summed_up(&self, step: &Step) -> String {
        let summary = printable(step.summary.as_deref().unwrap_or_default());
        match self.findings.get(&step.address) {
            None | Some(0) => summary,
            Some(1) => format!("{summary}, 1 finding"),
            Some(count) => format!("{summary}, {count} findings"),
        }
    }
}

/// Whether there is something to say about a resource. What stays as it is, is counted.
fn is_shown(step: &Step) -> bool {
    let says = step.decision.reason.is_some() || step.note.is_some() || !step.keeps.is_empty();
    step.decision.action != Action::Keep || says
}

/// The reason, if nothing is done but to delete several resources, all for the same reason.
fn common_reason<'a>(steps: &[&'a Step]) -> Option<&'a str> {
    let is_done = |step: &&&Step| !matches!(step.decision.action, Action::Keep | Action::Blocked);
    let done: Vec<&Step> = steps.iter().filter(is_done).copied().collect();
    let [first, others @ ..] = done.as_slice() else {
        return None;
    };
    let reason = first.decision.reason.as_deref();
    let is_alike = |step: &&Step| {
        step.decision.action == Action::Delete && step.decision.reason.as_deref() == reason
    };
    let all_alike = is_alike(first) && others.iter().all(is_alike);
    reason.filter(|_| all_alike && !others.is_empty())
}

/// One line with the number of resources by action, each with the sign that it has above.
fn summary(plan: &Plan) -> String {
    if plan.steps.is_empty() {
        return "Nothing to delete.".to_owned();
    }
    if plan.steps.iter().all(Step::goes_already) {
        let noun = match plan.steps.len() {
            1 => "resource",
            _ => "resources",
        };
        return format!(
            "{STRONG}Nothing is left to delete:{STRONG:#} AWS deletes {} {noun} by itself.",
            plan.steps.len()
        );
    }
    let counts = counted(plan.actions()).into_iter();
    let counts = counts.map(|(action, count, words)| {
        let (style, sign) = sign_of(action);
        match action {
            Action::Keep => format!("{count} {words}"),
            _ => format!("{style}{sign} {count} {words}{style:#}"),
        }
    });
    let counts: Vec<String> = counts.collect();
    let heading = if plan.has_changes() || plan.count(Action::Blocked) > 0 {
        "Plan"
    } else {
        "No changes"
    };
    format!("{STRONG}{heading}:{STRONG:#} {}.", counts.join(", "))
}
