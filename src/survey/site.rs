//! The site of a run: the caller's identity, and the account, partition and regions of the
//! resources.

use super::denials;
use crate::aws::{Aws, AwsError, Caller, Denials, regions};
use crate::failure::Failure;
use crate::names::{AccountId, ManagedPolicy};
use crate::systems::{Site, System};

/// The site of the resources. AWS is asked only if the settings name no account or no region.
///
/// # Errors
/// Credentials of another account or partition than the settings name, a permissions boundary of
/// another account, or no answer from AWS. If some regions do not answer, the error names them.
pub async fn site(systems: &[Box<dyn System>], aws: &Aws) -> Result<Site, Failure> {
    match aws.site() {
        Some(site) => Ok(site),
        None => match caller(systems, aws).await {
            Ok((_, site)) => Ok(site),
            Err(trouble) => Err(trouble.explained(aws).await),
        },
    }
}

/// The error of a survey, before a check whether its regions answer.
pub(super) enum Trouble {
    Aws(AwsError),
    /// A read that AWS denied, and all that it denied of the survey.
    Denied(AwsError, Denials),
    Other(Failure),
}

impl From<AwsError> for Trouble {
    fn from(error: AwsError) -> Self {
        Trouble::Aws(error)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Trouble::Other(failure)
    }
}

impl Trouble {
    /// The errors of AWS behind the failure.
    pub(super) fn errors(&self) -> Vec<AwsError> {
        match self {
            Trouble::Aws(error) => vec![error.clone()],
            Trouble::Denied(error, denials) => match denials.all() {
                all if all.is_empty() => vec![error.clone()],
                all => all,
            },
            Trouble::Other(_) => Vec::new(),
        }
    }

    /// The failure. An error of AWS is replaced by the regions that do not answer, if there are
    /// any.
    pub(super) async fn explained(self, aws: &Aws) -> Failure {
        match self {
            Trouble::Aws(error) => regions::explain(error, aws).await,
            Trouble::Denied(error, denials) => {
                let told = error.failure().message;
                let failure = regions::explain(error, aws).await;
                let denied = denials.all();
                match denied.len() {
                    // Regions that do not answer are a reason of their own.
                    _ if failure.message != told => failure,
                    0 | 1 => {
                        let hint = failure.hint.clone().unwrap_or_default();
                        failure.hint(format!("{hint}. {}", denials::WAY_OUT))
                    }
                    _ => denials::told(&denied),
                }
            }
            Trouble::Other(failure) => failure,
        }
    }
}

/// The caller's identity, and the site of the resources in the caller's account.
///
/// # Errors
/// Those of [`site`].
pub(super) async fn caller(
    systems: &[Box<dyn System>],
    aws: &Aws,
) -> Result<(Caller, Site), Trouble> {
    let caller = aws.caller().await?;
    check(aws, &caller)?;
    check_boundaries(systems, &caller.account)?;
    let site = Site {
        partition: caller.arn.partition,
        account: caller.account.clone(),
        regions: aws.regions().to_vec(),
    };
    Ok((caller, site))
}

/// Whether the caller's account and partition are those that the way was made for.
fn check(aws: &Aws, caller: &Caller) -> Result<(), Failure> {
    let Caller { account, arn, .. } = caller;
    if let Some(expected) = aws.account().filter(|expected| *expected != account) {
        return Err(Failure::new(format!(
            "the credentials belong to the account {account}, and this run is for the account {expected} \
             alone"
        ))
        .because(format!("the caller is {arn}"))
        .hint("Choose other credentials with `--profile` or AWS_PROFILE, or correct `account`"));
    }
    let is = arn.partition;
    match aws.partition().filter(|wanted| *wanted != is) {
        Some(wanted) => Err(Failure::new(format!(
            "the credentials belong to the partition {is}, and the regions to {wanted}"
        ))
        .because(format!("the caller is {arn}"))
        .hint("Choose credentials and regions of the same partition")),
        None => Ok(()),
    }
}

/// Refuses a permissions boundary of another account. IAM accepts a policy of the role's account,
/// or one of AWS.
fn check_boundaries(systems: &[Box<dyn System>], account: &AccountId) -> Result<(), Failure> {
    let boundaries = systems.iter().filter_map(|system| system.boundary());
    let mut boundaries = boundaries.filter_map(ManagedPolicy::as_arn);
    match boundaries.find(|it| ![account.as_str(), "aws"].contains(&it.account.as_str())) {
        Some(boundary) => Err(Failure::new(format!(
            "the permissions boundary {boundary} is in another account than {account}"
        ))
        .hint("Name a policy of this account, or one of AWS")),
        None => Ok(()),
    }
}
