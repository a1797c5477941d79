//! Completion in the shell: the script that a shell loads once, and the answers to its questions.
//!
//! The script asks the program at each press of Tab, with a variable that names the shell. Nothing is
//! written but the answer: a message would stand in the middle of the line that is being typed.

mod bash;
mod values;

use std::ffi::OsString;
use std::sync::Arc;

use clap_complete::CompleteEnv;
use clap_complete::env::{Elvish, Fish, Powershell, Shells, Zsh};

use crate::cli::{Cli, CompletionsArgs};
use crate::commands::Ending;
use crate::failure::Failure;
use crate::terminal::print;
use bash::Bash;

const VARIABLE: &str = "PROVISION_COMPLETE";
const PROGRAM: &str = "provision";
const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Prints the script for a shell.
///
/// # Errors
/// A shell for which there is none, and a script that cannot be printed.
pub fn command(args: &CompletionsArgs) -> Result<Ending, Failure> {
    let shell = args.shell;
    let failed = || Failure::new(format!("there are no completions for {shell}"));
    let completer = SHELLS.completer(&shell.to_string()).ok_or_else(failed)?;
    let mut script = Vec::new();
    let written = completer.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script);
    written.map_err(|error| failed().because(error.to_string()))?;
    print(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Well)
}

/// Answers a shell that asks how its line may go on, and returns whether one has asked.
///
/// What cannot be completed has no answer, whatever the reason is.
pub fn answer(words: &[OsString]) -> bool {
    if std::env::var_os(VARIABLE).is_none() {
        return false;
    }
    let typed = words.iter().skip_while(|word| *word != "--").skip(1);
    let typed: Vec<OsString> = typed.cloned().collect();
    // The last word is the one to complete.
    let before = &typed[..typed.len().saturating_sub(1)];
    let given = Cli::settings_in(before);
    let folder = given
        .as_ref()
        .and_then(|(general, _)| general.chdir.clone());
    if folder.is_some_and(|folder| std::env::set_current_dir(folder).is_err()) {
        return true;
    }
    let given = Arc::new(given);
    let command = || values::added(Cli::definition(), &given);
    let completion = CompleteEnv::with_factory(command).var(VARIABLE);
    let here = std::env::current_dir().ok();
    // A failure has no place to be told in.
    let _ = completion
        .shells(SHELLS)
        .try_complete(words.iter().cloned(), here.as_deref());
    true
}
