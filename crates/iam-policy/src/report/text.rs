//! A report as a person reads it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::lines::hanging;
use crate::lint::{Checked, Found, Report, Rule, Severity};
use crate::printable::printable;

const PLAIN: Style = Style::new();
const QUIET: Style = Style::new().dimmed();
const NAME: Style = Style::new().bold();

/// How many documents, and how many places in each, are shown of a finding that is repeated.
const SHOWN: usize = 3;

/// How much a text shows, and how wide it is.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// The columns of the terminal.
    pub width: usize,
    /// Whether every place of a finding is listed, however many there are.
    pub is_whole: bool,
}

impl Extent {
    fn shown(self) -> usize {
        if self.is_whole { usize::MAX } else { SHOWN }
    }
}

/// The findings of one rule about which the same is to be done, as one.
struct Group<'a> {
    rule: &'static Rule,
    remedy: &'a str,
    /// Documents with the same findings, which are written from one file.
    alike: Vec<(Vec<&'a Checked>, Vec<&'a Found>)>,
}

/// Each finding once, with the places where it is, the worst first; then the accepted ones, and a line
/// with the numbers.
#[must_use]
pub fn report(report: &Report, extent: Extent) -> String {
    let mut text = String::new();
    for group in groups(report, |found| {
        found.accepted.is_none().then(|| found.remedy())
    }) {
        let style = style(group.rule.severity);
        let _ = write!(text, "{style}{}{style:#} ", group.rule.severity);
        let _ = writeln!(text, "{NAME}{}{NAME:#}{}", group.rule.code, group.times());
        hanging(&mut text, "  ", PLAIN, group.rule.risk, extent.width);
        group.places(&mut text, extent);
        let remedy = format!("Fix: {}", group.remedy);
        hanging(&mut text, "  ", PLAIN, &remedy, extent.width);
        hanging(&mut text, "  ", QUIET, group.rule.reference, extent.width);
        text.push('\n');
    }
    let accepted = groups(report, |found| found.accepted.as_deref());
    if !accepted.is_empty() {
        text.push_str("Accepted in the settings:\n");
    }
    for group in &accepted {
        let words = format!(
            "{}{}: {}",
            group.rule.code,
            group.times(),
            printable(group.remedy)
        );
        hanging(&mut text, "  ", PLAIN, &words, extent.width);
        if extent.is_whole {
            group.places(&mut text, extent);
        }
    }
    if !accepted.is_empty() {
        text.push('\n');
    }
    hanging(&mut text, "", PLAIN, &summary(report), extent.width);
    text
}

/// The findings that `remedy` picks, by rule and remedy, the worst first.
fn groups<'a>(report: &'a Report, remedy: impl Fn(&'a Found) -> Option<&'a str>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for document in &report.documents {
        for found in &document.found {
            let Some(remedy) = remedy(found) else {
                continue;
            };
            let rule = found.finding.rule;
            let group = groups
                .iter_mut()
                .find(|group| group.rule == rule && group.remedy == remedy);
            match group {
                Some(group) => group.add(document, found),
                None => groups.push(Group {
                    rule,
                    remedy,
                    alike: vec![(vec![document], vec![found])],
                }),
            }
        }
    }
    for group in &mut groups {
        group.fold();
    }
    groups.sort_by(|a, b| (b.rule.severity, a.rule.code).cmp(&(a.rule.severity, b.rule.code)));
    groups
}

impl<'a> Group<'a> {
    fn add(&mut self, document: &'a Checked, found: &'a Found) {
        match self.alike.last_mut() {
            Some((documents, all)) if documents.iter().any(|it| std::ptr::eq(*it, document)) => {
                all.push(found);
            }
            _ => self.alike.push((vec![document], vec![found])),
        }
    }

