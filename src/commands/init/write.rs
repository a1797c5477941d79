//! Writes the settings file, and says what to do next.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::failure::Failure;
use crate::render::wrap;
use crate::settings::DEFAULT_FILE;

/// # Errors
/// If there is anything at the path, so that nobody is asked in vain.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    match path.symlink_metadata() {
        Ok(_) => Err(exists(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(cannot_write(path, &error)),
    }
}

/// Writes a new file. Only its owner can read it if it holds a secret.
///
/// # Errors
/// If there is something at the path by now, which stays as it is, or if the file cannot be written.
pub(super) fn write(path: &Path, text: &str, is_secret: bool) -> Result<(), Failure> {
    let mut options = File::options();
    options.write(true).create_new(true);
    options.mode(if is_secret { 0o600 } else { 0o644 });
    let mut file = options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => cannot_write(path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| {
        // Half a file would stand in the way of the next attempt.
        match fs::remove_file(path) {
            Ok(()) => cannot_write(path, &error),
            Err(_) => cannot_write(path, &error).hint(format!("Delete {}", path.display())),
        }
    })
}

fn exists(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(format!("{path} exists, and init writes over no file")).hint(
        "Change it with an editor; `provision config` shows what it says. Or pass --config FILE to write \
         another one",
    )
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write {}", path.display())).because(error.to_string())
}

/// What was done, and the commands that come next.
pub(super) fn next(path: &Path, variable: Option<&str>, is_secret: bool) -> String {
    let mut done = format!("{} is written.", path.display());
    if is_secret {
        done += " It holds the external ID, and only you can read it: keep it out of version control. \
                 `provision agent-config --show-secrets` prints the external ID for the agent.";
    }
    let mut steps = Vec::new();
    if let Some(variable) = variable.filter(|name| std::env::var_os(name).is_none()) {
        steps.push((
            format!("export {variable}=…"),
            "the external ID of the agent",
        ));
    }
    let config = match path.to_str() {
        Some(DEFAULT_FILE) => String::new(),
        _ => format!(" --config {}", path.display()),
    };
    for (command, about) in [
        ("config", "what was understood"),
        ("preflight", "whether it can be applied"),
        ("plan", "what apply would create"),
    ] {
        steps.push((format!("provision {command}{config}"), about));
    }
    let longest = steps.iter().map(|(command, _)| wrap::width_of(command));
    let longest = longest.max().unwrap_or_default();
    let done = wrap::wrapped(&done, wrap::columns(&io::stdout()));
    let mut text = done.join("\n") + "\n\nNext:\n";
    for (command, about) in steps {
        text += &format!("  {command:<longest$}  # {about}\n");
    }
    text
}
