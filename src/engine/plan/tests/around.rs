//! Decisions that depend on other resources, and what a step of a plan shows.

use super::*;
use crate::engine::decision::unsettled;
use crate::engine::holder::Holder;
use crate::engine::node::Milestone;

/// A rule `a` and its target `b`, which carries no tags.
fn rule_and_target(wanted: bool) -> Vec<Node> {
    let rule = Fake { wanted, ..fake() };
    let target = Fake {
        wanted,
        parent: Some(at("a")),
        ..Fake::new(&World::default(), "b")
    };
    vec![rule.node(&[]), target.node(&[("a", Milestone::Exists)])]
}

fn actions(plan: &Plan) -> Vec<(&str, Action, Option<&str>)> {
    let steps = plan.steps.iter();
    steps
        .map(|step| {
            (
                step.address.name.as_str(),
                step.decision.action,
                step.decision.reason.as_deref(),
            )
        })
        .collect()
}

#[test]
fn what_stays_after_a_destroy_is_what_nothing_deletes() {
    let cases = [
        ("ours goes", Observed::Present(same()), false),
        ("what is not ours stays", foreign(same()), true),
        ("what is missing", Missing, false),
        (
            "its deletion is scheduled",
            phase(Phase::PendingDeletion, same()),
            false,
        ),
        ("it is being deleted", phase(Phase::Deleting, same()), false),
        (
            "blocked steps have an outcome of their own",
            Obstructed("why".to_owned()),
            false,
        ),
    ];
    for (why, observed, left) in cases {
        let nodes = [fake().unwanted().node(&[])];
        let observed = Observations::from([(at("a"), observed)]);
        let plan = plan(&nodes, &observed, consent(false));
        assert_eq!(!plan.left(&observed).is_empty(), left, "{why}");
    }
    let observed = Observations::from([
        (at("a"), foreign(same())),
        (
            at("b"),
            Observed::Present(Present {
                owner: Owner::Parent,
                ..same()
            }),
        ),
    ]);
    let plan = plan(&rule_and_target(false), &observed, consent(false));
    let left = plan.left(&observed).len();
    assert_eq!(left, 2, "what belongs to it stays with it");
}

#[test]
fn a_child_has_the_owner_of_its_parent() {
    let child = |size| {
        Observed::Present(Present {
            owner: Owner::Parent,
            ..ours(attributes(&[("size", size)]))
        })
    };
    let blocked = Some("it belongs to fake.a, which is blocked");
    let cases = [
        (
            "our target is not added to someone else's rule",
            foreign(same()),
            Missing,
            (Action::Blocked, blocked),
        ),
        (
            "a target of someone else's rule is not changed",
            foreign(same()),
            child(9),
            (Action::Blocked, blocked),
        ),
        (
            "our rule's target is changed",
            Observed::Present(same()),
            child(9),
            (Action::Update, None),
        ),
        (
            "a new rule gets a new target",
            Missing,
            Missing,
            (Action::Create, None),
        ),
    ];
    for (why, rule, target, expected) in cases {
        let observed = Observations::from([(at("a"), rule), (at("b"), target)]);
        let plan = plan(&rule_and_target(true), &observed, consent(false));
        let (_, action, reason) = actions(&plan)[1];
        assert_eq!((action, reason), expected, "{why}");
    }

    let stays = Some("it belongs to fake.a, which stays");
    let cases = [
        (
            "our rule is deleted with its target",
            Observed::Present(same()),
            (Action::Delete, None),
        ),
        (
            "someone else's rule keeps its target",
            foreign(same()),
            (Action::Keep, stays),
        ),
        (
            "a target without a rule has no owner",
            Missing,
            (Action::Keep, stays),
        ),
    ];
    for (why, rule, expected) in cases {
        let observed = Observations::from([(at("a"), rule), (at("b"), child(1))]);
        let plan = plan(&rule_and_target(false), &observed, consent(false));
        let (name, action, reason) = *actions(&plan).last().unwrap();
        assert_eq!(
            (name, action, reason),
            ("b", expected.0, expected.1),
            "{why}"
        );
    }
}

