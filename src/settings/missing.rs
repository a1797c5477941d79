//! What the settings lack, said all at once.

use super::invalid::Invalid;
use super::source::Source;
use crate::failure::Failure;

/// A setting that is needed and given nowhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Missing {
    /// The path of the key.
    pub(super) key: &'static str,
    pub(super) problem: &'static str,
    /// An example for the file.
    pub(super) line: &'static str,
    /// The same as a flag.
    pub(super) flag: &'static str,
}

/// No region, in the settings and in what was asked beside them.
pub(super) const REGION: Missing = Missing {
    key: "regions",
    problem: "no region is set, neither here nor in the AWS environment or profile",
    line: "regions = [\"eu-west-1\"]",
    flag: "--region eu-west-1",
};

/// The same before the AWS profile was asked.
pub(super) const REGION_UNLESS_IN_PROFILE: Missing = Missing {
    problem: "no region is set, unless the AWS profile names one",
    ..REGION
};

/// The failure for one setting that is missing.
pub(super) fn failure(source: &Source, missing: Missing) -> Failure {
    match source.exists {
        true => in_file(source, &missing),
        false => without_file(source, &[missing]),
    }
}

/// The failures for what is missing: one for each in the file, or one for all where there is no file.
pub(super) fn failures(source: &Source, missing: &[Missing]) -> Vec<Failure> {
    if missing.is_empty() {
        return Vec::new();
    }
    if source.exists {
        return missing.iter().map(|it| in_file(source, it)).collect();
    }
    vec![without_file(source, missing)]
}

fn without_file(source: &Source, missing: &[Missing]) -> Failure {
    let failure = Failure::new(format!(
        "there is no {} in this folder or above it, and the flags do not say enough",
        source.name
    ));
    let flags: Vec<&str> = missing.iter().map(|it| it.flag).collect();
    let failure = missing
        .iter()
        .fold(failure, |failure, it| failure.because(it.problem));
    failure.hint(format!(
        "Run `provision init`, which asks for what is needed and writes {}, or add `{}` to the command.",
        source.name,
        flags.join(" ")
    ))
}

fn in_file(source: &Source, missing: &Missing) -> Failure {
    let Missing {
        key,
        problem,
        line,
        flag,
    } = missing;
    let section = key.split_once('.').map(|(section, _)| section);
    let below = section.map_or(String::new(), |section| format!(" below [{section}]"));
    let mut remedy = format!("Add {line}{below} in {}, or pass {flag}", source.name);
    if section.is_none() {
        remedy = format!(
            "Add {line} to {}, pass {flag}, or set AWS_REGION",
            source.name
        );
    }
    let why = Invalid::new(*problem, remedy + ".");
    // An empty list stands in the file; otherwise the section does, where the key belongs.
    match source.span(key).or_else(|| source.span(section?)) {
        Some(span) => source.refuse(span, key, why),
        None => why.at(&source.name),
    }
}