    /// Puts the documents together that are written from one file and have their findings in the same
    /// places: those of several regions.
    fn fold(&mut self) {
        let mut alike: Vec<(Vec<&'a Checked>, Vec<&'a Found>)> = Vec::new();
        for (documents, found) in std::mem::take(&mut self.alike) {
            let is_like = |other: &&mut (Vec<&Checked>, Vec<&Found>)| {
                let [a, b] = [&documents, &other.0].map(|it| it.first().map(|it| &it.file));
                let places = |all: &[&Found]| -> Vec<_> {
                    all.iter().map(|it| it.finding.place.clone()).collect()
                };
                a == b && a != Some(&None) && places(&found) == places(&other.1)
            };
            match alike.iter_mut().find(is_like) {
                Some((others, _)) => others.extend(documents),
                None => alike.push((documents, found)),
            }
        }
        self.alike = alike;
    }

    /// `: 4 findings`, or nothing for one.
    fn times(&self) -> String {
        let each = self.alike.iter();
        match each
            .map(|(documents, found)| documents.len() * found.len())
            .sum()
        {
            1 => String::new(),
            count => format!(", {count} findings"),
        }
    }

    fn places(&self, text: &mut String, extent: Extent) {
        let shown = extent.shown();
        for (documents, found) in self.alike.iter().take(shown) {
            hanging(text, "  ", PLAIN, &names(documents, shown), extent.width);
            for found in found.iter().take(shown) {
                let words = format!("{}: {}", place(found), found.finding.detail);
                hanging(text, "    - ", PLAIN, &words, extent.width);
            }
            more(text, "    - ", found.len().saturating_sub(shown), "place");
        }
        let hidden = self.alike.iter().skip(shown);
        more(
            text,
            "  ",
            hidden.map(|(documents, _)| documents.len()).sum(),
            "document",
        );
    }
}

fn more(text: &mut String, first: &str, hidden: usize, noun: &str) {
    if hidden > 0 {
        let hidden = counted(hidden, noun);
        let _ = writeln!(text, "{first}{QUIET}and {hidden} more{QUIET:#}");
    }
}

/// For example `key-policy (key policy, built in)`.
fn names(documents: &[&Checked], shown: usize) -> String {
    let names = documents.iter().take(shown);
    let mut names: Vec<String> = names.map(|it| printable(&it.name)).collect();
    if documents.len() > shown {
        names.push(format!("{} more", documents.len() - shown));
    }
    let first = documents.first();
    let kind = first.and_then(|it| it.kind).map(|kind| kind.to_string());
    let origin = first.and_then(|it| match &it.file {
        _ if it.is_built_in && it.kind.is_some() => Some("built in".to_owned()),
        Some(file) if *file != it.name => Some(format!("from {}", printable(file))),
        _ => None,
    });
    let about: Vec<String> = kind.into_iter().chain(origin).collect();
    match &about[..] {
        [] => names.join(", "),
        about => format!("{} ({})", names.join(", "), about.join(", ")),
    }
}

/// For example `12:5 statement 2, Resource entry 1`.
fn place(found: &Found) -> String {
    let position = found.position.map_or(String::new(), |position| {
        format!("{}:{} ", position.line, position.column)
    });
    let finding = &found.finding;
    position + &finding.place.in_words(finding.sid.as_deref())
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Security => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Suggestion => AnsiColor::Cyan.on_default(),
    }
}

/// One line that counts documents and findings.
fn summary(report: &Report) -> String {
    let documents = counted(report.documents.len(), "document");
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (severity, report.count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| match severity {
            Severity::Security => format!("{count} security"),
            _ => counted(count, &severity.to_string()),
        })
        .collect();
    let found = match report.open().count() {
        0 => format!("Nothing found in {documents}"),
        found => {
            let found = counted(found, "finding");
            format!("{found} in {documents}: {}", counts.join(", "))
        }
    };
    match report.accepted() {
        0 => format!("{found}."),
        accepted => format!(
            "{found}; not counted: {}, accepted in the settings.",
            counted(accepted, "finding")
        ),
    }
}

/// One or several of something, in words.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
