//! The command line: commands, their options and their help.
//!
//! Definitions only. Options that carry settings stand with the settings; the values are checked
//! there, together with those of the file.

use std::path::PathBuf;

use clap::{ArgAction, Args, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::lint::Severity;
use crate::policy::Kind;
use crate::settings::{GeneralFlags, StackStateFlags};

const OUTPUT: &str = "Output";

/// Creates, checks and removes what a third-party integration needs in an AWS account
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
Examples:
  provision plan --region eu-west-1       Show what would change
  provision apply --region eu-west-1      Show it, ask, and do it
  provision destroy --region eu-west-1    Remove all of it again

Credentials come from the usual AWS chain; settings from provision.toml and flags."
)]
pub struct Cli {
    /// The options that every command takes and that carry settings.
    #[command(flatten)]
    pub general: GeneralFlags,
    /// How much to print, and how.
    #[command(flatten)]
    pub output: OutputFlags,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How much to print, and how.
#[derive(Debug, Clone, Args)]
pub struct OutputFlags {
    /// Log each AWS call that writes to stderr; -vv logs those that read too
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = OUTPUT)]
    pub verbose: u8,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = OUTPUT
    )]
    pub color: ColorChoice,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what apply would change, without changing anything
    Plan(PlanArgs),
    /// Create and update until AWS matches the settings
    Apply(ApplyArgs),
    /// Remove everything that apply created
    Destroy(DestroyArgs),
    /// Print the agent's conf.yaml for this deployment
    AgentConfig(AgentConfigArgs),
    /// Look at policy documents: those of this deployment, or any others
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Check everything that can be known before an apply, without changing anything
    Preflight(PreflightArgs),
    /// Print the policy that whoever runs a command needs
    Permissions(PermissionsArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

impl Command {
    /// Whether its output is one JSON event a line.
    pub fn prints_events(&self) -> bool {
        match self {
            Command::Apply(args) => args.json,
            Command::Destroy(args) => args.json,
            Command::Plan(_)
            | Command::AgentConfig(_)
            | Command::Policy(_)
            | Command::Permissions(_)
            | Command::Preflight(_)
            | Command::Completions(_) => false,
        }
    }
}

/// The options of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision plan
  provision plan --out plan.json && provision apply plan.json
  provision plan --region eu-west-1 --agent-principal 210987654321 \\
      --external-id '${STS_EXTERNAL_ID}'

Exit status: 0 on success, 1 on any error; with --detailed-exitcode, 2 if there are changes.")]
pub struct PlanArgs {
    /// Print the plan as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Save the plan, for apply to do exactly that
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 if there are changes, with 0 if there are none
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Take over what exists under our names and is not ours
    #[arg(long)]
    pub adopt: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `apply`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision apply
  provision apply plan.json
  provision apply --yes --json")]
pub struct ApplyArgs {
    /// Saved plan to do exactly, unless the settings or the world have changed since
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// Go ahead without asking
    #[arg(long)]
    pub yes: bool,
    /// Print one JSON event a line
    #[arg(long)]
    pub json: bool,
    /// Take over what exists under our names and is not ours; a saved plan has decided that
    #[arg(long, conflicts_with = "plan")]
    pub adopt: bool,
    /// Do not check anything before the question
    #[arg(long)]
    pub no_preflight: bool,
    /// Go on although the checks say that calls would be denied
    #[arg(long, conflicts_with = "no_preflight")]
    pub ignore_preflight: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `destroy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision destroy
  provision destroy --empty-bucket --key-deletion-days 7

The external ID and the agent's principals are not needed here.")]
pub struct DestroyArgs {
    /// Go ahead without asking
    #[arg(long)]
    pub yes: bool,
    /// Print one JSON event a line
    #[arg(long)]
    pub json: bool,
    /// Days until the key is gone for good, 7 to 30; until then apply takes it back
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u8).range(7..=30)
    )]
    pub key_deletion_days: u8,
    /// Delete every version of every object in the log bucket first
    #[arg(long)]
    pub empty_bucket: bool,
    /// Take a policy away from whom others attached it to, and a role out of others' instance
    /// profiles, so that both can be deleted
    #[arg(long)]
    pub detach_foreign: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `agent-config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision agent-config
  provision agent-config --show-secrets > conf.yaml
  provision agent-config --policy")]
pub struct AgentConfigArgs {
    /// Print the policy that the agent's own principal needs instead
    #[arg(long)]
    pub policy: bool,
    /// Print the external ID too
    #[arg(long)]
    pub show_secrets: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The commands that look at policy documents.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  provision policy list
  provision policy show integration-role-policy
  provision policy lint")]
pub enum PolicyCommand {
    /// List the documents that apply writes, with their sizes
    List(PolicyListArgs),
    /// Print one of these documents as it is written, without the external ID
    Show(PolicyShowArgs),
    /// Compare two policies by what they mean
    Diff(PolicyDiffArgs),
    /// Find what is wrong with policies, or could be, and what to do about it
    Lint(PolicyLintArgs),
}

/// The options of `policy list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  provision policy list --account 123456789012 --region eu-west-1

AWS is asked only for an account or a region that the settings do not name.")]
pub struct PolicyListArgs {
    /// Print the list as one JSON document
    #[arg(long)]
    pub json: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `policy show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision policy show key-policy
  provision policy show firehose-role-policy@us-east-1 > policy.json

AWS is asked only for an account or a region that the settings do not name.")]
pub struct PolicyShowArgs {
    /// Name of the document, as `provision policy list` prints it; without a region, the main one
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `policy diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  provision policy diff old.json new.json

Exit status: 0 if both mean the same, 1 if they differ, 2 if one is not a policy.")]
pub struct PolicyDiffArgs {
    /// File with the policy to start from; - reads the standard input
    #[arg(value_name = "A")]
    pub before: PathBuf,
    /// File with the policy to compare it with
    #[arg(value_name = "B")]
    pub after: PathBuf,
}

/// The options of `policy lint`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision policy lint
  provision policy lint policies/*.json --fail-on security
  provision policy lint --sarif > findings.sarif

Without files, every document that apply writes is checked in the form in which it is written, and
the bucket too. What a code means is in docs/policies.md; what may stay is accepted by its code in
the section [lint] of the settings file.

Exit status: 0 on success, 1 on any error and for findings as bad as --fail-on.")]
pub struct PolicyLintArgs {
    /// Files with policies to check; - reads the standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What the files' policies are attached to [default: as their content tells]
    #[arg(long, value_name = "KIND", requires = "files")]
    pub kind: Option<Kind>,
    /// Least severity that makes the command fail
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: Severity,
    /// Print the findings as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Print the findings in SARIF 2.1.0, for code scanning
    #[arg(long, conflicts_with = "json")]
    pub sarif: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `preflight`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision preflight
  provision preflight --json

Apply does the same before its question. The calls are simulated by IAM, which does not see everything:
neither answer is proof. Exit status: 0 if nothing is wrong, 1 otherwise.")]
pub struct PreflightArgs {
    /// Print the checks as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Check for an apply with --adopt
    #[arg(long)]
    pub adopt: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `permissions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision permissions
  provision permissions plan --account 123456789012 --region eu-west-1
  provision permissions destroy --empty-bucket

AWS is not called where the settings name account and region. The policy is for these settings: with
others, such as another region, it is another one.")]
pub struct PermissionsArgs {
    /// Command that is to be allowed; destroy with the options that it will be run with
    #[arg(value_name = "COMMAND", default_value = "apply")]
    pub command: Permitted,
    /// Leave out what the checks of apply need, which goes on without them
    #[arg(long)]
    pub no_preflight: bool,
    /// Allow destroy --empty-bucket
    #[arg(long)]
    pub empty_bucket: bool,
    /// Allow destroy --detach-foreign
    #[arg(long)]
    pub detach_foreign: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The commands that need permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Permitted {
    /// To read everything
    Plan,
    /// To read, create, change, and remove what the settings no longer ask for
    Apply,
    /// To read and remove everything
    Destroy,
}

/// The options of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  provision completions bash > ~/.local/share/bash-completion/completions/provision")]
pub struct CompletionsArgs {
    /// Shell to complete for
    pub shell: Shell,
}

#[cfg(test)]
mod tests {
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
                // Explanations stand apart, and the shell's part of a line is not ours.
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
    fn help_shows_the_settings_of_the_integration_where_they_count() {
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
            assert_eq!(cli.general.regions, ["a"]);
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
                false,
                "the saved plan has decided that",
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
        assert_eq!(destroy.key_deletion_days, 30);
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
}
