//! The end of a run as text: what failed, what was done, what is left and what comes next.

use anstyle::{AnsiColor, Style};
use tokio::time::Instant;

use crate::engine::action::Action;
use crate::engine::events::Outcome;
use crate::engine::plan::Step;
use crate::kinds::kms;
use crate::render::progress::{Progress, done};
use crate::render::waiting::time;
use crate::render::wrap::{USUAL, wrapped};
use iam_policy::printable::printable;

const FAILED: Style = AnsiColor::Red.on_default().bold();
const GOES_ON: &str = "Run the same command again: it goes on from there.";

/// The end of a run: each failure with its causes and its hint, how far long actions came, and one line
/// with what was done.
pub fn ending(progress: &Progress, now: Instant) -> String {
    let mut text = String::new();
    for (address, outcome) in &progress.ended {
        if let Outcome::Failed(failure) | Outcome::Unknown(failure) = outcome {
            let address = address.to_string();
            // Most failures name their resource.
            let address = match failure.message.contains(&address) {
                true => String::new(),
                false => format!("{address}: "),
            };
            text.push_str(&format!("{FAILED}{address}{FAILED:#}{failure}\n\n"));
        }
    }
    for (address, came) in &progress.came {
        text.push_str(&format!("{address}: {}\n", printable(came)));
    }
    text + &summary(progress, now)
}

/// One line with what was done by now, and what was not.
pub fn summary(progress: &Progress, now: Instant) -> String {
    let counts = progress.counts();
    let named = |count: usize, name: &str, which: Vec<String>| {
        let which = match which.is_empty() {
            true => String::new(),
            false => format!(" ({})", which.join(", ")),
        };
        (count > 0).then(|| format!("{count} {name}{which}"))
    };
    let half_done = progress.ended.iter().filter(|it| it.1 == Outcome::HalfDone);
    let half_done: Vec<String> = half_done.map(|it| it.0.to_string()).collect();
    let in_flight = progress.in_flight();
    let actions = [
        Action::Create,
        Action::Adopt,
        Action::Update,
        Action::Delete,
    ];
    let actions = actions.map(|it| named(counts.done(it), done(it), Vec::new()));
    let unchanged = progress.unchanged + counts.done(Action::Keep);
    let others = [
        named(counts.count("failed"), "failed", Vec::new()),
        named(
            counts.count("unknown") - in_flight.len(),
            "unknown",
            Vec::new(),
        ),
        named(counts.count("skipped"), "skipped", Vec::new()),
        named(half_done.len(), "half done", half_done),
        named(in_flight.len(), "in flight", in_flight.clone()),
        named(counts.count("not_begun"), "not begun", Vec::new()),
        named(unchanged, "unchanged", Vec::new()),
    ];
    let parts: Vec<String> = actions.into_iter().chain(others).flatten().collect();
    let took = time(progress.took(now));
    let parts = parts.join(", ");
    if counts.was_stopped() || !in_flight.is_empty() {
        format!("Interrupted after {took}: {parts}. {GOES_ON}\n")
    } else if counts.all_done() {
        format!("Done in {took}: {parts}.\n")
    } else {
        format!("Failed after {took}: {parts}.\n")
    }
}

/// What a destroy has left under the names of the deployment, each with the reason, and what to do; empty if nothing is
/// left.
pub fn left(left: &[&Step]) -> String {
    if left.is_empty() {
        return String::new();
    }
    let mut text = format!("{FAILED}Left under the names of this deployment:{FAILED:#}\n");
    for step in left {
        if step.decision.action == Action::Delete {
            // The resource goes, and its name stays.
            text.push_str(&format!(
                "  {}\n    the name of {}, which leads to another resource\n",
                printable(&step.name),
                step.address
            ));
            continue;
        }
        let reason = step.decision.reason.as_deref().or(step.note.as_deref());
        let reason = reason.unwrap_or_default();
        text.push_str(&format!("  {} ({})\n", step.address, printable(&step.name)));
        for line in wrapped(&printable(reason), USUAL - 4) {
            text.push_str(&format!("    {line}\n"));
        }
    }
    // A key that is not ours is rarely one that can be taken over.
    let is_adoptable =
        |step: &&Step| step.keeps_what_is_not_ours() && step.address.kind != kms::key::KIND;
    text.push_str(match left.iter().any(is_adoptable) {
        true => {
            "If one is left over from this deployment, delete it by hand, or do what the\n\
             reason says (`provision apply --adopt` takes over what has such a name), and\n\
             destroy again.\n"
        }
        false => {
            "If one is left over from this deployment, delete it by hand, or do what the\n\
             reason says, and destroy again.\n"
        }
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::address::Address;
    use crate::engine::decision::{Decision, NOT_OURS};

    fn step(kind: &'static str, action: Action, reason: Option<String>) -> Step {
        Step {
            address: Address::global(kind, "it"),
            name: "its-name".to_owned(),
            arn: None,
            region: None,
            summary: None,
            decision: Decision {
                action,
                reason,
                changes: Vec::new(),
            },
            note: Some("the key 1234, created 2026-11-28".to_owned()),
            keeps: Vec::new(),
            needs: Vec::new(),
        }
    }

    #[test]
    fn adoption_is_advised_only_for_what_can_be_adopted() {
        let foreign = || Some(format!("{NOT_OURS}: it carries no tags"));
        let beside = || Some("the key 1234 carries our tags".to_owned());
        let cases = [
            (
                "iam_role",
                Action::Keep,
                foreign(),
                true,
                "a role of others",
            ),
            ("kms_key", Action::Keep, foreign(), false, "a key of others"),
            (
                "kms_key",
                Action::Keep,
                beside(),
                false,
                "a key that looks like ours",
            ),
            (
                "kms_key",
                Action::Delete,
                None,
                false,
                "the alias of another key",
            ),
        ];
        for (kind, action, reason, advised, why) in cases {
            let text = left(&[&step(kind, action, reason)]);
            assert_eq!(text.contains("--adopt"), advised, "{why}: {text}");
        }
    }

    #[test]
    fn of_a_deleted_key_only_the_name_is_left() {
        let text = left(&[&step("kms_key", Action::Delete, None)]);
        let told = "  its-name\n    the name of kms_key.it, which leads to another resource\n";
        assert!(text.contains(told), "{text}");
        assert!(!text.contains("1234"), "{text}");
    }
}
