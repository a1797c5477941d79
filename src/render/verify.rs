//! The output of what was tried, as text and as JSON.

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

use super::wrap::hanging;
use crate::checks::verify::{Outcome, Step};
use crate::systems::Site;
use iam_policy::printable::printable;

/// The column at which the messages begin.
const MESSAGES: usize = 22;

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Pass => AnsiColor::Green.on_default(),
        Outcome::Fail => AnsiColor::Red.on_default().bold(),
        Outcome::Unknown => AnsiColor::Yellow.on_default(),
    }
}

/// The steps, those of a region below its name, what stays behind, and the verdict.
pub fn text(steps: &[Step], left: &[String], width: usize) -> String {
    let mut text = String::new();
    let mut region = None;
    for step in steps {
        if step.region != region {
            region.clone_from(&step.region);
            let name = region.as_ref().map_or("Account", |region| region.name());
            text.push_str(&format!("\n{name}\n"));
        }
        text.push_str(&one(step, width));
    }
    for it in left {
        let first = format!(
            "\n{}Left:{} ",
            style(Outcome::Unknown).render(),
            style(Outcome::Unknown).render_reset()
        );
        text.push_str(&hanging(
            &first,
            "      ",
            &format!("{}.", printable(it)),
            width,
        ));
    }
    let verdict = verdict(steps, width);
    format!("{text}\n{verdict}")
}

fn one(step: &Step, width: usize) -> String {
    let style = style(step.outcome);
    let rest = " ".repeat(MESSAGES);
    let first = format!("{style}{:<8}{style:#} {:<12} ", step.outcome, step.name);
    let mut message = printable(&step.message);
    if step.took.as_secs_f64() >= 0.05 {
        message.push_str(&format!(" ({:.1} s)", step.took.as_secs_f64()));
    }
    let mut text = hanging(&first, &rest, &message, width);
    if let Some(advice) = &step.advice {
        let first = format!("{rest}> ");
        let rest = format!("{rest}  ");
        text.push_str(&hanging(
            &first,
            &rest,
            &format!("{}.", printable(advice)),
            width,
        ));
    }
    text
}

/// The number of steps by their outcome.
fn verdict(steps: &[Step], width: usize) -> String {
    let count = |outcome| steps.iter().filter(|it| it.outcome == outcome).count();
    let (passed, failed) = (count(Outcome::Pass), count(Outcome::Fail));
    let (worst, words) = match (failed, count(Outcome::Unknown)) {
        (0, 0) => (
            Outcome::Pass,
            format!("It works: {passed} of {passed} steps passed."),
        ),
        (0, unknown) => (
            Outcome::Unknown,
            format!(
                "Nothing failed: {passed} steps passed, and {unknown} could not be determined."
            ),
        ),
        (failed, 0) => (
            Outcome::Fail,
            format!("It does not work: {failed} failed, {passed} passed."),
        ),
        (failed, unknown) => (
            Outcome::Fail,
            format!(
                "It does not work: {failed} failed, {passed} passed, {unknown} could not be determined."
            ),
        ),
    };
    let style = style(worst);
    hanging("", "", &format!("{style}{words}{style:#}"), width)
}

/// The steps and what stays behind as one document.
pub fn json(site: &Site, steps: &[Step], left: &[String]) -> Json {
    let shown = steps.iter().map(|step| {
        json!({
            "region": step.region.as_ref().map(|region| region.name()),
            "step": step.name,
            "outcome": step.outcome.to_string(),
            "message": step.message,
            "advice": step.advice,
            "seconds": (step.took.as_secs_f64() * 10.0).round() / 10.0,
        })
    });
    json!({
        "account": site.account.as_str(),
        "partition": site.partition.name(),
        "ok": steps.iter().all(|step| step.outcome != Outcome::Fail),
        "steps": shown.collect::<Vec<_>>(),
        "left": left,
    })
}
