//! What must never be in the page of a fleet, and its size.

use std::time::Duration;

use super::page;
use crate::failure::Failure;
use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::fakes::ended;
use crate::fleet::groups::Plans;
use crate::fleet::report::Command;
use crate::render::fleet::summary::Summary;
use crate::render::fleet::tests::first;

fn html(ended: &[Ended], plans: &Plans) -> String {
    let summary = Summary {
        command: Command::Plan,
        ended,
        plans,
        waves: &[],
        stopped: None,
        next: None,
        took: Duration::from_secs(43),
        width: 80,
        details: false,
    };
    page(&summary, Some("o-a1b2c3d4e5"))
}

/// Ten groups of equal plans in ten regions, and failures of twenty causes.
#[test]
fn the_page_of_a_thousand_accounts_is_below_a_megabyte() {
    let regions = [
        "eu-west-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "eu-west-2",
        "eu-west-3",
        "eu-north-1",
        "eu-central-1",
        "ap-southeast-2",
    ];
    let mut plans = Plans::default();
    let templates: Vec<Ended> = (1..=10)
        .map(|number| {
            let plan = first(number, &regions[..usize::try_from(number).unwrap()]);
            let kept = ended(number, Outcome::Changed).with_plan(&plan);
            plans.add(&kept.account, kept.plan.unwrap(), &plan);
            kept
        })
        .collect();
    let all: Vec<Ended> = (1..=1000)
        .map(|number| {
            let mut one = match number {
                ..=900 => templates[number as usize % 10].clone(),
                _ => {
                    let message =
                        format!("{} {}", "x".repeat(300), "y".repeat(number as usize % 20));
                    ended(number, Outcome::Failed).because(&Failure::new(message))
                }
            };
            one.account = ended(number, Outcome::Done).account;
            one.name = Some(format!("a-team-with-a-long-name-{number}"));
            one
        })
        .collect();
    let page = html(&all, &plans);
    assert!(page.len() < 450_000, "{} bytes", page.len());
    assert_eq!(page.matches("<tr ").count(), 1_000);
    assert_eq!(page.matches("<pre>").count(), 10);
}

#[test]
fn the_page_of_a_fleet() {
    let mut plans = Plans::default();
    let plan = first(1, &["eu-west-1"]);
    let mut changed = ended(1, Outcome::Changed).with_plan(&plan);
    changed.name = Some("</td><script>alert(1)</script>".to_owned());
    plans.add(&changed.account, changed.plan.unwrap(), &plan);
    let failure = Failure::new("AssumeRole failed").because("AccessDenied: `x` <b>");
    let failed = ended(2, Outcome::Unreachable).because(&failure.hint("Look at the trust policy"));
    let page = html(&[failed, changed, ended(3, Outcome::Unchanged)], &plans);
    for attribute in [" style=", " onclick=", " src=", "<script>alert"] {
        assert!(!page.contains(attribute), "{attribute}");
    }
    let body =
        &page[page.find("<body>").expect("a body")..page.find("<script>").expect("a script")];
    insta::assert_snapshot!(body.replace("><", ">\n<"));
}
