//! Tests of the definitions: help, examples, limits, habits, and that no error shows the external ID.

use std::ffi::OsString;

use clap::CommandFactory;

use super::*;
use crate::settings::System;

fn parse(args: &[&str]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(["provision"].iter().chain(args))
}

fn help(command: &str) -> String {
    parse(&[command, "--help"]).unwrap_err().to_string()
}

#[test]
fn the_definitions_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_level_of_help_has_an_example_that_parses() {
    let mut commands = vec![Cli::command()];
    let mut next = 0;
    while next < commands.len() {
        let below: Vec<_> = commands[next].get_subcommands().cloned().collect();
        commands.extend(below);
        next += 1;
    }
    for command in commands {
        let help = command.get_after_help().unwrap().to_string();
        let examples: Vec<&str> = help
            .lines()
            .filter_map(|line| line.strip_prefix("  provision "))
            .collect();
        assert!(!examples.is_empty(), "{}", command.get_name());
        for example in examples {
            // An explanation follows after two spaces, and the part of a line for the shell is not
            // parsed.
            let words = example.split("  ").next().unwrap_or(example);
            let words: Vec<&str> = words
                .split(' ')
                .take_while(|word| !["&&", ">", "|", "\\"].contains(word))
                .collect();
            assert!(parse(&words).is_ok(), "{example}");
        }
        // A narrow terminal would break the lines of a paragraph once more.
        let lines: Vec<&str> = help.lines().collect();
        let is_text = |line: &str| !line.is_empty() && !line.starts_with(' ');
        let is_broken = |pair: &[&str]| is_text(pair[0]) && is_text(pair[1]);
        let name = command.get_name();
        assert!(!lines.windows(2).any(is_broken), "{name}: {help}");
    }
}

#[test]
fn the_help_of_commands_that_use_the_settings_of_stackstate_shows_them() {
    for command in [
        "plan",
        "apply",
        "destroy",
        "agent-config",
        "permissions",
        "preflight",
    ] {
        let help = help(command);
        assert!(help.contains("StackState settings:"), "{command}");
        assert!(help.contains("Deployment:"), "{command}");
    }
    assert!(!help("completions").contains("StackState settings:"));
}

#[test]
fn general_options_stand_before_or_after_the_command() {
    for args in [["--region=a", "plan", "-vv"], ["plan", "--region=a", "-vv"]] {
        let cli = parse(&args).unwrap();
        assert_eq!(cli.general.top.regions, ["a"]);
        assert_eq!(cli.output.verbose, 2);
    }
}

fn read(args: &[&str]) -> Result<Cli, clap::Error> {
    let words = ["provision"].iter().chain(args);
    Cli::read(&words.map(OsString::from).collect::<Vec<_>>())
}

#[test]
fn the_short_and_the_usual_forms_mean_the_same() {
    let cases: [(&[&str], &[&str]); 8] = [
        (&["plan", "-r", "a"], &["plan", "--region", "a"]),
        (&["plan", "-r", "a,b"], &["plan", "-r", "a", "-r", "b"]),
        (&["plan", "-c", "f"], &["plan", "--config", "f"]),
        (&["-C", "d", "plan"], &["plan", "--chdir", "d"]),
        (&["plan", "-o", "f"], &["plan", "--out", "f"]),
        (&["apply", "-y"], &["apply", "--yes"]),
        (&["destroy", "--auto-approve"], &["destroy", "-y"]),
        (
            &["plan", "--tag", "a=b,c=d"],
            &["plan", "--tag=a=b", "--tag=c=d"],
        ),
    ];
    for (short, long) in cases {
        let [short, long] = [short, long].map(|args| format!("{:?}", read(args).unwrap()));
        assert_eq!(short, long);
    }
    let only = read(&["plan", "--only", "stackstate,audit-trail"]).unwrap();
    assert_eq!(only.general.only, [System::StackState, System::AuditTrail]);
}

#[test]
fn a_long_option_with_one_dash_is_refused_with_the_right_form() {
    let cases: [(&[&str], &str); 4] = [
        (&["plan", "-out=plan"], "--out"),
        (&["apply", "-auto-approve"], "--auto-approve"),
        (&["-region", "a", "plan"], "--region"),
        (&["plan", "-json"], "--json"),
    ];
    for (args, right) in cases {
        let error = read(args).unwrap_err().to_string();
        assert!(
            error.contains(&format!("write {right}, with two")),
            "{error}"
        );
    }
    let accepted: [(&[&str], &str); 3] = [
        (&["plan", "-o", "ut"], "a file may have any name"),
        (&["plan", "-vv"], "short options may stand together"),
        (&["apply", "--", "-out"], "after -- nothing is an option"),
    ];
    for (args, reason) in accepted {
        assert!(read(args).is_ok(), "{args:?}: {reason}");
    }
}

