//! The plan in the form of `plan --json`, read back: what is shown without AWS and without the settings.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::engine::action::Action;
use crate::failure::Failure;

/// A plan.
#[derive(Debug, Deserialize)]
pub struct PlanDocument {
    /// The account.
    pub account: String,
    /// The partition of the account.
    pub partition: String,
    /// The regions, the main one first.
    pub regions: Vec<String>,
    /// The addresses of the resources that the plan was narrowed to; empty if it was not.
    #[serde(default)]
    pub targets: Vec<String>,
    /// How many changes were left out then.
    #[serde(default)]
    pub changes_left_out: usize,
    /// The resources. Each stands after those that it needs, or before them in a plan of a destroy.
    pub resources: Vec<Resource>,
    /// What a person is to know before the consent.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// What a person is to know before the consent.
#[derive(Debug, Deserialize)]
pub struct Warning {
    /// The address of the resource that it is about, if it is about one.
    pub address: Option<String>,
    /// A sentence without a full stop.
    pub message: String,
}

/// A resource of a plan.
#[derive(Debug, Deserialize)]
pub struct Resource {
    /// Its address.
    pub address: String,
    /// Its kind.
    pub kind: String,
    /// The region that it is in or there for; none if it is for the whole account.
    pub serves: Option<String>,
    /// Its name in AWS.
    pub name: String,
    /// Its ARN, as far as it is known.
    pub arn: Option<String>,
    /// What would be done with it.
    pub action: Action,
    /// What the settings ask for, in one line.
    #[serde(default)]
    pub summary: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// What a person should know beside the changes.
    pub note: Option<String>,
    /// What others added and the settings keep.
    pub keeps: Vec<String>,
    /// The addresses of the resources that it needs.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The attributes that differ.
    pub changes: Vec<Change>,
}

/// An attribute that differs.
#[derive(Debug, Deserialize)]
pub struct Change {
    /// Its name.
    pub attribute: String,
    /// Its value in AWS; null if it has none.
    pub before: Json,
    /// The wanted value; null if there is to be none, or if AWS will choose it.
    pub after: Json,
    /// Whether AWS will choose the wanted value.
    #[serde(default)]
    pub after_unknown: bool,
    /// What a person should know about the value in AWS.
    pub note: Option<String>,
}

impl PlanDocument {
    /// Reads the plan from its JSON form.
    ///
    /// # Errors
    /// JSON that is not a plan.
    pub fn read(document: &Json) -> Result<Self, Failure> {
        PlanDocument::deserialize(document)
            .map_err(|error| Failure::new("this is not a plan").because(error.to_string()))
    }

    /// The action of each resource.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        self.resources.iter().map(|resource| resource.action)
    }

    /// How many resources have an action.
    pub fn count(&self, action: Action) -> usize {
        let resources = self.resources.iter();
        resources.filter(|it| it.action == action).count()
    }
}
