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
    /// The same as a flag, if there is one.
    pub(super) flag: Option<&'static str>,
    /// The variable that can be set instead.
    pub(super) variable: Option<&'static str>,
}

/// No region, in the settings and in what was asked beside them.
pub(super) const REGION: Missing = Missing {
    key: "regions",
    problem: "no region is set, neither here nor in the AWS environment or profile",
    line: "regions = [\"eu-west-1\"]",
    flag: Some("--region eu-west-1"),
    variable: Some("AWS_REGION"),
};

/// The same before the AWS profile was asked.
pub(super) const REGION_UNLESS_IN_PROFILE: Missing = Missing {
    problem: "no region is set, unless the AWS profile names one",
    ..REGION
};

/// The same for many accounts, whose regions depend neither on who runs a command nor where.
pub(super) const REGION_OF_FLEET: Missing = Missing {
    problem: "no region is set, and those of a fleet come from the settings alone",
    variable: None,
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
    let flags: Vec<&str> = missing.iter().filter_map(|it| it.flag).collect();
    let failure = missing
        .iter()
        .fold(failure, |failure, it| failure.because(it.problem));
    failure.hint(format!(
        "Run `provision init`, which asks for what is needed and writes {}, or add `{}` to the command",
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
        variable,
    } = missing;
    let section = key.split_once('.').map(|(section, _)| section);
    let place = match section {
        Some(section) => format!("below [{section}] in"),
        None => "to".to_owned(),
    };
    let mut ways = vec![format!("Add {line} {place} {}", source.name)];
    ways.extend(flag.map(|flag| format!("pass {flag}")));
    ways.extend(variable.map(|variable| format!("set {variable}")));
    let why = Invalid::new(*problem, either(&ways) + ".");
    // An empty list stands in the file; otherwise the section does, where the key belongs.
    match source.span(key).or_else(|| source.span(section?)) {
        Some(span) => source.refuse(span, key, why),
        None => why.at(&source.name),
    }
}

/// The ways as one clause.
fn either(ways: &[String]) -> String {
    match ways {
        [others @ .., last] if !others.is_empty() => format!("{}, or {last}", others.join(", ")),
        ways => ways.concat(),
    }
}
