//! The accounts of a fleet: which, in which wave, how each is reached, and which are left out.

use iam_policy::printable::printable;

use super::counted;
use crate::fleet::target::{Skipped, Target, Targets};
use crate::fleet::waves::waves;
use crate::names::Region;
use crate::render::text::{QUIET, STRONG};
use crate::render::wrap::{hanging, width_of};
use crate::settings::Fleet;

/// A name longer than this does not move what stands beside the others.
const LONGEST_NAME: usize = 32;

/// The table of the accounts, in lines of at most `width` columns.
pub fn text(targets: &Targets, fleet: &Fleet, width: usize) -> String {
    let waves = waves(&targets.targets, fleet);
    let names = targets.targets.iter().map(|it| it.name.as_deref());
    let names = names.chain(targets.skipped.iter().map(|it| it.name.as_deref()));
    let lengths = names.map(|name| width_of(&printable(name.unwrap_or_default())));
    let column = lengths
        .filter(|length| *length <= LONGEST_NAME)
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for target in &targets.targets {
        let wave = waves.iter().position(|it| it.contains(&target.account));
        let about = about(target, fleet, wave.filter(|_| waves.len() > 1));
        let name = target.name.as_deref();
        text += &row(&target.account.to_string(), name, column, &about, width);
    }
    if !targets.skipped.is_empty() {
        text += &format!("\n{STRONG}Left out{STRONG:#}\n");
    }
    for Skipped {
        account,
        name,
        reason,
    } in &targets.skipped
    {
        let reason = printable(reason);
        text += &row(
            &account.to_string(),
            name.as_deref(),
            column,
            &reason,
            width,
        );
    }
    let (count, left_out) = (targets.targets.len(), targets.skipped.len());
    let summary = format!(
        "\n{}, {left_out} left out. Each is reached by the role {}{}.",
        counted(count, "account"),
        fleet.role,
        match targets.targets.iter().any(|it| it.is_callers) {
            true => ", but for that of the caller",
            false => "",
        }
    );
    text + &hanging("", "", &summary, width)
}

/// What is to be known of an account beside its number and name.
fn about(target: &Target, fleet: &Fleet, wave: Option<usize>) -> String {
    let canary = fleet.canary.contains(&target.account);
    let wave = wave.map(|index| match canary {
        true => format!("wave {} (canary)", index + 1),
        false => format!("wave {}", index + 1),
    });
    let path: Vec<String> = target.path.iter().map(|it| printable(it)).collect();
    let path = (!path.is_empty()).then(|| path.join("/"));
    let regions = fleet.overrides.get(&target.account);
    let regions = regions.map(|it| &it.regions).filter(|it| !it.is_empty());
    let regions = regions.map(|it| {
        let names: Vec<&str> = it.iter().map(Region::name).collect();
        format!("in {}", names.join(", "))
    });
    let reached = target
        .is_callers
        .then(|| "the caller's own session".to_owned());
    let parts = [wave, path, regions, reached];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// One account in one line, or in more where that is too long.
fn row(account: &str, name: Option<&str>, column: usize, about: &str, width: usize) -> String {
    let name = printable(name.unwrap_or_default());
    let head = format!("{account}  {name:<column$}");
    let whole = format!("{head}  {QUIET}{about}{QUIET:#}");
    if width_of(&whole) <= width {
        return whole.trim_end().to_owned() + "\n";
    }
    let indent = " ".repeat(account.len() + 2);
    let about = format!("{QUIET}{about}{QUIET:#}");
    format!(
        "{}\n{}",
        head.trim_end(),
        hanging(&indent, &indent, &about, width)
    )
}
