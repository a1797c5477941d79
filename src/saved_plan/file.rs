//! The file of a saved plan: written as a whole, and read only if nothing was changed in it.

use std::path::Path;

use serde_json::Value as Json;

use super::{Inputs, Made, SavedPlan, without_secrets};
use crate::failure::Failure;
use crate::text_file;

/// The version of the form of the file. Any other version is refused.
const FORMAT_VERSION: u32 = 3;
/// A saved plan is far smaller, so a larger file is no saved plan.
pub(super) const LARGEST_FILE: u64 = 16 * 1024 * 1024;

fn not_saved(path: &Path, reason: String) -> Failure {
    Failure::new(format!("cannot save the plan as {}", path.display())).because(reason)
}

/// Refuses a path at which [`write()`] would fail, before the work that leads to a plan is done.
///
/// # Errors
/// A path that is a symbolic link or a folder, that names a file other than a saved plan, or where no file
/// can be written.
pub fn check_path(path: &Path) -> Result<(), Failure> {
    // A plan of another version of the program, or a damaged one, may be replaced too. What
    // `plan --json` prints names no version of the program.
    let is_plan = |text: &str| text.starts_with('{') && text.contains("\"program_version\"");
    text_file::check_replaceable(path, LARGEST_FILE, is_plan).map_err(|error| {
        not_saved(path, error.to_string())
            .hint("Name a new file, or a saved plan to replace, in a folder that is there")
    })
}

/// Writes the plan. Only the owner can read the file. The file is replaced at once, so it is never
/// written in part.
///
/// # Errors
/// Those of [`check_path`].
pub fn write(path: &Path, plan: &Json, inputs: &Inputs, made: Made) -> Result<(), Failure> {
    check_path(path)?;
    let failed = |reason: String| not_saved(path, reason);
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| failed(error.to_string()))?;
    let salt = format!("{:032x}", u128::from_be_bytes(salt));
    let mut saved = SavedPlan {
        format_version: FORMAT_VERSION,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        made,
        inputs: inputs.digests(&salt),
        salt,
        plan: without_secrets(plan),
        digest: String::new(),
    };
    saved.digest = saved.own_digest();
    let text = serde_json::to_string_pretty(&saved).map_err(|error| failed(error.to_string()))?;
    text_file::replace(path, &(text + "\n")).map_err(|error| failed(error.to_string()))
}

/// Reads a saved plan.
///
/// # Errors
/// A file that cannot be read, that is no saved plan of this version of the program, or that was
/// changed.
pub fn read(path: &Path) -> Result<SavedPlan, Failure> {
    let name = path.display();
    let failed = |reason: String| {
        Failure::new(format!("cannot use the saved plan {name}"))
            .because(reason)
            .hint("Make one with `provision plan --out FILE`")
    };
    if path.is_dir() {
        return Err(Failure {
            hint: Some(
                "`provision fleet apply FOLDER` applies the plans of many accounts".to_owned(),
            ),
            ..failed("it is a folder".to_owned())
        });
    }
    let text = text_file::read_file(path, LARGEST_FILE);
    let text = text.map_err(|error| failed(error.to_string()))?;
    let no_plan = |error: serde_json::Error| failed(format!("this is not a saved plan: {error}"));
    let parsed: Json = serde_json::from_str(&text).map_err(no_plan)?;
    if parsed["resources"].is_array() {
        return Err(failed(
            "this is what `provision plan --json` prints, which is for reading".to_owned(),
        ));
    }
    if let Some(reason) = another_form(&parsed, FORMAT_VERSION) {
        return Err(failed(reason));
    }
    let saved: SavedPlan = serde_json::from_str(&text).map_err(no_plan)?;
    if saved.digest != saved.own_digest() {
        return Err(failed("it was changed after it was saved".to_owned()));
    }
    Ok(saved)
}

/// Says that what was read is of another form than `own`, or of another version of the program.
pub(crate) fn another_form(read: &Json, own: u32) -> Option<String> {
    let format = read["format_version"].as_u64()?;
    let version = read["program_version"].as_str()?;
    let this = env!("CARGO_PKG_VERSION");
    ((format, version) != (own.into(), this)).then(|| {
        format!(
            "it has the format {format} of version {version} of this program, and this is format {own} of \
             version {this}"
        )
    })
}
