//! The flags of the settings as they stand on the command line, for a saved plan to remember.

use std::ffi::{OsStr, OsString};

use clap::parser::ValueSource;
use clap::{Arg, Args, Command, CommandFactory};

use super::{Cli, Command as Given};
use crate::settings::{GeneralFlags, StackStateFlags};

/// A flag of the settings with one of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The flag with its dashes.
    pub name: String,
    /// The flag with its value, as one word of a command line.
    pub word: OsString,
    /// Whether a saved plan may remember it.
    pub belongs: Belongs,
}

/// Where a flag of the settings belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// In the file: it says what is planned.
    InTheFile,
    /// In the command: it says where the file is, or who calls and over which way. Whoever writes a plan must
    /// not decide that for who applies it.
    InTheCommand,
    /// Nowhere: it is a secret.
    Nowhere,
}

/// The flags of the settings in `words`, a command line of `plan` or `apply`.
///
/// # Errors
/// Words that are no command line.
pub fn flags(words: impl IntoIterator<Item = OsString>) -> Result<Vec<Flag>, clap::Error> {
    let matches = Cli::command().try_get_matches_from(words)?;
    let Some((_, matches)) = matches.subcommand() else {
        return Ok(Vec::new());
    };
    let general = GeneralFlags::augment_args(Command::default());
    let all = StackStateFlags::augment_args(general);
    let given =
        |arg: &&Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let mut flags = Vec::new();
    for arg in all.get_arguments().filter(given) {
        let name = format!("--{}", arg.get_long().unwrap_or_default());
        for value in matches.get_raw(arg.get_id().as_str()).into_iter().flatten() {
            let mut word = OsString::from(format!("{name}="));
            word.push(value);
            flags.push(Flag {
                belongs: belongs(arg, value),
                name: name.clone(),
                word,
            });
        }
    }
    Ok(flags)
}

fn belongs(arg: &Arg, value: &OsStr) -> Belongs {
    // The name of an environment variable is no secret.
    let is_variable = value.to_string_lossy().starts_with("${");
    // The path of the saved plan is one in that folder.
    let leads_to_the_file = arg.get_id() == "chdir";
    if arg.get_id() == "external_id" && !is_variable {
        Belongs::Nowhere
    } else if leads_to_the_file || arg.get_help_heading() == Some("Connection") {
        Belongs::InTheCommand
    } else {
        Belongs::InTheFile
    }
}

/// The settings' flags in `words`, and those of the saved plan in place of flags that `words` does not name.
/// What neither has comes from the environment, as for every command line.
///
/// # Errors
/// Words or flags that are no command line.
pub fn with_saved(
    words: impl IntoIterator<Item = OsString>,
    saved: &[String],
) -> Result<(GeneralFlags, StackStateFlags), clap::Error> {
    let given = flags(words)?;
    let is_given = |word: &&String| {
        let name = word.split('=').next().unwrap_or_default();
        given.iter().any(|flag| flag.name == name)
    };
    let saved = saved
        .iter()
        .filter(|word| !is_given(word))
        .map(OsString::from);
    let words = ["provision", "apply"].map(OsString::from).into_iter();
    let words = words
        .chain(saved)
        .chain(given.iter().map(|flag| flag.word.clone()));
    let cli = Cli::read(&words.collect::<Vec<_>>())?;
    match cli.command {
        Given::Apply(args) => Ok((cli.general, args.stackstate)),
        _ => Ok((cli.general, StackStateFlags::default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    fn of(text: &str, belongs: Belongs) -> Vec<String> {
        let flags = flags(words(text)).unwrap().into_iter();
        let flags = flags.filter(|flag| flag.belongs == belongs);
        flags.map(|flag| flag.word.into_string().unwrap()).collect()
    }

    #[test]
    fn a_saved_plan_remembers_the_settings_and_neither_the_way_to_aws_nor_a_secret() {
        let line = "provision plan --region eu-west-1 --out x --postfix -blue --region=us-east-1 --profile me \
                    --adopt --tag a=b=c --endpoint-url http://127.0.0.1:1 --external-id secret --trust ec2 -C there";
        let remembered = [
            "--region=eu-west-1",
            "--region=us-east-1",
            "--tag=a=b=c",
            "--trust=ec2",
            "--postfix=-blue",
        ];
        let mut found = of(line, Belongs::InTheFile);
        found.sort();
        let mut expected = remembered.map(str::to_owned);
        expected.sort();
        assert_eq!(found, expected);
        let way = [
            "--chdir=there",
            "--profile=me",
            "--endpoint-url=http://127.0.0.1:1",
        ];
        assert_eq!(of(line, Belongs::InTheCommand), way);
        assert_eq!(of(line, Belongs::Nowhere), ["--external-id=secret"]);
        let variable = "provision plan --external-id ${STS_EXTERNAL_ID}";
        assert_eq!(
            of(variable, Belongs::InTheFile),
            ["--external-id=${STS_EXTERNAL_ID}"]
        );
        assert_eq!(
            of("provision plan", Belongs::InTheFile),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_flag_that_is_given_again_takes_the_place_of_the_saved_one() {
        let saved = [
            "--region=eu-west-1",
            "--region=us-east-1",
            "--postfix=-blue",
        ];
        let saved = saved.map(str::to_owned);
        let regions = |line: &str| {
            let (general, stackstate) = with_saved(words(line), &saved).unwrap();
            (general.top.regions, stackstate.postfix)
        };
        let blue = Some("-blue".to_owned());
        let both = vec!["eu-west-1".to_owned(), "us-east-1".to_owned()];
        assert_eq!(
            regions("provision apply x --yes"),
            (both.clone(), blue.clone())
        );
        let other = vec!["eu-central-1".to_owned()];
        assert_eq!(
            regions("provision apply --region eu-central-1 x"),
            (other, blue)
        );
        let (of_saved, postfix) = regions("provision apply x --postfix=");
        assert_eq!((of_saved, postfix), (both, Some(String::new())));
        let broken = ["--no-such-flag=1".to_owned()];
        assert!(with_saved(words("provision apply x"), &broken).is_err());
    }
}
