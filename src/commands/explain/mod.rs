//! `provision explain [WHAT]`: says what a code, an address, an attribute or a setting means.

mod code;
mod find;
mod resource;
mod sample;
mod setting;
#[cfg(test)]
mod tests;
mod topic;

use std::collections::BTreeSet;
use std::io::stdout;

use crate::cli::ExplainArgs;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::kinds::attributes::{ATTRIBUTES, KINDS};
use crate::render::wrap::{columns, hanging};
use crate::terminal::print;
use find::{find, unknown};
use iam_policy::lint::{Severity, rules};
use topic::{Group, Topic};

/// Runs the command, which reads nothing and calls nobody.
///
/// # Errors
/// A word that nothing is called.
pub fn command(args: &ExplainArgs) -> Result<Ending, Failure> {
    let topics = topics()?;
    let width = columns(&stdout());
    let text = match args.what.as_deref() {
        None => overview(&topics, width),
        Some("codes") => codes(width),
        Some("attributes") => attributes(width),
        Some(word) => {
            let found = find(&topics, word);
            if found.is_empty() {
                return Err(unknown(&topics, word));
            }
            let texts: Vec<String> = found.iter().map(|topic| topic.text(width)).collect();
            texts.join("\n")
        }
    };
    print(&text)?;
    Ok(Ending::Well)
}

fn topics() -> Result<Vec<Topic>, Failure> {
    let mut topics = code::topics();
    topics.extend(resource::topics()?);
    topics.extend(setting::topics());
    Ok(topics)
}

/// The words that can be explained in every deployment: all but the addresses of resources. Without those
/// that a shell or the command line would read in another way.
pub(super) fn words() -> Vec<String> {
    let topics = topics().unwrap_or_default().into_iter();
    let topics = topics.filter(|topic| topic.group != Group::Resource);
    let names = topics.map(|topic| topic.name().to_owned());
    let names = names.filter(|name| !name.starts_with('-') && !name.contains('['));
    let lists = ["codes", "attributes"].map(str::to_owned);
    names.chain(lists).collect()
}

/// What can be explained, in one screen.
fn overview(topics: &[Topic], width: usize) -> String {
    let names = |group: Group| -> Vec<&str> {
        let of_group = topics.iter().filter(|topic| topic.group == group);
        let names = of_group.map(|topic| topic.name().split('@').next().unwrap_or_default());
        names.collect()
    };
    let count = |group: Group| names(group).len();
    let mut text = String::from("`provision explain WHAT` explains:\n");
    let of_settings = topics.iter().filter(|topic| topic.group == Group::Setting);
    // The keys of a fleet are many, and stand in the explanation of their section.
    let of_settings = of_settings.filter(|topic| !topic.name().starts_with("fleet."));
    // A section is not part of the word that a person remembers.
    let mut settings: Vec<&str> = of_settings
        .map(|topic| topic.name().rsplit('.').next().unwrap_or_default())
        .collect();
    let mut named = BTreeSet::new();
    settings.retain(|name| named.insert(*name));
    let (codes, attributes) = (count(Group::Code), count(Group::Attribute));
    for (heading, words) in [
        (
            "codes",
            format!("{codes} of policy lint: `provision explain codes` lists them"),
        ),
        (
            "attributes",
            format!("{attributes} of resources: `provision explain attributes` lists them"),
        ),
        (
            "resources",
            format!(
                "{}; also by name or ARN, of any account and region",
                names(Group::Resource).join(", ")
            ),
        ),
        ("settings", settings.join(", ")),
    ] {
        text.push_str(&hanging(
            &format!("  {heading:<11} "),
            &" ".repeat(14),
            &words,
            width,
        ));
    }
    text
}

/// The codes of lint, the worst first.
fn codes(width: usize) -> String {
    let mut text = String::new();
    for severity in Severity::ALL {
        let of_severity = rules().into_iter().filter(|it| it.severity == severity);
        let codes: Vec<&str> = of_severity.map(|it| it.code).collect();
        let heading = format!("{severity}: {}", severity.meaning());
        text.push_str(&hanging("", "", &heading, width));
        text.push_str(&hanging("  ", "  ", &codes.join(", "), width));
    }
    text
}

/// The attributes by kind.
fn attributes(width: usize) -> String {
    let mut text = String::new();
    for (kind, noun) in KINDS {
        let of_kind = ATTRIBUTES.iter().filter(|it| it.kind == kind);
        let names: Vec<&str> = of_kind.map(|it| it.name).collect();
        text.push_str(&hanging("", "", &format!("{kind}: {noun}"), width));
        text.push_str(&hanging("  ", "  ", &names.join(", "), width));
    }
    text
}