#[test]
fn a_rule_with_targets_of_others_is_deleted_only_if_they_may_lose_it() {
    const HELD: &str = "also used by target/theirs, which provision does not manage; detach it there, or run `provision \
        destroy --detach-foreign`";
    let rule = || Present {
        held_by: vec![Holder::new("target", "theirs")],
        ..same()
    };
    let target = Present {
        owner: Owner::Parent,
        ..ours(attributes(&[("size", 1)]))
    };
    let child = Some("it belongs to fake.a, which is blocked");
    let stays = Some("it belongs to fake.a, which stays");
    let users = Some("also used by target/theirs, which provision does not manage");
    let lose = Some(
        "also used by target/theirs, which provision does not manage; the deletion takes it from them",
    );
    let cases = [
        (
            "nobody agreed that others lose it",
            false,
            false,
            Observed::Present(rule()),
            [(Action::Blocked, Some(HELD)), (Action::Blocked, child)],
            // The reason names them already.
            None,
        ),
        (
            "a person agreed",
            false,
            true,
            Observed::Present(rule()),
            [(Action::Delete, None), (Action::Delete, None)],
            lose,
        ),
        (
            "the rule is not ours anyway",
            false,
            true,
            foreign(rule()),
            [
                (
                    Action::Keep,
                    Some("it is not managed by provision and stays: it carries no tags"),
                ),
                (Action::Keep, stays),
            ],
            users,
        ),
        (
            "a rule that is wanted may have targets of others",
            true,
            false,
            Observed::Present(rule()),
            [(Action::Keep, None), (Action::Keep, None)],
            users,
        ),
    ];
    for (why, wanted, detach_foreign, rule, expected, note) in cases {
        let observed = Observations::from([
            (at("a"), rule),
            (at("b"), Observed::Present(target.clone())),
        ]);
        let consent = Consent {
            detach_foreign,
            ..Consent::default()
        };
        let plan = plan(&rule_and_target(wanted), &observed, consent);
        let found: Vec<_> = actions(&plan).into_iter().map(|it| (it.1, it.2)).collect();
        assert_eq!(found, expected, "{why}");
        assert_eq!(plan.steps[0].note.as_deref(), note, "{why}");
    }
}

#[test]
fn what_looks_like_ours_is_reported_and_blocks_nothing() {
    let world = World::default();
    let text = "the key x carries our tags and is not managed by provision";
    let lookalike = Observed::MissingBeside(text.to_owned());
    let observed = Observations::from([(at("a"), lookalike)]);
    let cases = [
        (
            Fake::new(&world, "a"),
            (Action::Create, None),
            Some(text),
            "it is created beside the other",
        ),
        (
            Fake::new(&world, "a").unwanted(),
            (Action::Keep, Some(text)),
            None,
            "the other stays, and the reason says it all",
        ),
    ];
    for (fake, expected, note, why) in cases {
        let plan = plan(&[fake.node(&[])], &observed, Consent::default());
        let found: Vec<_> = actions(&plan).into_iter().map(|it| (it.1, it.2)).collect();
        assert_eq!(found, [expected], "{why}");
        assert_eq!(plan.steps[0].note.as_deref(), note, "{why}");
    }
}

