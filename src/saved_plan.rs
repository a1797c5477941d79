//! Saved plans: a plan in a file, which is applied exactly or not at all.
//!
//! The file contains the plan as `plan --json` prints it, without secrets. It also contains salted
//! digests of the settings and documents that the plan was made from. So a changed setting or
//! document can be named although its value is not in the file. The file remembers the consent and the
//! settings' flags that the plan was made with. A digest of the whole file detects a changed byte. It
//! protects against accidents, but not against someone who changes the file
//! and writes a new digest.

mod file;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::engine::action::Action;
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::secret::known::hide;
use crate::settings::Settings;
use crate::systems::System;

pub(crate) use file::another_form;
pub use file::{check_path, read, write};
pub use shown::shown;

/// The settings and documents that a plan was made from, by name. The values include the external
/// ID, and leave this module only as digests.
pub struct Inputs(BTreeMap<String, String>);

impl Inputs {
    /// All settings and documents that a plan depends on.
    ///
    /// # Errors
    /// Those of [`Settings::digest_entries`].
    pub fn of(settings: &Settings, systems: &[Box<dyn System>]) -> Result<Self, Failure> {
        let mut inputs: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in settings.digest_entries()? {
            // A list has an entry for each item. No entry contains the separator.
            let entry = inputs.entry(format!("`{key}`")).or_default();
            entry.push_str(&value);
            entry.push('\0');
        }
        for (name, text) in systems.iter().flat_map(|system| system.texts()) {
            inputs.insert(format!("the document `{name}.json`"), text.to_owned());
        }
        Ok(Inputs(inputs))
    }

    /// Digests of the settings and documents, with a new salt.
    ///
    /// # Errors
    /// A system without random numbers.
    pub fn salted(&self) -> Result<Salted, Failure> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|error| {
            Failure::new("cannot save a digest of the settings").because(error.to_string())
        })?;
        let salt = format!("{:032x}", u128::from_be_bytes(salt));
        Ok(Salted {
            inputs: self.digests(&salt),
            salt,
        })
    }

    /// The same with settings that are no part of an account's own.
    #[must_use]
    pub fn and(mut self, entries: impl IntoIterator<Item = (String, String)>) -> Self {
        self.0.extend(entries);
        self
    }

    fn digests(&self, salt: &str) -> BTreeMap<String, String> {
        self.0
            .iter()
            .map(|(name, value)| (name.clone(), sha256(&[salt, name, value])))
            .collect()
    }
}

/// Digests of the settings and documents, which tell what has changed and not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Salted {
    /// Random digits, which keep a guessed value from being recognised elsewhere.
    pub salt: String,
    /// The digests by the names of the settings and documents.
    pub inputs: BTreeMap<String, String>,
}

impl Salted {
    /// The names of the settings and documents that differ from these.
    pub fn changed(&self, now: &Inputs) -> Vec<String> {
        changed(&self.salt, &self.inputs, now)
    }
}

fn changed(salt: &str, saved: &BTreeMap<String, String>, now: &Inputs) -> Vec<String> {
    let now = now.digests(salt);
    let names: BTreeSet<&String> = saved.keys().chain(now.keys()).collect();
    let differs = |name: &&String| saved.get(*name) != now.get(*name);
    names.into_iter().filter(differs).cloned().collect()
}

/// What a plan was made with, which its application needs again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// Whether the plan is that of a destroy.
    pub destroys: bool,
    /// What was agreed to beside the settings.
    pub consent: Consent,
    /// The flags of the settings, each as one word with its value. The external ID is not among them.
    pub flags: Vec<String>,
}

impl Made {
    /// What a person agrees to who applies the plan, as options: that it destroys, and its consent.
    pub fn options(&self) -> Vec<String> {
        let destroys = self.destroys.then(|| "--destroy".to_owned());
        let consent = self.consent.options();
        destroys.into_iter().chain(consent).collect()
    }

    /// Refuses a plan that does what nobody `agreed` to again, or whose flags were `taken` from the file,
    /// quoted for a shell. It is asked where no person sees the plan: who writes the file must not consent for who applies it
    /// unread, nor choose the settings, which name the principals that are trusted.
    ///
    /// # Errors
    /// Names the options, with the command for the file at `path`.
    pub fn check_consent(
        &self,
        agreed: &[String],
        taken: &[String],
        path: &Path,
    ) -> Result<(), Failure> {
        let missing = |option: &String| !agreed.contains(option);
        let options = self.options().into_iter().filter(missing);
        let options: Vec<String> = options.chain(taken.iter().cloned()).collect();
        if options.is_empty() {
            return Ok(());
        }
        let (options, path) = (options.join(" "), path.display());
        Err(Failure::new(format!(
            "the saved plan {path} was made with {options}, which `--yes` alone does not agree to; nothing \
             was changed"
        ))
        .hint(format!(
            "Leave `--yes` out to be asked, or look at `provision show {path}` and pass {options} too"
        )))
    }

    /// Refuses options that were `given` beside the plan at `path` and agree to what it does not do. It is asked
    /// where a person sees the plan, and may take such an option for a change of it.
    ///
    /// # Errors
    /// Names the options.
    pub fn check_effect(&self, given: Vec<String>, path: &Path) -> Result<(), Failure> {
        let own = self.options();
        let given = given.into_iter().filter(|option| !own.contains(option));
        let given = given.collect::<Vec<_>>().join(" ");
        if given.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{given} has no effect: the saved plan {} was made without; nothing was changed",
            path.display()
        ))
        .hint("Leave it out, or make a new plan with it: `provision plan --out FILE`"))
    }
}

