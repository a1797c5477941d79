//! The contract of a system, and what it lays out where.

use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::aws::{Aws, AwsError};
use crate::engine::known::Known;
use crate::engine::node::{Node, Observations};
use crate::failure::Failure;
use crate::names::{AccountId, Arn, Partition, Region};
use crate::systems::written::Written;

/// Where a system is laid out.
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

/// What the settings ask for at one site.
#[derive(Debug, Default)]
pub struct Layout {
    /// The resources, those that the settings no longer ask for included. A resource stands after
    /// those that it needs.
    pub nodes: Vec<Node>,
    /// The documents, in the form in which they are written.
    pub written: Vec<Written>,
}

/// What a person needs once everything is set up.
#[derive(Debug)]
pub struct Outputs {
    /// For whom it is.
    pub heading: &'static str,
    /// The values.
    pub outputs: Vec<Output>,
}

/// One value, with its key in JSON and its name in text.
#[derive(Debug)]
pub struct Output {
    /// The key in JSON.
    pub key: &'static str,
    /// The name in text.
    pub name: &'static str,
    /// The value.
    pub value: Json,
}

impl Output {
    /// An output.
    pub fn new(key: &'static str, name: &'static str, value: impl Into<Json>) -> Self {
        Output {
            key,
            name,
            value: value.into(),
        }
    }
}

/// One thing that can be set up, with its settings: wanted, or to be removed.
///
/// A system that is to be removed has no documents, so a missing or broken document is no obstacle
/// to its removal.
#[async_trait]
pub trait System: Debug + Send + Sync {
    /// Finds what is wrong with the documents, without an account.
    ///
    /// # Errors
    /// A document that cannot be used.
    fn check(&self, partition: Partition) -> Result<(), Failure>;

    /// Lays out the resources and the documents.
    ///
    /// # Errors
    /// A document that cannot be used.
    fn lay_out(&self, site: &Site) -> Result<Layout, Failure>;

    /// The texts of the documents by name, as they were loaded.
    fn texts(&self) -> Vec<(&'static str, &str)>;

    /// The permissions boundary that the settings name.
    fn boundary(&self) -> Option<&Arn>;

    /// What a person needs once everything is set up.
    fn outputs(&self, site: &Site, known: &Known) -> Outputs;

    /// Whether the system lives on events that only a trail of CloudTrail brings.
    fn needs_trails(&self) -> bool {
        false
    }

    /// The names in IAM that tell where the system was deployed with other settings.
    ///
    /// # Errors
    /// Those of AWS.
    async fn names(&self, aws: &Aws) -> Result<Vec<String>, AwsError> {
        let _ = aws;
        Ok(Vec::new())
    }

    /// The IAM actions that [`names`](System::names) needs.
    fn actions_for_names(&self) -> &'static [&'static str] {
        &[]
    }

    /// The resources that other settings left behind, as far as the layout does not have them:
    /// told by the `names` and by what was observed of the layout.
    fn left_behind(&self, site: &Site, names: &[String], observed: &Observations) -> Vec<Node> {
        let _ = (site, names, observed);
        Vec::new()
    }
}

/// Whether a system is to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// It is set up, with its documents.
    Present,
    /// It is removed, for which no document is needed.
    Absent,
}
