//! The section `[lint]`: the findings of `policy lint` that are known and stay.

use std::collections::BTreeMap;

use iam_policy::lint::{self, Accepted};
use serde::Deserialize;

use super::given::{Given, Section, given};
use super::invalid::Invalid;
use super::keys;
use super::source::below;

/// The keys of `[lint]`, which have no flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LintKeys {
    /// The reason to accept each code.
    accept: BTreeMap<String, String>,
}

/// The accepted codes, each with its reason.
pub(super) fn resolve(section: &Section<LintKeys>) -> Accepted {
    let rules = lint::rules();
    let given = given!(section.accept);
    let mut accepted = Accepted::new();
    for (code, reason) in given.value {
        let entry = Given {
            value: reason,
            place: section.place(&below("accept", code)),
            reading: section.reading,
        };
        section.note(below("lint.accept", code), &entry.place);
        let Some(rule) = rules.iter().find(|rule| rule.code == code) else {
            entry.refuse(Invalid::new(
                "no finding has this code",
                match keys::nearest(code, rules.iter().map(|rule| rule.code)) {
                    Some(near) => format!("Did you mean \"{near}\"?"),
                    None => "Write a code as `provision policy lint` prints it, for example \
                             \"kms-alias-resource\"."
                        .to_owned(),
                },
            ));
            continue;
        };
        if reason.trim().is_empty() {
            entry.refuse(Invalid::new(
                "there is no reason",
                "Write why the finding may stay, for whoever reads this later.",
            ));
        }
        accepted.insert(rule.code, reason.trim().to_owned());
    }
    accepted
}
