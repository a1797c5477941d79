//! Which denials are kept.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::lost_denials;
use crate::Policy;

fn policy(statements: Value) -> Policy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Policy::from_value(document).expect("a policy")
}

/// A request of one of a few principals, actions and resources, with and without the tag, over TLS or not.
#[derive(Debug, Clone, Copy)]
struct Request {
    principal: &'static str,
    action: &'static str,
    resource: &'static str,
    tag: bool,
    tls: bool,
    /// Whether `"*"` means services too, which AWS leaves open for a Deny.
    everyone_is_services: bool,
}

fn requests() -> impl Iterator<Item = Request> {
    let mut requests = Vec::new();
    for principal in [
        "AWS 111111111111",
        "AWS 222222222222",
        "Service s3.amazonaws.com",
    ] {
        for action in ["s3:GetObject", "s3:GetTagging", "kms:Decrypt"] {
            for resource in ["arn:aws:s3:::b/k", "arn:aws:s3:::b/k/l", "arn:aws:s3:::c"] {
                for bits in 0..8 {
                    let [tag, tls, everyone_is_services] = [1, 2, 4].map(|bit| bits & bit > 0);
                    requests.push(Request {
                        principal,
                        action,
                        resource,
                        tag,
                        tls,
                        everyone_is_services,
                    });
                }
            }
        }
    }
    requests.into_iter()
}

/// Wildcards as AWS documents them, for texts in which none has to reach beyond a segment's colon.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_at_checked(1) {
        None => text.is_empty(),
        Some(("*", rest)) => (0..=text.len()).any(|at| matches(rest, &text[at..])),
        Some(("?", rest)) => !text.is_empty() && matches(rest, &text[1..]),
        Some((letter, rest)) => text
            .strip_prefix(letter)
            .is_some_and(|text| matches(rest, text)),
    }
}

fn selects(statement: &Value, element: &str, is_it: impl Fn(&str) -> bool) -> bool {
    let listed = |value: &Value| match value {
        Value::Array(items) => items.iter().any(|it| is_it(it.as_str().expect("a text"))),
        one => is_it(one.as_str().expect("a text")),
    };
    let not = statement.get(format!("Not{element}"));
    not.map_or_else(|| listed(&statement[element]), |it| !listed(it))
}

/// Another reading of a policy than the crate's own, for the few forms that the test makes.
fn is_denied(statements: &Value, request: Request) -> bool {
    let mut statements = statements.as_array().expect("a list").iter();
    statements.any(|statement| {
        let condition = &statement["Condition"];
        let is_principal = |it: &str| {
            it == request.principal
                || it == "*"
                    && (request.everyone_is_services || request.principal.starts_with("AWS"))
                || it == "AWS *" && request.principal.starts_with("AWS")
        };
        let of_kinds = |value: &Value| match value {
            Value::String(everyone) => is_principal(everyone),
            kinds => kinds
                .as_object()
                .expect("an object")
                .iter()
                .any(|(kind, list)| {
                    let list = json!({"Principal": list});
                    selects(&list, "Principal", |it| {
                        is_principal(&format!("{kind} {it}"))
                    })
                }),
        };
        let principal = match statement.get("NotPrincipal") {
            Some(not) => !of_kinds(not),
            None => of_kinds(&statement["Principal"]),
        };
        statement["Effect"] == "Deny"
            && principal
            && selects(statement, "Action", |it| {
                matches(&it.to_lowercase(), &request.action.to_lowercase())
            })
            && selects(statement, "Resource", |it| matches(it, request.resource))
            && (condition["Bool"].is_null() || !request.tls)
            && (condition["StringEquals"].is_null() || request.tag)
    })
}

