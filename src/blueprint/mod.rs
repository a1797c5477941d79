//! From settings to resources: what each system needs in AWS.
//!
//! A blueprint is a pure function and the documents under `policies/`. It knows nothing of
//! clients. [`nodes`] puts together those that the settings name.

pub mod audit_trail;
pub mod documents;
pub mod stackstate;

#[cfg(test)]
mod tests;

use crate::failure::Failure;
use crate::names::{AccountId, Partition, Region};
use crate::plan::Node;
use crate::settings::Settings;
use documents::Documents;

/// Where a blueprint is laid out.
#[derive(Debug, Clone)]
pub struct Site {
    /// The partition of the account and its regions.
    pub partition: Partition,
    /// The account.
    pub account: AccountId,
    /// The regions; the first is the main region. May be empty for what lives in none.
    pub regions: Vec<Region>,
}

impl Site {
    /// An ARN in this account. `region` is empty for the services that have none.
    pub fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{region}:{}:{resource}",
            self.partition, self.account
        )
    }
}

/// The documents of every system.
#[derive(Debug, Clone)]
pub struct AllDocuments {
    /// Those of the StackState integration.
    pub stackstate: Documents,
    /// Those of Audit Trail.
    pub audit_trail: Documents,
}

impl AllDocuments {
    /// The built-in documents, and those that the settings put in their place.
    ///
    /// # Errors
    /// Those of [`Documents::load`].
    pub fn load(settings: &Settings) -> Result<Self, Failure> {
        let folder = settings
            .stackstate
            .as_ref()
            .and_then(|stackstate| stackstate.policies.as_deref());
        Ok(AllDocuments {
            stackstate: Documents::load(&stackstate::DOCUMENTS, stackstate::SYSTEM, folder)?,
            audit_trail: Documents::load(&audit_trail::DOCUMENTS, audit_trail::SYSTEM, None)?,
        })
    }

    /// The documents' texts by name.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.stackstate.texts().chain(self.audit_trail.texts())
    }
}

/// What was found of earlier deployments with other settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remains {
    /// Of the StackState integration.
    pub stackstate: stackstate::Remains,
    /// Of Audit Trail.
    pub audit_trail: audit_trail::Remains,
}

/// The resources of all systems that the settings name. With `wanted` false nothing is asked for,
/// which is what a destroy wants.
///
/// # Errors
/// A document that cannot be used. Those do not depend on the account, so that a made-up account
/// of twelve digits finds them before AWS is asked for the real one.
pub fn nodes(
    settings: &Settings,
    documents: &AllDocuments,
    site: &Site,
    remains: &Remains,
    wanted: bool,
) -> Result<Vec<Node>, Failure> {
    let mut nodes = Vec::new();
    if let Some(system) = &settings.stackstate {
        let (documents, remains) = (&documents.stackstate, &remains.stackstate);
        let system = stackstate::nodes(settings, system, documents, site, remains, wanted)?;
        nodes.extend(system);
    }
    if let Some(system) = &settings.audit_trail {
        let (documents, remains) = (&documents.audit_trail, &remains.audit_trail);
        let system = audit_trail::nodes(settings, system, documents, site, remains, wanted)?;
        nodes.extend(system);
    }
    Ok(nodes)
}
