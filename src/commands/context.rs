//! What every command that talks to AWS begins with: the settings, the systems and the way to AWS.

use std::path::Path;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::watch;

use crate::aws::{Aws, Connections, Network, Session, variables};
use crate::commands::alive::alive;
use crate::failure::Failure;
use crate::names::{Partition, Region};
use crate::secret::known;
use crate::settings::{
    self, Connection, Draft, GeneralFlags, Need, Settings, StackStateFlags, check_endpoint,
};
use crate::survey::{self, Survey};
use crate::systems::{self, Goal, Layout, Site, Systems};
use crate::terminal::report;
use iam_policy::printable::harmless;

/// Settings that passed every check that needs no AWS call, and the way to AWS.
pub struct Context {
    /// The settings.
    pub settings: Settings,
    /// The systems that the settings name.
    pub systems: Systems,
    /// The way to the account.
    pub aws: Aws,
    /// Whether the account is one of many that are under way, so that nothing is shown of it meanwhile.
    pub is_one_of_many: bool,
}

/// Says what a person should know about the settings: where they were found if it is not here, and
/// what is not advisable. From now on nothing shows the external ID.
pub(super) fn warn_of(draft: &Draft) {
    if let Some(external_id) = draft.external_id() {
        known::remember(external_id.expose());
    }
    if let Some(file) = draft.found_above() {
        report(&format!("The settings are those of {}.\n", harmless(file)));
    }
    for warning in draft.warnings() {
        report(&format!("Warning: {}\n", harmless(warning)));
    }
}

/// The connections of a run, and what AWS's own configuration says.
///
/// # Errors
/// A proxy or certificates that cannot be used, and an endpoint that would send requests over the network in
/// the clear.
pub(super) async fn connect(
    connection: &Connection,
    main: Option<&Region>,
    stop: watch::Receiver<bool>,
) -> Result<(Connections, Session), Failure> {
    variables::check(std::env::vars_os())?;
    let network = Network::from_environment(|name| std::env::var_os(name))?;
    let mut connections = Connections::over(network, connection.concurrency, stop);
    if let Some(read_lag) = connection.read_lag {
        connections = connections.answering_within(read_lag);
    }
    let (profile, endpoint) = (&connection.profile, &connection.endpoint_url);
    let session = connections
        .session(main, profile.as_deref(), endpoint.as_deref())
        .await;
    for (place, url) in session.endpoints() {
        check_endpoint(&url).map_err(|invalid| invalid.at(place))?;
    }
    Ok((connections, session))
}

impl Context {
    /// Loads and checks everything. No request is sent to AWS, except for the region of an EC2
    /// instance where nothing else names one.
    ///
    /// # Errors
    /// Bad settings, a proxy or certificates that cannot be used, an endpoint that would send requests
    /// over the network in the clear, or, for [`Goal::Present`], a document that cannot be used.
    pub async fn load(
        general: &GeneralFlags,
        stackstate: &StackStateFlags,
        need: Need,
        goal: Goal,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let environment = |name: &str| std::env::var(name).ok();
        let draft = settings::load(general, stackstate, need, Path::new("."), &environment)?;
        warn_of(&draft);
        let connection = draft.connection();
        let (connections, session) = connect(connection, draft.main_region(), stop).await?;
        let settings = draft.complete(session.region.as_deref())?;
        for warning in settings.regions.iter().filter_map(Region::warning) {
            report(&format!("Warning: {warning}\n"));
        }
        let systems = systems::named(&settings, goal)?;
        let aws = connections.account(&session, settings.account.as_ref(), &settings.regions);
        if aws.site().is_none() {
            // The layout, which checks the documents, has to wait until AWS names the account.
            let partition = settings.partition().unwrap_or(Partition::Aws);
            systems
                .iter()
                .try_for_each(|system| system.check(partition))?;
        }
        Ok(Context {
            aws,
            systems,
            settings,
            is_one_of_many: false,
        })
    }

    /// The result of `reads`, which are shown while they are under way.
    pub(super) async fn alive<T>(&self, reads: impl Future<Output = T>) -> T {
        match self.is_one_of_many {
            true => reads.await,
            false => alive(self.aws.activity(), reads).await,
        }
    }

    /// Tells a person what goes on in the account, unless it is one of many.
    pub(super) fn say(&self, what: &str) {
        if !self.is_one_of_many {
            report(what);
        }
    }

    /// Reads everything that a plan needs.
    ///
    /// # Errors
    /// Those of [`survey`](survey::survey).
    pub fn survey(&self) -> BoxFuture<'_, Result<Survey, Failure>> {
        // Boxed, so that the futures of the commands stay small for the compiler.
        self.alive(survey::survey(&self.systems, &self.aws)).boxed()
    }

    /// The same as `first`, read again once AWS surely answers with the present state, if something
    /// speaks for it that `first` is out of date.
    ///
    /// # Errors
    /// Those of [`survey`](survey::survey).
    pub async fn confirmed(&self, first: Survey) -> Result<Survey, Failure> {
        let Some(doubt) = first.doubt() else {
            return Ok(first);
        };
        let wait = self
            .aws
            .read_lag()
            .saturating_sub(first.observed_at.elapsed());
        if !wait.is_zero() {
            self.say(&format!(
                "{doubt}.\nAWS may answer some seconds late, so everything is read again in {} s.\n",
                wait.as_secs() + 1
            ));
            tokio::time::sleep(wait).await;
        }
        Ok(Survey {
            looked_since: first.looked_since,
            ..self.survey().await?
        })
    }

    /// Where the resources are. AWS is asked only for what the settings do not name.
    ///
    /// # Errors
    /// Those of [`site`](survey::site).
    pub fn site(&self) -> BoxFuture<'_, Result<Site, Failure>> {
        self.alive(survey::site(&self.systems, &self.aws)).boxed()
    }

    /// What the settings ask for at `site`.
    ///
    /// # Errors
    /// A document that cannot be used.
    pub fn lay_out(&self, site: &Site) -> Result<Layout, Failure> {
        systems::lay_out(&self.systems, site)
    }
}
