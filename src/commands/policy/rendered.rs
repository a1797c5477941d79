//! The documents that the settings write, as they are written.

use tokio::sync::watch;

use crate::commands::context::Context;
use crate::failure::Failure;
use crate::settings::{GeneralFlags, Need, Settings, StackStateFlags, Trust};
use crate::systems::{Goal, Site, Written};

/// Every document that the settings write, and what is missing among them.
pub(super) struct Rendered {
    pub(super) site: Site,
    pub(super) documents: Vec<Written>,
    /// Why a document is left out, if one is.
    pub(super) left_out: Option<&'static str>,
}

/// Renders the documents. AWS is asked only for an account or region that the settings do not name.
pub(super) async fn rendered(
    general: &GeneralFlags,
    stackstate: &StackStateFlags,
    stop: watch::Receiver<bool>,
) -> Result<Rendered, Failure> {
    let context = Context::load(general, stackstate, Need::Names, Goal::Present, stop).await?;
    let settings = &context.settings;
    let site = context.site().await?;
    Ok(Rendered {
        documents: context.lay_out(&site)?.written,
        site,
        left_out: left_out(settings),
    })
}

/// Why a document is left out of those that the settings write, if one is.
pub(super) fn left_out(settings: &Settings) -> Option<&'static str> {
    let trust = settings.stackstate.as_ref().map(|system| &system.trust);
    (trust == Some(&Trust::Unstated)).then_some(
        "integration-role-trust-external is left out: the agent's principals or the external ID \
         are not set",
    )
}
