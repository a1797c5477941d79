//! What the simulator's answers come to.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{Answer, Denial, check, denied_by_organization};
use super::simulation::{Call, NEW_KEY};
use super::{Denied, Verdict, by_action, refuse};
use crate::engine::address::Address;

const ROLE: &str = "arn:aws:iam::1:role/a";

fn call(action: &'static str) -> Call {
    Call {
        address: Address::global("iam_role", "a"),
        action,
        resource: ROLE.to_owned(),
        may_have_path: false,
        context: BTreeMap::new(),
    }
}

fn answer(action: &str, denied: Option<Denial>) -> Answer {
    Answer {
        context: BTreeMap::new(),
        action: action.to_owned(),
        resource: ROLE.to_owned(),
        denied,
    }
}

fn own(missing: &[&str]) -> Option<Denial> {
    Some(Denial::Own {
        reason: "no policy allows it".to_owned(),
        missing: missing.iter().map(|&key| key.to_owned()).collect(),
    })
}

#[test]
fn what_is_denied_is_wrong_and_what_is_not_answered_is_unknown() {
    use Verdict::{Ok, Unknown, Warning, Wrong};
    let calls = BTreeSet::from([call("iam:CreateRole"), call("iam:TagRole")]);
    let both = |denied: Option<Denial>| {
        vec![
            answer("iam:createrole", None),
            answer("iam:TagRole", denied),
        ]
    };
    let cases: [(&str, Vec<Answer>, Option<&str>, &[Verdict]); 9] = [
        ("all, however IAM writes an action", both(None), None, &[Ok]),
        ("one of two", both(own(&[])), None, &[Wrong]),
        (
            "one is not answered",
            vec![answer("iam:CreateRole", None)],
            None,
            &[Ok, Unknown],
        ),
        ("nothing was asked", Vec::new(), Some("why"), &[Unknown]),
        (
            "the simulator judges an organization's conditions without all their values (aws-sdk \
             #102, aws-toolkit-vscode #3106)",
            both(Some(Denial::Organization)),
            None,
            &[Ok, Warning],
        ),
        (
            "the policies may allow what carries the caller's address",
            both(own(&["aws:SourceIp"])),
            None,
            &[Ok, Unknown],
        ),
        (
            "the session may have a second factor, or be tagged",
            both(own(&[
                "aws:multifactorAuthPresent",
                "aws:PrincipalTag/team",
            ])),
            None,
            &[Ok, Unknown],
        ),
        (
            "no call carries the key: the simulator reports those of other statements (boto3 #3111)",
            both(own(&["ec2:Vpc", "aws:CalledVia"])),
            None,
            &[Wrong],
        ),
        (
            "a denial for sure, and one that is open",
            vec![
                answer("iam:CreateRole", own(&["aws:SourceIp"])),
                answer("iam:TagRole", own(&[])),
            ],
            None,
            &[Wrong, Unknown],
        ),
    ];
    for (reason, answers, unasked, expected) in cases {
        let checks = check(&calls, &answers, unasked);
        let verdicts: Vec<_> = checks.iter().map(|check| check.verdict).collect();
        assert_eq!(verdicts, expected, "{reason}");
        let says = |why: &str| checks.iter().any(|check| check.message.contains(why));
        assert!(unasked.is_none_or(says), "{reason}");
        let failure = refuse(&checks).err();
        assert_eq!(failure.is_some(), expected.contains(&Wrong), "{reason}");
        let causes = failure.map_or(0, |failure| failure.causes.len());
        assert!(causes <= 1, "only what is wrong is a cause: {reason}");
    }
}

#[test]
fn only_what_is_allowed_without_the_organization_is_denied_by_it_alone() {
    let calls = BTreeSet::from([call("iam:CreateRole"), call("iam:TagRole")]);
    let first = [
        answer("iam:CreateRole", Some(Denial::Organization)),
        answer("iam:TagRole", own(&[])),
    ];
    let again = denied_by_organization(&calls, &first);
    assert_eq!(again, BTreeSet::from([call("iam:CreateRole")]));
    let cases = [
        (None, Some(Denial::Organization), "the organization alone"),
        (own(&[]), own(&[]), "the caller's policies too"),
        (
            Some(Denial::Organization),
            Some(Denial::Organization),
            "where IAM does not leave the organization out",
        ),
    ];
    for (without, expected, why) in cases {
        let found = answer("iam:CreateRole", without).without_organization();
        assert_eq!(found.denied, expected, "{why}");
    }
}

