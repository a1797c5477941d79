//! The decision for one resource in every state.

mod around;
mod restrictions;

use super::*;
use crate::engine::attributes::{Change, Value};
use crate::engine::known::Known;
use crate::engine::observed::Observed::{Missing, Obstructed, Taken};
use crate::engine::observed::Phase;
use crate::engine::ownership::Owner;
use crate::fakes::{Fake, World, at, attributes, consent, ours};

/// A resource that should have size 1 and mode 2, whose kind cannot be changed.
fn fake() -> Fake {
    Fake {
        desired: attributes(&[("kind", 7), ("mode", 2), ("size", 1)]),
        immutable: vec!["kind"],
        ..Fake::new(&World::default(), "a")
    }
}

fn same() -> Present {
    fake().settled(&Known::new())
}

/// Ours, but of another size, without a mode and with an unwanted attribute.
fn different() -> Present {
    ours(attributes(&[("extra", 9), ("kind", 7), ("size", 3)]))
}

fn foreign(present: Present) -> Observed {
    Observed::Present(Present {
        owner: Owner::Foreign("it carries no tags".to_owned()),
        ..present
    })
}

fn phase(phase: Phase, present: Present) -> Observed {
    Observed::Present(Present { phase, ..present })
}

/// The changes as `+name after`, `-name before` and `~name before after`.
fn lines(changes: &[Change]) -> Vec<String> {
    let text = |value: &Value| value.to_json().to_string();
    let lines = changes.iter().map(|change| {
        let name = &change.attribute;
        match (&change.before, &change.after) {
            (None, Some(after)) => format!("+{name} {}", text(after)),
            (Some(before), None) => format!("-{name} {}", text(before)),
            (Some(before), Some(after)) => format!("~{name} {} {}", text(before), text(after)),
            (None, None) => panic!("{name} does not change"),
        }
    });
    lines.collect()
}

const ALL_NEW: &[&str] = &["+kind 7", "+mode 2", "+size 1"];
const ALL_GONE: &[&str] = &["-kind 7", "-mode 2", "-size 1"];
const DIFFERENCES: &[&str] = &["-extra 9", "+mode 2", "~size 3 1"];

struct Case {
    why: &'static str,
    observed: Observed,
    adopt: bool,
    action: Action,
    reason: Option<&'static str>,
    changes: &'static [&'static str],
}

fn check(node: &Node, cases: Vec<Case>) {
    for case in cases {
        let Case {
            why,
            observed,
            adopt,
            action,
            reason,
            changes,
        } = case;
        let observed = Observations::from([(at("a"), observed)]);
        let plan = plan(std::slice::from_ref(node), &observed, consent(adopt));
        let [step] = &plan.steps[..] else {
            panic!("{why}: there is one step");
        };
        assert_eq!(step.decision.action, action, "{why}");
        assert_eq!(step.decision.reason.as_deref(), reason, "{why}");
        assert_eq!(lines(&step.decision.changes), changes, "{why}");
        let writes = !matches!(action, Action::Keep | Action::Blocked);
        assert_eq!(plan.has_changes(), writes, "{why}");
        assert_eq!(plan.count(action), 1, "{why}");
    }
}

