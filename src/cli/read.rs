//! Reads the command line, with what the environment adds to it.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{
    Arg, ArgMatches, Args, ColorChoice, Command, CommandFactory, Error, FromArgMatches, ValueEnum,
};

use super::{Cli, variables};
use crate::settings::StackStateFlags;

impl Cli {
    /// Reads the words of the command line; the first is the program.
    ///
    /// # Errors
    /// Words that cannot be understood, and also the help and the version, which were asked for.
    pub fn read(words: &[OsString]) -> Result<Cli, Error> {
        let mut command = variables::added(Cli::command()).color(color(words));
        command.build();
        if let Some(error) = one_dash(words, &mut command) {
            return Err(error);
        }
        let matches = command.try_get_matches_from_mut(words);
        let matches = matches.map_err(|error| explained(error, words, &command))?;
        let mut cli = Cli::from_arg_matches(&matches).map_err(|it| it.format(&mut command))?;
        let (matches, command) = innermost(&matches, &command);
        let set = |arg: &&Arg, source| {
            let id = arg.get_id();
            matches.ids().any(|it| it == id) && matches.value_source(id.as_str()) == Some(source)
        };
        let arguments = command.get_arguments();
        let taken = arguments.filter(|arg| set(arg, ValueSource::EnvVariable));
        let taken = taken.filter_map(|arg| Some((arg.get_long()?, variables::variable(arg)?)));
        let general = &mut cli.general;
        general.variables = taken
            .map(|(option, variable)| (format!("--{option}"), variable))
            .collect();
        let stackstate = StackStateFlags::augment_args(Command::default());
        let mut stackstate = stackstate.get_arguments();
        general.stackstate_is_unnamed = !stackstate.any(|arg| set(&arg, ValueSource::CommandLine));
        Ok(cli)
    }
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

/// What `--color` says, which must be known before the help is written.
fn color(words: &[OsString]) -> ColorChoice {
    let mut words = words.iter().filter_map(|word| word.to_str());
    let mut said = std::env::var(format!("{}COLOR", variables::PREFIX)).ok();
    while let Some(word) = words.next().filter(|word| *word != "--") {
        match word.split_once('=') {
            Some(("--color", when)) => said = Some(when.to_owned()),
            None if word == "--color" => said = words.next().map(str::to_owned),
            _ => {}
        }
    }
    let said = said.and_then(|when| ColorChoice::from_str(&when, false).ok());
    said.unwrap_or(ColorChoice::Auto)
}

/// The refusal of a long option with one dash, as other programs have them.
///
/// Otherwise `-out=plan` would save a plan under the name `ut=plan`.
fn one_dash(words: &[OsString], command: &mut Command) -> Option<Error> {
    let words = words.iter().skip(1).filter_map(|word| word.to_str());
    let words = words.take_while(|word| *word != "--");
    let mut names = words.filter_map(|word| {
        let name = word.strip_prefix('-')?.split('=').next()?;
        (name.len() > 1 && has_option(command, name)).then_some(name)
    });
    let name = names.next()?.to_owned();
    let message = format!("unexpected argument '-{name}': write --{name}, with two dashes");
    Some(command.error(ErrorKind::UnknownArgument, message))
}

fn has_option(command: &Command, name: &str) -> bool {
    let is_named = |arg: &Arg| {
        let names = arg.get_long_and_visible_aliases().unwrap_or_default();
        names.contains(&name)
    };
    let mut below = command.get_subcommands();
    command.get_arguments().any(is_named) || below.any(|command| has_option(command, name))
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
    let Some(ContextValue::String(refused)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let option = refused.split(' ').next().unwrap_or_default().to_owned();
    let argument = command.get_arguments().find(|arg| {
        let long = arg.get_long();
        long.is_some_and(|long| option == format!("--{long}"))
    });
    let Some(variable) = argument.and_then(variables::variable) else {
        return error;
    };
    let is_given = words.iter().filter_map(|word| word.to_str()).any(|word| {
        let short = argument.and_then(Arg::get_short);
        word.starts_with(&option) || short.is_some_and(|it| word.starts_with(&format!("-{it}")))
    });
    if !is_given && std::env::var_os(&variable).is_some() {
        let tip = format!("the value is that of the environment variable {variable}");
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}
