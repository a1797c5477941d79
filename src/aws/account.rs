//! The way to one account, on behalf of one resource.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_types::error::operation::BuildError;
use tokio::sync::OnceCell;

use super::caller::Caller;
use super::clients::Clients;
use super::denials::Denials;
use super::error::AwsError;
use super::gate::Gate;
use super::one_account::OneAccount;
use super::operation::Operation;
use super::rates::Rates;
use super::retries;
use super::role_page::RolePage;
use super::session::Session;
use super::under_way::Activity;
use crate::names::{AccountId, Partition, Region, Site};
use crate::secret::known::Remembered;

/// The way to one account, as seen by one resource.
///
/// [`Connections::account`](super::Connections::account) makes it. A clone leads to the same
/// account.
#[derive(Debug, Clone)]
pub struct Aws {
    pub(super) account: Arc<Account>,
    pub(super) regions: Arc<[Region]>,
    /// The address of the resource that errors and logs name.
    pub(super) resource: Option<String>,
    pub(super) watch: Option<Watch>,
    /// The page of roles that the reads of one survey share.
    pub(super) role_page: Option<Arc<OnceCell<RolePage>>>,
    /// What AWS denied of one survey.
    pub(super) denials: Denials,
    /// Whether the calls are of use only if AWS allows them soon.
    pub(super) impatient: bool,
    /// Whether another call waits for the calls, so that these must not wait for its turn to end.
    pub(super) within_a_call: bool,
}

/// Everything that belongs to one account: where it is, credentials, clients, the budget of
/// repetitions, and how often each operation was called.
pub(super) struct Account {
    pub(super) clients: Clients,
    /// The account that the settings name, or else the one that AWS first named.
    pub(super) id: Arc<OnceLock<AccountId>>,
    /// The partition of the regions, or else the one that AWS first named.
    pub(super) partition: OnceLock<Partition>,
    /// The AWS profile that the credentials come from, if one was chosen.
    pub(super) profile: Option<String>,
    pub(super) rates: Rates,
    /// The gate of the whole run, shared with every other account.
    pub(super) gate: Gate,
    pub(super) read_lag: Duration,
    /// What is under way.
    pub(super) activity: Arc<Activity>,
    /// Who the credentials belong to, if STS said so with them.
    pub(super) caller: Option<Caller>,
    /// The secrets of a session that is not renewed.
    pub(super) _secrets: Option<[Remembered; 2]>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("partition", &self.partition)
            .finish_non_exhaustive()
    }
}

/// What a call tells whoever watches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// AWS is not ready; the text says what is waited for. Sent once for each wait, and for a long one
    /// again every five minutes.
    Waiting(String),
    /// A long action came further; the text says how far.
    Progress(String),
}

#[derive(Clone)]
pub(super) struct Watch(Arc<dyn Fn(Notice) + Send + Sync>);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Aws {
    pub(super) fn new(
        session: &Session,
        id: Option<&AccountId>,
        regions: &[Region],
        gate: Gate,
        read_lag: Duration,
    ) -> Self {
        let partition = regions.first().map(Region::partition);
        let id = id.cloned().map_or_else(OnceLock::new, OnceLock::from);
        let id = Arc::new(id);
        let activity = Arc::default();
        let config = OneAccount::limit(&session.config, &id, &activity);
        Aws {
            account: Arc::new(Account {
                clients: Clients::new(config, session.path_style, retries::budget()),
                id,
                partition: partition.map_or_else(OnceLock::new, OnceLock::from),
                profile: session.profile.clone(),
                rates: Rates::default(),
                gate,
                read_lag,
                activity,
                caller: None,
                _secrets: None,
            }),
            regions: Arc::from(regions),
            resource: None,
            watch: None,
            role_page: None,
            denials: Denials::default(),
            impatient: false,
            within_a_call: false,
        }
    }

    /// The account that the way is for: the one that it was made for, or else the one that
    /// [`Aws::caller`] first found.
    pub fn account(&self) -> Option<&AccountId> {
        self.account.id.get()
    }

    /// The partition of the account: that of its regions, or else the one that [`Aws::caller`]
    /// first found.
    pub fn partition(&self) -> Option<Partition> {
        self.account.partition.get().copied()
    }

    /// The regions of the account that the way is for.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The same way for these regions alone.
    #[must_use]
    pub fn within(&self, regions: &[Region]) -> Self {
        Aws {
            regions: Arc::from(regions),
            ..self.clone()
        }
    }

    /// Where the account is, once account and partition are known.
    pub fn site(&self) -> Option<Site> {
        Some(Site {
            partition: self.partition()?,
            account: self.account()?.clone(),
            regions: self.regions().to_vec(),
        })
    }

    /// The same way, used on behalf of the resource of that address.
    #[must_use]
    pub fn on_behalf_of(&self, resource: &impl fmt::Display) -> Self {
        Aws {
            resource: Some(resource.to_string()),
            ..self.clone()
        }
    }

    /// The same way, with `watch` called for each wait and for each step of a long action.
    #[must_use]
    pub fn watched_by(&self, watch: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        Aws {
            watch: Some(Watch(Arc::new(watch))),
            ..self.clone()
        }
    }

    /// The same way for the reads of one survey, which share one page of roles.
    #[must_use]
    pub fn for_survey(&self) -> Self {
        Aws {
            role_page: Some(Arc::default()),
            denials: Denials::default(),
            ..self.clone()
        }
    }

    /// What AWS denied since the survey began.
    pub fn denials(&self) -> Denials {
        self.denials.clone()
    }

    /// The same way for calls that are soon given up while AWS throttles or does something else: without
    /// them the run goes on, or something has to be read again before them.
    #[must_use]
    pub fn impatient(&self) -> Self {
        Aws {
            impatient: true,
            ..self.clone()
        }
    }

    /// What is under way in the account.
    pub fn activity(&self) -> &Activity {
        &self.account.activity
    }

    /// Adds to an error the resource and the account that it is about.
    pub fn name(&self, mut error: AwsError) -> AwsError {
        error.resource = error.resource.or_else(|| self.resource.clone());
        error.account = error.account.or_else(|| self.account().cloned());
        error
    }

    /// The part of a request that was built for an operation.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](super::ErrorKind::Refused) if the part could not be built.
    pub fn built<T>(
        &self,
        operation: &Operation,
        part: Result<T, BuildError>,
    ) -> Result<T, AwsError> {
        part.map_err(|error| self.name(AwsError::unbuildable(operation.clone(), &error)))
    }

    /// Reports to whoever watches that the resource waits, and for what.
    pub fn announce_wait(&self, what: String) {
        self.announce(Notice::Waiting(what));
    }

    /// Reports to whoever watches how far a long action came.
    pub fn announce_progress(&self, what: String) {
        self.announce(Notice::Progress(what));
    }

    fn announce(&self, notice: Notice) {
        if let Some(Watch(watch)) = &self.watch {
            watch(notice);
        }
    }

    /// How old an answer may be. AWS answers reads from copies.
    pub fn read_lag(&self) -> Duration {
        self.account.read_lag
    }

    /// Whether the run was stopped.
    pub fn stopped(&self) -> bool {
        self.account.gate.stopped()
    }

    /// Sleeps; false if the run was stopped meanwhile.
    pub async fn pause(&self, length: Duration) -> bool {
        self.account.gate.pause(length).await
    }
}
