//! The commands of `provision policy`, with their options.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::settings::StackStateFlags;
use iam_policy::Kind;
use iam_policy::lint::Severity;

/// The commands of `provision policy`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  provision policy list
  provision policy show integration-role-policy
  provision policy lint")]
pub enum PolicyCommand {
    /// List the documents that apply writes, with their sizes
    List(PolicyListArgs),
    /// Print one document as it is written, without the external ID
    Show(PolicyShowArgs),
    /// Compare two policies by what they mean
    Diff(PolicyDiffArgs),
    /// Find errors and risks in policies, and what to do about them
    Lint(PolicyLintArgs),
}

/// The options of `policy list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  provision policy list --account 123456789012

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
  provision policy show firehose-role-policy@us-east-1

AWS is asked only for an account or a region that the settings do not name.")]
pub struct PolicyShowArgs {
    /// Name of the document, as `provision policy list` prints it; without a region, the main one
    #[arg(value_name = "DOCUMENT")]
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

Exit status: 0 if the policies are equivalent, 1 if they differ, 2 if one is not a policy.")]
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
  provision policy lint mine.json theirs.json --fail-on warning
  provision policy lint --sarif > findings.sarif

Without files, every document that apply writes is checked in the form in which it is written, \
and the bucket too. `provision explain CODE` explains a finding. The section [lint] of the \
settings file accepts findings by their code, in files too; the last line counts those.

A file that cannot be checked is a finding, and the others are checked all the same.

Exit status: 0 if nothing as bad as --fail-on is found, 2 if something is, 3 if a file could \
not be checked (it cannot be read, or its kind is not known), 1 for bad arguments or settings and \
on any other error.")]
pub struct PolicyLintArgs {
    /// Files with policies to check; - reads the standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What the files' policies are attached to [default: follows from their content]
    #[arg(long, value_name = "KIND", requires = "files")]
    pub kind: Option<Kind>,
    /// Least severity that makes the command fail [default: security in a document of yours, error in
    /// a built-in one]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// List every place of a finding that is repeated
    #[arg(long)]
    pub details: bool,
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

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;
    use iam_policy::Kind;

    #[test]
    fn a_kind_is_called_the_same_in_options_and_in_findings() {
        for kind in Kind::ALL {
            let value = kind.to_possible_value().unwrap();
            assert_eq!(value.get_name(), kind.name());
        }
    }
}