#[test]
fn decisions_for_a_wanted_resource() {
    let case = |why, observed, action, reason, changes| Case {
        why,
        observed,
        adopt: false,
        action,
        reason,
        changes,
    };
    let adopting = |case: Case| Case {
        adopt: true,
        ..case
    };
    let other_kind = || ours(attributes(&[("kind", 8), ("mode", 2), ("size", 1)]));
    check(
        &fake().node(&[]),
        vec![
            case("nothing is there", Missing, Action::Create, None, ALL_NEW),
            case(
                "nothing differs",
                Observed::Present(same()),
                Action::Keep,
                None,
                &[],
            ),
            case(
                "ours drifted: only the differences change",
                Observed::Present(different()),
                Action::Update,
                None,
                DIFFERENCES,
            ),
            case(
                "someone else's, though nothing differs",
                foreign(same()),
                Action::Blocked,
                Some(
                    "it exists and is not managed by provision: it carries no tags; `--adopt` takes it over",
                ),
                &[],
            ),
            case(
                "someone else's, shown with the changes of an adoption",
                foreign(different()),
                Action::Blocked,
                Some(
                    "it exists and is not managed by provision: it carries no tags; `--adopt` takes it over",
                ),
                DIFFERENCES,
            ),
            adopting(case(
                "someone else's is adopted with `--adopt`",
                foreign(different()),
                Action::Adopt,
                Some(
                    "it exists and is not managed by provision (it carries no tags); apply takes \
                     it over, and a later destroy deletes it",
                ),
                DIFFERENCES,
            )),
            adopting(case(
                "ours needs no adoption",
                Observed::Present(same()),
                Action::Keep,
                None,
                &[],
            )),
            case(
                "a change that AWS cannot make, with the way out",
                Observed::Present(other_kind()),
                Action::Blocked,
                Some("kind cannot be changed; make another one"),
                &["~kind 8 7"],
            ),
            adopting(case(
                "adoption cannot make that change either",
                foreign(other_kind()),
                Action::Blocked,
                Some("kind cannot be changed; make another one"),
                &["~kind 8 7"],
            )),
            case(
                "the program cannot tell what exists",
                Obstructed("two of them carry our tags".to_owned()),
                Action::Blocked,
                Some("two of them carry our tags"),
                &[],
            ),
            adopting(case(
                "an obstructed resource cannot be adopted",
                Obstructed("two of them carry our tags".to_owned()),
                Action::Blocked,
                Some("two of them carry our tags"),
                &[],
            )),
            case(
                "it is being deleted, and its name is free soon",
                phase(Phase::Deleting, different()),
                Action::Create,
                Some("it is being deleted, and is created again once it is gone"),
                ALL_NEW,
            ),
            case(
                "its scheduled deletion is cancelled",
                phase(Phase::PendingDeletion, different()),
                Action::Update,
                None,
                DIFFERENCES,
            ),
            case(
                "still being created by an earlier run",
                phase(Phase::Creating, same()),
                Action::Keep,
                None,
                &[],
            ),
        ],
    );
}

#[test]
fn decisions_for_an_unwanted_resource() {
    let case = |why, observed, action, reason, changes| Case {
        why,
        observed,
        // Adoption concerns wanted resources alone.
        adopt: true,
        action,
        reason,
        changes,
    };
    let node = fake().unwanted().node(&[]);
    check(
        &node,
        vec![
            case(
                "ours is deleted with all its attributes",
                Observed::Present(same()),
                Action::Delete,
                None,
                ALL_GONE,
            ),
            case(
                "a resource that is still being created is deleted too",
                phase(Phase::Creating, same()),
                Action::Delete,
                None,
                ALL_GONE,
            ),
            case(
                "someone else's is kept",
                foreign(same()),
                Action::Keep,
                Some("it is not managed by provision and stays: it carries no tags"),
                &[],
            ),
            case(
                "its deletion is scheduled",
                phase(Phase::PendingDeletion, same()),
                Action::Keep,
                Some("it is scheduled for deletion already"),
                &[],
            ),
            case(
                "it is being deleted",
                phase(Phase::Deleting, same()),
                Action::Keep,
                Some("it is being deleted already"),
                &[],
            ),
            case(
                "the program cannot tell whether it is ours",
                Obstructed("two of them carry our tags".to_owned()),
                Action::Blocked,
                Some("two of them carry our tags"),
                &[],
            ),
        ],
    );
    for observed in [
        Observations::new(),
        Observations::from([(at("a"), Missing)]),
    ] {
        let plan = plan(std::slice::from_ref(&node), &observed, consent(false));
        assert!(plan.steps.is_empty(), "neither wanted nor present");
    }
}
