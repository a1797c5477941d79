//! What restricts access to a resource goes only with a person's consent.

use serde_json::{Value as Json, json};

use super::*;
use crate::engine::ownership::Owner;
use crate::fakes::deployment::{laid_out, settings, stackstate, with_audit_trail};
use crate::fakes::settled;
use crate::settings::Settings;
use iam_policy::Policy;

const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/boundary";
const LIMIT: &str = "arn:aws:iam::123456789012:policy/limit";
const ROLE: &str = "iam_role.integration";
const BUCKET: &str = "s3_bucket.logs@eu-west-1";
const KEY: &str = "kms_key.integration@eu-west-1";

fn policy(statements: Json) -> Value {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Value::Policy(Policy::from_value(document).unwrap())
}

fn allow_all() -> Json {
    json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
}

/// What AWS's console adds with "Revoke active sessions" (IAM User Guide, "Revoke IAM role temporary
/// security credentials").
fn revoke_older_sessions() -> Value {
    policy(
        json!([{"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition":
        {"DateLessThan": {"aws:TokenIssueTime": "2026-11-28T06:00:00.000Z"}}}]),
    )
}

fn deny_all() -> Value {
    policy(json!([{"Sid": "DenyAll", "Effect": "Deny", "Action": "*", "Resource": "*"}]))
}

/// The policy with one statement more.
fn with(policy: &Value, statement: Json) -> Value {
    let mut document = policy.as_policy().unwrap().document().clone();
    document["Statement"]
        .as_array_mut()
        .unwrap()
        .push(statement);
    Value::Policy(Policy::from_value(document).unwrap())
}

fn containment() -> Json {
    json!({"Sid": "Containment", "Effect": "Deny", "Principal": "*", "Action": "*",
        "Resource": "*"})
}

/// The decision about the resource at `address`, after a change by hand to its settled state.
fn decided(
    settings: &Settings,
    address: &str,
    consent: Consent,
    change: impl FnOnce(&mut Present),
) -> Decision {
    let nodes = laid_out(settings);
    let mut known = Known::new();
    let keys = nodes.iter().filter(|node| node.address().kind == "kms_key");
    known.extend(keys.map(|node| {
        let key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd";
        (node.address().clone(), key.to_owned())
    }));
    let is_it = |node: &&Node| node.address().to_string() == address;
    let node = nodes.iter().find(is_it).expect("a resource");
    let mut present = settled(node, &known);
    change(&mut present);
    let around = Around {
        consent,
        ..Around::default()
    };
    decide(node, &Observed::Present(present), &known, &around).expect("a decision")
}

fn bounded() -> Settings {
    let mut settings = settings(&["eu-west-1"]);
    stackstate(&mut settings).permissions_boundary = BOUNDARY.parse().ok();
    settings
}

type Edit = Box<dyn FnOnce(&mut Present)>;

fn set(name: &str, value: Value) -> Edit {
    let name = name.to_owned();
    Box::new(move |present| {
        present.attributes.insert(name, value);
    })
}

fn edit(name: &str, change: impl FnOnce(&Value) -> Value + 'static) -> Edit {
    let name = name.to_owned();
    Box::new(move |present| {
        let value = change(&present.attributes[&name]);
        present.attributes.insert(name, value);
    })
}

