//! What each form of a document holds, and what it never shows or sends.

use serde_json::json;

use super::*;

const KEY_ID: &str = "11112222-3333-4444-5555-666677778888";
const EXTERNAL_ID: &str = "an-external-id";
/// As long as the external ID.
const SAMPLE_SECRET: &str = "xxxxxxxxxxxxxx";

fn key() -> Address {
    Address::global("kms_key", "integration")
}

fn known() -> Known {
    let arn = format!("arn:aws:kms:eu-west-1:123456789012:key/{KEY_ID}");
    Known::from([(key(), arn)])
}

/// A policy with that resource and that condition on the external ID.
fn policy(resource: &str, external_id: &str) -> Policy {
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource,
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }]});
    Policy::from_value(policy).unwrap()
}

fn holes() -> BTreeMap<&'static str, Hole> {
    BTreeMap::from([
        ("KeyId", Hole::Id(key())),
        ("ExternalId", Hole::Secret(EXTERNAL_ID.to_owned().into())),
    ])
}

fn document(resource: &str, external_id: &str) -> Document {
    Document::new(policy(resource, external_id), &holes()).unwrap()
}

#[test]
fn each_form_of_a_document_has_in_its_holes_what_it_is_for() {
    let other = Known::from([(
        Address::global("kms_key", "other"),
        "arn:key/other".to_owned(),
    )]);
    let no_key = Known::from([(key(), "arn:aws:s3:::bucket".to_owned())]);
    let nothing = Known::new();
    let (shown, sample) = (KNOWN_AFTER_APPLY, SAMPLE_ID);
    // What is in the holes of a form: the id of the key and the external ID.
    type Form = Option<(&'static str, &'static str)>;
    let cases: [(Document, &Known, Form, Form, Form, &str); 6] = [
        (
            document("x", "y"),
            &nothing,
            Some(("x", "y")),
            Some(("x", "y")),
            Some(("x", "y")),
            "no hole",
        ),
        (
            document("x", "${ExternalId}"),
            &nothing,
            Some(("x", EXTERNAL_ID)),
            Some(("x", SENSITIVE)),
            Some(("x", SAMPLE_SECRET)),
            "a secret alone is always known",
        ),
        (
            document("${KeyId}", "${ExternalId}"),
            &nothing,
            None,
            Some((shown, SENSITIVE)),
            Some((sample, SAMPLE_SECRET)),
            "nothing is known of the key",
        ),
        (
            document("${KeyId}", "${ExternalId}"),
            &other,
            None,
            Some((shown, SENSITIVE)),
            Some((sample, SAMPLE_SECRET)),
            "another key is known",
        ),
        (
            document("${KeyId}", "y"),
            &no_key,
            None,
            Some((shown, "y")),
            Some((sample, "y")),
            "what is known is not the ARN of a key",
        ),
        (
            document("${KeyId}", "${ExternalId}"),
            &known(),
            Some((KEY_ID, EXTERNAL_ID)),
            Some((KEY_ID, SENSITIVE)),
            Some((KEY_ID, SAMPLE_SECRET)),
            "the key is known",
        ),
    ];
    for (document, known, sent, shown, judged, why) in cases {
        let document = document.with_known(known);
        let text = |policy: Policy| policy.compact();
        let expected = |form: Form| form.map(|(id, secret)| text(policy(id, secret)));
        assert_eq!(document.to_send().map(text), expected(sent), "{why}");
        assert_eq!(Some(text(document.to_show())), expected(shown), "{why}");
        assert_eq!(Some(text(document.sample())), expected(judged), "{why}");
    }
}

#[test]
fn a_document_is_a_policy_only_if_all_of_it_is_known_and_the_same() {
    let ours = || document("${KeyId}", "${ExternalId}");
    let cases = [
        (
            ours().with_known(&known()),
            policy(KEY_ID, EXTERNAL_ID),
            true,
            "all is the same",
        ),
        (
            ours().with_known(&known()),
            policy(KEY_ID, "another"),
            false,
            "another secret",
        ),
        (
            ours().with_known(&known()),
            policy("another", EXTERNAL_ID),
            false,
            "another key",
        ),
        (
            ours(),
            policy(KEY_ID, EXTERNAL_ID),
            false,
            "the id is unknown",
        ),
        (
            ours(),
            policy(KNOWN_AFTER_APPLY, EXTERNAL_ID),
            false,
            "the text shown for it",
        ),
        (
            ours(),
            policy("${KeyId}", "${ExternalId}"),
            false,
            "the holes themselves",
        ),
    ];
    for (document, policy, same, why) in cases {
        assert_eq!(document.is(&policy), same, "{why}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let document = document("${KeyId}", "${ExternalId}");
    for document in [document.with_known(&known()), document] {
        let shown = format!("{document:?}");
        assert!(!shown.contains(EXTERNAL_ID), "{shown}");
    }
}

#[test]
fn a_document_tells_which_key_it_names_until_the_id_is_known() {
    let cases = [
        (document("${KeyId}", "y"), Some(key()), "it names one"),
        (
            document("x", "${ExternalId}"),
            None,
            "a hole that it does not have",
        ),
        (
            document("${KeyId}", "y").with_known(&known()),
            None,
            "the id is filled in",
        ),
        (
            policy("${KeyId}", "y").into(),
            None,
            "nothing is a hole unless it is said to be",
        ),
    ];
    for (document, expected, why) in cases {
        assert_eq!(document.id_of(), expected.as_ref(), "{why}");
    }
}

#[test]
fn a_hole_in_the_name_of_a_member_is_refused() {
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"StringEquals": {"${ExternalId}": "x"}},
    }]});
    let policy = Policy::from_value(policy).unwrap();
    assert!(Document::new(policy, &holes()).is_err());
}
