//! Reads the command line, with what the environment adds to it.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, CommandFactory, Error, FromArgMatches};

use super::color::color;
use super::near::is_near;
use super::{Cli, variables};
use crate::settings::{GeneralFlags, StackStateFlags};

impl Cli {
    /// Reads the words of the command line; the first is the program.
    ///
    /// # Errors
    /// Words that cannot be understood, and also the help and the version, which were asked for.
    pub fn read(words: &[OsString]) -> Result<Cli, Error> {
        let mut command = Cli::definition().color(color(words));
        if let Some(error) = one_dash(words, &mut command) {
            return Err(error);
        }
        let matches = command.try_get_matches_from_mut(words);
        let matches =
            matches.map_err(|error| explained(with_own_usage(error, words), words, &command))?;
        let mut cli = Cli::from_arg_matches(&matches).map_err(|it| it.format(&mut command))?;
        let (matches, command) = innermost(&matches, &command);
        note_variables(&mut cli.general, matches, command);
        cli.general.for_many = cli.command.for_many();
        Ok(cli)
    }

    /// The commands and options, with the variables of the environment.
    pub fn definition() -> Command {
        variables::added(Cli::command())
    }

    /// What the words say of the settings, as far as they can be understood: the last ones may be
    /// missing.
    pub fn settings_in(words: &[OsString]) -> Option<(GeneralFlags, StackStateFlags)> {
        let mut command = Cli::definition().ignore_errors(true);
        let matches = command.try_get_matches_from_mut(words).ok()?;
        let (matches, command) = innermost(&matches, &command);
        let mut general = GeneralFlags::from_arg_matches(matches).ok()?;
        note_variables(&mut general, matches, command);
        let mut arguments = command.get_arguments();
        let has_stackstate = arguments.any(|arg| arg.get_id() == "postfix");
        let stackstate = has_stackstate.then(|| StackStateFlags::from_arg_matches(matches));
        Some((general, stackstate.transpose().ok()?.unwrap_or_default()))
    }
}

/// Notes which flags have their values from variables.
fn note_variables(general: &mut GeneralFlags, matches: &ArgMatches, command: &Command) {
    let set = |arg: &&Arg, source| {
        let id = arg.get_id();
        matches.ids().any(|it| it == id) && matches.value_source(id.as_str()) == Some(source)
    };
    let arguments = command.get_arguments();
    let taken = arguments.filter(|arg| set(arg, ValueSource::EnvVariable));
    let taken = taken.filter_map(|arg| Some((arg.get_long()?, variables::variable(arg)?)));
    general.variables = taken
        .map(|(option, variable)| (format!("--{option}"), variable))
        .collect();
    let stackstate = StackStateFlags::augment_args(Command::default());
    let mut stackstate = stackstate.get_arguments();
    general.stackstate_is_unnamed = !stackstate.any(|arg| set(&arg, ValueSource::CommandLine));
}

/// The command that was given, below all others.
fn innermost<'a>(
    mut matches: &'a ArgMatches,
    mut command: &'a Command,
) -> (&'a ArgMatches, &'a Command) {
    while let Some((name, below)) = matches.subcommand() {
        let Some(found) = command.find_subcommand(name) else {
            break;
        };
        (matches, command) = (below, found);
    }
    (matches, command)
}

/// The refusal of a long option with one dash, as other programs have them.
///
/// Otherwise `-out=plan` would save a plan under the name `ut=plan`.
fn one_dash(words: &[OsString], command: &mut Command) -> Option<Error> {
    let words = words.iter().skip(1).filter_map(|word| word.to_str());
    let words = words.take_while(|word| *word != "--");
    let mut names = words.filter_map(|word| {
        let name = word.strip_prefix('-')?.split('=').next()?;
        (name.len() > 1 && option(command, name).is_some()).then_some(name)
    });
    let name = names.next()?.to_owned();
    let message = format!("unexpected argument '-{name}': write --{name}, with two dashes");
    Some(command.error(ErrorKind::UnknownArgument, message))
}

/// The option of that name, of whatever command.
fn option<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    let is_named = |arg: &&Arg| {
        let names = arg.get_long_and_visible_aliases().unwrap_or_default();
        names.contains(&name)
    };
    let mut below = command.get_subcommands();
    let own = command.get_arguments().find(is_named);
    own.or_else(|| below.find_map(|command| option(command, name)))
}

/// The error, whose usage names only what was written: to clap an option with a value from a variable is as
/// good as one on the command line.
fn with_own_usage(mut error: Error, words: &[OsString]) -> Error {
    let without_variables = Cli::command().try_get_matches_from(words);
    let own = without_variables.err();
    if let Some(usage) = own.and_then(|it| it.get(ContextKind::Usage).cloned()) {
        error.insert(ContextKind::Usage, usage);
    }
    error
}

/// The error, with the variable that a refused value comes from.
fn explained(mut error: Error, words: &[OsString], command: &Command) -> Error {
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::StyledStrs(mut tips)) = error.remove(ContextKind::Suggested)
    {
        // No value of ours begins with a dash, so that a misspelt option is no value.
        tips.retain(|tip| !tip.to_string().contains("as a value"));
        if !tips.is_empty() {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
    }
    let suggested = match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(option)) => Some(option.clone()),
        _ => None,
    };
    let Some(ContextValue::String(refused)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let refused = refused.clone();
    let letters = |option: &str| option.trim_start_matches('-').to_owned();
    if suggested.is_some_and(|it| !is_near(&letters(&refused), &letters(&it))) {
        error.remove(ContextKind::SuggestedArg);
        // It has the option that was suggested.
        error.remove(ContextKind::Usage);
    }
    // An option that counts has dots behind its name.
    let long = refused.split([' ', '.']).next().unwrap_or_default();
    let long = long.to_owned();
    let argument = option(command, long.trim_start_matches('-'));
    let Some(variable) = argument.and_then(variables::variable) else {
        return error;
    };
    let short = argument.and_then(Arg::get_short);
    let short = short.map(|letter| format!("-{letter}"));
    let forms: Vec<&str> = [Some(&long), short.as_ref()]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let mut words = words.iter().filter_map(|word| word.to_str());
    let is_given = words.any(|word| forms.iter().any(|form| word.starts_with(form)));
    if !is_given && std::env::var_os(&variable).is_some() {
        let tip = format!("the value is that of the environment variable {variable}");
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}
