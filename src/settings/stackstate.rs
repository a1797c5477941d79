//! The settings of the StackState integration.

use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};

use super::choices::{Encryption, Profile, TrustKind};
use super::given::{Given, Section, given, values};
use super::trust::{self, Environment, Need, Trust};
use super::{canonical, policies, postfix};
use crate::names::{Arn, KeptPolicy, ManagedPolicy};
use crate::secret::Secret;

const HEADING: &str = "StackState settings";

/// The keys of `[stackstate]`, with their flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StackStateFlags {
    /// Account IDs or ARNs that may assume the integration role; with commas, or repeated
    #[arg(long = "agent-principal", value_name = "PRINCIPAL", help_heading = HEADING)]
    pub agent_principals: Vec<String>,
    /// External ID that the agent presents; write '${NAME}' to have it read from the environment,
    /// since others on this machine can see a literal one in the list of processes
    #[arg(long, value_name = "ID", help_heading = HEADING)]
    pub external_id: Option<Secret>,
    /// Whom the integration role trusts: external (the agent's principals) or ec2 (an agent on an
    /// instance of this account) [default: external]
    #[arg(long, value_name = "KIND", help_heading = HEADING, hide_possible_values = true)]
    pub trust: Option<TrustKind>,
    /// How the logs are encrypted: kms (with a key that provision creates) or none (with S3's own
    /// keys) [default: kms]
    #[arg(long, value_name = "KIND", help_heading = HEADING, hide_possible_values = true)]
    pub encryption: Option<Encryption>,
    /// Which policy documents are written: documented (as the vendor prints them) or hardened
    /// (without their weaknesses); called `profile` in the file [default: documented]
    #[arg(
        long = "policy-profile",
        value_name = "PROFILE",
        help_heading = HEADING,
        hide_possible_values = true
    )]
    pub profile: Option<Profile>,
    /// Text to append to every name, to deploy more than once in an account
    #[arg(long, value_name = "TEXT", help_heading = HEADING, allow_hyphen_values = true)]
    pub postfix: Option<String>,
    /// Policy that bounds every role: an ARN, or policy/PATH/NAME for one of the account
    #[arg(long, value_name = "POLICY", help_heading = HEADING)]
    pub permissions_boundary: Option<String>,
    /// Folder of documents that replace the built-in ones of the same name
    #[arg(
        long,
        value_name = "DIR",
        help_heading = HEADING,
        value_hint = ValueHint::DirPath,
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    pub policies: Option<PathBuf>,
    /// Policies that others added to the deployment's roles and that stay: an ARN, policy/PATH/NAME, aws/NAME,
    /// customer/NAME or inline/NAME; with commas, or repeated
    #[arg(long = "keep-policy", value_name = "POLICY", help_heading = HEADING)]
    pub keep_policies: Vec<String>,
}

impl StackStateFlags {
    /// The same keys, whose paths start from `folder`, the file's own.
    pub(super) fn starting_from(mut self, folder: &Path) -> Self {
        let policies = self.policies.as_mut().filter(|path| is_named(path));
        if let Some(path) = policies {
            *path = folder.join(&path);
        }
        self
    }

    /// The same flags, with the values of a list each on its own.
    pub(super) fn with_lists_split(&self) -> Self {
        let mut flags = self.clone();
        for values in [&mut flags.agent_principals, &mut flags.keep_policies] {
            *values = values.iter().flat_map(|text| split(text)).collect();
        }
        flags
    }
}

/// The values of a list with commas.
///
/// The names of users, roles and policies may have commas (IAM User Guide, "IAM and AWS STS quotas, name requirements, and character limits").
/// So a comma ends a value only if what follows begins like another value.
fn split(list: &str) -> Vec<String> {
    let begins = |text: &str| {
        let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let prefixes = ["arn:", "policy/", "aws/", "customer/", "inline/"];
        is_account || prefixes.iter().any(|prefix| text.starts_with(prefix))
    };
    let mut values: Vec<String> = Vec::new();
    for part in list.split(',') {
        match values.last_mut() {
            Some(value) if !begins(part) => {
                value.push(',');
                value.push_str(part);
            }
            _ => values.push(part.to_owned()),
        }
    }
    values
}

