//! What Audit Trail needs: its permission policy, attached to the identities that it runs as.

use std::collections::{BTreeMap, BTreeSet};

use super::documents::{BuiltIn, Documents, Filling, Form};
use super::{Content, Site, Written};
use crate::engine::address::Address;
use crate::engine::ownership::Tags;
use crate::engine::plan::{Milestone, Node};
use crate::failure::Failure;
use crate::kinds::iam::Identity;
use crate::kinds::iam::attachment::{MOST_ATTACHED, PolicyAttachment};
use crate::kinds::iam::policy::{IamPolicy, KIND};
use crate::settings::{AuditTrail, Settings};
use iam_policy::{Fit, Fitted, Kind, Policy};

/// The system's name in tags, settings and documents.
pub const SYSTEM: &str = "audit-trail";

/// The vendor's document, and that of the hardened profile.
pub const DOCUMENTS: [BuiltIn; 1] = [BuiltIn {
    name: "permissions",
    form: Form::Policy(Kind::Managed),
    documented: include_str!("../../policies/audit-trail/permissions.json"),
    hardened: Some(include_str!(
        "../../policies/audit-trail/hardened/permissions.json"
    )),
}];

/// Policies of this deployment's names that exist, as far as they are not wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remains {
    /// Their names.
    pub policies: BTreeSet<String>,
}

/// The document in the form in which it is written.
///
/// # Errors
/// A document that cannot be used, or a statement in it that fits no policy.
fn fitted(settings: &AuditTrail, documents: &Documents, site: &Site) -> Result<Fitted, Failure> {
    let mut values = BTreeMap::from([("AccountId", site.account.to_string())]);
    let boundary = settings.permissions_boundary.as_ref();
    values.extend(boundary.map(|boundary| ("PermissionsBoundary", boundary.to_string())));
    let filling = Filling {
        values,
        names: &[],
        partition: site.partition,
    };
    let policy = documents.policy("permissions", &filling, |_| {})?;
    iam_policy::fit(&policy, Kind::Managed.limit()).map_err(|error| {
        let origin = documents.origin("permissions");
        Failure::new(format!("{origin} cannot be written to AWS")).because(error.to_string())
    })
}

/// Every document of the system in the form in which it is written.
///
/// # Errors
/// A document that cannot be used, or a statement in it that fits no policy.
pub fn written(
    settings: &AuditTrail,
    documents: &Documents,
    site: &Site,
) -> Result<Vec<Written>, Failure> {
    let fitted = fitted(settings, documents, site)?;
    let count = fitted.policies.len();
    let policies = names(settings, count).into_iter().zip(fitted.policies);
    let written = policies
        .enumerate()
        .map(|(index, (policy_name, policy))| Written {
            name: match count {
                1 => "permissions".to_owned(),
                _ => format!("permissions-{}", index + 1),
            },
            document: "permissions",
            origin: documents.origin("permissions").to_owned(),
            carrier: Address::global(KIND, policy_name),
            content: Content::Policy(Kind::Managed, policy),
        });
    Ok(written.collect())
}

/// One line on what was done to the document so that it fits, and how long it is.
fn explain(fitted: &Fitted) -> String {
    let sizes: Vec<String> = fitted
        .policies
        .iter()
        .map(|policy| format!("{} of {}", policy.size(), Kind::Managed.limit()))
        .collect();
    let sizes = sizes.join(", ");
    match fitted.fit {
        Fit::Compact => format!("written without white space: {sizes} characters"),
        Fit::Merged => format!(
            "written without white space and Sids, with statements merged: {sizes} characters"
        ),
        Fit::Spread => format!(
            "written without white space and Sids, with statements merged and spread over {} \
             policies: {sizes} characters",
            fitted.policies.len()
        ),
    }
}

/// The names that the policies get: the settings' one, or numbered ones if there are several.
fn names(settings: &AuditTrail, count: usize) -> Vec<String> {
    match count {
        1 => vec![settings.policy_name.clone()],
        count => (1..=count)
            .map(|number| format!("{}-{number}", settings.policy_name))
            .collect(),
    }
}

/// Whether a policy's name is one that this deployment could have given.
pub fn is_own_name(name: &str, settings: &AuditTrail) -> bool {
    match name.strip_prefix(&settings.policy_name) {
        Some("") => true,
        Some(rest) => rest.strip_prefix('-').is_some_and(|number| {
            let number: usize = number.parse().unwrap_or(0);
            (1..=MOST_ATTACHED).contains(&number)
        }),
        None => false,
    }
}

/// Every resource of the system, and what is left over from an earlier split.
///
/// A resource stands after those that it needs.
///
/// # Errors
/// A document that cannot be used, a statement in it that fits no policy, and more policies than
/// an identity may have.
pub fn nodes(
    settings: &Settings,
    audit_trail: &AuditTrail,
    documents: &Documents,
    site: &Site,
    remains: &Remains,
    wanted: bool,
) -> Result<Vec<Node>, Failure> {
    let fitted = fitted(audit_trail, documents, site)?;
    if fitted.policies.len() > MOST_ATTACHED {
        return Err(Failure::new(format!(
            "the permissions of Audit Trail need {} policies, of {MOST_ATTACHED} that AWS allows \
             on one identity",
            fitted.policies.len()
        ))
        .hint("Shorten the document, or use wildcards"));
    }
    let names = names(audit_trail, fitted.policies.len());
    let layout = Layout {
        audit_trail,
        site,
        own_arns: names.iter().map(|name| arn(site, name)).collect(),
        note: explain(&fitted),
        tags: Tags::new(SYSTEM, &audit_trail.policy_name, &settings.tags),
    };
    let mut nodes = Vec::new();
    for (name, policy) in names.iter().zip(&fitted.policies) {
        nodes.extend(layout.policy(name, policy, wanted));
    }
    for name in remains.policies.iter().filter(|name| !names.contains(name)) {
        nodes.extend(layout.policy(name, &fitted.policies[0], false));
    }
    Ok(nodes)
}

fn arn(site: &Site, name: &str) -> String {
    site.arn("iam", "", &format!("policy/{name}"))
}

struct Layout<'a> {
    audit_trail: &'a AuditTrail,
    site: &'a Site,
    own_arns: Vec<String>,
    note: String,
    tags: Tags,
}

impl Layout<'_> {
    /// A policy and its attachments.
    fn policy(&self, name: &str, document: &Policy, wanted: bool) -> Vec<Node> {
        let policy = IamPolicy {
            address: Address::global(KIND, name),
            name: name.to_owned(),
            arn: arn(self.site, name),
            description: self.audit_trail.description.clone(),
            document: document.clone(),
            note: self.note.clone(),
            attached_to: self.audit_trail.attach_to.clone(),
            tags: self.tags.clone(),
        };
        let address = policy.address.clone();
        let mut nodes = vec![Node::new(policy, wanted)];
        for identity in &self.audit_trail.attach_to {
            let mut attachment = Node::new(self.attachment(name, &address, identity), wanted);
            attachment.needs.push((address.clone(), Milestone::Exists));
            nodes.push(attachment);
        }
        nodes
    }

    fn attachment(&self, policy: &str, address: &Address, identity: &Identity) -> PolicyAttachment {
        PolicyAttachment {
            address: Address::global("iam_policy_attachment", format!("{policy}:{identity}")),
            policy: address.clone(),
            policy_arn: arn(self.site, policy),
            identity: identity.clone(),
            name: identity.to_string(),
            own_arns: self.own_arns.clone(),
        }
    }
}