#[test]
fn a_key_is_kept_for_as_long_as_its_bucket_stays() {
    const KEPT: &str = "kept until fake.bucket is deleted, whose content would be lost without it";
    let world = World::default();
    let bucket = ours(attributes(&[("size", 1)]));
    let key = bucket.clone();
    let cases = [
        (
            "the bucket is wanted",
            true,
            Observed::Present(bucket.clone()),
            Some(Action::Keep),
        ),
        (
            "the bucket is deleted first",
            false,
            Observed::Present(bucket.clone()),
            Some(Action::Delete),
        ),
        ("there is no bucket", false, Missing, Some(Action::Delete)),
        (
            "a bucket that this run creates is empty",
            true,
            Missing,
            Some(Action::Delete),
        ),
        (
            "the bucket is someone else's and is kept",
            false,
            foreign(bucket.clone()),
            Some(Action::Keep),
        ),
        (
            "the program cannot tell whose the bucket is",
            false,
            Obstructed("access is denied".to_owned()),
            Some(Action::Keep),
        ),
        (
            "the bucket's name belongs to another account, so the key has encrypted nothing there",
            false,
            Taken("another account's".to_owned()),
            Some(Action::Delete),
        ),
        (
            "the bucket is being deleted, and its objects may still exist",
            false,
            phase(Phase::Deleting, bucket),
            Some(Action::Keep),
        ),
    ];
    for (why, bucket_wanted, bucket, expected) in cases {
        let key_node = Node {
            outlives: Some(at("bucket")),
            ..Fake::new(&world, "key").unwanted().node(&[])
        };
        let bucket_node = Fake {
            wanted: bucket_wanted,
            ..Fake::new(&world, "bucket")
        };
        let bucket_node = bucket_node.node(&[("key", Milestone::Exists)]);
        let observed = Observations::from([
            (at("key"), Observed::Present(key.clone())),
            (at("bucket"), bucket),
        ]);
        // The key stands first in the graph, but is decided last.
        let plan = plan(&[key_node, bucket_node], &observed, consent(false));
        let key = plan.steps.iter().find(|step| step.address == at("key"));
        let key = key.map(|step| &step.decision);
        assert_eq!(key.map(|key| key.action), expected, "{why}");
        let reason = key.and_then(|key| key.reason.as_deref());
        assert_eq!(reason.is_some(), expected == Some(Action::Keep), "{why}");
        assert!(reason.is_none_or(|reason| reason == KEPT), "{why}");
    }
}

#[test]
fn a_step_shows_the_name_and_the_chosen_arn() {
    let present = Present {
        arn: Some("arn:chosen".to_owned()),
        ..same()
    };
    let observed = Observations::from([(at("a"), Observed::Present(present))]);
    let plan = plan(&[fake().node(&[])], &observed, consent(false));
    assert_eq!(plan.steps[0].name, "a");
    assert_eq!(plan.steps[0].arn.as_deref(), Some("arn:chosen"));
    assert_eq!(
        known(&observed),
        Known::from([(at("a"), "arn:chosen".to_owned())])
    );
}

#[test]
fn an_unsettled_resource_says_what_is_awaited() {
    let node = |wanted| Fake { wanted, ..fake() }.node(&[]);
    let appear = Some("it to appear");
    let cases = [
        (
            "all attributes are read back",
            true,
            Observed::Present(same()),
            None,
        ),
        ("not visible yet", true, Missing, appear),
        (
            "some attributes differ",
            true,
            Observed::Present(different()),
            Some("AWS to read back extra, mode, size"),
        ),
        (
            "AWS is creating it",
            true,
            phase(Phase::Creating, same()),
            Some("AWS to finish creating it, for 10 minutes at most"),
        ),
        (
            "obstructed",
            true,
            Obstructed("access is denied".to_owned()),
            Some("access is denied"),
        ),
        ("gone", false, Missing, None),
        (
            "scheduled for deletion",
            false,
            phase(Phase::PendingDeletion, same()),
            None,
        ),
        (
            "being deleted",
            false,
            phase(Phase::Deleting, same()),
            Some("it to disappear"),
        ),
        (
            "still present",
            false,
            Observed::Present(same()),
            Some("it to disappear"),
        ),
    ];
    for (why, wanted, observed, expected) in cases {
        let awaited = unsettled(&node(wanted), &observed, &Known::new());
        assert_eq!(awaited.as_deref(), expected, "{why}");
    }
}
