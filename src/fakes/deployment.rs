//! Settings of a deployment for tests, and the resources that they ask for.

use std::collections::BTreeMap;

use crate::engine::node::Node;
use crate::failure::Failure;
use crate::secret::Secret;
use crate::settings::{AuditTrail, Connection, Encryption, Profile, Settings, StackState, Trust};
use crate::systems::{self, Goal, Layout, Site};

pub const ACCOUNT: &str = "123456789012";
pub const AGENT: &str = "210987654321";
pub const EXTERNAL_ID: &str = "an-external-id";

/// Settings with everything at its default, for one agent's account.
pub fn settings(regions: &[&str]) -> Settings {
    Settings {
        account: None,
        regions: regions.iter().map(|name| name.parse().unwrap()).collect(),
        tags: BTreeMap::new(),
        stackstate: Some(StackState {
            trust: trust(&[AGENT]),
            encryption: Encryption::Kms,
            profile: Profile::Documented,
            postfix: String::new(),
            permissions_boundary: None,
            policies: None,
            keep_policies: Vec::new(),
        }),
        audit_trail: None,
        accepted: Default::default(),
        connection: Connection {
            profile: None,
            endpoint_url: None,
            concurrency: 32,
            read_lag: None,
        },
    }
}

/// The settings of StackState, which every such deployment has.
pub fn stackstate(settings: &mut Settings) -> &mut StackState {
    settings.stackstate.as_mut().unwrap()
}

pub fn trust(principals: &[&str]) -> Trust {
    Trust::External {
        principals: principals.iter().map(|it| it.parse().unwrap()).collect(),
        external_id: Secret::from(EXTERNAL_ID.to_owned()),
        external_id_source: "provision.toml".to_owned(),
    }
}

pub fn with_postfix(regions: &[&str], postfix: &str) -> Settings {
    let mut settings = settings(regions);
    stackstate(&mut settings).postfix = postfix.to_owned();
    settings
}

pub fn unencrypted(regions: &[&str]) -> Settings {
    let mut settings = settings(regions);
    stackstate(&mut settings).encryption = Encryption::None;
    settings
}

/// The same settings, with those of Audit Trail at their defaults added.
pub fn with_audit_trail(mut settings: Settings) -> Settings {
    settings.audit_trail = Some(AuditTrail {
        attach_to: Vec::new(),
        policy_name: "AuditTrailRole".to_owned(),
        description: "For use with Audit Trail".to_owned(),
        profile: Profile::Documented,
        permissions_boundary: None,
    });
    settings
}

pub fn on_ec2(regions: &[&str]) -> Settings {
    let mut settings = settings(regions);
    stackstate(&mut settings).trust = Trust::Ec2;
    settings
}

pub fn site(settings: &Settings) -> Site {
    Site {
        partition: settings.partition().unwrap(),
        account: ACCOUNT.parse().unwrap(),
        regions: settings.regions.clone(),
    }
}

/// The layout that the settings ask for, with the documents that they name.
pub fn layout(settings: &Settings, goal: Goal) -> Result<Layout, Failure> {
    let systems = systems::named(settings, goal)?;
    systems::lay_out(&systems, &site(settings))
}

/// The resources that the settings ask for.
pub fn laid_out(settings: &Settings) -> Vec<Node> {
    layout(settings, Goal::Present).unwrap().nodes
}

/// The same resources, all unwanted.
pub fn to_be_removed(settings: &Settings) -> Vec<Node> {
    layout(settings, Goal::Absent).unwrap().nodes
}
