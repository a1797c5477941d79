//! A plan in a file, to be applied exactly or not at all.
//!
//! The file holds the plan as `plan --json` prints it, without secrets, and salted digests of the
//! settings and documents that it was made from, so that a change of either can be named without
//! either being in the file. A digest over the whole shows a changed byte; it protects against
//! accidents, not against someone who may write the file and makes a new digest.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::settings::Settings;
use crate::systems::System;
use crate::text_file;

/// The version of the form of the file, of which another version is refused.
const FORMAT_VERSION: u32 = 1;
/// A saved plan is far smaller; what is larger is something else.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// The settings and documents that a plan was made from, by name. The values include the external
/// ID and leave this module only as digests.
pub struct Inputs(BTreeMap<String, String>);

impl Inputs {
    /// Everything that decides what is provisioned.
    ///
    /// # Errors
    /// Those of [`Settings::digest_entries`].
    pub fn of(settings: &Settings, systems: &[Box<dyn System>]) -> Result<Self, Failure> {
        let mut inputs: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in settings.digest_entries()? {
            // A list has an entry for each item. The separator is in none of them.
            let entry = inputs.entry(format!("the setting `{key}`")).or_default();
            entry.push_str(&value);
            entry.push('\0');
        }
        for (name, text) in systems.iter().flat_map(|system| system.texts()) {
            inputs.insert(format!("the document `{name}.json`"), text.to_owned());
        }
        Ok(Inputs(inputs))
    }

    fn digests(&self, salt: &str) -> BTreeMap<String, String> {
        self.0
            .iter()
            .map(|(name, value)| (name.clone(), sha256(&[salt, name, value])))
            .collect()
    }
}

/// The content of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    format_version: u32,
    /// Of the program that made it: another one may plan differently.
    program_version: String,
    adopt: bool,
    salt: String,
    inputs: BTreeMap<String, String>,
    plan: Json,
    digest: String,
}

impl SavedPlan {
    /// Whether the plan was made to take over what is not ours.
    pub fn adopts(&self) -> bool {
        self.adopt
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
            &self.adopt.to_string(),
            &self.salt,
            &inputs,
            &self.plan.to_string(),
        ])
    }

    /// Refuses settings or documents other than the plan was made from.
    ///
    /// # Errors
    /// Names each setting and document that differs.
    pub fn check_inputs(&self, inputs: &Inputs) -> Result<(), Failure> {
        let now = inputs.digests(&self.salt);
        let mut names: Vec<&String> = self.inputs.keys().chain(now.keys()).collect();
        names.sort();
        names.dedup();
        let changed: Vec<&String> = names
            .into_iter()
            .filter(|name| self.inputs.get(*name) != now.get(*name))
            .collect();
        refuse(
            "the settings are no longer those that the saved plan was made from",
            changed
                .into_iter()
                .map(|name| format!("{name} is another one")),
        )
    }

    /// Refuses to go on if the same plan would not be made now.
    ///
    /// # Errors
    /// Another account, or each resource for which something else would be done now.
    pub fn check_plan(&self, now: &Json) -> Result<(), Failure> {
        for field in ["account", "partition"] {
            if self.plan[field] != now[field] {
                return Err(Failure::new(format!(
                    "the saved plan is for the {field} {}, and the credentials belong to {}",
                    self.plan[field], now[field]
                ))
                .hint("Choose the credentials that the plan was made with"));
            }
        }
        let (before, after) = (by_address(&self.plan), by_address(now));
        let mut addresses: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
        addresses.sort_unstable();
        addresses.dedup();
        let action = |step: Option<&&Json>| {
            let action = step.and_then(|step| step["action"].as_str());
            action.unwrap_or("nothing").to_owned()
        };
        let changed = addresses.into_iter().filter_map(|address| {
            let (was, is) = (before.get(address), after.get(address));
            (was != is).then(|| match (action(was), action(is)) {
                (was, is) if was == is => format!("{address}: what to {is} has changed"),
                (was, is) => format!("{address}: the plan was {was}, and would now be {is}"),
            })
        });
        refuse(
            "what is in AWS has changed since the plan was saved",
            changed,
        )
    }
}

fn refuse(message: &str, causes: impl Iterator<Item = String>) -> Result<(), Failure> {
    let causes: Vec<String> = causes.collect();
    if causes.is_empty() {
        return Ok(());
    }
    let mut failure = Failure::new(format!("{message}; nothing was changed"))
        .hint("Make a new plan with `provision plan --out FILE` and look at it");
    failure.causes = causes;
    Err(failure)
}

fn by_address(plan: &Json) -> BTreeMap<&str, &Json> {
    let resources = plan["resources"].as_array();
    resources
        .into_iter()
        .flatten()
        .filter_map(|step| Some((step["address"].as_str()?, step)))
        .collect()
}

/// Digests parts so that no two lists of parts give the same text.
fn sha256(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    format!("{:x}", hasher.finalize())
}

/// Writes the plan so that only its owner can read it, and so that the file is either the old one
/// or the whole new one.
///
/// # Errors
/// A path that is a symbolic link, holds something else than a plan, or cannot be written.
pub fn write(path: &Path, plan: &Json, inputs: &Inputs, adopt: bool) -> Result<(), Failure> {
    let failed = |reason: String| {
        Failure::new(format!("cannot save the plan as {}", path.display())).because(reason)
    };
    if path.is_symlink() {
        return Err(failed("it is a symbolic link".to_owned()));
    }
    // A plan of another version of the program, or a damaged one, is still meant to be one.
    let is_plan = |text: String| text.contains("\"format_version\"");
    let there = File::open(path).and_then(|file| text_file::read(file, LARGEST_FILE));
    match there.map(is_plan) {
        Ok(true) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        _ => {
            let other = "another file is there: name a new one, or remove it first";
            return Err(failed(other.to_owned()));
        }
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| failed(error.to_string()))?;
    let salt = format!("{:032x}", u128::from_be_bytes(salt));
    let mut saved = SavedPlan {
        format_version: FORMAT_VERSION,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        adopt,
        inputs: inputs.digests(&salt),
        salt,
        plan: plan.clone(),
        digest: String::new(),
    };
    saved.digest = saved.own_digest();
    let text = serde_json::to_string_pretty(&saved).map_err(|error| failed(error.to_string()))?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    // A temporary file is made with mode 0600, and keeps it when it takes its name.
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    });
    written
        .map(|_| ())
        .map_err(|error| failed(error.to_string()))
}

/// Reads a saved plan.
///
/// # Errors
/// A file that cannot be read, is no saved plan of this version of the program, or was changed.
pub fn read(path: &Path) -> Result<SavedPlan, Failure> {
    let name = path.display();
    let failed = |reason: String| {
        Failure::new(format!("cannot use the saved plan {name}"))
            .because(reason)
            .hint("Make one with `provision plan --out FILE`")
    };
    let text = File::open(path).and_then(|file| text_file::read(file, LARGEST_FILE));
    let text = text.map_err(|error| failed(error.to_string()))?;
    let saved: SavedPlan = serde_json::from_str(&text)
        .map_err(|error| failed(format!("it is no saved plan: {error}")))?;
    let made_by = (saved.format_version, saved.program_version.as_str());
    let this = (FORMAT_VERSION, env!("CARGO_PKG_VERSION"));
    if made_by != this {
        return Err(failed(format!(
            "it has the format {} of version {} of this program, and this is format {} of \
             version {}",
            made_by.0, made_by.1, this.0, this.1
        )));
    }
    if saved.digest != saved.own_digest() {
        return Err(failed("it was changed after it was saved".to_owned()));
    }
    Ok(saved)
}