#[test]
fn a_misspelt_option_is_taken_for_an_option() {
    let error = read(&["apply", "--no-preflght"]).unwrap_err().to_string();
    assert!(error.contains("--no-preflight"), "{error}");
    assert!(!error.contains("as a value"), "{error}");
    let far = read(&["status", "--target=a"]).unwrap_err().to_string();
    assert!(!far.contains("--tag "), "{far}");
    let error = read(&["apply", "--zzzzz"]).unwrap_err().to_string();
    assert!(!error.contains("tip:"), "{error}");
}

#[test]
fn a_variable_that_does_nothing_is_named() {
    let cases = [
        ("PROVISION_REGION", None),
        ("PROVISION_EXTERNAL_ID", None),
        ("AWS_PROVISION_REGIN", None),
        (
            "PROVISION_REGIN",
            Some("PROVISION_REGIN is not a variable of provision; did you mean PROVISION_REGION?"),
        ),
        (
            "PROVISION_FOO",
            Some("PROVISION_FOO is not a variable of provision"),
        ),
        (
            "PROVISION_OF_OTHERS",
            Some("PROVISION_OF_OTHERS is not a variable of provision"),
        ),
        (
            "PROVISION_YES",
            Some("PROVISION_YES has no effect: --yes counts on the command line only"),
        ),
    ];
    for (name, expected) in cases {
        let warnings = warnings(Cli::command, [OsString::from(name)].into_iter());
        assert_eq!(warnings, Vec::from_iter(expected), "{name}");
    }
}

/// What a run is to do has no variable, least of all what consents to something.
#[test]
fn what_one_run_does_has_no_variable() {
    let mut left = vec![Cli::command()];
    let mut without = std::collections::BTreeSet::new();
    while let Some(command) = left.pop() {
        left.extend(command.get_subcommands().cloned());
        let arguments = command.get_arguments();
        let arguments = arguments.filter(|arg| variables::variable(arg).is_none());
        without.extend(arguments.filter_map(|arg| arg.get_long().map(str::to_owned)));
    }
    for option in [
        "yes",
        "adopt",
        "remove-restrictions",
        "empty-bucket",
        "detach-foreign",
        "key-deletion-days",
        "ignore-preflight",
        "no-preflight",
        "show-secrets",
        "out",
    ] {
        assert!(without.contains(option), "{option}");
    }
}

#[test]
fn the_help_fits_into_sixty_columns() {
    let mut left = vec![Cli::command()];
    while let Some(command) = left.pop() {
        left.extend(command.get_subcommands().cloned());
        let name = command.get_name().to_owned();
        let help = command.term_width(60).render_long_help().to_string();
        // A name of an option with its value, and an example, are not broken.
        let wide = help.lines().filter(|line| line.chars().count() > 60);
        let wide = wide.filter(|line| !line.trim_start().starts_with(['-', '[']));
        let wide: Vec<&str> = wide
            .filter(|line| !line.starts_with("  provision "))
            .collect();
        assert!(wide.is_empty(), "{name}: {wide:#?}");
    }
}

#[test]
fn numbers_out_of_range_and_contradictions_are_refused() {
    let cases: [(&[&str], bool, &str); 9] = [
        (&["destroy", "--key-deletion-days=7"], true, "the least"),
        (&["destroy", "--key-deletion-days=6"], false, "too few"),
        (&["destroy", "--key-deletion-days=31"], false, "too many"),
        (&["plan", "--concurrency=1024"], true, "the most"),
        (&["plan", "--concurrency=0"], false, "nothing could run"),
        (&["plan", "--concurrency=1025"], false, "too many"),
        (&["plan", "--trust=internal"], false, "no such trust"),
        (
            &["apply", "plan.json", "--adopt"],
            true,
            "the saved plan carries no consent",
        ),
        (
            &["apply", "--no-preflight", "--ignore-preflight"],
            false,
            "there is nothing to ignore",
        ),
    ];
    for (args, accepted, reason) in cases {
        assert_eq!(parse(args).is_ok(), accepted, "{args:?}: {reason}");
    }
    let Ok(Command::Destroy(destroy)) = parse(&["destroy"]).map(|cli| cli.command) else {
        panic!("destroy needs no option");
    };
    assert_eq!(destroy.removal.key_deletion_days, 30);
}

#[test]
fn a_misplaced_external_id_is_not_repeated() {
    let cases: [&[&str]; 4] = [
        &["plan", "--external-id=hunter2", "--external-id=hunter2"],
        &["--external-id=hunter2", "plan"],
        &["completions", "--external-id=hunter2", "bash"],
        &["plan", "--externalid=hunter2"],
    ];
    for args in cases {
        let error = parse(args).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