fn statement() -> impl Strategy<Value = Value> {
    let some = |values: &'static [&'static str]| {
        prop::collection::vec(select(values), 0..3).prop_map(|items| json!(items))
    };
    let accounts = some(&["111111111111", "222222222222", "*"]);
    let principals = prop_oneof![
        Just(json!("*")),
        accounts.prop_map(|it| json!({"AWS": it})),
        Just(json!({"Service": "s3.amazonaws.com"})),
    ];
    let actions = some(&[
        "*",
        "s3:*",
        "S3:Get*",
        "s3:GetObject",
        "kms:Decrypt",
        "s3:GetT?gging",
    ]);
    let resources = some(&[
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/k",
        "arn:aws:s3:::?",
        "arn:*:s3:::b/k*",
    ]);
    let element = |name: &'static str, value: BoxedStrategy<Value>| {
        (any::<bool>(), value).prop_map(move |(not, value)| {
            (
                if not {
                    format!("Not{name}")
                } else {
                    name.to_owned()
                },
                value,
            )
        })
    };
    (
        select(vec!["Deny", "Deny", "Deny", "Allow"]),
        element("Principal", principals.boxed()),
        element("Action", actions.boxed()),
        element("Resource", resources.boxed()),
        0..4_u8,
    )
        .prop_map(|(effect, principal, action, resource, conditions)| {
            let mut statement = json!({"Effect": effect});
            for (name, value) in [principal, action, resource] {
                statement[name] = value;
            }
            if conditions & 1 > 0 {
                statement["Condition"]["Bool"] = json!({"aws:SecureTransport": "false"});
            }
            if conditions & 2 > 0 {
                statement["Condition"]["StringEquals"] = json!({"aws:PrincipalTag/a": "b"});
            }
            statement
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn what_a_kept_denial_denied_is_still_denied(
        one in statement(),
        mut after in prop::collection::vec(statement(), 0..4),
        with_itself in any::<bool>(),
    ) {
        // A denial beside its own, and one that is a little different, are frequent.
        if with_itself {
            let mut same = one.clone();
            same.as_object_mut().expect("a statement").remove("NotAction");
            same["Action"] = json!(["s3:*", "kms:Decrypt"]);
            after.push(same);
        }
        let (before, after) = (json!([one]), json!(after));
        if lost_denials(&policy(before.clone()), Some(&policy(after.clone()))).is_empty() {
            for request in requests().filter(|&it| is_denied(&before, it)) {
                prop_assert!(is_denied(&after, request), "{request:?}");
            }
        }
    }
}

#[test]
#[rustfmt::skip]
fn a_denial_is_lost_unless_the_other_policy_denies_at_least_the_same() {
    let deny = |action: Value, resource: Value| json!({"Sid": "No", "Effect": "Deny", "Action": action, "Resource": resource});
    let all = || deny("*".into(), "*".into());
    let one = || deny("s3:GetObject".into(), "arn:aws:s3:::b/k".into());
    let under = |mut statement: Value, condition: Value| { statement["Condition"] = condition; statement };
    let to = |mut statement: Value, principal: Value| { statement["Principal"] = principal; statement };
    let tls = || json!({"Bool": {"aws:SecureTransport": "false"}});
    let two = || json!({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalTag/a": "b"}});
    let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let not = json!({"Sid": "No", "Effect": "Deny", "NotAction": "s3:*", "Resource": "*"});
    let cases = [
        ("only an allowance", json!([allow.clone()]), json!([]), false),
        ("a denial, and no denial after it", json!([all()]), json!([allow.clone()]), true),
        ("the same denial", json!([all()]), json!([all()]), false),
        ("an allowance is no denial of the same", json!([one()]), json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}]), true),
        ("more is denied", json!([one()]), json!([all()]), false),
        ("less is denied", json!([all()]), json!([one()]), true),
        ("two denials keep one", json!([deny(json!(["s3:Get*", "kms:*"]), "*".into())]),
            json!([deny("s3:*".into(), "*".into()), deny("KMS:*".into(), "*".into())]), false),
        ("one of two actions is no longer denied", json!([deny(json!(["s3:Get*", "kms:*"]), "*".into())]), json!([deny("s3:*".into(), "*".into())]), true),
        ("under a condition less is denied", json!([all()]), json!([under(all(), tls())]), true),
        ("without a condition more is denied", json!([under(all(), tls())]), json!([all()]), false),
        ("one condition fewer denies more", json!([under(all(), two())]), json!([under(all(), tls())]), false),
        ("one condition more denies less", json!([under(all(), tls())]), json!([under(all(), two())]), true),
        ("everyone is more than one account", json!([to(all(), json!({"AWS": "999999999999"}))]), json!([to(all(), json!("*"))]), false),
        ("one account is less than everyone", json!([to(all(), json!("*"))]), json!([to(all(), json!({"AWS": "999999999999"}))]), true),
        ("whether everyone is more than a service is left open", json!([to(all(), json!({"Service": "s3.amazonaws.com"}))]), json!([to(all(), json!("*"))]), true),
        ("or more than all but one account", json!([{"Sid": "No", "Effect": "Deny", "NotPrincipal": {"AWS": "999999999999"}, "Action": "*", "Resource": "*"}]), json!([to(all(), json!("*"))]), true),
        ("everyone but fewer", json!([{"Sid": "No", "Effect": "Deny", "NotPrincipal": {"AWS": ["999999999999", "123456789012"]}, "Action": "*", "Resource": "*"}]), json!([{"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"}]), false),
        ("all but one service", json!([not.clone()]), json!([not.clone()]), false),
        ("all but one service is covered by everything alone", json!([not.clone()]), json!([deny("iam:*".into(), "*".into())]), true),
        ("everything is more than all but one service", json!([not.clone()]), json!([all()]), false),
        ("all but one service does not deny that service", json!([one()]), json!([not]), true),
        ("a variable is no wildcard of its text", json!([deny("s3:*".into(), "arn:aws:s3:::b/${aws:username}".into())]), json!([deny("s3:*".into(), "arn:aws:s3:::b/${aws:userid}".into())]), true),
    ];
    for (why, before, after, lost) in cases {
        let expected: Vec<&str> = if lost { vec!["statement \"No\""] } else { Vec::new() };
        assert_eq!(lost_denials(&policy(before), Some(&policy(after))), expected, "{why}");
    }
    let unnamed = policy(json!([allow, {"Effect": "Deny", "Action": "*", "Resource": "*"}]));
    assert_eq!(lost_denials(&unnamed, None), ["statement 2"], "the policy goes as a whole");
}
