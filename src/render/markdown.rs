//! A plan as Markdown, for the comment of a pull request.
//!
//! Whatever comes from AWS stands in code. There GitHub makes neither markup nor mentions of it.

use iam_policy::lint::{Accepted, Severity};
use iam_policy::printable::harmless;
use serde_json::Value as Json;

use crate::engine::action::Action;
use crate::failure::Failure;
use crate::render::differences::{Row, rows};
use crate::render::html::verdict;
use crate::render::kind_words::kind_words;
use crate::render::narrowed;
use crate::render::plan_document::{Change, PlanDocument, Resource};
use crate::render::plan_findings::{self, PlanFinding};
use crate::render::text::{counts, sign_of};

/// GitHub refuses a comment of more than 65,536 characters ("Body is too long"). Whoever sends it may
/// write something above.
const MOST: usize = 64_000;
/// The part of it that the table may take.
const MOST_OF_TABLE: usize = 24_000;

/// The plan in the form of `plan --json` as Markdown. Findings that are accepted are left out.
///
/// # Errors
/// JSON that is not a plan.
pub fn markdown(document: &Json, accepted: &Accepted) -> Result<String, Failure> {
    let plan = PlanDocument::read(document)?;
    let findings = plan_findings::findings(&plan, accepted);
    let mut text = format!(
        "### Account {}: {}\n\n{}\n",
        code(&plan.account),
        counts(plan.actions()),
        verdict(&plan)
    );
    if !plan.targets.is_empty() {
        let targets: Vec<String> = plan.targets.iter().map(|it| code(it)).collect();
        let narrowed = narrowed::sentences(&targets, plan.changes_left_out);
        text.push_str(&format!("\n{narrowed}\n"));
    }
    for warning in &plan.warnings {
        let address = warning.address.as_deref().unwrap_or("warning");
        text.push_str(&format!(
            "\n**Warning:** {}: {}\n",
            code(address),
            code(&warning.message)
        ));
    }
    if !findings.is_empty() {
        text.push_str(&format!("\n{}\n", lint(&findings)));
    }
    let changing = plan.resources.iter().filter(|it| it.action != Action::Keep);
    let changing: Vec<&Resource> = changing.collect();
    if changing.is_empty() {
        return Ok(text);
    }
    text.push_str("\n| | resource | kind | name |\n|---|---|---|---|\n");
    append(
        &mut text,
        MOST_OF_TABLE,
        "",
        changing.iter().map(|it| table_row(it)),
    );
    append(&mut text, MOST, "\n", changing.iter().map(|it| details(it)));
    Ok(text)
}

/// Adds whole parts for as long as they fit, and says how many did not.
fn append(text: &mut String, most: usize, before: &str, parts: impl Iterator<Item = String>) {
    let mut left_out = 0;
    for part in parts {
        if left_out == 0 && text.len() + before.len() + part.len() <= most {
            text.push_str(before);
            text.push_str(&part);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let noun = if left_out == 1 {
            "resource does"
        } else {
            "resources do"
        };
        text.push_str(&format!(
            "\n{left_out} more {noun} not fit into a comment; `provision plan` shows all.\n"
        ));
    }
}

/// How many findings there are, and the codes of those that matter for security.
fn lint(findings: &[PlanFinding]) -> String {
    let security = findings
        .iter()
        .filter(|it| it.finding.rule.severity == Severity::Security);
    let mut codes: Vec<String> = security.map(|it| code(it.finding.rule.code)).collect();
    let count = codes.len();
    codes.dedup();
    match count {
        0 => format!("Lint: {} without a matter of security.", findings.len()),
        1 => format!("Lint: 1 security finding ({}).", codes.join(", ")),
        count => format!("Lint: {count} security findings ({}).", codes.join(", ")),
    }
}

fn table_row(resource: &Resource) -> String {
    // A bar begins the next cell, in code too, and a backslash before it may itself be escaped. No name in
    // AWS has one.
    let cell = |text: &str| code(&text.replace('|', "¦"));
    format!(
        "| {} {} | {} | {} | {} |\n",
        code(&sign_of(resource.action).1.to_string()),
        resource.action,
        cell(&resource.address),
        cell(kind_words(&resource.kind)),
        cell(&resource.name)
    )
}

/// The changes of a resource, folded.
fn details(resource: &Resource) -> String {
    let mut lines = Vec::new();
    let told = [&resource.summary, &resource.reason, &resource.note];
    for text in told.into_iter().flatten().chain(&resource.keeps) {
        lines.push(format!("# {text}"));
    }
    // A deletion removes all attributes of a resource, so they are not listed.
    if resource.action != Action::Delete {
        let mut changes: Vec<&Change> = resource.changes.iter().collect();
        changes.sort_by_key(|change| change.attribute != "trust_policy");
        for change in changes {
            change_lines(&mut lines, change);
        }
    }
    format!(
        "<details><summary>{} {} <code>{}</code></summary>\n\n{}</details>\n",
        sign_of(resource.action).1,
        resource.action,
        html(&resource.address),
        block(&lines)
    )
}

fn change_lines(lines: &mut Vec<String>, change: &Change) {
    let name = &change.attribute;
    if let Some(note) = &change.note {
        lines.push(format!("# {name}: {note}"));
    }
    let rows = rows(change);
    if rows.is_empty() {
        lines.push(format!("# {name}: nothing that is shown differs"));
    }
    for row in rows {
        match row {
            Row::Heading(text) => lines.push(format!("  {name}: {text}")),
            Row::Part {
                place,
                before,
                after,
            } => {
                let space = if place.is_empty() { "" } else { " " };
                for (sign, text) in [('-', before), ('+', after)] {
                    lines.extend(text.map(|text| format!("{sign} {name}{space}{place}: {text}")));
                }
            }
        }
    }
}

/// A block of code with these lines, which no line ends.
fn block(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = lines.iter().map(|line| harmless(line)).collect();
    let text = lines.join("\n");
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}diff\n{text}\n{fence}\n\n")
}

/// Code within a line, which the text cannot end.
fn code(text: &str) -> String {
    let text = harmless(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    // One space on each side is taken away again.
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|it| it != '`').map(str::len);
    runs.max().unwrap_or_default()
}

/// A text within HTML, where Markdown has no meaning.
fn html(text: &str) -> String {
    let text = harmless(text).replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
