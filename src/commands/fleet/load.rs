//! What every command for a fleet begins with: the settings, the caller, and the accounts.

use std::path::Path;

use iam_policy::printable::harmless;
use tokio::sync::watch;

use crate::aws::{Aws, AwsError, Caller, Member};
use crate::cli::NarrowArgs;
use crate::commands::context::{Context, connect, warn_of};
use crate::failure::Failure;
use crate::fleet::discovery;
use crate::fleet::report::{self, Command};
use crate::fleet::target::{Target, Targets};
use crate::names::{AccountId, Partition, Region};
use crate::render::fleet::counted;
use crate::saved_plan::Inputs;
use crate::secret::known;
use crate::settings::{self, FleetSettings, GeneralFlags, Need, Settings, StackStateFlags};
use crate::systems::{self, Goal};
use crate::terminal::report as say;

/// A fleet: its settings, who calls, and the ways to its accounts.
pub(super) struct Fleet {
    pub(super) settings: FleetSettings,
    pub(super) caller: Caller,
    pub(super) goal: Goal,
    /// The settings and documents, for a report to tell whether they have changed.
    pub(super) inputs: Inputs,
    pub(super) stop: watch::Receiver<bool>,
    /// The caller's way, over which the roles are assumed.
    base: Aws,
}

/// What a session in an account may do, whatever its role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Read.
    Reads,
    /// Everything that the role allows.
    Writes,
}

impl Fleet {
    /// Loads and checks everything, and asks AWS who calls.
    ///
    /// # Errors
    /// Those of [`Context::load`], settings without `[fleet]`, and credentials that AWS does not accept.
    pub(super) async fn load(
        general: &GeneralFlags,
        stackstate: &StackStateFlags,
        need: Need,
        goal: Goal,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let environment = |name: &str| std::env::var(name).ok();
        let settings =
            settings::load_fleet(general, stackstate, need, Path::new("."), &environment)?;
        warn_of(settings.draft());
        if let Some(external_id) = &settings.fleet().external_id {
            known::remember(external_id.expose());
        }
        let common = settings.common();
        let main = common.regions.first();
        let (connections, session) = connect(settings.connection(), main, stop.clone()).await?;
        for warning in common.regions.iter().filter_map(Region::warning) {
            say(&format!("Warning: {warning}\n"));
        }
        // A document that cannot be used is refused before the first call.
        let partition = common.partition().unwrap_or(Partition::Aws);
        let systems = systems::named(common, goal)?;
        systems.iter().try_for_each(|it| it.check(partition))?;
        let inputs = Inputs::of(common, &systems)?;
        let base = connections.account(&session, None, &common.regions);
        let caller = base.caller().await.map_err(|error| error.failure())?;
        Ok(Fleet {
            settings,
            caller,
            goal,
            inputs,
            stop,
            base,
        })
    }

    /// The same for a command that changes the accounts: after a signal no further account begins, and those under
    /// way finish.
    ///
    /// # Errors
    /// Those of [`Fleet::load`].
    pub(super) async fn load_to_write(
        general: &GeneralFlags,
        stackstate: &StackStateFlags,
        need: Need,
        goal: Goal,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let (_, never) = watch::channel(false);
        let fleet = Fleet::load(general, stackstate, need, goal, never).await?;
        Ok(Fleet { stop, ..fleet })
    }

    /// The accounts that the settings name and the organization has, narrowed by the command line.
    ///
    /// # Errors
    /// Those of the discovery, another number of accounts than the settings expect, an account that is not
    /// among them, and a report that cannot be read or gone on from.
    pub(super) async fn targets(
        &self,
        narrow: &NarrowArgs,
        command: Option<Command>,
    ) -> Result<Targets, Failure> {
        let fleet = self.settings.fleet();
        let organization = discovery::discover(&self.base, fleet).await?;
        let found = discovery::select(&organization, fleet, &self.caller.account);
        if let Some(command) = command {
            discovery::refuse_unexpected(&found, fleet, command.writes())?;
        }
        warn_of_canaries(&fleet.canary, &found);
        let narrowed = discovery::narrow(found.clone(), &narrow.accounts, &narrow.exclude)?;
        let Some(file) = &narrow.retry else {
            return Ok(narrowed);
        };
        // Who lists the accounts is shown those that a plan would be made of.
        let command = command.unwrap_or(Command::Plan);
        let earlier = report::read(file)?;
        earlier.check(command, fleet.organization.as_deref())?;
        let (narrowed, gone) = discovery::retried(&found, narrowed, &earlier.left(command))?;
        if let Some(account) = gone.first() {
            say(&format!(
                "Warning: no longer in the fleet: {} of the report, {account} for example\n",
                counted(gone.len(), "account")
            ));
        }
        if narrowed.targets.is_empty() {
            say(&format!(
                "The report {} leaves no account to try again.\n",
                harmless(&file.display().to_string())
            ));
        }
        Ok(narrowed)
    }

    /// The settings of an account, its systems, and the way there.
    ///
    /// # Errors
    /// Those of `sts:AssumeRole`, and a document that cannot be used.
    pub(super) async fn context(&self, target: &Target, access: Access) -> Result<Context, NoWay> {
        let settings = self.settings.of(&target.account);
        let systems = systems::named(&settings, self.goal).map_err(NoWay::Failure)?;
        let aws = self.way(target, &settings, access).await;
        Ok(Context {
            aws: aws.map_err(|error| NoWay::Aws(Box::new(error)))?,
            settings,
            systems,
            is_one_of_many: true,
        })
    }

    async fn way(
        &self,
        target: &Target,
        settings: &Settings,
        access: Access,
    ) -> Result<Aws, AwsError> {
        let (account, regions) = (&target.account, &settings.regions);
        if target.is_callers {
            return Ok(self.base.as_member(regions));
        }
        let fleet = self.settings.fleet();
        let member = Member {
            account: account.clone(),
            regions: regions.clone(),
            role: fleet.role.clone(),
            external_id: fleet.external_id.clone(),
            session: self.caller.session_name(),
            only_reads: access == Access::Reads,
        };
        self.base.member(&member).await
    }
}

/// Why there is no way to an account.
pub(super) enum NoWay {
    Aws(Box<AwsError>),
    Failure(Failure),
}

/// Says which canaries are no targets: without them the first wave is one of accounts that nobody chose.
fn warn_of_canaries(canaries: &[AccountId], found: &Targets) {
    let is_target = |canary: &&AccountId| found.targets.iter().any(|it| it.account == **canary);
    for canary in canaries.iter().filter(|it| !is_target(it)) {
        let skipped = found.skipped.iter().find(|it| it.account == *canary);
        let why = skipped.map_or("it is not in the fleet", |it| &it.reason);
        say(&format!(
            "Warning: the canary {canary} takes no part: {}\n",
            harmless(why)
        ));
    }
}
