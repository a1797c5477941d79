//! What every command about an account begins with: settings, documents, and the way to AWS.

use std::path::Path;

use tokio::sync::watch;

use crate::aws::{Aws, Connections};
use crate::failure::Failure;
use crate::settings::{self, GeneralFlags, Need, Settings, StackStateFlags, check_endpoint};
use crate::survey::Wanted;
use crate::systems::AllDocuments;

/// Settings that passed every check that needs no AWS call, and the way to AWS.
pub struct Context {
    /// The settings.
    pub settings: Settings,
    /// The documents.
    pub documents: AllDocuments,
    /// The way to the account.
    pub aws: Aws,
}

impl Context {
    /// Loads and checks everything. No request is sent to AWS, except for the region of an EC2
    /// instance where nothing else names one.
    ///
    /// # Errors
    /// Bad settings, an endpoint that would send requests over the network in the clear, or a document
    /// that cannot be used.
    pub async fn load(
        general: &GeneralFlags,
        stackstate: &StackStateFlags,
        need: Need,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let environment = |name: &str| std::env::var(name).ok();
        let draft = settings::load(general, stackstate, need, Path::new("."), &environment)?;
        let connection = draft.connection();
        let connections = Connections::new(connection.concurrency, stop);
        let session = connections
            .session(
                draft.main_region(),
                connection.profile.as_deref(),
                connection.endpoint_url.as_deref(),
            )
            .await;
        session.check_endpoints(check_endpoint)?;
        let settings = draft.complete(session.region.as_deref())?;
        let context = Context {
            documents: AllDocuments::load(&settings)?,
            aws: connections.account(&session, settings.account.as_ref()),
            settings,
        };
        context.wanted(true).check()?;
        Ok(context)
    }

    /// What a survey is to read: what the settings ask for, or with `exists` false what is to be
    /// deleted.
    pub fn wanted(&self, exists: bool) -> Wanted<'_> {
        Wanted {
            settings: &self.settings,
            documents: &self.documents,
            exists,
        }
    }
}
