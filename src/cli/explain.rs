//! The options of `explain`.

use clap::Args;

/// The options of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision explain                               What can be explained
  provision explain service-without-source        A code of policy lint
  provision explain iam_role.firehose-eu-west-1   A resource
  provision explain StackStateEventBridgeRole-eu-west-1
  provision explain versioning                    An attribute of a plan
  provision explain encryption                    A setting

Nothing is read, and AWS is not called.")]
pub struct ExplainArgs {
    /// A code of policy lint, the address, name or ARN of a resource, an attribute or a setting; `codes` and
    /// `attributes` list these
    #[arg(value_name = "WHAT")]
    pub what: Option<String>,
}
