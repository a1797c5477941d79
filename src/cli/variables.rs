//! The variables of the environment that take the place of options.
//!
//! Each option below a heading of the help is a setting, and has a variable named after it. What one run is
//! to do has none: a variable that somebody forgot must not consent to a deletion, narrow a plan or
//! write a file.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::{Arg, Command};

use super::near::is_near;

/// What the names of all variables begin with.
pub const PREFIX: &str = "PROVISION_";

/// The same command, whose options take their values from variables where the command line lacks them.
///
/// The help of a command leaves them out, since their names follow from the options, and no value is
/// ever shown, because one is secret. An empty variable counts as unset, as AWS's do.
pub(super) fn added(command: Command) -> Command {
    let add = |arg: Arg| match variable(&arg) {
        Some(name) if std::env::var_os(&name).is_none_or(|value| !value.is_empty()) => {
            arg.env(name).hide_env(true).hide_env_values(true)
        }
        _ => arg,
    };
    command.mut_args(add).mut_subcommands(added)
}

/// The name of the variable of an option.
pub(super) fn variable(arg: &Arg) -> Option<String> {
    arg.get_help_heading()?;
    arg.get_long().map(name)
}

fn name(option: &str) -> String {
    format!("{PREFIX}{}", option.replace('-', "_").to_uppercase())
}

/// A warning for each variable that begins like ours and does nothing.
pub fn warnings(
    command: impl FnOnce() -> Command,
    set: impl Iterator<Item = OsString>,
) -> Vec<String> {
    let set = set.filter_map(|name| name.into_string().ok());
    let set: Vec<String> = set.filter(|name| name.starts_with(PREFIX)).collect();
    if set.is_empty() {
        return Vec::new();
    }
    let mut options = BTreeMap::new();
    collect(&command(), &mut options);
    let known = |name: &String| options.get(name).is_some_and(|has_variable| *has_variable);
    let warn = |name: String| {
        if options.contains_key(&name) {
            let option = name[PREFIX.len()..].replace('_', "-").to_lowercase();
            return format!("{name} has no effect: --{option} counts on the command line only");
        }
        let letters = |name: &str| name[PREFIX.len()..].to_owned();
        let distance = |other: &&String| strsim::damerau_levenshtein(&name, other);
        let nearest = options.keys().filter(|it| known(it)).min_by_key(distance);
        let nearest = nearest.filter(|it| is_near(&letters(&name), &letters(it)));
        let advice = nearest.map_or(String::new(), |it| format!("; did you mean {it}?"));
        format!("{name} is not a variable of provision{advice}")
    };
    set.into_iter()
        .filter(|name| !known(name))
        .map(warn)
        .collect()
}

/// The variable that each option has or would have, and whether it has one.
fn collect(command: &Command, options: &mut BTreeMap<String, bool>) {
    for arg in command.get_arguments() {
        if let Some(option) = arg.get_long() {
            options.insert(name(option), variable(arg).is_some());
        }
    }
    for command in command.get_subcommands() {
        collect(command, options);
    }
}
