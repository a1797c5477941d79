//! The settings of Audit Trail: one permission policy, and who gets it.

use serde::{Deserialize, Serialize};

use super::choices::Profile;
use super::given::{Given, Section, given, values};
use super::invalid::Invalid;
use super::{canonical, policies};
use crate::names::{Arn, IamIdentity, ManagedPolicy, is_iam_name};

/// The name that the vendor's page suggests.
const DEFAULT_NAME: &str = "AuditTrailRole";
/// Why the policy exists, as the vendor's page asks for.
const DEFAULT_DESCRIPTION: &str = "For use with Audit Trail";
/// The most characters that IAM accepts in a policy's name.
const LONGEST_NAME: usize = 128;
/// The most characters that IAM accepts in a policy's description.
const LONGEST_DESCRIPTION: usize = 1000;

/// The keys of `[audit_trail]`, which have no flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AuditTrailKeys {
    attach_to: Vec<String>,
    policy_name: Option<String>,
    description: Option<String>,
    profile: Profile,
    permissions_boundary: Option<String>,
}

/// The checked settings of Audit Trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditTrail {
    /// Who gets the policy, each once; empty to create the policy only.
    #[serde(serialize_with = "canonical::sorted")]
    pub attach_to: Vec<IamIdentity>,
    /// The policy's name.
    pub policy_name: String,
    /// The policy's description.
    pub description: String,
    /// Which document is written.
    pub profile: Profile,
    /// The policy that bounds every role that the application creates; there is one exactly if
    /// the profile is hardened.
    #[serde(serialize_with = "canonical::text")]
    pub permissions_boundary: Option<ManagedPolicy>,
}

/// The checked section. The ARNs are those whose partition must be that of the regions.
pub(super) fn resolve<'a>(
    section: &Section<'a, AuditTrailKeys>,
) -> (AuditTrail, Vec<Given<'a, Arn>>) {
    let policy_name = given!(section.policy_name).check(|text| check_name(text));
    let description = given!(section.description).check(|text| check_description(text));
    let profile = *given!(section.profile).value;
    let given = given!(section.permissions_boundary);
    let permissions_boundary = match boundary(given.value.as_deref(), profile) {
        Ok(boundary) => boundary,
        Err(why) => {
            given.refuse(why);
            None
        }
    };
    let arn = permissions_boundary
        .as_ref()
        .and_then(ManagedPolicy::as_arn);
    let arns = arn.map(|arn| given.with(arn.clone())).into_iter().collect();
    let audit_trail = AuditTrail {
        attach_to: identities(&given!(section.attach_to)),
        policy_name: policy_name.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
        description: description.unwrap_or_else(|| DEFAULT_DESCRIPTION.to_owned()),
        profile,
        permissions_boundary,
    };
    (audit_trail, arns)
}

fn identities<'a>(given: &Given<'a, &'a Vec<String>>) -> Vec<IamIdentity> {
    let identities = given.check_each(|text| parse_identity(text));
    for (index, identity) in identities.iter().enumerate() {
        // To IAM, names that differ in case only are the same.
        let lower = |given: &Given<IamIdentity>| given.value.to_string().to_lowercase();
        let is_same = |other: &Given<IamIdentity>| lower(other) == lower(identity);
        if identities[..index].iter().any(is_same) {
            identity.refuse(Invalid::new(
                format!("{} is listed twice", identity.value),
                "List it once.",
            ));
        }
    }
    values(identities)
}

fn check_name(text: &str) -> Result<String, Invalid> {
    if is_iam_name(text, LONGEST_NAME) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(
        format!("{text:?} is not the name of a policy"),
        format!(
            "Use 1 to {LONGEST_NAME} of the characters A-Z a-z 0-9 _ + = , . @ - and nothing else."
        ),
    ))
}

fn check_description(text: &str) -> Result<String, Invalid> {
    let accepted = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
    if text.chars().count() <= LONGEST_DESCRIPTION && text.chars().all(accepted) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(
        "IAM does not accept this description",
        format!("Use at most {LONGEST_DESCRIPTION} characters of Latin script."),
    ))
}

fn boundary(text: Option<&str>, profile: Profile) -> Result<Option<ManagedPolicy>, Invalid> {
    match (text.filter(|text| !text.is_empty()), profile) {
        (Some(text), Profile::Hardened) => policies::parse_boundary(text),
        (None, Profile::Documented) => Ok(None),
        (None, Profile::Hardened) => Err(Invalid::new(
            "the hardened profile needs a permissions boundary",
            "Write the managed policy that bounds every role that Audit Trail creates: \"policy/NAME\", or \
             an ARN.",
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
