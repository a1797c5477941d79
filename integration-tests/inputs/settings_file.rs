//! Takes any bytes as the settings file: they are good settings, or the error names the file.

use std::fs;

use provision::names::Partition;
use provision::settings::{self, GeneralFlags, Need, StackStateFlags};
use provision::systems::{Goal, named};
use tempfile::TempDir;

use super::told;

/// The value of every environment variable.
const SECRET: &str = "recognisable-secret";

thread_local! {
    static FOLDER: TempDir = TempDir::new().expect("a temporary folder");
}

/// Loads the settings in every way in which a command loads them.
pub fn check(bytes: &[u8]) {
    FOLDER.with(|folder| {
        let folder = folder.path();
        fs::write(folder.join("provision.toml"), bytes).expect("a file that can be written");
        let general = GeneralFlags::default();
        let flags = StackStateFlags::default();
        let environment = |_: &str| Some(SECRET.to_owned());
        for need in [Need::Trust, Need::Names] {
            let draft = settings::load(&general, &flags, need, folder, &environment);
            let settings = draft.and_then(|draft| draft.complete(Some("eu-west-1")));
            let settings = match settings {
                Ok(settings) => settings,
                Err(failure) => {
                    told(&failure, &["provision.toml"], SECRET);
                    continue;
                }
            };
            assert!(!format!("{settings:?}").contains(SECRET));
            let stackstate = settings.stackstate.as_ref();
            if stackstate.is_some_and(|it| it.policies.is_some()) {
                // The folder could be any of this machine; `override_documents` has one of its own.
                continue;
            }
            let systems = named(&settings, Goal::Present).expect("the shipped documents are good");
            let partition = settings.partition().unwrap_or(Partition::Aws);
            for system in systems {
                if let Err(failure) = system.check(partition) {
                    told(&failure, &["policies/", "provision.toml"], SECRET);
                }
            }
        }
        if let Err(failure) = settings::load_lint(&general, folder, &environment) {
            told(&failure, &["provision.toml"], SECRET);
        }
    });
}
