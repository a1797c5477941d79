//! A report as a person reads it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::lint::{Checked, Found, Report, Rule, Severity};
use crate::printable::printable;

const QUIET: Style = Style::new().dimmed();
const NAME: Style = Style::new().bold();

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Security => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Suggestion => AnsiColor::Cyan.on_default(),
    }
}

/// The findings document by document, those of one code together and the worst first; then the
/// accepted ones, and a line with the numbers.
#[must_use]
pub fn report(report: &Report) -> String {
    let mut text = String::new();
    for document in &report.documents {
        document_text(&mut text, document);
    }
    accepted_text(&mut text, report);
    text.push_str(&summary(report));
    text.push('\n');
    text
}

fn document_text(text: &mut String, document: &Checked) {
    let is_open = |found: &&Found| found.accepted.is_none();
    let open: Vec<&Found> = document.found.iter().filter(is_open).collect();
    let mut rules: Vec<&Rule> = open.iter().map(|found| found.finding.rule).collect();
    rules.sort_by(|a, b| (b.severity, a.code).cmp(&(a.severity, b.code)));
    rules.dedup();
    if rules.is_empty() {
        return;
    }
    let about = match (document.kind, &document.file) {
        (Some(kind), Some(file)) if *file != document.name => {
            format!(" ({kind} from {})", printable(file))
        }
        (Some(kind), _) => format!(" ({kind})"),
        (None, _) => String::new(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{NAME}{}{NAME:#}{about}", printable(&document.name));
    for rule in rules {
        let style = style(rule.severity);
        let _ = writeln!(text, "  {style}{}{style:#} {}", rule.severity, rule.code);
        for found in open.iter().filter(|found| found.finding.rule == rule) {
            let detail = &found.finding.detail;
            let _ = writeln!(text, "    {}: {detail}", place(found));
        }
        for line in [rule.risk, rule.remedy, rule.reference] {
            let _ = writeln!(text, "    {QUIET}{line}{QUIET:#}");
        }
    }
    text.push('\n');
}

/// For example `12:5 Statement[1].Resource[0] (Sid AllowS3Access)`.
fn place(found: &Found) -> String {
    let position = found.position.map_or(String::new(), |position| {
        format!("{}:{} ", position.line, position.column)
    });
    let finding = &found.finding;
    let sid = finding.sid.as_ref();
    let sid = sid.map_or(String::new(), |sid| format!(" (Sid {sid})"));
    format!("{position}{}{sid}", finding.place)
}

fn accepted_text(text: &mut String, report: &Report) {
    let mut lines = String::new();
    for document in &report.documents {
        for found in &document.found {
            let Some(reason) = &found.accepted else {
                continue;
            };
            let _ = writeln!(
                lines,
                "  {} in {}, {}: {}",
                found.finding.rule.code,
                printable(&document.name),
                place(found),
                printable(reason)
            );
        }
    }
    if !lines.is_empty() {
        let _ = writeln!(text, "Accepted in the settings:\n{lines}");
    }
}

/// One line that counts documents and findings.
fn summary(report: &Report) -> String {
    let documents = counted(report.documents.len(), "document", "documents");
    let found = report.open().count();
    if found == 0 {
        return format!("Nothing found in {documents}.");
    }
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (severity, report.count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| match severity {
            Severity::Error => counted(count, "error", "errors"),
            Severity::Security => format!("{count} of security"),
            Severity::Warning => counted(count, "warning", "warnings"),
            Severity::Suggestion => counted(count, "suggestion", "suggestions"),
        })
        .collect();
    let found = counted(found, "finding", "findings");
    format!("{found} in {documents}: {}.", counts.join(", "))
}

/// One or several of something, in words.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
