//! From settings to resources: what each system needs in AWS.
//!
//! A blueprint is a pure function and the documents under `policies/`. It knows nothing of
//! clients. [`nodes`] puts together those that the settings name.

pub mod audit_trail;
pub mod documents;
pub mod stackstate;

#[cfg(test)]
mod tests;

use serde_json::Value as Json;

use crate::engine::address::Address;
use crate::engine::plan::Node;
use crate::failure::Failure;
use crate::names::{AccountId, Partition, Region};
use crate::settings::{Profile, Settings};
use documents::Documents;
use iam_policy::{Kind, Policy, redacted};

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
        let (profile, folder) = match &settings.stackstate {
            Some(system) => (system.profile, system.policies.as_deref()),
            None => (Profile::Documented, None),
        };
        let stackstate =
            Documents::load(&stackstate::DOCUMENTS, stackstate::SYSTEM, profile, folder)?;
        let profile = match &settings.audit_trail {
            Some(system) => system.profile,
            None => Profile::Documented,
        };
        let audit_trail =
            Documents::load(&audit_trail::DOCUMENTS, audit_trail::SYSTEM, profile, None)?;
        Ok(AllDocuments {
            stackstate,
            audit_trail,
        })
    }

    /// The documents' texts by name.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.stackstate.texts().chain(self.audit_trail.texts())
    }
}

/// A document in the form in which it is written to AWS.
#[derive(Debug)]
pub struct Written {
    /// What tells it from all others: the document's name, and the region or the number where
    /// there are several of it.
    pub name: String,
    /// The document's name.
    pub document: &'static str,
    /// Where its text came from.
    pub origin: String,
    /// The resource that carries it.
    pub carrier: Address,
    /// What is written.
    pub content: Content,
}

/// The content of a document.
#[derive(Debug)]
pub enum Content {
    /// A policy.
    Policy(Kind, Policy),
    /// What a rule listens for.
    EventPattern(Json),
}

impl Content {
    /// What it is, in words.
    pub fn form(&self) -> String {
        match self {
            Content::Policy(kind, _) => kind.to_string(),
            Content::EventPattern(_) => "event pattern".to_owned(),
        }
    }

    /// The document as it is sent, without the external ID.
    pub fn shown(&self) -> Json {
        match self {
            Content::Policy(_, policy) => redacted(policy.document()),
            Content::EventPattern(pattern) => pattern.clone(),
        }
    }

    /// The characters that it has and may have, white space between its tokens left out.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Content::Policy(kind, policy) => (policy.size(), kind.limit()),
            Content::EventPattern(pattern) => (
                pattern.to_string().chars().count(),
                documents::PATTERN_LIMIT,
            ),
        }
    }
}

/// Every document that the settings write, in the form in which it is written.
///
/// # Errors
/// A document that cannot be used.
pub fn written(
    settings: &Settings,
    documents: &AllDocuments,
    site: &Site,
) -> Result<Vec<Written>, Failure> {
    let mut written = Vec::new();
    if let Some(system) = &settings.stackstate {
        written.extend(stackstate::written(system, &documents.stackstate, site)?);
    }
    if let Some(system) = &settings.audit_trail {
        written.extend(audit_trail::written(system, &documents.audit_trail, site)?);
    }
    Ok(written)
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