#[test]
fn a_denial_on_an_identity_whose_path_is_not_known_stops_nothing() {
    let attach = Call {
        may_have_path: true,
        ..call("iam:AttachRolePolicy")
    };
    let answer = answer("iam:AttachRolePolicy", own(&[]));
    let checks = check(&BTreeSet::from([attach]), &[answer], None);
    assert_eq!(checks.len(), 1);
    assert_eq!(checks[0].verdict, Verdict::Unknown);
    assert_eq!(checks[0].denied[0].resource, ROLE);
    assert!(refuse(&checks).is_ok());
}

#[test]
fn the_refusal_names_each_denied_action_and_the_way_out() {
    let calls = BTreeSet::from([call("iam:TagRole")]);
    let answer = answer("iam:TagRole", own(&["ec2:Vpc"]));
    let failure = refuse(&check(&calls, &[answer], None)).unwrap_err();
    assert_eq!(
        failure.causes,
        [
            "iam:TagRole for iam_role.a: no policy allows it; the policies have conditions on ec2:Vpc, \
             whose values are not known here"
        ]
    );
    assert!(failure.hint.unwrap().contains("--ignore-preflight"));
}

#[test]
fn denied_calls_are_told_by_action_and_reason() {
    let denied = |name: &str, action, reason: &str| Denied {
        address: Address::global("iam_role", name),
        action,
        resource: ROLE.to_owned(),
        reason: reason.to_owned(),
    };
    let (none, denies) = ("no policy allows it", "a policy denies it");
    let all = [
        denied("a", "iam:CreateRole", none),
        denied("a", "iam:TagRole", none),
        denied("b", "iam:CreateRole", none),
        denied("c", "iam:CreateRole", denies),
        denied("b", "iam:CreateRole", none),
        denied("d", "iam:CreateRole", none),
        denied("e", "iam:CreateRole", none),
        denied("f", "iam:CreateRole", none),
    ];
    assert_eq!(
        by_action(&all),
        [
            "iam:CreateRole for iam_role.a, iam_role.b, iam_role.d and 2 more: no policy allows it",
            "iam:TagRole for iam_role.a: no policy allows it",
            "iam:CreateRole for iam_role.c: a policy denies it",
        ]
    );
}

/// A number in brackets at the end of a sentence did not say what it counted.
#[test]
fn each_line_stands_alone() {
    let calls = BTreeSet::from([call("iam:CreateRole"), call("iam:TagRole")]);
    let both = [answer("iam:CreateRole", None), answer("iam:TagRole", None)];
    let one = [answer("iam:CreateRole", None)];
    let why = Some("the root user cannot be simulated");
    let cases: [(&[Answer], Option<&str>, &[&str], &str); 3] = [
        (
            &both,
            None,
            &["2 calls are allowed (IAM simulation)"],
            "all calls",
        ),
        (
            &one,
            None,
            &[
                "1 of 2 calls are allowed (IAM simulation)",
                "could not check 1 call: IAM gave no answer",
            ],
            "one call is not answered",
        ),
        (
            &[],
            why,
            &["could not check 2 calls: the root user cannot be simulated"],
            "no call can be asked about",
        ),
    ];
    for (answers, unasked, expected, reason) in cases {
        let checks = check(&calls, answers, unasked);
        let messages: Vec<&str> = checks.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(messages, expected, "{reason}");
    }
}

/// No resource has this id, so that a person would look for it in vain.
#[test]
fn a_key_that_does_not_exist_yet_has_no_made_up_id() {
    let key = "arn:aws:kms:eu-west-1:123456789012:key";
    let rotate = Call {
        resource: format!("{key}/{}", NEW_KEY.strip_prefix("key/").unwrap()),
        ..call("kms:EnableKeyRotation")
    };
    let denied = Answer {
        resource: rotate.resource.clone(),
        ..answer("kms:EnableKeyRotation", own(&[]))
    };
    let checks = check(&BTreeSet::from([rotate]), &[denied], None);
    assert_eq!(checks[0].denied[0].resource, format!("{key}/*"));
}
