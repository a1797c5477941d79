//! The way to another account, in a session of a role there that is renewed before it ends.

#[cfg(test)]
mod failures;
#[cfg(test)]
mod races;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use serde_json::json;

use super::account::{Account, Aws};
use super::assumed::{Asked, Given};
use super::caller::Caller;
use super::denials::Denials;
use super::error::{AwsError, ErrorKind, NotRenewed};
use super::operation::{Operation, READS};
use super::rates::Rates;
use super::regions::always_enabled;
use crate::names::{AccountId, Arn, Partition, Region};
use crate::secret::Secret;
use crate::secret::known::Remembered;

/// How long a session lasts, in seconds: the longest for callers whose own credentials are those of a
/// role (STS API Reference, "AssumeRole", `DurationSeconds`), and what every role allows.
const LENGTH: i32 = 3600;

/// The services in which a session that only reads may read, by their prefixes in IAM actions. STS is not
/// among them: its `Get…` give credentials, and `GetCallerIdentity` needs no permission.
const READ_SERVICES: [&str; 7] = [
    "account",
    "cloudtrail",
    "events",
    "firehose",
    "iam",
    "kms",
    "s3",
];

/// Which account is reached, and how.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// The regions of the account, the main region first.
    pub regions: Vec<Region>,
    /// The role that is assumed: its path without the first slash, and its name.
    pub role: String,
    /// The external ID that the role's trust policy asks for.
    pub external_id: Option<Secret>,
    /// The name of the session, as [`Caller::session_name`] gives it.
    pub session: String,
    /// Whether the session may only read, whatever the role allows.
    pub only_reads: bool,
}

impl Aws {
    /// The way to another account. `self` is the caller's way, with whose credentials the role is
    /// assumed, now and whenever the session is about to end.
    ///
    /// # Errors
    /// Those of `sts:AssumeRole`, and a session in another account than the one that was asked for.
    pub async fn member(&self, member: &Member) -> Result<Aws, AwsError> {
        let of_regions = member.regions.first().map(Region::partition);
        let partition = of_regions.or_else(|| self.partition());
        let assumption = Assumption::new(self, member, partition.unwrap_or(Partition::Aws));
        let (caller, given) = assumption.assume().await?;
        let partition = caller.arn.partition;
        let renewing = Renewing {
            assumption: Assumption {
                base: Aws {
                    within_a_call: true,
                    ..assumption.base
                },
                ..assumption
            },
            first: Mutex::new(Some(given.credentials)),
            secrets: Mutex::new(vec![given.secrets]),
        };
        let provider = SharedCredentialsProvider::new(renewing);
        let account = Account {
            clients: self.account.clients.with(provider).of_one_of_many(),
            id: Arc::new(OnceLock::from(member.account.clone())),
            partition: OnceLock::from(partition),
            caller: Some(caller),
            ..self.one_of_many()
        };
        Ok(self.to_account(account, &member.regions))
    }

    /// The caller's own account as one of many, with the caller's own credentials.
    #[must_use]
    pub fn as_member(&self, regions: &[Region]) -> Aws {
        self.to_account(self.one_of_many(), regions)
    }

    /// The caller's account with what one of many has for itself: a budget of retries, a gate, and what is
    /// counted and shown of its calls.
    fn one_of_many(&self) -> Account {
        let own = &self.account;
        Account {
            clients: own.clients.of_one_of_many(),
            id: Arc::clone(&own.id),
            partition: own.partition.clone(),
            profile: own.profile.clone(),
            rates: Rates::default(),
            gate: own.gate.of_one_of_many(),
            read_lag: own.read_lag,
            activity: Arc::default(),
            caller: None,
            _secrets: None,
        }
    }

    fn to_account(&self, account: Account, regions: &[Region]) -> Aws {
        Aws {
            account: Arc::new(account),
            regions: Arc::from(regions),
            resource: None,
            role_page: None,
            denials: Denials::default(),
            ..self.clone()
        }
    }
}

/// Whether a failure to reach one account of many is one of the caller's own credentials, so that every
/// other account would fail likewise.
pub fn concerns_the_caller(error: &AwsError) -> bool {
    if (error.operation.service, error.operation.name) != ("sts", "AssumeRole") {
        return false;
    }
    match error.code.as_deref() {
        // There are no credentials, or they belong to another account by now.
        None => matches!(error.kind, ErrorKind::Credentials | ErrorKind::OtherAccount),
        // STS judges them in the account of the role, or in one region.
        Some("OptInRequired" | "RegionDisabledException") => false,
        Some(_) => error.kind == ErrorKind::Credentials && !error.is("AccessDenied"),
    }
}

/// How the role of a member is assumed.
#[derive(Debug)]
struct Assumption {
    /// The caller's way.
    base: Aws,
    account: AccountId,
    asked: Asked,
    /// Where STS is asked first, and where if that fails because of the region.
    regions: Vec<Region>,
}

