//! `verify` in moto, whose Firehose writes records into the bucket at once, and whose EventBridge does not
//! deliver to Firehose: the stream works, and the rule does not.

use crate::harness::{Account, MAIN};

#[tokio::test]
async fn a_rule_that_does_not_deliver_fails_beside_a_stream_that_does() {
    let account = Account::applied_in_moto(&[MAIN]).await;
    let ran = account
        .provision(&["verify", "--json", "--timeout", "3"])
        .exits(1);
    let document = ran.json();
    let steps = document["steps"].as_array().unwrap();
    let outcome = |name: &str| {
        let mut found = steps.iter().filter(|it| it["step"] == name);
        found.next().unwrap()["outcome"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(outcome("stream"), "pass", "{document}");
    assert_eq!(outcome("rule"), "fail", "{document}");
    assert_eq!(outcome("trails"), "fail", "moto has no trail: {document}");
}
