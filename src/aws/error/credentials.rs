//! Why there are no credentials, in plain words: the SDK names its own parts.

use super::advice::login;
use crate::aws::error::AwsError;

/// What the SDK says of an AWS profile that does not exist, and of one that another names.
const UNDEFINED: &str = "was not defined";

/// What the SDK says where the files of AWS have no profile at all, or where the profile has no credentials.
const NOT_ENABLED: &str = "the credential provider was not enabled";

const LIST_PROFILES: &str = "`aws configure list-profiles` shows those that there are: choose one with \
                             `--profile` or AWS_PROFILE";

impl AwsError {
    /// The same error in plain words. `chain` is what the SDK says, with all causes; `profile` the AWS profile
    /// that is used.
    pub(super) fn of_credentials(self, chain: &str, profile: Option<&str>) -> Self {
        let login = login(profile);
        let (message, hint) = if let Some((before, after)) = chain.split_once(UNDEFINED) {
            let name = before.rsplit('`').nth(1).unwrap_or_default();
            let source = after
                .rsplit_once("referenced from ")
                .map(|(_, named)| named);
            let by = source.filter(|source| !source.contains(name));
            let by = by.map(|source| format!(", which the profile {source} names as its source"));
            (
                format!("there is no AWS profile {name}{}", by.unwrap_or_default()),
                LIST_PROFILES.to_owned(),
            )
        } else if let Some(profile) = profile.filter(|_| chain.contains(NOT_ENABLED)) {
            (
                format!("there is no AWS profile {profile}, or it names no credentials"),
                format!("{LIST_PROFILES}, or run `aws configure --profile {profile}`"),
            )
        } else if chain.contains("no credentials found in chain") {
            (
                "there are no AWS credentials: none in the environment, none in the AWS profile, and \
                 none of an instance or a container"
                    .to_owned(),
                format!(
                    "Provide credentials: with `{login}` or `aws configure` and `--profile`, or in \
                     the environment"
                ),
            )
        } else if chain.to_lowercase().contains("sso") {
            (
                "the session of AWS IAM Identity Center (SSO) has expired, or there is none"
                    .to_owned(),
                format!("Run `{login}`, then run again"),
            )
        } else {
            return self;
        };
        AwsError {
            message,
            hint: Some(hint),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::aws::Operation;

    use super::*;

    /// The words are those of aws-config 1.13: `profile/credentials.rs`, `sso/cache.rs`, `meta/credentials/chain.rs`.
    #[test]
    fn what_is_missing_is_told_in_plain_words() {
        let cases = [
            (
                "profile `nope` was not defined: could not find source profile nope referenced from the \
                 root profile",
                Some("nope"),
                "there is no AWS profile nope",
                "list-profiles",
                "a profile that the person names",
            ),
            (
                "an error: profile `gone` was not defined: could not find source profile gone referenced \
                 from half",
                Some("half"),
                "there is no AWS profile gone, which the profile half names as its source",
                "list-profiles",
                "a profile that another names",
            ),
            (
                "the credential provider was not enabled",
                Some("nope"),
                "there is no AWS profile nope, or it names no credentials",
                "`aws configure --profile nope`",
                "no file of AWS, or a profile with a region alone",
            ),
            (
                "no credentials found in chain. Attempted: Environment: not set; Profile: not enabled",
                None,
                "there are no AWS credentials",
                "`aws sso login`",
                "nothing at all",
            ),
            (
                "failed to load the cached SSO token: No such file or directory",
                Some("work"),
                "the session of AWS IAM Identity Center (SSO)",
                "`aws sso login --profile work`",
                "the profile is in the command",
            ),
            (
                "the process failed",
                Some("work"),
                "as AWS says",
                "as before",
                "what is not known stays",
            ),
        ];
        for (chain, profile, message, hint, reason) in cases {
            let operation = Operation {
                service: "sts",
                name: "GetCallerIdentity",
                region: None,
            };
            let error = AwsError::unusable(operation, "as AWS says".to_owned());
            let error = AwsError {
                hint: Some("as before".to_owned()),
                ..error
            };
            let told = error.of_credentials(chain, profile);
            assert!(told.message.starts_with(message), "{reason}: {told:?}");
            assert!(told.hint.unwrap().contains(hint), "{reason}");
        }
    }
}