impl Assumption {
    fn new(base: &Aws, member: &Member, partition: Partition) -> Self {
        let role = format!(
            "arn:{partition}:iam::{}:role/{}",
            member.account, member.role
        );
        let own = base.account.clients.region();
        Assumption {
            base: base.on_behalf_of(&role),
            account: member.account.clone(),
            regions: sts_regions(&member.regions, own, partition),
            asked: Asked {
                role,
                session: member.session.clone(),
                external_id: member.external_id.clone(),
                policy: member.only_reads.then(reading_policy),
                seconds: LENGTH,
            },
        }
    }

    /// Assumes the role, in another region if the first one does not serve.
    async fn assume(&self) -> Result<(Caller, Given), AwsError> {
        let mut regions = self.regions.iter();
        let first = self.assume_in(regions.next()).await;
        match (first, regions.next()) {
            (Err(error), Some(other)) if depends_on_region(&error) => {
                self.assume_in(Some(other)).await
            }
            (first, _) => first,
        }
        .map_err(|error| self.explained(error))
    }

    async fn assume_in(&self, region: Option<&Region>) -> Result<(Caller, Given), AwsError> {
        let (answer, given) = self.base.assume(&self.asked, region).await?;
        let user = answer.assumed_role_user();
        let arn = user.map(|user| user.arn()).unwrap_or_default();
        let unusable = |why: String| {
            let operation = Operation {
                service: "sts",
                name: "AssumeRole",
                region: region.cloned(),
            };
            self.base.name(AwsError::unusable(operation, why))
        };
        let arn: Arn = (arn.parse())
            .map_err(|invalid: crate::names::InvalidName| unusable(invalid.problem))?;
        if arn.account != self.account.as_str() {
            return Err(unusable(format!(
                "the answer is a session in another account than the one that was asked for: {arn}"
            )));
        }
        let caller = Caller {
            account: self.account.clone(),
            arn,
            user_id: user.map(|user| user.assumed_role_id().to_owned()),
        };
        Ok((caller, given))
    }

    /// The error with the account that it is about. A denial has several causes that AWS's answer does
    /// not tell apart.
    fn explained(&self, error: AwsError) -> AwsError {
        let role = &self.asked.role;
        let hint = (error.kind == ErrorKind::Denied).then(|| {
            format!(
                "AWS does not say which of these it is: the account {} has no role {role}; the trust \
                 policy of the role does not allow the caller, or asks for another external ID; the \
                 caller's own policies do not allow sts:AssumeRole on the role; a policy of the \
                 organization denies it; or the account is suspended",
                self.account
            )
        });
        AwsError {
            account: Some(self.account.clone()),
            hint: hint.or(error.hint),
            ..error
        }
    }
}

/// Gives out the credentials of a session, each time those of a new one.
///
/// The SDK keeps what it was given until shortly before its end, and asks only once for all calls that
/// wait for it.
#[derive(Debug)]
struct Renewing {
    assumption: Assumption,
    /// The credentials that the way was made with, until they are given out.
    first: Mutex<Option<Credentials>>,
    /// The secrets of all sessions so far, which must not be printed as long as the way is used.
    secrets: Mutex<Vec<[Remembered; 2]>>,
}

impl Renewing {
    fn take_first(&self) -> Option<Credentials> {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.take()
    }

    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        if let Some(first) = self.take_first() {
            return Ok(first);
        }
        match self.assumption.assume().await {
            Ok((_, given)) => {
                let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
                secrets.push(given.secrets);
                Ok(given.credentials)
            }
            Err(error) => Err(CredentialsError::provider_error(NotRenewed(error))),
        }
    }
}

impl ProvideCredentials for Renewing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// The regions where STS is asked: at most two.
///
/// Sessions from any region but the global endpoint's are valid in all regions, and STS can be off in the
/// account of the role (IAM User Guide, "Manage AWS STS in an AWS Region"). A region that must be enabled
/// is not asked, because it knows nobody of an account that has not enabled it.
fn sts_regions(own: &[Region], session: Option<Region>, partition: Partition) -> Vec<Region> {
    let enabled = always_enabled(partition).and_then(|name| name.parse().ok());
    let others = own.iter().skip(1).cloned();
    let wanted = own.first().cloned().into_iter().chain(session);
    let mut regions: Vec<Region> = Vec::new();
    for region in wanted.chain(others).chain(enabled) {
        if !region.is_opt_in() && region.partition() == partition && !regions.contains(&region) {
            regions.push(region);
        }
    }
    regions.truncate(2);
    regions
}

/// Whether another region may answer what this one did not.
fn depends_on_region(error: &AwsError) -> bool {
    let unknown = [
        "RegionDisabledException",
        "InvalidClientTokenId",
        "OptInRequired",
    ];
    unknown.iter().any(|code| error.is(code))
        || matches!(error.kind, ErrorKind::Unreachable | ErrorKind::Unanswered)
}

/// A session policy that allows only reads. The session may do what the policy and the role both allow
/// (IAM User Guide, "Session policies").
fn reading_policy() -> String {
    let actions = READ_SERVICES
        .iter()
        .flat_map(|service| READS.map(|verb| format!("{service}:{verb}*")));
    let statement = json!({
        "Effect": "Allow",
        "Action": actions.collect::<Vec<_>>(),
        "Resource": "*",
    });
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}
