//! The findings of `policy lint` that are known and stay: `[lint]` of the settings file.

use super::file::SettingsFile;
use crate::failure::Failure;
use crate::names::Invalid;
use iam_policy::lint::{self, Accepted};

/// The codes that the file accepts, each with its reason.
pub(super) fn resolve(file: &SettingsFile) -> Result<Accepted, Failure> {
    let rules = lint::rules();
    let mut accepted = Accepted::new();
    for (code, reason) in &file.content.lint.accept {
        let place = file.place(&format!("lint.accept.{code}"));
        let Some(rule) = rules.iter().find(|rule| rule.code == code) else {
            return Err(Invalid::new(
                "no finding has this code",
                "Write a code as `provision policy lint` prints it, \
                 for example \"kms-alias-resource\".",
            )
            .at(&place));
        };
        if reason.trim().is_empty() {
            return Err(Invalid::new(
                "there is no reason",
                "Write why the finding may stay, for whoever reads this later.",
            )
            .at(&place));
        }
        accepted.insert(rule.code, reason.trim().to_owned());
    }
    Ok(accepted)
}
