//! Which documents are policies, and the texts of the errors.

use serde_json::{Value, json};

use super::{Policy, same_meaning};
use crate::reading::{Effect, Version};

fn refused(document: Value) -> String {
    match Policy::from_value(document) {
        Err(error) => error.to_string(),
        Ok(policy) => panic!("accepted {policy:?}"),
    }
}

#[test]
#[rustfmt::skip]
fn errors_name_the_place_and_what_is_accepted() {
    let with = |element: &str, value: Value| {
        let mut statement = json!({"Effect": "Allow", "Action": "a:b"});
        statement[element] = value;
        json!({"Statement": [{"Effect": "Deny", "Action": "c:d"}, statement]})
    };
    let cases = [
        (json!([]), "the document: must be an object", "a list"),
        (json!({"Version": "2012-10-17"}), "the document: has no Statement", "no statement"),
        (json!({"Statement": 42}), "Statement: must be an object or a list of objects", "a number"),
        (json!({"Statement": ["x"]}), "statement 1: must be an object", "a string for a statement"),
        (json!({"Statements": []}), "Statements: unknown element; accepted are Version, Id, Statement", "a misspelled element"),
        (json!({"Version": "2012-06-17", "Statement": []}), "Version: must be \"2012-10-17\" or \"2008-10-17\"", "a version that AWS does not know"),
        (json!({"Version": null, "Statement": []}), "Version: must be \"2012-10-17\" or \"2008-10-17\"", "null is not the absence of a version"),
        (json!({"Id": 1, "Statement": []}), "Id: must be a string", "a number for the Id"),
        (json!({"Statement": {"Action": "a:b"}}), "Statement: has no Effect, which must be \"Allow\" or \"Deny\"", "no effect"),
        (with("Effect", json!("allow")), "statement 2, Effect: \"allow\" is not a valid effect, only \"Allow\" and \"Deny\" are", "AWS wants the effect's case"),
        (with("Sid", json!(7)), "statement 2, Sid: must be a string", "a number for the Sid"),
        (with("Resources", json!("*")), "statement 2, Resources: unknown element; accepted are Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition", "a misspelled element"),
        (with("action", json!("a:b")), "statement 2, action: unknown element; accepted are Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition", "elements have case"),
        (with("A\u{1b}", json!(1)), "statement 2, [\"A\\u{1b}\"]: unknown element; accepted are Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition", "a control character"),
        (json!({"Statement": {"Effect": "Allow"}}), "Statement: needs one of Action and NotAction", "no action"),
        (with("NotAction", json!("c:d")), "statement 2, NotAction: only one of Action and NotAction is possible", "both"),
        (with("Action", json!({})), "statement 2, Action: must be a string or a list of these", "an object for actions"),
        (with("Action", json!(["a:b", 1])), "statement 2, Action entry 2: must be a string", "a number among actions"),
        (with("Resource", json!([["*"]])), "statement 2, Resource entry 1: must be a string", "a list in a list"),
        (with("Resource", json!(null)), "statement 2, Resource: must be a string or a list of these", "null"),
        (with("Principal", json!("123456789012")), "statement 2, Principal: must be \"*\" or an object such as {\"AWS\": \"123456789012\"}", "an account without its kind"),
        (with("Principal", json!({"User": "x"})), "statement 2, Principal.User: unknown element; accepted are AWS, Service, Federated, CanonicalUser", "an unknown kind"),
        (with("NotPrincipal", json!({"AWS": [1]})), "statement 2, NotPrincipal.AWS entry 1: must be a string", "a number for a principal"),
        (with("Condition", json!("x")), "statement 2, Condition: must be an object", "a string for the condition"),
        (with("Condition", json!({"Bool": []})), "statement 2, Condition.Bool: must be an object", "a list of keys"),
        (with("Condition", json!({"Bool": {"a:b": {}}})), "statement 2, Condition.Bool[\"a:b\"]: must be a string, a boolean or a number below 2^53 or a list of these", "an object for a value"),
        (with("Condition", json!({"Bool": {"a:b": ["x", null]}})), "statement 2, Condition.Bool[\"a:b\"] entry 2: must be a string, a boolean or a number below 2^53", "null for a value"),
        (with("Condition", json!({"NumericEquals": {"k": 1e30}})), "statement 2, Condition.NumericEquals.k: must be a string, a boolean or a number below 2^53 or a list of these", "a number that lost digits when it was read"),
    ];
    for (document, expected, reason) in cases {
        assert_eq!(refused(document), expected, "{reason}");
    }
    let mut both = with("Resource", json!("*"));
    both["Statement"][1]["NotResource"] = json!("*");
    assert_eq!(refused(both), "statement 2, NotResource: only one of Resource and NotResource is possible");
    let mut both = with("Principal", json!("*"));
    both["Statement"][1]["NotPrincipal"] = json!("*");
    assert_eq!(refused(both), "statement 2, NotPrincipal: only one of Principal and NotPrincipal is possible");
}

#[test]
fn an_error_does_not_show_a_condition_s_value() {
    let document = json!({"Statement": {
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": {"hunter2": "hunter2"}}},
    }});
    assert!(!refused(document).contains("hunter2"));
}

#[test]
fn text_that_is_not_strict_json_is_refused_with_its_place() {
    let error = Policy::parse("{\"Statement\": [],\n\"Statement\": []}").expect_err("a duplicate");
    assert_eq!(
        error.to_string(),
        "line 2, column 11: the key \"Statement\" occurs twice in the same object"
    );
}

#[test]
fn a_policy_keeps_what_was_written() {
    let text = r#"{"Statement": {"Sid": "A b", "Effect": "Deny", "Action": "é:b"}, "Id": "x"}"#;
    let policy = Policy::parse(text).expect("a valid policy");
    let compact = r#"{"Statement":{"Sid":"A b","Effect":"Deny","Action":"é:b"},"Id":"x"}"#;
    assert_eq!(policy.compact(), compact);
    assert_eq!(policy.size(), compact.len() - 1, "characters, not bytes");
    assert_eq!(policy.version(), Version::V2008);
    let statement = &policy.statements()[0];
    assert_eq!(
        (statement.sid(), statement.effect()),
        (Some("A b"), Effect::Deny)
    );
    assert_eq!(statement.document(), &policy.document()["Statement"]);
}

#[test]
fn statements_of_log_delivery_survive_a_rewrite() {
    let delivery = |sid: &str, resource: &str| {
        json!({
            "Resource": resource, "Sid": sid, "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject",
        })
    };
    let policy = |statements: Value| {
        Policy::from_value(json!({"Version": "2012-10-17", "Statement": statements}))
            .expect("a valid policy")
    };
    let foreign = json!({"Sid": "Foreign", "Effect": "Allow", "Principal": "*", "Action": "s3:*"});
    let found = policy(json!([delivery("1", "a"), foreign, delivery("2", "b")]));
    let desired = policy(json!([delivery("Ours", "a")]));

    let (rest, aside) = found.split(|statement| statement.sid() != Some("Foreign"));
    assert_eq!(rest.document()["Statement"], json!([foreign]));
    let joined = desired.join(&aside);
    let expected = json!([delivery("Ours", "a"), delivery("2", "b")]);
    assert_eq!(
        joined.document()["Statement"].to_string(),
        expected.to_string(),
        "what is there already is not repeated, and the rest stays verbatim"
    );
    assert_eq!(joined.statements().len(), 2);
    assert_eq!(joined.document()["Version"], json!("2012-10-17"));
    assert!(
        !same_meaning(&joined, &found),
        "the foreign statement is gone"
    );
}
