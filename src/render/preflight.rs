//! The output of the checks before a write, as text and as JSON.

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

use super::wrap::{columns, hanging};
use crate::checks::preflight::{Check, Verdict, by_action, way_out};
use iam_policy::printable::printable;

/// The column at which the messages begin.
const MESSAGES: usize = 22;

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Ok => AnsiColor::Green.on_default(),
        Verdict::Unknown => Style::new().dimmed(),
        Verdict::Warning => AnsiColor::Yellow.on_default(),
        Verdict::Wrong => AnsiColor::Red.on_default().bold(),
    }
}

/// One paragraph for each check, and below it one for each action that would be denied.
pub fn text(checks: &[Check], width: usize) -> String {
    let rest = " ".repeat(MESSAGES);
    let mut text = String::new();
    for check in checks {
        let style = style(check.verdict);
        let first = format!("{style}{:<8}{style:#} {:<12} ", check.verdict, check.name);
        text.push_str(&hanging(&first, &rest, &printable(&check.message), width));
        for denied in by_action(&check.denied) {
            text.push_str(&hanging(
                "         - ",
                "           ",
                &printable(&denied),
                width,
            ));
        }
    }
    text
}

/// Whether an apply can begin, and what to do where it cannot.
pub fn verdict(checks: &[Check], width: usize) -> String {
    let unknown = checks.iter().filter(|it| it.verdict == Verdict::Unknown);
    let unknown = unknown.count();
    let (worst, sentence) = match (way_out(checks), unknown) {
        (Some(way_out), _) => (
            Verdict::Wrong,
            format!("An apply would stop here. {way_out}."),
        ),
        (None, 0) => (Verdict::Ok, "An apply can begin.".to_owned()),
        (None, _) => (
            Verdict::Unknown,
            "Nothing that was found speaks against an apply, and not everything could be checked. \
             `provision permissions apply` prints the policy that an apply and its checks need."
                .to_owned(),
        ),
    };
    let style = style(worst);
    format!("{style}{}{style:#}", hanging("", "", &sentence, width))
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
        text(&bad, columns(&std::io::stderr()))
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