/// The content of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    format_version: u32,
    /// The version of the program that made the plan. Another version may plan differently.
    program_version: String,
    /// What the plan was made with.
    pub made: Made,
    salt: String,
    inputs: BTreeMap<String, String>,
    /// The plan in the form of `plan --json`.
    pub plan: Json,
    digest: String,
}

impl SavedPlan {
    /// The addresses of the resources that the plan was narrowed to, if it was.
    pub fn targets(&self) -> Vec<String> {
        let targets = self.plan["targets"].as_array().into_iter().flatten();
        let targets = targets.filter_map(Json::as_str);
        targets.map(str::to_owned).collect()
    }

    fn own_digest(&self) -> String {
        let inputs: String = self
            .inputs
            .iter()
            .map(|(k, v)| format!("{k}={v}\n"))
            .collect();
        sha256(&[
            &self.format_version.to_string(),
            &self.program_version,
            &format!("{:?}", self.made),
            &self.salt,
            &inputs,
            &self.plan.to_string(),
        ])
    }

    /// Refuses settings or documents that differ from those that the plan was made from.
    ///
    /// # Errors
    /// Names each setting and document that differs.
    pub fn check_inputs(&self, inputs: &Inputs) -> Result<(), Failure> {
        let changed = changed(&self.salt, &self.inputs, inputs).into_iter();
        refuse(
            "the settings are no longer those that the saved plan was made from",
            changed.map(|name| format!("{name} has changed")),
        )
    }

    /// Refuses another account or partition than those of the plan. `now` is the plan that would be made
    /// now.
    ///
    /// # Errors
    /// Names both accounts or partitions.
    pub fn check_place(&self, now: &Json) -> Result<(), Failure> {
        let mut fields = ["account", "partition"].into_iter();
        match fields.find(|field| self.plan[field] != now[field]) {
            None => Ok(()),
            Some(field) => Err(Failure::new(format!(
                "the saved plan is for the {field} {}, and the credentials belong to {}",
                self.plan[field], now[field]
            ))
            .hint("Choose the credentials that the plan was made with")),
        }
    }

    /// Whether everything that was planned is as planned by now, so that `now` is without changes.
    pub fn is_applied(&self, now: &Json) -> bool {
        let is_kept = |step: &Json| step["action"] == Action::Keep.to_string();
        let all_kept = |plan: &Json| {
            plan["resources"]
                .as_array()
                .into_iter()
                .flatten()
                .all(is_kept)
        };
        all_kept(now) && !all_kept(&self.plan)
    }

    /// Refuses the saved plan if `now`, the plan that would be made now, differs from it.
    ///
    /// # Errors
    /// A list of the resources whose steps differ, or of which the saved plan does not warn.
    pub fn check_plan(&self, now: &Json) -> Result<(), Failure> {
        let now = without_secrets(now);
        let (before, after) = (by_address(&self.plan), by_address(&now));
        let mut addresses: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
        addresses.sort_unstable();
        addresses.dedup();
        let action = |step: Option<&&Json>| match step.and_then(|step| step["action"].as_str()) {
            None | Some("keep") => "no change".to_owned(),
            Some(action) => action.to_owned(),
        };
        let changed = addresses.into_iter().filter_map(|address| {
            let (was, is) = (before.get(address), after.get(address));
            (was != is).then(|| match (action(was), action(is)) {
                (was, is) if was == is => format!("{address}: what to {is} has changed"),
                (was, is) => format!("{address}: planned: {was}; now: {is}"),
            })
        });
        let warned = new_warnings(&self.plan, &now);
        refuse(
            "what is in AWS has changed since the plan was saved",
            changed.chain(warned),
        )
    }
}

pub(crate) fn refuse(message: &str, causes: impl Iterator<Item = String>) -> Result<(), Failure> {
    let causes: Vec<String> = causes.collect();
    if causes.is_empty() {
        return Ok(());
    }
    let mut failure = Failure::new(format!("{message}; nothing was changed"))
        .hint("Make a new plan with `provision plan --out FILE` and look at it");
    failure.causes = causes;
    Err(failure)
}

/// The same plan without the known secrets, which a text from AWS may hold, such as a description.
pub(crate) fn without_secrets(plan: &Json) -> Json {
    match plan {
        Json::String(text) => hide(text).into_owned().into(),
        Json::Array(items) => items.iter().map(without_secrets).collect(),
        Json::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, it)| (hide(name).into_owned(), without_secrets(it)));
            Json::Object(members.collect())
        }
        other => other.clone(),
    }
}

fn by_address(plan: &Json) -> BTreeMap<&str, &Json> {
    let resources = plan["resources"].as_array();
    resources
        .into_iter()
        .flatten()
        .filter_map(|step| Some((step["address"].as_str()?, step)))
        .collect()
}

/// What `now` warns of and `before` does not. Numbers of objects and the day of a key's deletion change all the
/// time; that there is something to lose does not.
fn new_warnings(before: &Json, now: &Json) -> Vec<String> {
    let of = |plan: &'_ Json| plan["warnings"].as_array().cloned().unwrap_or_default();
    let is_alike = |one: &Json, other: &Json| match one["address"].as_str() {
        Some(address) => other["address"] == address,
        None => one == other,
    };
    let before = of(before);
    let is_new = |warning: &Json| !before.iter().any(|it| is_alike(warning, it));
    let new = of(now).into_iter().filter(is_new);
    let new = new.map(|warning| {
        let text = |field: &str| warning[field].as_str().unwrap_or_default().to_owned();
        let about = match text("address") {
            address if address.is_empty() => "now".to_owned(),
            address => format!("{address}: now"),
        };
        format!("{about}: {}", text("message"))
    });
    new.collect()
}

/// The digest of a list of parts. Lengths are included, so different lists do not give the same
/// input.
pub(crate) fn sha256(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    format!("{:x}", hasher.finalize())
}
