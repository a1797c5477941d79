//! The flags of the settings as they stand on the command line, for a saved plan to remember.

use std::ffi::{OsStr, OsString};

use clap::parser::ValueSource;
use clap::{Arg, Args, Command, CommandFactory};

use super::{Cli, Command as Given};
use crate::failure::Failure;
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

/// The flags of the settings in `words`, a command line of `plan` or `apply`, for one account or for many.
///
/// # Errors
/// Words that are no command line.
pub fn flags(words: impl IntoIterator<Item = OsString>) -> Result<Vec<Flag>, clap::Error> {
    let matches = Cli::command().try_get_matches_from(words)?;
    let Some((_, mut matches)) = matches.subcommand() else {
        return Ok(Vec::new());
    };
    while let Some((_, below)) = matches.subcommand() {
        matches = below;
    }
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

/// The settings' flags in `words`, with those of the saved plan in place of flags that `words` does not
/// name.
#[derive(Debug)]
pub struct WithSaved {
    /// The flags of every command.
    pub general: GeneralFlags,
    /// The flags of StackState.
    pub stackstate: StackStateFlags,
    /// The flags that were taken from the saved plan, each as one word.
    pub taken: Vec<String>,
}

/// Puts the flags of a saved plan together with those in `words`, which win. Variables of the environment
/// count where neither names the flag.
///
/// # Errors
/// Words or flags that are no command line, and a flag that does not belong in the file: whoever writes the
/// file must not decide whose credentials are used, or where requests go.
pub fn with_saved(
    words: impl IntoIterator<Item = OsString>,
    saved: &[String],
) -> Result<WithSaved, Failure> {
    let broken = |error: clap::Error| Failure::new(error.to_string());
    let apply = || ["provision", "apply"].map(OsString::from).into_iter();
    let given = flags(words).map_err(broken)?;
    let saved = flags(apply().chain(saved.iter().map(OsString::from))).map_err(broken)?;
    if let Some(flag) = saved.iter().find(|it| it.belongs != Belongs::InTheFile) {
        return Err(Failure::new(format!(
            "the saved plan holds {}, which no plan is saved with",
            flag.name
        ))
        .hint("Make a new plan with `provision plan --out FILE` and look at it"));
    }
    let is_given = |flag: &&Flag| given.iter().any(|it| it.name == flag.name);
    let taken: Vec<&Flag> = saved.iter().filter(|flag| !is_given(flag)).collect();
    let flags = taken.iter().copied().chain(&given);
    let words: Vec<OsString> = apply().chain(flags.map(|it| it.word.clone())).collect();
    let cli = Cli::read(&words).map_err(broken)?;
    let taken = taken
        .iter()
        .map(|flag| flag.word.to_string_lossy().into_owned());
    Ok(WithSaved {
        taken: taken.collect(),
        general: cli.general,
        stackstate: match cli.command {
            Given::Apply(args) => args.stackstate,
            _ => StackStateFlags::default(),
        },
    })
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
            let flags = with_saved(words(line), &saved).unwrap();
            (flags.general.top.regions, flags.stackstate.postfix)
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
        let of_all = with_saved(words("provision apply x --region=us-west-2"), &saved).unwrap();
        assert_eq!(of_all.taken, ["--postfix=-blue"]);
    }

    #[test]
    fn a_saved_plan_decides_neither_whose_credentials_are_used_nor_where_requests_go() {
        for forged in [
            "--profile=theirs",
            "--endpoint-url=https://theirs.example",
            "--read-lag=0",
            "--external-id=theirs",
            "--chdir=theirs",
            "-Ctheirs",
        ] {
            let with = with_saved(words("provision apply x"), &[forged.to_owned()]);
            let refused = with.unwrap_err().message;
            assert!(refused.contains("which no plan is saved with"), "{forged}");
        }
    }
}
