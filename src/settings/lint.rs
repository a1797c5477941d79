//! The section `[lint]`: the findings of `policy lint` that are known and stay.

use std::collections::BTreeMap;

use iam_policy::lint::{self, Accepted};
use serde::Deserialize;

use super::given::{Section, given};
use super::invalid::Invalid;
use crate::failure::Failure;

/// The keys of `[lint]`, which have no flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LintKeys {
    /// The reason to accept each code.
    accept: BTreeMap<String, String>,
}

/// The accepted codes, each with its reason.
pub(super) fn resolve(section: &Section<LintKeys>) -> Result<Accepted, Failure> {
    let rules = lint::rules();
    let mut accepted = Accepted::new();
    for (code, reason) in given!(section.accept).value {
        let place = section.place(&format!("accept.{code}"));
        let Some(rule) = rules.iter().find(|rule| rule.code == code) else {
            return Err(Invalid::new(
                "no finding has this code",
                "Write a code as `provision policy lint` prints it, \
                 for example \"kms-alias-resource\".",
            )
            .at(place));
        };
        if reason.trim().is_empty() {
            return Err(Invalid::new(
                "there is no reason",
                "Write why the finding may stay, for whoever reads this later.",
            )
            .at(place));
        }
        accepted.insert(rule.code, reason.trim().to_owned());
    }
    Ok(accepted)
}
