//! What a comment shows, and what no name may do to it.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::markdown::markdown;
use iam_policy::lint::Accepted;

fn resource(name: &str, changes: Json) -> Json {
    json!({
        "address": format!("s3_bucket.{name}@eu-west-1"), "kind": "s3_bucket", "region": "eu-west-1",
        "name": name, "arn": null, "action": "update", "reason": name, "note": null, "keeps": [],
        "needs": [], "changes": changes,
    })
}

fn of(resources: Vec<Json>) -> String {
    let plan = json!({
        "account": "123456789012", "partition": "aws", "regions": ["eu-west-1"], "resources": resources,
    });
    markdown(&plan, &Accepted::new()).expect("a plan")
}

fn change(before: &str, after: &str) -> Json {
    json!([{"attribute": "versioning", "before": before, "after": after, "note": null}])
}

#[test]
fn a_change_as_a_comment_shows_it() {
    insta::assert_snapshot!(of(vec![resource("logs", change("Suspended", "Enabled"))]));
}

/// Whoever reviews the comment must not take a part for the whole.
#[test]
fn a_comment_says_what_the_plan_was_narrowed_to() {
    let plan = |targets: Json| {
        let plan = json!({
            "account": "123456789012", "partition": "aws", "regions": ["eu-west-1"],
            "targets": targets, "changes_left_out": 1, "resources": [],
        });
        markdown(&plan, &Accepted::new()).expect("a plan")
    };
    assert!(!plan(json!([])).contains("Narrowed"));
    let text = plan(json!(["s3_bucket.logs@eu-west-1"]));
    let told = "Narrowed by --target to `s3_bucket.logs@eu-west-1` and what must be done with it. \
                1 other change is left out.";
    assert!(text.contains(told), "{text}");
}

#[test]
fn what_does_not_fit_is_left_out_by_whole_resources() {
    let long = "x".repeat(9_000);
    let resources = (0..40).map(|it| resource(&format!("logs{it}"), change(&long, "y")));
    let text = of(resources.collect());
    assert!(text.len() < 65_536, "{}", text.len());
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
    assert!(
        text.ends_with(
            "34 more resources do not fit into a comment; `provision plan` shows all.\n"
        ),
        "{}",
        &text[text.len() - 200..]
    );
}

/// The text without its code: blocks with a fence, code within a line, and `<code>`.
fn outside_of_code(text: &str) -> String {
    let mut kept = String::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let run: String = line.chars().take_while(|it| *it == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if run.len() >= 3 && line == format!("{run}diff") => fence = Some(run),
            None => {
                kept.push_str(&without_spans(line));
                kept.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a block without an end: {text}");
    kept
}

fn without_spans(line: &str) -> String {
    if let (Some(start), Some(end)) = (line.find("<code>"), line.rfind("</code>")) {
        return line[..start].to_owned() + &line[end..];
    }
    let mut kept = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let length = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let fence = "`".repeat(length);
        let mut from = start + length;
        // Only a run of the same length ends the code.
        let end = loop {
            let Some(found) = rest[from..].find('`') else {
                break None;
            };
            let at = from + found;
            let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            if run == fence.len() {
                break Some(at + run);
            }
            from = at + run;
        };
        kept.push_str(&rest[..start]);
        rest = &rest[end.expect("an end of the code")..];
    }
    kept + rest
}

proptest! {
    #[test]
    fn no_text_of_others_leaves_the_code(text in "[a-z`|<>&@\\n \\\\*\\[\\]()!#~-]{0,40}") {
        let marked = format!("MARK{text}MARK");
        let shown = of(vec![resource(&marked, change(&marked, "y"))]);
        let outside = outside_of_code(&shown);
        prop_assert!(!outside.contains("MARK"), "{outside}");
        prop_assert_eq!(outside.matches("</details>").count(), 1);
    }
}
