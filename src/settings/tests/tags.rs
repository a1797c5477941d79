//! How many tags there may be, and what they may consist of.

use super::*;

#[test]
fn tags_are_counted_together_with_our_own() {
    let tags = |count: usize| -> Vec<String> {
        (1..count)
            .map(|index| format!("--tag=k{index}=v"))
            .collect()
    };
    let load = |count: usize| {
        let tags = tags(count);
        let args: Vec<&str> = tags.iter().map(String::as_str).collect();
        load_with(GOOD, &args, Need::Trust)
    };
    assert_eq!(load(48).unwrap().settings.tags.len(), 48);
    assert_eq!(load(49).unwrap_err().message, "--tag: there are 49 tags");
}

#[test]
fn tags_may_be_as_long_and_as_foreign_as_aws_allows() {
    let long = format!("--tag={}={}", "k".repeat(128), "v".repeat(256));
    assert!(load_with(GOOD, &[&long], Need::Trust).is_ok());
    assert!(load_with(GOOD, &["--tag=équipe=日本 Ⅳ1 _.:/=+-@"], Need::Trust).is_ok());
    assert!(load_with(GOOD, &["--tag=empty="], Need::Trust).is_ok());
    // The sign of a vowel is no letter to AWS, although it is alphabetic.
    let message = error(GOOD, &["--tag=k=का"]).message;
    assert!(
        message.ends_with("has the character 'ा' at position 2"),
        "{message}"
    );
    let key = format!("--tag={}=v", "k".repeat(129));
    assert!(error(GOOD, &[&key]).message.ends_with("has 129 characters"));
    let value = format!("--tag=k={}", "v".repeat(257));
    assert_eq!(
        error(GOOD, &[&value]).message,
        "--tag: the value of \"k\" has 257 characters"
    );
}
