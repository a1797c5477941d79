//! The system Audit Trail: its permission policy, attached to the identities that it runs as.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::engine::address::Address;
use crate::engine::document::Document;
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::node::{Milestone, Node};
use crate::engine::ownership::Tags;
use crate::failure::Failure;
use crate::kinds::iam::attachment::{self, PolicyAttachment};
use crate::kinds::iam::policy::{self, IamPolicy, PolicySpec};
use crate::names::{ManagedPolicy, Partition};
use crate::settings::{self, Settings};
use crate::systems::documents::{ACCOUNT_ID, BuiltIn, Documents, Filling, Form, open};
use crate::systems::system::{DESTROYED, Goal, Layout, Output, Outputs, Site, System};
use crate::systems::trial::{Grant, Trials};
use crate::systems::written::{Content, Written};
use iam_policy::{Fit, Fitted, Kind, fit};

/// The system's name in tags, settings and documents.
pub const SYSTEM: &str = "audit-trail";

/// The name of the one document.
const PERMISSIONS: &str = "permissions";

/// The vendor's document, and the one of the hardened profile.
pub const DOCUMENTS: [BuiltIn; 1] = [BuiltIn {
    name: PERMISSIONS,
    form: Form::Policy(Kind::Managed),
    documented: include_str!("../../policies/audit-trail/permissions.json"),
    hardened: Some(include_str!(
        "../../policies/audit-trail/hardened/permissions.json"
    )),
}];

/// Audit Trail with its settings.
#[derive(Debug)]
pub struct AuditTrail {
    settings: settings::AuditTrail,
    tags: BTreeMap<String, String>,
    /// The documents; `None` if Audit Trail is removed.
    documents: Option<Documents>,
}

/// The system, if the settings name it.
///
/// # Errors
/// Those of [`Documents::load`], for [`Goal::Present`].
pub fn system(settings: &Settings, goal: Goal) -> Result<Option<Box<dyn System>>, Failure> {
    let Some(own) = &settings.audit_trail else {
        return Ok(None);
    };
    let documents = match goal {
        Goal::Present => Some(Documents::load(&DOCUMENTS, SYSTEM, own.profile, None)?),
        Goal::Absent => None,
    };
    Ok(Some(Box::new(AuditTrail {
        settings: own.clone(),
        tags: settings.tags.clone(),
        documents,
    })))
}

impl AuditTrail {
    /// The document as it is written: filled in, and shortened to fit IAM's limit.
    fn fitted(
        &self,
        documents: &Documents,
        partition: Partition,
        account: String,
    ) -> Result<Fitted, Failure> {
        let boundary = self.settings.permissions_boundary.as_ref();
        let boundary = boundary.map(|it| ("PermissionsBoundary", it.arn(partition, &account)));
        let mut values = BTreeMap::from([(ACCOUNT_ID, account)]);
        values.extend(boundary);
        let filling = Filling {
            values,
            holes: BTreeMap::new(),
            names: &[],
            partition,
        };
        let policy = documents.policy_without_holes(PERMISSIONS, &filling, |_| {})?;
        fit(&policy, Kind::Managed.limit()).map_err(|error| {
            let origin = documents.origin(PERMISSIONS);
            Failure::new(format!("{origin} cannot be written to AWS"))
                .because(error.to_string())
                .hint("Shorten the document, or use wildcards")
        })
    }

    fn policy_name(&self) -> &str {
        &self.settings.policy_name
    }

