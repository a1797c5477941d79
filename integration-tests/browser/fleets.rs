//! The fleets whose pages are looked at.

use std::time::Duration;

use provision::failure::Failure;
use provision::fleet::ended::{Ended, Outcome};
use provision::fleet::groups::Plans;
use provision::fleet::report::Command;
use provision::fleet::target::{Skipped, Target};
use provision::names::AccountId;
use provision::render::fleet::summary::Summary;
use provision::render::html::fleet::page;
use serde_json::Value as Json;

use crate::plans::{HOSTILE, REGIONS, first};

/// Each page with its name.
pub fn all() -> [(&'static str, String); 2] {
    let pages = [
        ("fleet.html", fleet(1000, "")),
        ("fleet-hostile.html", fleet(20, HOSTILE)),
    ];
    assert!(pages[0].1.len() < 450_000, "{} bytes", pages[0].1.len());
    pages
}

fn account(number: usize) -> AccountId {
    format!("{number:012}").parse().expect("an account")
}

/// So many accounts, every text of others ending in `name`.
fn fleet(count: usize, name: &str) -> String {
    let plan = |regions: &[&str], account: &AccountId| -> Json {
        let text = first(regions).to_string();
        let text = text.replace("123456789012", account.as_str());
        serde_json::from_str(&text).expect("a plan")
    };
    let mut plans = Plans::default();
    let ended: Vec<Ended> = (1..=count)
        .map(|number| {
            let account = account(number);
            let target = Target {
                account: account.clone(),
                name: Some(format!("team-{number}{name}")),
                path: Vec::new(),
                is_callers: false,
                is_discovered: true,
            };
            let ended = |outcome| Ended::new(&target, outcome, Duration::from_secs(number as u64));
            let regions = match number {
                1..=3 => {
                    let message = format!("AssumeRole failed (account {account}){name}");
                    let failure = Failure::new(message).because("AccessDenied: not authorized");
                    let failure = failure.hint("Look at the role's trust policy");
                    return ended(Outcome::Unreachable).because(&failure);
                }
                4 => {
                    return Ended::skipped(&Skipped {
                        account,
                        name: Some(format!("team-{number}{name}")),
                        reason: format!("it is suspended{name}"),
                    });
                }
                5..=14 => &REGIONS[..2],
                15..=35 => &REGIONS[..3],
                _ => return ended(Outcome::Unchanged),
            };
            let plan = plan(regions, &account);
            let ended = ended(Outcome::Changed).with_plan(&plan);
            plans.add(&account, ended.plan.expect("a digest"), &plan);
            ended
        })
        .collect();
    let run = Summary {
        command: Command::Plan,
        ended: &ended,
        plans: &plans,
        waves: &[],
        stopped: None,
        next: None,
        took: Duration::from_secs(43),
        width: 80,
        details: false,
    };
    page(&run, Some("o-a1b2c3d4e5"))
}
