//! What is left in the account: read by name, removed, and written down before it is made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::names::{AUDIT_TRAIL, DEPLOYMENTS, Names, Thing, failed};
use crate::stage::{Config, DESTROY, Stage, ends_well};

const CLEAN_UP: &str = "clean-up";

fn note(folder: &Path, postfix: &str) -> PathBuf {
    folder.join(format!("left{postfix}.json"))
}

/// Writes down what is about to be made, for whoever comes after a run that was cut off.
pub fn write_down(folder: &Path, names: &Names) -> io::Result<()> {
    let text = serde_json::to_string_pretty(names)?;
    fs::write(note(folder, &names.postfix), text)
}

/// Forgets what was written down.
pub fn forget(folder: &Path, names: &Names) -> io::Result<()> {
    fs::remove_file(note(folder, &names.postfix))
}

/// What earlier runs in this account wrote down and did not remove.
pub fn written_down(folder: &Path, account: &str) -> io::Result<Vec<Names>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("left-") && name.ends_with(".json") {
            let names: Names = serde_json::from_str(&fs::read_to_string(&path)?)?;
            found.extend(Some(names).filter(|names| names.account == account));
        }
    }
    Ok(found)
}

impl Stage {
    /// Which of the things are still there, or why that is not known. They are read again for a while,
    /// because AWS shows some of what was deleted for some seconds.
    pub async fn left_of(&self, things: &[Thing]) -> Vec<(Thing, Option<String>)> {
        let since = Instant::now();
        loop {
            let mut left = Vec::new();
            for thing in things {
                match thing.exists(&self.aws).await {
                    Ok(false) => {}
                    Ok(true) => left.push((thing.clone(), None)),
                    Err(error) => left.push((thing.clone(), Some(error))),
                }
            }
            let last = since.elapsed() >= self.reads;
            if left.is_empty() || last || !self.pause(Duration::from_secs(1)).await {
                return left;
            }
        }
    }

    /// Remembers the id of the deployment's key, which outlives the alias.
    pub async fn remember_key(&self, deployment: &str) {
        let main = self.names.main();
        let key = self.aws.kms(&main).describe_key();
        let key = key.key_id(self.names.alias(deployment)).send().await;
        if let Some(key) = key.ok().and_then(|it| it.key_metadata) {
            self.record
                .add("key", json!({"id": key.key_id, "region": main.name()}));
        }
    }

    /// Removes everything that the run's names lead to, and returns a line for each thing that is left.
    pub async fn clean_up(&self) -> Vec<String> {
        self.cleaning.set(true);
        if let Err(error) = self.delete_alias_stream().await {
            self.went_wrong(CLEAN_UP, "delete the stream with the alias", &error);
        }
        for deployment in DEPLOYMENTS {
            self.remember_key(deployment).await;
            let regions = &self.names.regions;
            let text = self.names.stackstate(deployment, regions, "documented");
            let destroy = [&DESTROY[..], &["--empty-bucket"]].concat();
            self.destroy_rest(deployment, text, &destroy).await;
        }
        let text = self.names.audit_trail("documented");
        self.destroy_rest(AUDIT_TRAIL, text, &DESTROY).await;
        if let Err(error) = self.delete_user().await {
            self.went_wrong(CLEAN_UP, "delete the scratch user", &error);
        }
        let left = self.left_of(&self.names.all()).await;
        let left = left.into_iter().map(|(thing, unknown)| match unknown {
            None => thing.to_string(),
            Some(error) => format!("{thing}: not known ({error})"),
        });
        left.chain(self.keys_in_use().await).collect()
    }

    /// Destroys a deployment, unless it is known that nothing is left. What the names lead to does not
    /// tell that: a key can be without its alias.
    async fn destroy_rest(&self, deployment: &str, text: String, destroy: &[&str]) {
        if !self.removed.borrow().contains(deployment) {
            let scenario = CLEAN_UP;
            let config = Config { scenario, text };
            // What stays is read once more, and reported, whether or not the step went well.
            let ended = self.step(&config, "destroy", destroy, ends_well).await;
            drop(ended);
        }
    }

    /// The keys of the run that are not scheduled for deletion. When the others are deleted is recorded.
    async fn keys_in_use(&self) -> Vec<String> {
        let mut in_use = Vec::new();
        let main = self.names.main();
        let mut seen = Vec::new();
        for line in self.record.of("key") {
            let id = line["id"].as_str().unwrap_or_default().to_owned();
            if seen.contains(&id) {
                continue;
            }
            seen.push(id.clone());
            let key = self.aws.kms(&main).describe_key().key_id(&id).send().await;
            let key = key.map_err(failed).map(|it| it.key_metadata);
            match key {
                Ok(Some(key)) if key.deletion_date.is_some() => self.record.add(
                    "scheduled",
                    json!({"id": id, "region": main.name(),
                        "date": key.deletion_date.map(|date| date.to_string())}),
                ),
                Ok(_) => in_use.push(format!("KMS key {id} in {main}")),
                Err(error) => in_use.push(format!("KMS key {id} in {main}: not known ({error})")),
            }
        }
        in_use
    }
}
