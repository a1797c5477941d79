//! The text output of a plan.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value as Json;

use crate::engine::action::Action;
use crate::engine::attributes::{Change, Value};
use crate::engine::known::KNOWN_AFTER_APPLY;
use crate::engine::plan::{Plan, Step};
use crate::render::wrap::{USUAL, wrapped};
use crate::systems::Site;
use iam_policy::printable::printable;
use iam_policy::{DiffLine, Sign, diff};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const BLOCKED: Style = AnsiColor::Red.on_default().bold();
const QUIET: Style = Style::new().dimmed();

/// The style and the sign of an action.
pub fn sign_of(action: Action) -> (Style, char) {
    match action {
        Action::Keep => (QUIET, '='),
        Action::Create => (ADDED, '+'),
        Action::Update | Action::Adopt => (CHANGED, '~'),
        Action::Delete => (REMOVED, '-'),
        Action::Blocked => (BLOCKED, '!'),
    }
}

/// The whole plan: its account and regions, one line for each resource with its changes below, and
/// a summary.
///
/// The text has ANSI styles, which the writer removes if they are not wanted. Everything that comes
/// from AWS is escaped.
pub fn plan(site: &Site, plan: &Plan) -> String {
    let mut text = format!("{}\n\n", place(site));
    let widths = plan.steps.iter().map(|step| step.address.to_string().len());
    let width = widths.max().unwrap_or(0);
    for step in &plan.steps {
        step_text(&mut text, step, width);
    }
    if !plan.steps.is_empty() {
        text.push('\n');
    }
    text.push_str(&summary(plan));
    text.push('\n');
    text
}

/// The account, the partition and the regions, in one line without a line break.
pub fn place(site: &Site) -> String {
    let account = format!(
        "Account {} in the partition {}",
        site.account, site.partition
    );
    let Some((main, others)) = site.regions.split_first() else {
        return account;
    };
    let others: String = others.iter().map(|region| format!(", {region}")).collect();
    let noun = if others.is_empty() {
        "region"
    } else {
        "regions"
    };
    format!("{account}, {noun} {main} (main){others}")
}

/// The number of security findings in the documents, and the command that explains them; empty if
/// there are none.
pub fn security(findings: usize) -> String {
    let noun = match findings {
        0 => return String::new(),
        1 => "finding",
        _ => "findings",
    };
    format!(
        "{CHANGED}Security:{CHANGED:#} {findings} {noun} in these documents; `provision policy lint` \
         explains them.\n"
    )
}

fn step_text(text: &mut String, step: &Step, width: usize) {
    let (style, sign) = sign_of(step.decision.action);
    let action = step.decision.action.to_string();
    let address = step.address.to_string();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{style}{sign} {action:<7}{style:#} {address:<width$}  {QUIET}{}{QUIET:#}",
        printable(&step.name)
    );
    if let Some(reason) = &step.decision.reason {
        for line in wrapped(&printable(reason), USUAL - 4) {
            let _ = writeln!(text, "    {style}{line}{style:#}");
        }
    }
    for note in step.note.iter().chain(&step.keeps) {
        for line in wrapped(&printable(note), USUAL - 4) {
            let _ = writeln!(text, "    {QUIET}{line}{QUIET:#}");
        }
    }
    // A deletion removes all attributes of a resource, so they are not listed.
    if step.decision.action != Action::Delete {
        for change in &step.decision.changes {
            change_text(text, change);
        }
    }
}

fn change_text(text: &mut String, change: &Change) {
    let name = printable(&change.attribute);
    let note = change
        .note()
        .map(|note| format!(" {QUIET}({note}){QUIET:#}"));
    let note = note.unwrap_or_default();
    let policies =
        [&change.before, &change.after].map(|value| value.as_ref().map(Value::as_policy));
    // A policy cannot be compared with a value that is no policy.
    if let [Some(Some(_)) | None, Some(Some(_)) | None] = policies {
        let [before, after] = policies.map(Option::flatten);
        let (style, sign) = side(change);
        let _ = writeln!(text, "    {style}{sign} {name}{style:#}{note}");
        let lines = diff(before.as_deref(), after.as_deref());
        text.push_str(&policy_diff(&lines, 6));
        return;
    }
    let (style, sign) = side(change);
    let values = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{} -> {}", value(before), value(after)),
        (Some(only), None) | (None, Some(only)) => value(only),
        (None, None) => String::new(),
    };
    let _ = writeln!(text, "    {style}{sign} {name}{style:#}: {values}{note}");
}

fn side(change: &Change) -> (Style, char) {
    match (&change.before, &change.after) {
        (None, _) => (ADDED, '+'),
        (_, None) => (REMOVED, '-'),
        _ => (CHANGED, '~'),
    }
}

/// The differences between two policies, one line for each, indented by `indent` columns.
pub fn policy_diff(lines: &[DiffLine], indent: usize) -> String {
    let mut text = String::new();
    for line in lines {
        let (style, sign) = match line.sign {
            Sign::Added => (ADDED, '+'),
            Sign::Removed => (REMOVED, '-'),
            Sign::Changed => (CHANGED, '~'),
        };
        let indent = indent + 2 * usize::from(line.depth);
        let _ = writeln!(text, "{:indent$}{style}{sign}{style:#} {}", "", line.text);
    }
    text
}

fn value(value: &Value) -> String {
    match value {
        Value::KnownAfterApply => KNOWN_AFTER_APPLY.to_owned(),
        Value::Plain(Json::String(text)) if !text.is_empty() => printable(text),
        Value::Plain(json) => printable(&json.to_string()),
        Value::Policy(_) | Value::Document(_) => {
            let statements = value
                .as_policy()
                .map_or(0, |policy| policy.statements().len());
            let noun = match statements {
                1 => "statement",
                _ => "statements",
            };
            format!("(a policy with {statements} {noun})")
        }
    }
}

/// One line with the number of resources by action, which also says if there are no changes.
pub fn summary(plan: &Plan) -> String {
    let counts = counts(plan);
    if plan.has_changes() || plan.count(Action::Blocked) > 0 {
        format!("Plan: {counts}.")
    } else {
        format!("No changes: {counts}.")
    }
}

/// The number of resources by action, in words.
pub fn counts(plan: &Plan) -> String {
    let count = |action| plan.count(action);
    let parts: Vec<String> = [
        (Action::Create, "to create"),
        (Action::Adopt, "to adopt"),
        (Action::Update, "to update"),
        (Action::Delete, "to delete"),
        (Action::Blocked, "blocked"),
        (Action::Keep, "unchanged"),
    ]
    .into_iter()
    .filter(|(action, _)| count(*action) > 0)
    .map(|(action, words)| format!("{} {words}", count(action)))
    .collect();
    if parts.is_empty() {
        "nothing exists".to_owned()
    } else {
        parts.join(", ")
    }
}
