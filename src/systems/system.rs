//! The contract of a system, with the layout of its resources.

use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::aws::{Aws, AwsError};
use crate::engine::known::Known;
use crate::engine::node::{Node, Observations};
use crate::engine::warning::Warning;
use crate::failure::Failure;
pub use crate::names::Site;
use crate::names::{ManagedPolicy, Partition};
use crate::systems::trial::Trials;
use crate::systems::written::Written;

/// The resources and the documents of one or more systems at one site.
#[derive(Debug, Default)]
pub struct Layout {
    /// The resources, unwanted ones included. Each resource stands after those that it needs.
    pub nodes: Vec<Node>,
    /// The documents in the form in which they are written.
    pub written: Vec<Written>,
}

/// Why a system that is removed asks for no resource.
pub(super) const DESTROYED: &str = "`provision destroy` deletes what an apply created";

/// The values that a person needs once everything is set up.
#[derive(Debug)]
pub struct Outputs {
    /// The heading, which says whom the values are for.
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
    /// An output of these parts.
    pub fn new(key: &'static str, name: &'static str, value: impl Into<Json>) -> Self {
        Output {
            key,
            name,
            value: value.into(),
        }
    }
}

/// A system with its settings, which is set up or removed.
///
/// A system that is removed has no documents, so a missing or broken document does not prevent the
/// removal.
#[async_trait]
pub trait System: Debug + Send + Sync {
    /// Checks the documents without an account.
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
    fn boundary(&self) -> Option<&ManagedPolicy>;

    /// The values that a person needs once everything is set up.
    fn outputs(&self, site: &Site, known: &Known) -> Outputs;

    /// What is tried to find out whether the system works.
    ///
    /// # Errors
    /// A document that cannot be used.
    fn trials(&self, site: &Site) -> Result<Trials, Failure>;

    /// Whether the system depends on events that only a trail of CloudTrail delivers.
    fn needs_trails(&self) -> bool {
        false
    }

    /// The names in IAM that may show where the system was deployed with earlier settings.
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

    /// What a person is to know of other deployments of the system in the account, where this one is still
    /// to be made. It follows from `names` and from what is `observed`.
    fn others(&self, names: &[String], observed: &Observations) -> Vec<Warning> {
        let _ = (names, observed);
        Vec::new()
    }

    /// The resources that earlier settings left behind and that the layout does not contain. They
    /// follow from `names` and from what is `observed` so far. More of them may follow from the
    /// observation of those.
    ///
    /// # Errors
    /// A built-in document that cannot be used.
    fn left_behind(
        &self,
        site: &Site,
        names: &[String],
        observed: &Observations,
    ) -> Result<Vec<Node>, Failure> {
        let _ = (site, names, observed);
        Ok(Vec::new())
    }
}

/// Whether a system is set up or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// The system is set up, with its documents.
    Present,
    /// The system is removed, which needs no document.
    Absent,
}
