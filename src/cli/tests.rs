//! Tests of the definitions: help, examples, limits, and that no error shows the external ID.

use clap::CommandFactory;

use super::*;

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
                .take_while(|word| !["&&", ">", "\\"].contains(word))
                .collect();
            assert!(parse(&words).is_ok(), "{example}");
        }
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

#[test]
fn numbers_out_of_range_and_contradictions_are_refused() {
    let cases: [(&[&str], bool, &str); 9] = [
        (&["destroy", "--key-deletion-days=7"], true, "the least"),
        (&["destroy", "--key-deletion-days=6"], false, "too few"),
        (&["destroy", "--key-deletion-days=31"], false, "too many"),
        (&["plan", "--concurrency=256"], true, "the most"),
        (&["plan", "--concurrency=0"], false, "nothing could run"),
        (&["plan", "--concurrency=257"], false, "too many"),
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
