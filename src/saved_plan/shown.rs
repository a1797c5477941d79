//! The plan in a saved plan, for a person to look at again.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::SavedPlan;
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::attributes::{Change, Value};
use crate::engine::decision::Decision;
use crate::engine::plan::{Narrowed, Plan, Step};
use crate::engine::warning::Warning;
use crate::failure::Failure;
use crate::kinds::KINDS;
use crate::names::{Partition, Site};
use iam_policy::Policy;

impl SavedPlan {
    /// The place and the plan, as they were shown when the plan was saved.
    ///
    /// # Errors
    /// A document that is no plan, which this program does not save.
    pub fn shown(&self) -> Result<(Site, Plan), Failure> {
        shown(&self.plan)
    }
}

/// The place and the plan in a plan in the form of `plan --json`.
///
/// # Errors
/// A document that is no plan.
pub fn shown(document: &Json) -> Result<(Site, Plan), Failure> {
    let read = site(document).zip(plan(document));
    read.ok_or_else(|| Failure::new("the saved plan holds no plan"))
}

fn site(plan: &Json) -> Option<Site> {
    let regions = plan["regions"].as_array()?.iter();
    let regions = regions.map(|region| region.as_str()?.parse().ok());
    Some(Site {
        partition: Partition::from_name(plan["partition"].as_str()?)?,
        account: plan["account"].as_str()?.parse().ok()?,
        regions: regions.collect::<Option<_>>()?,
    })
}

fn plan(plan: &Json) -> Option<Plan> {
    let resources = plan["resources"].as_array()?;
    let addresses: Vec<Address> = resources.iter().map(address).collect::<Option<_>>()?;
    let steps = resources.iter().map(|it| step(it, &addresses));
    let warnings = plan["warnings"].as_array()?.iter();
    let warnings = warnings.map(|it| warning(it, &addresses));
    let named = plan["targets"].as_array()?;
    // What a destroy was narrowed to and does not exist has no step.
    let targets = named.iter().filter_map(|it| addressed(it, &addresses));
    let targets: Vec<Address> = targets.collect();
    let changes_left_out = plan["changes_left_out"].as_u64()?;
    Some(Plan {
        warnings: warnings.collect::<Option<_>>()?,
        narrowed: (!named.is_empty()).then_some(Narrowed {
            targets,
            changes_left_out: usize::try_from(changes_left_out).ok()?,
            // Of use to an execution alone.
            parents: BTreeMap::new(),
        }),
        steps: steps.collect::<Option<_>>()?,
    })
}

fn step(step: &Json, addresses: &[Address]) -> Option<Step> {
    let changes = step["changes"].as_array()?.iter().map(change);
    let keeps = step["keeps"].as_array()?.iter();
    let needs = step["needs"].as_array()?.iter();
    let needs = needs.map(|it| addressed(it, addresses));
    Some(Step {
        address: address(step)?,
        name: step["name"].as_str()?.to_owned(),
        arn: text(&step["arn"]),
        region: match &step["serves"] {
            Json::Null => None,
            region => Some(region.as_str()?.parse().ok()?),
        },
        summary: text(&step["summary"]),
        decision: Decision {
            action: serde_json::from_value::<Action>(step["action"].clone()).ok()?,
            reason: text(&step["reason"]),
            changes: changes.collect::<Option<_>>()?,
        },
        note: text(&step["note"]),
        keeps: keeps.map(text).collect::<Option<_>>()?,
        needs: needs.collect::<Option<_>>()?,
    })
}

fn change(change: &Json) -> Option<Change> {
    let after = match change["after_unknown"].as_bool()? {
        true => Some(Value::KnownAfterApply),
        false => value(&change["after"]),
    };
    Some(Change {
        attribute: text(&change["attribute"])?,
        before: value(&change["before"]),
        after,
    })
}

fn value(json: &Json) -> Option<Value> {
    match json {
        Json::Null => None,
        Json::Object(fields) if fields.contains_key("Statement") => {
            let policy = Policy::from_value(json.clone());
            Some(policy.map_or_else(|_| Value::Plain(json.clone()), Value::Policy))
        }
        json => Some(Value::Plain(json.clone())),
    }
}

fn warning(warning: &Json, addresses: &[Address]) -> Option<Warning> {
    Some(Warning {
        address: addressed(&warning["address"], addresses),
        message: text(&warning["message"])?,
    })
}

/// The one of `addresses` that is written so.
fn addressed(address: &Json, addresses: &[Address]) -> Option<Address> {
    let address = address.as_str()?;
    let mut addresses = addresses.iter();
    addresses.find(|it| address == it.to_string()).cloned()
}

/// The address of a step. The name of an identity, which may be a part of it, may have an @ too.
fn address(step: &Json) -> Option<Address> {
    let kind = step["kind"].as_str()?;
    let kind = *KINDS.iter().find(|it| **it == kind)?;
    let name = step["address"]
        .as_str()?
        .strip_prefix(kind)?
        .strip_prefix('.')?;
    Some(match step["region"].as_str() {
        None => Address::global(kind, name),
        Some(region) => {
            let name = name.strip_suffix(region)?.strip_suffix('@')?;
            Address::regional(kind, name, &region.parse().ok()?)
        }
    })
}

fn text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}