    /// The policy and its attachments. Without `spec` all of them are unwanted.
    fn nodes(&self, site: &Site, spec: Option<PolicySpec>) -> Vec<Node> {
        let name = self.policy_name();
        let arn = site.arn("iam", "", &format!("policy/{name}"));
        let tags = Tags::new(SYSTEM, name, &self.tags);
        let address = Address::global(policy::KIND, name);
        let is_wanted = spec.is_some();
        let policy = IamPolicy {
            identity: Identity {
                address: address.clone(),
                name: name.to_owned(),
                arn: Some(arn.clone()),
                tags: tags.clone(),
            },
            attached_to: self.settings.attach_to.clone(),
            spec,
        };
        let mut nodes = vec![Node::new(policy)];
        for identity in &self.settings.attach_to {
            let attachment = PolicyAttachment {
                identity: Identity {
                    address: Address::global(attachment::KIND, format!("{name}:{identity}")),
                    name: identity.to_string(),
                    arn: None,
                    tags: tags.clone(),
                },
                policy: address.clone(),
                policy_arn: arn.clone(),
                attached_to: identity.clone(),
                spec: is_wanted.then_some(()),
            };
            let mut attachment = Node::new(attachment);
            attachment.needs.push((address.clone(), Milestone::Exists));
            nodes.push(attachment);
        }
        nodes
    }
}

/// A note on how the document was shortened, and on its length.
fn explain(fitted: &Fitted) -> String {
    let size = format!(
        "{} of {} characters",
        fitted.policy.size(),
        Kind::Managed.limit()
    );
    match fitted.fit {
        Fit::Compact => format!("written without white space: {size}"),
        Fit::Merged => {
            format!("written without white space and Sids, with statements merged: {size}")
        }
    }
}

#[async_trait]
impl System for AuditTrail {
    fn check(&self, partition: Partition) -> Result<(), Failure> {
        match &self.documents {
            Some(documents) => self
                .fitted(documents, partition, open(ACCOUNT_ID))
                .map(drop),
            None => Ok(()),
        }
    }

    fn lay_out(&self, site: &Site) -> Result<Layout, Failure> {
        let Some(documents) = &self.documents else {
            let mut nodes = self.nodes(site, None);
            for node in &mut nodes {
                node.unwanted = Some(DESTROYED.to_owned());
            }
            return Ok(Layout {
                nodes,
                written: Vec::new(),
            });
        };
        let fitted = self.fitted(documents, site.partition, site.account.to_string())?;
        let note = explain(&fitted);
        let spec = PolicySpec {
            description: self.settings.description.clone(),
            document: fitted.policy.clone(),
        };
        let mut nodes = self.nodes(site, Some(spec));
        if let Some(policy) = nodes.first_mut() {
            policy.note = Some(note);
        }
        let written = Written {
            name: PERMISSIONS.to_owned(),
            document: PERMISSIONS,
            origin: documents.origin(PERMISSIONS).to_owned(),
            built_in: documents.built_in(PERMISSIONS),
            carrier: Address::global(policy::KIND, self.policy_name()),
            content: Content::Policy(Kind::Managed, Document::from(fitted.policy)),
        };
        Ok(Layout {
            nodes,
            written: vec![written],
        })
    }

    fn texts(&self) -> Vec<(&'static str, &str)> {
        self.documents.iter().flat_map(Documents::texts).collect()
    }

    fn boundary(&self) -> Option<&ManagedPolicy> {
        self.settings.permissions_boundary.as_ref()
    }

    fn trials(&self, site: &Site) -> Result<Trials, Failure> {
        let Some(documents) = &self.documents else {
            return Ok(Trials::default());
        };
        let fitted = self.fitted(documents, site.partition, site.account.to_string())?;
        let identities = self.settings.attach_to.iter();
        let grants = identities.map(|identity| Grant {
            identity: identity.clone(),
            policy: fitted.policy.clone(),
        });
        Ok(Trials {
            grants: grants.collect(),
            ..Trials::default()
        })
    }

    fn outputs(&self, _site: &Site, _known: &Known) -> Outputs {
        let attached = self.settings.attach_to.iter().map(ToString::to_string);
        Outputs {
            heading: "For Audit Trail:",
            outputs: vec![
                Output::new("policies", "policies", vec![self.policy_name()]),
                Output::new("attached_to", "attached to", attached.collect::<Vec<_>>()),
            ],
        }
    }
}