/// The checked settings of the StackState integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackState {
    /// Who may assume the integration role.
    #[serde(flatten)]
    pub trust: Trust,
    /// How the logs are encrypted.
    pub encryption: Encryption,
    /// Which documents are written.
    pub profile: Profile,
    /// What every name ends with; may be empty, and keeps every name within AWS's rules.
    pub postfix: String,
    /// The policy that bounds every role, if there is one.
    #[serde(serialize_with = "canonical::text")]
    pub permissions_boundary: Option<ManagedPolicy>,
    /// The folder whose documents replace the built-in ones; whether it exists is not checked. Its path
    /// changes nothing in AWS, and begins where the program runs. The texts of its documents count.
    #[serde(skip)]
    pub policies: Option<PathBuf>,
    /// The policies on our roles that are not ours and stay.
    #[serde(serialize_with = "canonical::sorted")]
    pub keep_policies: Vec<KeptPolicy>,
}

impl StackState {
    /// The name of the deployment in the ownership tags; no two postfixes have the same.
    pub fn deployment(&self) -> &str {
        postfix::deployment(&self.postfix)
    }
}

/// The checked section. The ARNs are those whose partition must be that of the regions.
pub(super) fn resolve<'a>(
    section: &Section<'a, StackStateFlags>,
    need: Need,
    environment: Environment,
) -> (StackState, Vec<Given<'a, Arn>>) {
    let written = trust::Written {
        kind: given!(section.trust),
        principals: given!(section.agent_principals),
        external_id: given!(section.external_id),
    };
    let (trust, mut arns) = trust::resolve(&written, need, environment);
    let boundary = given!(section.permissions_boundary);
    let permissions_boundary = boundary
        .check(|text| policies::parse_boundary(text))
        .flatten();
    let kept = policies::check_kept(&given!(section.keep_policies));

    let arn = permissions_boundary
        .as_ref()
        .and_then(ManagedPolicy::as_arn);
    arns.extend(arn.map(|arn| boundary.with(arn.clone())));
    arns.extend(kept.iter().filter_map(|policy| match &policy.value {
        KeptPolicy::Managed(managed) => Some(policy.with(managed.as_arn()?.clone())),
        _ => None,
    }));
    let policies = given!(section.policies).value.clone();
    let stackstate = StackState {
        trust,
        encryption: given!(section.encryption).value.unwrap_or_default(),
        profile: given!(section.profile).value.unwrap_or_default(),
        postfix: given!(section.postfix)
            .check(|text| postfix::check(text))
            .unwrap_or_default(),
        permissions_boundary,
        policies: policies.filter(|it| is_named(it)),
        keep_policies: values(kept),
    };
    (stackstate, arns)
}

/// Whether a path is more than an empty text, with which a flag takes back what the file sets.
fn is_named(path: &Path) -> bool {
    !path.as_os_str().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_ends_a_value_where_another_one_begins() {
        let cases: [(&str, &[&str], &str); 6] = [
            ("111111111111", &["111111111111"], "one value"),
            (
                "111111111111,222222222222",
                &["111111111111", "222222222222"],
                "two accounts",
            ),
            (
                "arn:aws:iam::111111111111:role/a,222222222222",
                &["arn:aws:iam::111111111111:role/a", "222222222222"],
                "an ARN and an account",
            ),
            (
                "arn:aws:iam::111111111111:role/a,b",
                &["arn:aws:iam::111111111111:role/a,b"],
                "IAM takes a comma in the name of a role",
            ),
            (
                "inline/a,b,aws/ReadOnlyAccess",
                &["inline/a,b", "aws/ReadOnlyAccess"],
                "the name of a policy may have a comma too",
            ),
            (
                "111111111111,",
                &["111111111111,"],
                "nothing follows, so that the whole is refused",
            ),
        ];
        for (list, values, reason) in cases {
            assert_eq!(split(list), values, "{reason}");
        }
    }
}
