//! `provision man`: prints or writes the manual pages.

use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use crate::cli::{Cli, ManArgs};
use crate::commands::Ending;
use crate::failure::Failure;
use crate::terminal::{print, report};

/// Runs the command.
///
/// # Errors
/// A page that cannot be written.
pub fn command(args: &ManArgs) -> Result<Ending, Failure> {
    let mut command = with_variables(Cli::definition()).disable_help_subcommand(true);
    command.build();
    let version = command.get_version().unwrap_or_default();
    let source = format!("provision {version}");
    let Some(folder) = &args.folder else {
        let mut text = Vec::new();
        let rendered = page(&command, &source).render(&mut text);
        rendered.map_err(|error| failed(Path::new("standard output"), &error))?;
        print(&String::from_utf8_lossy(&text))?;
        return Ok(Ending::Well);
    };
    let written = std::fs::create_dir_all(folder);
    let written = written.and_then(|()| write(&command, &source, folder));
    written.map_err(|error| failed(folder, &error))?;
    report(&format!(
        "The pages are in {0}; read one with `man {0}/provision.1`.\n",
        folder.display()
    ));
    Ok(Ending::Well)
}

/// The same command, whose pages name the variables. They show no value.
fn with_variables(command: Command) -> Command {
    let command = command.mut_args(|arg| arg.hide_env(false));
    command.mut_subcommands(with_variables)
}

/// Writes the page of the command, and those of the commands below it.
fn write(command: &Command, source: &str, folder: &Path) -> io::Result<()> {
    page(command, source).generate_to(folder)?;
    let mut below = command.get_subcommands();
    below.try_for_each(|command| write(command, source, folder))
}

fn page(command: &Command, source: &str) -> Man {
    Man::new(command.clone()).source(source).manual("provision")
}

fn failed(place: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write the manual pages to {}", place.display());
    Failure::new(message).because(error.to_string())
}
