//! Managed policies of IAM, as a person names them.

use std::fmt;
use std::str::FromStr;

use super::{AccountId, Arn, InvalidName, Partition, is_iam_name};

const LONGEST_NAME: usize = 128;
/// IAM takes 512 characters with both slashes, of which the first is not written here.
const LONGEST_PATH: usize = 511;

/// A managed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManagedPolicy {
    /// The policy of this ARN, in its account or of AWS.
    Arn(Arn),
    /// The policy of the account in which it is used: `policy/PATH/NAME`, or `policy/NAME`.
    Own(String),
}

impl ManagedPolicy {
    /// The ARN where the policy is used.
    pub fn arn(&self, partition: Partition, account: &str) -> String {
        match self {
            ManagedPolicy::Arn(arn) => arn.to_string(),
            ManagedPolicy::Own(resource) => format!("arn:{partition}:iam::{account}:{resource}"),
        }
    }

    /// The ARN, if the policy was named by one.
    pub fn as_arn(&self) -> Option<&Arn> {
        match self {
            ManagedPolicy::Arn(arn) => Some(arn),
            ManagedPolicy::Own(_) => None,
        }
    }

    /// Whether it is the policy of that ARN, which a role of the account has. IAM attaches policies of
    /// the role's account and of AWS alone (IAM User Guide, "Managed policies and inline policies").
    pub fn is(&self, arn: &str) -> bool {
        match self {
            ManagedPolicy::Arn(own) => own.to_string() == arn,
            ManagedPolicy::Own(resource) => {
                let mut parts = arn.splitn(6, ':').skip(4);
                parts.next() != Some("aws") && parts.next() == Some(resource)
            }
        }
    }
}

impl FromStr for ManagedPolicy {
    type Err = InvalidName;

    /// Takes the ARN of a managed policy, or `policy/PATH/NAME`. Paths and names are IAM's (API Reference
    /// of IAM, "CreatePolicy").
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let remedy = || {
            "Write \"policy/NAME\" or \"policy/PATH/NAME\" for a policy of the account, or the ARN of a \
             managed policy, for example \"arn:aws:iam::123456789012:policy/boundary\"."
                .to_owned()
        };
        let invalid = |problem: String| InvalidName {
            problem,
            remedy: remedy(),
        };
        if is_own(text) {
            return Ok(ManagedPolicy::Own(text.to_owned()));
        }
        if text.starts_with("policy/") {
            return Err(invalid(format!(
                "{text:?} is not the path and the name of a managed policy"
            )));
        }
        let arn = text.parse::<Arn>().map_err(|it| invalid(it.problem))?;
        let name = arn.resource.strip_prefix("policy/");
        let name = name.and_then(|path| path.rsplit('/').next());
        let is_policy = arn.service == "iam"
            && arn.region.is_empty()
            && (arn.account == "aws" || arn.account.parse::<AccountId>().is_ok())
            && name.is_some_and(|name| is_iam_name(name, LONGEST_NAME));
        match is_policy {
            true => Ok(ManagedPolicy::Arn(arn)),
            false => Err(invalid(format!(
                "{text:?} is not the ARN of a managed policy"
            ))),
        }
    }
}

/// Whether a text is `policy/`, a path, and a name that IAM takes.
fn is_own(text: &str) -> bool {
    let Some(path) = text.strip_prefix("policy/") else {
        return false;
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    path.len() - name.len() <= LONGEST_PATH
        && is_iam_name(name, LONGEST_NAME)
        && path.split('/').all(|part| is_iam_name(part, LONGEST_PATH))
}

impl fmt::Display for ManagedPolicy {
    /// The ARN, or `policy/PATH/NAME`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ManagedPolicy::Arn(arn) => write!(f, "{arn}"),
            ManagedPolicy::Own(resource) => f.write_str(resource),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_named_by_arn_or_by_path_and_name() {
        let long = format!("policy/{}/a", "p".repeat(510));
        let too_long = format!("policy/{}/a", "p".repeat(511));
        let cases = [
            ("arn:aws:iam::123456789012:policy/a", true, "an ARN"),
            ("arn:aws:iam::aws:policy/a", true, "of AWS"),
            ("policy/a", true, "a name"),
            ("policy/team/b/a", true, "with a path"),
            (&long, true, "the longest path"),
            (&too_long, false, "a path too long"),
            ("policy/", false, "no name"),
            ("policy//a", false, "an empty path"),
            ("policy/a b", false, "a space"),
            ("policy/*", false, "a wildcard"),
            ("a", false, "no kind"),
            ("/policy/a", false, "a slash too many"),
            ("role/a", false, "another kind"),
            (
                "arn:aws:iam::123456789012:role/a",
                false,
                "another kind's ARN",
            ),
        ];
        for (text, accepted, reason) in cases {
            let parsed = text.parse::<ManagedPolicy>();
            assert_eq!(parsed.is_ok(), accepted, "{text}: {reason}");
            assert!(parsed.is_err() || parsed.unwrap().to_string() == text);
        }
    }

    #[test]
    fn a_name_means_the_policy_of_the_account_in_which_it_is_used() {
        let own: ManagedPolicy = "policy/team/a".parse().unwrap();
        let arn = own.arn(Partition::China, "111111111111");
        assert_eq!(arn, "arn:aws-cn:iam::111111111111:policy/team/a");
        let cases = [
            (arn.as_str(), true, "the account's"),
            ("arn:aws:iam::111111111111:policy/a", false, "another path"),
            (
                "arn:aws:iam::aws:policy/team/a",
                false,
                "AWS's of that name",
            ),
            ("policy/team/a", false, "no ARN"),
        ];
        for (arn, expected, reason) in cases {
            assert_eq!(own.is(arn), expected, "{reason}");
        }
    }
}
