//! What to do about a finding in a built-in document, whose file nobody has at hand.

use std::collections::BTreeSet;

use super::policy::policy_of;
use crate::failure::Failure;
use crate::settings::{Profile, Settings};
use crate::systems::{self, Goal, Site, Written, audit_trail};
use iam_policy::lint::{self, Finding};

/// A finding that the hardened profile has too: the document's name, the code and the Sid.
type Left = (String, &'static str, Option<String>);

/// What is advised in place of an edit.
pub struct Advice {
    left: BTreeSet<Left>,
    names_boundary: bool,
}

impl Advice {
    /// Lints the documents of the hardened profile, to tell what that profile mends.
    ///
    /// # Errors
    /// A built-in document that cannot be used.
    pub fn of(settings: &Settings, site: &Site) -> Result<Self, Failure> {
        let mut hardened = settings.clone();
        if let Some(own) = &mut hardened.stackstate {
            own.profile = Profile::Hardened;
            own.policies = None;
        }
        let boundary = settings.audit_trail.as_ref();
        let boundary = boundary.and_then(|own| own.permissions_boundary.clone());
        if let Some(own) = &mut hardened.audit_trail {
            own.profile = Profile::Hardened;
            // No rule looks at which policy is the boundary.
            let any = || site.arn("iam", "", "policy/boundary").parse().ok();
            own.permissions_boundary = boundary.clone().or_else(any);
        }
        let systems = systems::named(&hardened, Goal::Present)?;
        let mut left = BTreeSet::new();
        for written in systems::lay_out(&systems, site)?.written {
            if let Some((_, document)) = policy_of(&written, site) {
                let findings = lint::lint(&document);
                left.extend(findings.iter().map(|finding| key(&written, finding)));
            }
        }
        Ok(Advice {
            left,
            names_boundary: boundary.is_some(),
        })
    }

    /// What to do about a finding in this document, unless the rule's own advice holds, because the
    /// document is a file of the settings' folder.
    pub fn on(&self, written: &Written, finding: &Finding) -> Option<String> {
        let system = written.built_in?;
        let section = system.replace('-', "_");
        let is_audit_trail = system == audit_trail::SYSTEM;
        if !self.left.contains(&key(written, finding)) {
            let also = match is_audit_trail && !self.names_boundary {
                true => " and permissions_boundary",
                false => "",
            };
            return Some(format!(
                "Set profile = \"hardened\"{also} under [{section}]: the hardened profile mends this."
            ));
        }
        let instead = match is_audit_trail {
            true => "Deny beside it what Audit Trail does not need",
            false => {
                "Replace it by a document of your own, in the folder that policies names under [stackstate]"
            }
        };
        Some(format!(
            "The document is built in, and the hardened profile has the same. {instead}, or accept the \
             finding with a reason under [lint]."
        ))
    }
}

fn key(written: &Written, finding: &Finding) -> Left {
    let name = written.name.clone();
    (name, finding.rule.code, finding.sid.clone())
}
