//! `provision explain [WHAT]`: says what a code, an address, an attribute or a setting means.

mod code;
mod resource;
mod sample;
mod setting;
mod topic;

use std::collections::BTreeSet;
use std::io::stdout;

use crate::cli::ExplainArgs;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::kinds::attributes::{ATTRIBUTES, KINDS};
use crate::names::Region;
use crate::render::wrap::{columns, hanging};
use crate::terminal::print;
use iam_policy::lint::{Severity, rules};
use topic::{Group, Topic};

/// How far a word may be from what it is taken for, as a share of its letters.
const NEAR: f64 = 0.55;
/// A word of so many letters is near to every name that has it in it.
const SHORTEST_PART: usize = 4;
/// How many near words are named.
const MOST_NEAR: usize = 3;

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

/// The topics that a word means: several, where attributes of several kinds have the same name. An
/// address whose name is of the settings means the one resource of its kind, or the kind.
fn find<'a>(topics: &'a [Topic], word: &str) -> Vec<&'a Topic> {
    let means = |topic: &&Topic, word: &str| topic.words.iter().any(|it| normal(it) == word);
    let word = normal(word);
    let found: Vec<&Topic> = topics.iter().filter(|topic| means(topic, &word)).collect();
    let Some((kind, _)) = word.split_once('.').filter(|_| found.is_empty()) else {
        return found;
    };
    let is_of_kind = |topic: &&Topic| {
        topic.group == Group::Resource && topic.name().split('.').next() == Some(kind)
    };
    let of_kind: Vec<&Topic> = topics.iter().filter(is_of_kind).collect();
    match of_kind.len() {
        1 => of_kind,
        _ => {
            let kinds = topics.iter().filter(|topic| topic.group == Group::Kind);
            kinds.filter(|topic| topic.name() == kind).collect()
        }
    }
}

/// A word without what differs between deployments: regions, account numbers, the keys of attributes.
fn normal(word: &str) -> String {
    let mut word = family(word).replace("MAIN_REGION", "REGION");
    for region in Region::all() {
        word = word.replace(region.name(), "REGION");
    }
    let mut normal = String::new();
    for part in word.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let rest = &part[digits.len()..];
        normal.push_str(if digits.len() == 12 {
            "ACCOUNT"
        } else {
            digits
        });
        normal.push_str(rest);
    }
    let normal = normal.strip_suffix("@REGION").unwrap_or(&normal);
    normal.to_ascii_lowercase()
}

/// The name of an attribute without its key: `tags[]` for `tags[team]`.
fn family(name: &str) -> String {
    match name.split_once('[') {
        Some((family, _)) if name.ends_with(']') => format!("{family}[]"),
        _ => name.to_owned(),
    }
}

