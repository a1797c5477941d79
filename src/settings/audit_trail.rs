//! The settings of Audit Trail: one permission policy, and who gets it.

use crate::failure::Failure;
use crate::names::IamIdentity;
use crate::names::{Arn, Invalid, is_iam_name};

use super::file::{AuditTrailContent, SettingsFile};
use super::resolve::Given;
use super::{Profile, policies};

/// The name that the vendor's page suggests.
const DEFAULT_NAME: &str = "AuditTrailRole";
/// Why the policy exists, as the vendor's page asks for.
const DEFAULT_DESCRIPTION: &str = "For use with Audit Trail";
/// IAM allows 128 characters; a policy that is spread over several gets up to three more.
const LONGEST_NAME: usize = 125;
/// What IAM allows a policy's description to be long.
const LONGEST_DESCRIPTION: usize = 1000;

/// The settings of Audit Trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditTrail {
    /// Who gets the policy, each once; empty to create the policy only.
    pub attach_to: Vec<IamIdentity>,
    /// The policy's name.
    pub policy_name: String,
    /// The policy's description.
    pub description: String,
    /// Which document is written.
    pub profile: Profile,
    /// The policy that bounds every role that the application creates; there is one exactly if
    /// the profile is hardened.
    pub permissions_boundary: Option<Arn>,
}

/// Checks what the file says; `None` if it does not name the system.
pub(super) fn resolve(file: &SettingsFile) -> Result<Option<AuditTrail>, Failure> {
    let Some(AuditTrailContent {
        attach_to,
        policy_name,
        description,
        profile,
        permissions_boundary,
    }) = &file.content.audit_trail
    else {
        return Ok(None);
    };
    let place = |key: &str| file.place(&format!("audit_trail.{key}"));
    let given = Given {
        value: attach_to.clone(),
        place: place("attach_to"),
    };
    let identities = given.check_each(|text| parse_identity(text))?;
    for (index, identity) in identities.iter().enumerate() {
        // IAM tells names apart without regard to case.
        let same = |other: &IamIdentity| {
            other.to_string().to_lowercase() == identity.to_string().to_lowercase()
        };
        if identities[..index].iter().any(same) {
            let twice = Invalid::new(format!("{identity} is listed twice"), "List it once.");
            return Err(twice.at(&given.place));
        }
    }
    let name = policy_name.as_deref().unwrap_or(DEFAULT_NAME);
    if !is_iam_name(name, LONGEST_NAME) {
        return Err(Invalid::new(
            format!("{name:?} is not the name of a policy"),
            format!(
                "Use 1 to {LONGEST_NAME} of the characters A-Z a-z 0-9 _ + = , . @ - and nothing \
                 else."
            ),
        )
        .at(&place("policy_name")));
    }
    let description = description.as_deref().unwrap_or(DEFAULT_DESCRIPTION);
    let accepted = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
    if description.chars().count() > LONGEST_DESCRIPTION || !description.chars().all(accepted) {
        return Err(Invalid::new(
            "IAM does not accept this description",
            format!("Use at most {LONGEST_DESCRIPTION} characters of Latin script."),
        )
        .at(&place("description")));
    }
    Ok(Some(AuditTrail {
        attach_to: identities,
        policy_name: name.to_owned(),
        description: description.to_owned(),
        profile: *profile,
        permissions_boundary: boundary(permissions_boundary.as_deref(), *profile)
            .map_err(|invalid| invalid.at(&place("permissions_boundary")))?,
    }))
}

fn boundary(text: Option<&str>, profile: Profile) -> Result<Option<Arn>, Invalid> {
    match (text.filter(|text| !text.is_empty()), profile) {
        (Some(text), Profile::Hardened) => policies::parse_boundary(text).map(Some),
        (None, Profile::Documented) => Ok(None),
        (None, Profile::Hardened) => Err(Invalid::new(
            "the hardened profile needs a permissions boundary",
            "Write the ARN of the managed policy that bounds every role that Audit Trail creates.",
        )),
        (Some(_), Profile::Documented) => Err(Invalid::new(
            "the documented profile has no use for a permissions boundary",
            "Take it out, or set profile = \"hardened\".",
        )),
    }
}

fn parse_identity(text: &str) -> Result<IamIdentity, Invalid> {
    let invalid = || {
        Invalid::new(
            format!("{text:?} is neither a user, a group nor a role"),
            "Write \"user/NAME\", \"group/NAME\" or \"role/NAME\", without a path.",
        )
    };
    let (kind, name) = text.split_once('/').ok_or_else(invalid)?;
    let (longest, identity): (usize, fn(String) -> IamIdentity) = match kind {
        "user" => (64, IamIdentity::User),
        "group" => (128, IamIdentity::Group),
        "role" => (64, IamIdentity::Role),
        _ => return Err(invalid()),
    };
    if !is_iam_name(name, longest) {
        return Err(invalid());
    }
    Ok(identity(name.to_owned()))
}
