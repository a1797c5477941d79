//! What must never be in the page, and its size.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::page;
use crate::engine::node::Observations;
use crate::engine::plan;
use crate::fakes::consent;
use crate::fakes::deployment::{EXTERNAL_ID, laid_out, settings, site, with_audit_trail};
use crate::render;
use iam_policy::lint::Accepted;

/// A first plan in these regions, with Audit Trail.
fn first_plan(regions: &[&str]) -> Json {
    let settings = with_audit_trail(settings(regions));
    let plan = plan::plan(&laid_out(&settings), &Observations::new(), consent(false));
    render::json::plan(&site(&settings), &plan)
}

fn html(document: &Json) -> String {
    page(document, &Accepted::new()).expect("a plan")
}

#[test]
fn a_large_plan_is_below_300_kilobytes_and_has_no_secret() {
    let regions = [
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-central-1",
        "eu-north-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ap-southeast-2",
    ];
    let page = html(&first_plan(&regions));
    assert!(page.len() < 300_000, "{}", page.len());
    assert!(!page.contains(EXTERNAL_ID));
}

#[test]
fn the_page_of_a_plan() {
    let mut plan = first_plan(&["eu-west-1"]);
    // One of each sort of resource shows the form; the others are alike.
    let resources = plan["resources"].as_array_mut().expect("a list");
    resources.retain(|it| {
        ["s3_bucket", "event_target"].contains(&it["kind"].as_str().unwrap_or_default())
    });
    let page = html(&plan);
    let body =
        &page[page.find("<body>").expect("a body")..page.find("<script>").expect("a script")];
    insta::assert_snapshot!(body.replace("><", ">\n<"));
}

/// Whoever reviews the page must not take a part for the whole.
#[test]
fn a_page_says_what_the_plan_was_narrowed_to() {
    let mut plan = first_plan(&["eu-west-1"]);
    assert!(!html(&plan).contains("Narrowed"));
    plan["targets"] = json!(["event_target.firehose@eu-west-1"]);
    plan["changes_left_out"] = json!(2);
    let told = "Narrowed by --target to event_target.firehose@eu-west-1 and what must be done with it. \
                2 other changes are left out.";
    assert!(html(&plan).contains(told));
}

#[test]
fn the_browser_runs_the_script_and_the_style_of_the_page_alone() {
    let page = html(&first_plan(&["eu-west-1"]));
    let within = |start: &str, end: &str| {
        let from = page.find(start).expect("a start") + start.len();
        page[from..from + page[from..].find(end).expect("an end")].to_owned()
    };
    for (start, end) in [("<style>", "</style>"), ("<script>", "</script>")] {
        // The browser computes the hash of exactly what stands there.
        let hash = aws_smithy_types::base64::encode(Sha256::digest(within(start, end)));
        assert!(
            page.contains(&format!("&#39;sha256-{hash}&#39;")),
            "{start}"
        );
    }
    for attribute in [" style=", " onclick=", " src="] {
        assert!(!page.contains(attribute), "{attribute}");
    }
}