fn unknown(topics: &[Topic], word: &str) -> Failure {
    let failure = Failure::new(format!("nothing is called {word:?}"));
    let word = normal(word);
    let mut near: Vec<(f64, &str)> = topics
        .iter()
        .filter_map(|topic| {
            if word.len() >= SHORTEST_PART && normal(topic.name()).contains(&word) {
                return Some((1.0, topic.name()));
            }
            let words = topic.words.iter();
            let nearness = words.map(|it| strsim::normalized_levenshtein(&normal(it), &word));
            Some((nearness.max_by(f64::total_cmp)?, topic.name()))
        })
        .filter(|(nearness, _)| *nearness >= NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|it| it.1);
    let near: Vec<&str> = near.iter().take(MOST_NEAR).map(|it| it.1).collect();
    failure.hint(match near[..] {
        [] => "`provision explain` lists what can be explained".to_owned(),
        _ => format!(
            "Near are {}; `provision explain` lists what can be explained",
            near.join(", ")
        ),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Topic> {
        topics().unwrap()
    }

    #[test]
    fn a_word_is_found_however_it_is_written() {
        let topics = all();
        let firehose = "iam_role.firehose-REGION";
        let cases: &[(&str, &[&str], &str)] = &[
            ("all-actions", &["all-actions"], "a code"),
            (firehose, &[firehose], "an address with its placeholder"),
            (
                "iam_role.firehose-ap-south-2",
                &[firehose],
                "an address of a plan",
            ),
            (
                "role/StackStateFirehoseRole-REGION",
                &[firehose],
                "the end of an ARN",
            ),
            ("StackStateFirehoseRole-us-east-1", &[firehose], "a name"),
            (
                "arn:aws:iam::210987654321:role/StackStateFirehoseRole-eu-north-1",
                &[firehose],
                "an ARN of another account",
            ),
            (
                "s3_bucket.logs",
                &["s3_bucket.logs@MAIN_REGION"],
                "without its region",
            ),
            (
                "stackstate-logs-210987654321",
                &["s3_bucket.logs@MAIN_REGION"],
                "the bucket's name",
            ),
            (
                "iam_policy.Mine",
                &["iam_policy.NAME"],
                "a name of the settings",
            ),
            ("iam_role.other", &["iam_role"], "no resource, but its kind"),
            (
                "Versioning",
                &["versioning"],
                "an attribute in another case",
            ),
            (
                "inline_policy[default]",
                &["inline_policy[NAME]"],
                "of a family",
            ),
            ("tags[team]", &["tags[KEY]"], "of several kinds, once"),
            ("key_policy", &["key_policy"], "an attribute"),
            ("role", &["role", "role"], "an attribute of two kinds"),
            ("kms_key.rotation", &["rotation"], "an attribute of a kind"),
            ("regions", &["regions"], "a key at the top of the file"),
            (
                "stackstate.trust",
                &["stackstate.trust"],
                "a key of a section",
            ),
            (
                "external_id",
                &["stackstate.external_id"],
                "without its section",
            ),
            ("--policy-profile", &["stackstate.profile"], "a flag"),
            ("--concurrency", &["--concurrency"], "a flag without a key"),
            (
                "attach_to",
                &["audit_trail.attach_to"],
                "a key without a flag",
            ),
            ("audit_trail", &["audit_trail"], "a section"),
            ("lint.accept", &["lint.accept"], "a table"),
            (
                "permissions_boundary",
                &[
                    "permissions_boundary",
                    "stackstate.permissions_boundary",
                    "audit_trail.permissions_boundary",
                ],
                "an attribute, and a key of two sections",
            ),
            ("moon", &[], "nothing"),
        ];
        for (word, names, reason) in cases {
            let found: Vec<&str> = find(&topics, word).iter().map(|it| it.name()).collect();
            assert_eq!(found, *names, "{word}: {reason}");
        }
    }

    #[test]
    fn an_unknown_word_gets_the_nearest_names() {
        let topics = all();
        let cases = [
            ("all-action", "Near are all-actions"),
            ("s3_bucket.log", "Near are s3_bucket.logs@MAIN_REGION"),
            ("versoning", "Near are versioning"),
            (
                "firehose",
                "Near are event_target.firehose@REGION, firehose_stream, ",
            ),
            ("moon", "`provision explain` lists"),
        ];
        for (word, expected) in cases {
            let hint = unknown(&topics, word).hint.unwrap_or_default();
            assert!(hint.starts_with(expected), "{word}: {hint}");
        }
    }

    #[test]
    fn what_can_be_explained_fits_one_screen() {
        for width in [60, 80] {
            let text = overview(&all(), width);
            assert!(text.lines().count() < 24, "{width}: {text}");
            insta::assert_snapshot!(format!("overview_{width}"), text);
        }
    }

    #[test]
    fn lists_name_everything() {
        let lists = codes(80) + &attributes(80);
        for topic in all() {
            let is_listed = matches!(topic.group, Group::Code | Group::Attribute);
            assert!(
                !is_listed || lists.contains(topic.name()),
                "{}",
                topic.name()
            );
        }
    }

    #[test]
    fn explanations_as_a_person_reads_them() {
        let topics = all();
        let words = [
            "service-without-source",
            "not-json",
            "iam_role.firehose-REGION",
            "kms_key.integration",
            "event_target.firehose",
            "iam_policy.NAME",
            "iam_role",
            "tags[team]",
            "lifecycle",
            "regions",
            "encryption",
            "audit_trail",
            "audit_trail.profile",
            "attach_to",
        ];
        for width in [60, 80] {
            let texts = words.map(|word| {
                let found = find(&topics, word).into_iter();
                found.map(|it| it.text(width)).collect::<String>()
            });
            let text = anstream::adapter::strip_str(&texts.join("\n")).to_string();
            insta::assert_snapshot!(format!("explained_{width}"), text);
        }
    }
}
