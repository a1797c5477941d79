//! What is decided for one resource, in every state that it can be in.

mod around;

use super::*;
use crate::engine::attributes::{Change, Value};
use crate::engine::known::Known;
use crate::engine::observed::Observed::{Missing, Obstructed};
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

/// Ours, but of another size, without a mode and with something that nobody asked for.
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
fn what_is_wanted() {
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
                "all is as it should be",
                Observed::Present(same()),
                Action::Keep,
                None,
                &[],
            ),
            case(
                "ours drifted: exactly the differences change",
                Observed::Present(different()),
                Action::Update,
                None,
                DIFFERENCES,
            ),
            case(
                "someone else's, even though it is as we want it",
                foreign(same()),
                Action::Blocked,
                Some("it exists and is not ours: it carries no tags; `--adopt` takes it over"),
                &[],
            ),
            case(
                "someone else's, with what taking it over would change",
                foreign(different()),
                Action::Blocked,
                Some("it exists and is not ours: it carries no tags; `--adopt` takes it over"),
                DIFFERENCES,
            ),
            adopting(case(
                "someone else's is taken over where that is asked for",
                foreign(different()),
                Action::Adopt,
                Some("it carries no tags"),
                DIFFERENCES,
            )),
            adopting(case(
                "ours needs no taking over",
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
                "taking over does not make the impossible possible",
                foreign(other_kind()),
                Action::Blocked,
                Some("kind cannot be changed; make another one"),
                &["~kind 8 7"],
            )),
            case(
                "it cannot be told what is there",
                Obstructed("two of them carry our tags".to_owned()),
                Action::Blocked,
                Some("two of them carry our tags"),
                &[],
            ),
            adopting(case(
                "nor can that be taken over",
                Obstructed("two of them carry our tags".to_owned()),
                Action::Blocked,
                Some("two of them carry our tags"),
                &[],
            )),
            case(
                "its name is free soon",
                phase(Phase::Deleting, different()),
                Action::Create,
                Some("it is being deleted, and is created again once it is gone"),
                ALL_NEW,
            ),
            case(
                "scheduled for deletion, it is taken back",
                phase(Phase::Doomed, different()),
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
fn what_is_not_wanted() {
    let case = |why, observed, action, reason, changes| Case {
        why,
        observed,
        // Taking over is about what is wanted.
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
                "ours goes, whole",
                Observed::Present(same()),
                Action::Delete,
                None,
                ALL_GONE,
            ),
            case(
                "what is still being created goes too",
                phase(Phase::Creating, same()),
                Action::Delete,
                None,
                ALL_GONE,
            ),
            case(
                "someone else's stays",
                foreign(same()),
                Action::Keep,
                Some("it is not ours and stays: it carries no tags"),
                &[],
            ),
            case(
                "it goes by itself",
                phase(Phase::Doomed, same()),
                Action::Keep,
                Some("it is scheduled for deletion already"),
                &[],
            ),
            case(
                "it is going",
                phase(Phase::Deleting, same()),
                Action::Keep,
                Some("it is being deleted already"),
                &[],
            ),
            case(
                "nobody can tell whether it is ours",
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
        assert!(plan.steps.is_empty(), "neither wanted nor there");
    }
}
