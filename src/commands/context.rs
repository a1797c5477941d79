//! What every command that talks to AWS begins with: settings, documents, session and printing.

use std::path::Path;

use tokio::sync::watch;

use crate::aws::{Aws, connect};
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
    pub async fn load(
        general: &GeneralFlags,
        stackstate: &StackStateFlags,
        need: Need,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let environment = |name: &str| std::env::var(name).ok();
        let draft = settings::load(general, stackstate, need, Path::new("."), &environment)?;
        let connection = draft.connection().clone();
        let session = connect(
            draft.main_region(),
            connection.profile.as_deref(),
            connection.endpoint_url.as_deref(),
        )
        .await;
        // The SDK leaves out what it cannot parse, so that the variable is looked at itself.
        let variable = environment("AWS_ENDPOINT_URL").filter(|url| !url.is_empty());
        let url = variable.as_deref().or(session.config.endpoint_url());
        // The flag, which was checked, is for every service.
        if connection.endpoint_url.is_none() {
            let place = "AWS_ENDPOINT_URL, or endpoint_url in the AWS profile".to_owned();
            let global = url.map(|url| (place, url.to_owned()));
            for (place, url) in global.into_iter().chain(session.endpoints()) {
                check_endpoint(&url).map_err(|invalid| invalid.at(place))?;
            }
        }
        let settings = draft.complete(session.region.as_deref())?;
        let documents = AllDocuments::load(&settings)?;
        let aws = Aws::new(
            &session,
            settings.connection.concurrency,
            settings.account.as_ref(),
            stop,
        );
        let context = Context {
            settings,
            documents,
            aws,
        };
        context.wanted(true).check()?;
        Ok(context)
    }

    /// What the settings ask for, or with `exists` false nothing of it.
    pub fn wanted(&self, exists: bool) -> Wanted<'_> {
        Wanted {
            settings: &self.settings,
            documents: &self.documents,
            exists,
        }
    }
}
