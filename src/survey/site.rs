//! The site of a run: the caller's identity, and the account, partition and regions of the
//! resources.

use crate::aws::{Aws, AwsError, Caller, regions};
use crate::failure::Failure;
use crate::names::{AccountId, Partition};
use crate::settings::Settings;
use crate::systems::{Site, System};

/// The site of the resources. AWS is asked only if the settings name no account or no region.
///
/// # Errors
/// Credentials of another account or partition than the settings name, a permissions boundary of
/// another account, or no answer from AWS. If some regions do not answer, the error names them.
pub async fn site(
    settings: &Settings,
    systems: &[Box<dyn System>],
    aws: &Aws,
) -> Result<Site, Failure> {
    match named(settings, aws) {
        Some(site) => Ok(site),
        None => match caller(settings, systems, aws).await {
            Ok((_, site)) => Ok(site),
            Err(trouble) => Err(trouble.explained(settings, aws).await),
        },
    }
}

/// The error of a survey, before a check whether its regions answer.
pub(super) enum Trouble {
    Aws(AwsError),
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
    /// The failure. An error of AWS is replaced by the regions that do not answer, if there are
    /// any.
    pub(super) async fn explained(self, settings: &Settings, aws: &Aws) -> Failure {
        match self {
            Trouble::Aws(error) => regions::explain(error, aws, &settings.regions).await,
            Trouble::Other(failure) => failure,
        }
    }
}

/// The site, if account and partition are known without a call to AWS.
pub(super) fn named(settings: &Settings, aws: &Aws) -> Option<Site> {
    let account = aws.account()?.clone();
    Some(laid_out(settings, account, settings.partition()?))
}

/// The caller's identity, and the site of the resources in the caller's account.
///
/// # Errors
/// Those of [`site`].
pub(super) async fn caller(
    settings: &Settings,
    systems: &[Box<dyn System>],
    aws: &Aws,
) -> Result<(Caller, Site), Trouble> {
    let caller = aws.caller().await?;
    let partition = check(settings, aws.account(), &caller)?;
    check_boundaries(systems, &caller.account)?;
    let site = laid_out(settings, caller.account.clone(), partition);
    Ok((caller, site))
}

fn laid_out(settings: &Settings, account: AccountId, partition: Partition) -> Site {
    Site {
        partition,
        account,
        regions: settings.regions.clone(),
    }
}

/// The caller's partition, if the caller's account and partition are those that the settings
/// expect.
fn check(
    settings: &Settings,
    expected: Option<&AccountId>,
    caller: &Caller,
) -> Result<Partition, Failure> {
    let Caller { account, arn } = caller;
    if let Some(expected) = expected.filter(|expected| *expected != account) {
        return Err(Failure::new(format!(
            "the credentials belong to the account {account}, and the settings allow only {expected}"
        ))
        .because(format!("the caller is {arn}"))
        .hint("Choose other credentials with `--profile` or AWS_PROFILE, or correct `account`"));
    }
    let is = arn.partition;
    match settings.partition().filter(|wanted| *wanted != is) {
        Some(wanted) => Err(Failure::new(format!(
            "the credentials belong to the partition {is}, and the regions to {wanted}"
        ))
        .because(format!("the caller is {arn}"))
        .hint("Choose credentials and regions of the same partition")),
        None => Ok(is),
    }
}

/// Refuses a permissions boundary of another account. IAM accepts a policy of the role's account,
/// or one of AWS.
fn check_boundaries(systems: &[Box<dyn System>], account: &AccountId) -> Result<(), Failure> {
    let mut boundaries = systems.iter().filter_map(|system| system.boundary());
    match boundaries.find(|it| ![account.as_str(), "aws"].contains(&it.account.as_str())) {
        Some(boundary) => Err(Failure::new(format!(
            "the permissions boundary {boundary} is in another account than {account}"
        ))
        .hint("Name a policy of this account, or one of AWS")),
        None => Ok(()),
    }
}
