//! `verify` in moto, whose Firehose writes records into the bucket at once, and whose EventBridge fails for a
//! rule that delivers to Firehose: the stream works, and of the rule nothing can be known.

use crate::harness::{Account, MAIN};

#[tokio::test]
async fn what_cannot_be_sent_to_the_rule_hides_nothing_of_the_stream() {
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
    assert_eq!(outcome("rule"), "unknown", "{document}");
    assert_eq!(outcome("trails"), "fail", "moto has no trail: {document}");
}
