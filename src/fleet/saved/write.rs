//! Writes the folder.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{Content, FORMAT_VERSION, INDEX, Index, LARGEST_FILE, plan_file};
use crate::failure::Failure;
use crate::fleet::digest::Digest;
use crate::fleet::ended::Ended;
use crate::fleet::groups::Plans;
use crate::fleet::report::Account;
use crate::saved_plan::{Inputs, Made, without_secrets};
use crate::text_file;

fn not_saved(folder: &Path, reason: &io::Error) -> Failure {
    Failure::new(format!("cannot save the plan as {}", folder.display()))
        .because(reason.to_string())
}

/// Refuses a path at which [`write()`] would fail, before the work that leads to a plan is done.
///
/// # Errors
/// A symbolic link, a file, or a folder with anything but a saved plan of a fleet.
pub fn check_path(folder: &Path) -> Result<(), Failure> {
    own_files(folder).map(drop).map_err(|error| {
        not_saved(folder, &error).hint("Name a new folder, or a saved plan of a fleet to replace")
    })
}

/// The files of an earlier plan in this folder, the index first; none if there is no folder.
fn own_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let refused = |reason| Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
    let there = match folder.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        there => there?,
    };
    if there.is_symlink() {
        return refused("it is a symbolic link");
    }
    if !there.is_dir() {
        return refused("a file is there");
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let digest = name.strip_prefix("plan-");
        let digest = digest.and_then(|it| it.strip_suffix(".json"));
        let is_plan = digest.is_some_and(|it| it.parse::<Digest>().is_ok());
        if !(entry.file_type()?.is_file() && (name == INDEX || is_plan)) {
            return refused("another folder is there");
        }
        files.push(entry.path());
    }
    let index = folder.join(INDEX);
    if !files.is_empty() {
        let is_index = |text: &str| text.starts_with('{') && text.contains("\"program_version\"");
        if !text_file::read_file(&index, LARGEST_FILE).is_ok_and(|text| is_index(&text)) {
            return refused("another folder is there");
        }
    }
    files.sort_by_key(|path| *path != index);
    Ok(files)
}

/// Writes the plan of a fleet. Only the owner can read the folder, which takes its place when it is whole.
///
/// # Errors
/// Those of [`check_path`], and a folder that cannot be written.
pub fn write(
    folder: &Path,
    planned: &[Ended],
    plans: &Plans,
    inputs: &Inputs,
    organization: Option<&str>,
    made: Made,
) -> Result<(), Failure> {
    check_path(folder)?;
    let settings = inputs.salted()?;
    let failed = |error: io::Error| not_saved(folder, &error);
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    // The folder keeps its mode when it is renamed.
    let mut apart = tempfile::Builder::new();
    apart.permissions(Permissions::from_mode(0o700));
    let made_apart = apart.tempdir_in(parent).map_err(failed)?;
    let mut files = BTreeMap::new();
    for digest in plans.digests() {
        let broken = || failed(io::Error::other("a plan cannot be unpacked"));
        let plan = plans.get(digest).ok_or_else(broken)?;
        let text = format!("{plan:#}\n");
        text_file::replace(&made_apart.path().join(plan_file(digest)), &text).map_err(failed)?;
        files.insert(*digest, Digest::of(&text));
    }
    let mut sorted: Vec<&Ended> = planned.iter().collect();
    sorted.sort_by_key(|it| &it.account);
    let content = Content {
        made,
        organization: organization.map(str::to_owned),
        settings,
        accounts: sorted.into_iter().map(Account::from).collect(),
        plans: files,
    };
    let not_json = |error: serde_json::Error| failed(error.into());
    let content = without_secrets(&serde_json::to_value(content).map_err(not_json)?);
    let index = Index {
        format_version: FORMAT_VERSION,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: Digest::of(&content.to_string()),
        content: serde_json::from_value(content).map_err(not_json)?,
    };
    let text = serde_json::to_string_pretty(&index).map_err(not_json)? + "\n";
    text_file::replace(&made_apart.path().join(INDEX), &text).map_err(failed)?;
    // An empty folder is replaced at once. Without its index, what is left of the earlier plan is none.
    for file in own_files(folder).map_err(failed)? {
        fs::remove_file(file).map_err(failed)?;
    }
    fs::rename(made_apart.path(), folder).map_err(failed)?;
    // Nothing is left to delete at the old path.
    let _gone = made_apart.keep();
    Ok(())
}
