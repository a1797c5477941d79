//! Looks for the settings file in the parents of a folder.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::trust::Environment;
use crate::failure::Failure;

/// The file that is used when none is named.
pub const DEFAULT_FILE: &str = "provision.toml";

/// The path of the settings file in the nearest parent of `folder` that has one, relative to
/// `folder`. The parents of the home folder belong to others and are left out.
///
/// # Errors
/// A file that belongs to another person, or that everybody may write: whoever writes it names the
/// principals that are trusted. Git refuses a repository of others in a parent folder for the same reason.
pub(super) fn above(folder: &Path, environment: Environment) -> Result<Option<PathBuf>, Failure> {
    if folder.join(DEFAULT_FILE).symlink_metadata().is_ok() {
        return Ok(None);
    }
    // Without a folder there are no parents, and the file in it is missed soon enough.
    let Ok(start) = fs::canonicalize(folder) else {
        return Ok(None);
    };
    let home = environment("HOME").and_then(|home| fs::canonicalize(home).ok());
    let mut relative = PathBuf::new();
    for folder in start.ancestors() {
        let file = folder.join(DEFAULT_FILE);
        if let Ok(metadata) = file.symlink_metadata() {
            let path = relative.join(DEFAULT_FILE);
            // A link leads to a file that may belong to another person too.
            let target = file.metadata().ok();
            let owners = [Some(metadata.uid()), target.as_ref().map(MetadataExt::uid)];
            let is_public = target.is_some_and(|it| it.mode() & 0o002 != 0);
            let why = match owners.into_iter().flatten().all(is_trusted) {
                false => Some("belongs to another user"),
                true => is_public.then_some("may be written by everybody"),
            };
            return match why {
                None => Ok(Some(path)),
                Some(why) => Err(Failure::new(format!(
                    "the settings file {} {why}",
                    path.display()
                ))
                .hint(format!(
                    "Pass --config {} to use it all the same, or write a {DEFAULT_FILE} of your own",
                    path.display()
                ))),
            };
        }
        if home.as_deref() == Some(folder) {
            break;
        }
        relative.push("..");
    }
    Ok(None)
}

/// Whether a file of this owner is as good as one of the caller's.
fn is_trusted(owner: u32) -> bool {
    owner == 0 || owner == rustix::process::geteuid().as_raw()
}
