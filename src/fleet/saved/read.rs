//! Reads the folder, if nothing was changed in it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

use super::{FORMAT_VERSION, INDEX, Index, LARGEST_FILE, SavedFleet, plan_file};
use crate::failure::Failure;
use crate::fleet::digest::Digest;
use crate::fleet::ended::Ended;
use crate::fleet::groups::Plans;
use crate::saved_plan::another_form;
use crate::text_file;

fn unusable(folder: &Path, reason: String) -> Failure {
    Failure::new(format!("cannot use the saved plan {}", folder.display()))
        .because(reason)
        .hint("Make one with `provision fleet plan --out FOLDER`")
}

/// Reads a saved plan of a fleet.
///
/// # Errors
/// A folder that cannot be read, that has no saved plan of this version of the program, or in which something
/// was changed.
pub fn read(folder: &Path) -> Result<SavedFleet, Failure> {
    saved(folder).map_err(|reason| unusable(folder, reason))
}

fn saved(folder: &Path) -> Result<SavedFleet, String> {
    if folder.is_symlink() {
        return Err("it is a symbolic link".to_owned());
    }
    if folder.is_file() {
        return Err("it is a file, and the plans of many accounts are in a folder".to_owned());
    }
    let text = file(folder, INDEX)?;
    let no_plan = |error: serde_json::Error| format!("{INDEX} is not that of a fleet: {error}");
    let parsed: Json = serde_json::from_str(&text).map_err(no_plan)?;
    if let Some(reason) = another_form(&parsed, FORMAT_VERSION) {
        return Err(reason);
    }
    let content = Digest::of(&parsed["content"].to_string());
    let index: Index = serde_json::from_str(&text).map_err(no_plan)?;
    if content != index.digest {
        return Err("it was changed after it was saved".to_owned());
    }
    let content = index.content;
    let accounts = content.accounts.into_iter().map(Ended::try_from);
    let planned = accounts.collect::<Result<Vec<Ended>, String>>()?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = planned.iter().find(|it| !seen.insert(&it.account)) {
        return Err(format!("the account {} stands there twice", twice.account));
    }
    Ok(SavedFleet {
        folder: folder.to_owned(),
        made: content.made,
        organization: content.organization,
        planned,
        settings: content.settings,
        plans: content.plans,
    })
}

/// The text of a file in the folder, which must not lead elsewhere.
fn file(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    if path.is_symlink() {
        return Err(format!("{name} is a symbolic link"));
    }
    text_file::read_file(&path, LARGEST_FILE).map_err(|error| format!("{name}: {error}"))
}

impl SavedFleet {
    /// The plans, one of each group of equal plans.
    ///
    /// # Errors
    /// A file that cannot be read or was changed.
    pub fn plans(&self) -> Result<Plans, Failure> {
        let mut plans = Plans::default();
        for (digest, of_file) in &self.plans {
            let plan = self.plan(digest, *of_file);
            let plan = plan.map_err(|reason| unusable(&self.folder, reason))?;
            if let Some(account) = self.planned.iter().find(|it| it.plan == Some(*digest)) {
                plans.add(&account.account, *digest, &plan);
            }
        }
        Ok(plans)
    }

    fn plan(&self, digest: &Digest, of_file: Digest) -> Result<Json, String> {
        let name = plan_file(digest);
        let text = file(&self.folder, &name)?;
        let changed = || format!("{name} was changed after it was saved");
        let plan: Json = serde_json::from_str(&text).map_err(|_| changed())?;
        // What is shown is what the accounts are compared with.
        if Digest::of(&text) != of_file || Digest::alike(&plan) != *digest {
            return Err(changed());
        }
        Ok(plan)
    }
}