#[test]
fn what_restricts_access_is_removed_only_with_consent() {
    let plain = || settings(&["eu-west-1"]);
    let audited = || with_audit_trail(settings(&["eu-west-1"]));
    let inline = "inline_policy[AWSRevokeOlderSessions]";
    let attached = "attached_policy[arn:aws:iam::aws:policy/AWSDenyAll]";
    let cases: Vec<(&str, Settings, &str, Edit, &str)> = vec![
        (
            "an attached policy that denies everything",
            plain(),
            ROLE,
            set(attached, deny_all()),
            "the Deny of statement \"DenyAll\" in attached_policy[arn:aws:iam::aws:policy/AWSDenyAll]",
        ),
        (
            "an attached policy whose document may not be read",
            plain(),
            ROLE,
            set(attached, "(its document may not be read)".into()),
            "attached_policy[arn:aws:iam::aws:policy/AWSDenyAll], which cannot be read and may deny",
        ),
        (
            "an inline policy that revokes older sessions",
            plain(),
            ROLE,
            set(inline, revoke_older_sessions()),
            "the Deny of statement 1 in inline_policy[AWSRevokeOlderSessions]",
        ),
        (
            "an inline policy of others that is no policy to us",
            plain(),
            ROLE,
            set(inline, "(not a policy: it has 999999 bytes)".into()),
            "inline_policy[AWSRevokeOlderSessions], which cannot be read and may deny",
        ),
        (
            "our own inline policy with a Deny in it",
            plain(),
            ROLE,
            edit("inline_policy[STSIntegration]", |it| {
                with(
                    it,
                    json!({"Sid": "No", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}),
                )
            }),
            "the Deny of statement \"No\" in inline_policy[STSIntegration]",
        ),
        (
            "our own inline policy, replaced by what is no policy to us",
            plain(),
            ROLE,
            set("inline_policy[STSIntegration]", "(not a policy)".into()),
            "inline_policy[STSIntegration], which cannot be read and may deny",
        ),
        (
            "a trust policy that denies somebody",
            plain(),
            ROLE,
            edit("trust_policy", |it| {
                with(
                    it,
                    json!({"Sid": "Out", "Effect": "Deny", "Principal": {"AWS": "210987654321"},
                    "Action": "sts:AssumeRole"}),
                )
            }),
            "the Deny of statement \"Out\" in trust_policy",
        ),
        (
            "a boundary, and the settings name none",
            plain(),
            ROLE,
            set("permissions_boundary", LIMIT.into()),
            "the permissions boundary arn:aws:iam::123456789012:policy/limit",
        ),
        (
            "another boundary than that of the settings, which may be narrower",
            bounded(),
            ROLE,
            set("permissions_boundary", LIMIT.into()),
            "the permissions boundary arn:aws:iam::123456789012:policy/limit",
        ),
        (
            "a Deny in the bucket's policy",
            plain(),
            BUCKET,
            edit("bucket_policy", |it| with(it, containment())),
            "the Deny of statement \"Containment\" in bucket_policy",
        ),
        (
            "a bucket policy that is no policy to us",
            plain(),
            BUCKET,
            set("bucket_policy", "(not a policy)".into()),
            "bucket_policy, which cannot be read and may deny",
        ),
        (
            "a Deny in the key's policy",
            plain(),
            KEY,
            edit("key_policy", |it| with(it, containment())),
            "the Deny of statement \"Containment\" in key_policy",
        ),
        (
            "a key that was disabled",
            plain(),
            KEY,
            set("state", "Disabled".into()),
            "that the key is disabled",
        ),
        (
            "a key that somebody scheduled for deletion, after having disabled it perhaps",
            plain(),
            KEY,
            set("state", "PendingDeletion".into()),
            "that the key is scheduled for deletion, with its alias in place",
        ),
        (
            "a Deny in Audit Trail's policy",
            audited(),
            "iam_policy.AuditTrailRole",
            edit("document", |it| {
                with(
                    it,
                    json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
                )
            }),
            "in document",
        ),
    ];
    let agreed = Consent {
        remove_restrictions: true,
        ..Consent::default()
    };
    for (why, settings, address, change, expected) in cases {
        let mut state = None;
        let blocked = decided(&settings, address, Consent::default(), |present| {
            change(present);
            state = Some(present.clone());
        });
        assert_eq!(blocked.action, Action::Blocked, "{why}");
        assert_ne!(
            blocked.changes,
            [],
            "{why}: the plan shows what would change"
        );
        let reason = blocked.reason.unwrap();
        let begin = "it would remove what restricts access: ";
        assert!(
            reason.starts_with(begin) && reason.contains(expected),
            "{why}: {reason}"
        );
        assert!(
            reason.contains("`--remove-restrictions`"),
            "{why}: {reason}"
        );

        let state = state.unwrap();
        let same = |present: &mut Present| *present = state.clone();
        let decision = decided(&settings, address, agreed, same);
        assert_eq!(decision.action, Action::Update, "{why}: a person agreed");
        assert_eq!(decision.changes, blocked.changes, "{why}");

        let foreign = |present: &mut Present| {
            *present = state.clone();
            present.owner = Owner::Foreign("it carries no tags".to_owned());
        };
        let adopts = decided(&settings, address, consent(true), foreign);
        assert_eq!(
            adopts.action,
            Action::Blocked,
            "{why}: to adopt is not to agree"
        );
        assert!(adopts.reason.unwrap().contains(expected), "{why}");
        let only_shown = decided(&settings, address, Consent::default(), foreign);
        let reason = only_shown.reason.unwrap();
        for needed in [
            "`--adopt` takes it over",
            expected,
            "`--remove-restrictions`",
        ] {
            assert!(reason.contains(needed), "{why}: {reason}");
        }
        let both = Consent {
            adopt: true,
            ..agreed
        };
        assert_eq!(
            decided(&settings, address, both, foreign).action,
            Action::Adopt,
            "{why}"
        );
    }
}

