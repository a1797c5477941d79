//! The output of the checks before a write, as text and as JSON.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

use crate::checks::preflight::{Check, Verdict};
use iam_policy::printable::printable;

/// One line for each check, and below it one line for each call that would be denied.
pub fn text(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let style = match check.verdict {
            Verdict::Ok => AnsiColor::Green.on_default(),
            Verdict::Unknown => Style::new().dimmed(),
            Verdict::Warning => AnsiColor::Yellow.on_default(),
            Verdict::Wrong => AnsiColor::Red.on_default().bold(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{style}{:<8}{style:#} {:<12} {}",
            check.verdict,
            check.name,
            printable(&check.message)
        );
        for denied in &check.denied {
            let _ = writeln!(text, "         - {}", printable(&denied.to_string()));
        }
    }
    text
}

/// The checks with problems that a person must see before a write; one line if there is no problem.
pub fn brief(checks: &[Check]) -> String {
    let bad: Vec<Check> = checks
        .iter()
        .filter(|check| check.verdict != Verdict::Ok)
        .cloned()
        .collect();
    if bad.is_empty() {
        let all = checks.iter().map(|check| printable(&check.message));
        let all: Vec<String> = all.collect();
        format!("Checked: {}.\n", all.join("; "))
    } else {
        text(&bad)
    }
}

/// The checks as a list.
pub fn json(checks: &[Check]) -> Json {
    let checks = checks.iter().map(|check| {
        let denied = check.denied.iter().map(|denied| {
            json!({
                "address": denied.address.to_string(),
                "action": denied.action,
                "resource": denied.resource,
                "reason": denied.reason,
            })
        });
        json!({
            "check": check.name,
            "verdict": check.verdict.to_string(),
            "message": check.message,
            "denied": denied.collect::<Vec<_>>(),
        })
    });
    checks.collect()
}