#[test]
fn what_does_not_widen_access_needs_no_consent() {
    let plain = || settings(&["eu-west-1"]);
    let unbounded = |present: &mut Present| {
        present.attributes.remove("permissions_boundary");
    };
    let cases: Vec<(&str, Settings, &str, Edit)> = vec![
        (
            "a policy that only allows is removed",
            plain(),
            ROLE,
            set("attached_policy[a]", policy(json!([allow_all()]))),
        ),
        (
            "the boundary of the settings is set where there is none",
            bounded(),
            ROLE,
            Box::new(unbounded),
        ),
        (
            "the bucket's own Deny is put back",
            plain(),
            BUCKET,
            set(
                "bucket_policy",
                policy(json!([{"Effect": "Allow",
                "Principal": {"AWS": "210987654321"}, "Action": "s3:*", "Resource": "*"}])),
            ),
        ),
        (
            "a narrower Deny is replaced by the bucket's own, which denies more",
            plain(),
            BUCKET,
            edit("bucket_policy", |it| {
                let mut document = it.as_policy().unwrap().document().clone();
                let statements = document["Statement"].as_array_mut().unwrap();
                let denies = |it: &&mut Json| it["Effect"] == "Deny";
                let own = statements.iter_mut().find(denies).unwrap();
                own["Action"] = json!("s3:GetObject");
                Value::Policy(Policy::from_value(document).unwrap())
            }),
        ),
        (
            "our own scheduled deletion of the key is cancelled",
            plain(),
            KEY,
            Box::new(|present| {
                let state = "PendingDeletion".into();
                present.attributes.insert("state".to_owned(), state);
                present.attributes.remove("alias");
            }),
        ),
    ];
    for (why, settings, address, change) in cases {
        let decision = decided(&settings, address, Consent::default(), change);
        assert_eq!(
            decision.action,
            Action::Update,
            "{why}: {:?}",
            decision.reason
        );
    }
}

#[test]
fn a_deletion_takes_the_restrictions_with_the_resource() {
    let nodes = crate::fakes::deployment::to_be_removed(&settings(&["eu-west-1"]));
    let role = nodes.iter().find(|node| node.address().to_string() == ROLE);
    let mut present = ours(Default::default());
    let denies = "attached_policy[arn:aws:iam::aws:policy/AWSDenyAll]";
    present.attributes.insert(denies.to_owned(), deny_all());
    let observed = Observed::Present(present);
    let decision = decide(role.unwrap(), &observed, &Known::new(), &Around::default());
    assert_eq!(
        decision.unwrap().action,
        Action::Delete,
        "nobody can use a role that is gone"
    );
}
