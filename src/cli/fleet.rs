//! The commands of `provision fleet`, with their options.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::{ConsentArgs, RemovalArgs};
use crate::names::AccountId;
use crate::settings::{Share, StackStateFlags};

/// The commands of `provision fleet`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  provision fleet accounts
  provision fleet plan --html fleet.html
  provision fleet apply --report report.jsonl
  provision fleet apply --retry report.jsonl

The section [fleet] of the settings file names the accounts and the role that is assumed in each.")]
pub enum FleetCommand {
    /// List the accounts of the fleet, and those that are left out
    Accounts(FleetAccountsArgs),
    /// Show what apply would change in each account, without changing anything
    Plan(FleetPlanArgs),
    /// Create, update and delete in wave after wave until all accounts match the settings
    Apply(FleetApplyArgs),
    /// Remove everything that apply created from each account
    Destroy(FleetDestroyArgs),
    /// Check what can be known before an apply, without changing anything
    Preflight(FleetPreflightArgs),
    /// Find out of each account whether what is deployed works
    Verify(FleetVerifyArgs),
}

/// Which accounts of the fleet a run is about.
#[derive(Debug, Clone, Default, Args)]
pub struct NarrowArgs {
    /// Only these accounts of the fleet; a list, repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub accounts: Vec<AccountId>,
    /// All accounts of the fleet but these; a list, repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub exclude: Vec<AccountId>,
    /// Only the accounts that did not end well, by the report of an earlier run
    #[arg(long, value_name = "REPORT")]
    pub retry: Option<PathBuf>,
}

impl NarrowArgs {
    /// Whether the run is about all accounts of the fleet.
    pub fn is_everything(&self) -> bool {
        self.accounts.is_empty() && self.exclude.is_empty() && self.retry.is_none()
    }
}

/// How a run goes through the accounts, and what it leaves.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    // An account takes some 3 MiB and up to 64 calls at once, so that this many fill the usual limit of 256 calls
    // also while some of them begin or end.
    /// Most accounts under way at the same time
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        value_parser = clap::value_parser!(u16).range(1..=256)
    )]
    pub accounts_at_once: u16,
    /// Accounts that may fail, a number or a share as 2%, before no further one begins; overrides
    /// the settings, and where nothing is written there is no limit without it
    #[arg(long, value_name = "N", value_parser = str::parse::<Share>)]
    pub max_failures: Option<Share>,
    /// Write one line of JSON for each account to this file
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write the accounts as a page for a browser to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Print the report instead of the summary, one line of JSON for each account
    #[arg(long)]
    pub json: bool,
}

/// The options of `fleet accounts`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision fleet accounts
  provision fleet accounts --json

The organization is asked; the accounts themselves are not.")]
pub struct FleetAccountsArgs {
    /// Print the accounts as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Which accounts.
    #[command(flatten)]
    pub narrow: NarrowArgs,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `fleet plan`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("removal")
    .args(["key_deletion_days", "empty_bucket", "detach_foreign"])
    .multiple(true)
    .requires("destroy"))]
#[command(after_help = "\
Examples:
  provision fleet plan
  provision fleet plan --account 111111111111
  provision fleet plan --out plans && provision fleet apply plans
  provision fleet plan --accounts 111111111111,222222222222 --html fleet.html

Equal plans are shown once, with the list of their accounts; --account ID shows one account in full.

Exit status: 0 if every account could be planned, 1 otherwise; with --detailed-exitcode, 2 if there are \
changes.")]
pub struct FleetPlanArgs {
    /// Show every attribute of what is created, and each region
    #[arg(long)]
    pub details: bool,
    /// Save the plans in this folder, for apply to carry out exactly
    #[arg(short, long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Show what destroy would delete instead; a destroy has no saved plan
    #[arg(long, conflicts_with_all = ["adopt", "expire_existing_objects", "out"])]
    pub destroy: bool,
    /// Exit with 2 if there are changes, with 0 if there are none
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Which accounts.
    #[command(flatten)]
    pub narrow: NarrowArgs,
    /// How the run goes.
    #[command(flatten)]
    pub run: RunArgs,
    /// What is agreed to.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// What else a destroy removes.
    #[command(flatten)]
    pub removal: RemovalArgs,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `fleet apply`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("by_name")
    .args(["adopt"])
    .requires("accounts"))]
#[command(after_help = "\
Examples:
  provision fleet apply
  provision fleet apply plans
  provision fleet apply --yes --max-failures 2% --report report.jsonl
  provision fleet apply --retry report.jsonl

Every account is planned, the question is asked once, and then wave follows wave, the canaries first. At \
its turn an account is read again: where its plan is another one by then, nothing is written there.")]
pub struct FleetApplyArgs {
    /// Folder of saved plans; an account whose settings or resources have changed is left as it is
    #[arg(value_name = "FOLDER")]
    pub plans: Option<PathBuf>,
    /// Continue without asking
    #[arg(short, long, visible_alias = "auto-approve")]
    pub yes: bool,
    /// Continue although up to N accounts are blocked or cannot be reached; they are left out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub allow_unready: usize,
    /// Show every attribute of what is created, and each region
    #[arg(long)]
    pub details: bool,
    /// What is agreed to.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// Skip preflight
    #[arg(long)]
    pub no_preflight: bool,
    /// Continue although preflight finds calls that would be denied, or a resource that leads to
    /// others
    #[arg(long, conflicts_with = "no_preflight")]
    pub ignore_preflight: bool,
    /// Which accounts.
    #[command(flatten)]
    pub narrow: NarrowArgs,
    /// How the run goes.
    #[command(flatten)]
    pub run: RunArgs,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `fleet destroy`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("by_name")
    .args(["empty_bucket", "detach_foreign"])
    .multiple(true)
    .requires("accounts"))]
#[command(after_help = "\
Examples:
  provision fleet destroy
  provision fleet destroy --accounts 111111111111 --empty-bucket
  provision fleet destroy --yes --confirm-accounts 12

The number of accounts has to be typed, or given with --confirm-accounts.")]
pub struct FleetDestroyArgs {
    /// Continue without asking; needs --confirm-accounts
    #[arg(
        short,
        long,
        visible_alias = "auto-approve",
        requires = "confirm_accounts"
    )]
    pub yes: bool,
    /// The number of accounts in which something is deleted, instead of typing it
    #[arg(long, value_name = "N")]
    pub confirm_accounts: Option<usize>,
    /// Continue although up to N accounts are blocked or cannot be reached; they are left out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub allow_unready: usize,
    /// Show every attribute of what is deleted
    #[arg(long)]
    pub details: bool,
    /// What else is removed.
    #[command(flatten)]
    pub removal: RemovalArgs,
    /// Delete a policy with a Deny although identities that stay have it
    #[arg(long)]
    pub remove_restrictions: bool,
    /// Which accounts.
    #[command(flatten)]
    pub narrow: NarrowArgs,
    /// How the run goes.
    #[command(flatten)]
    pub run: RunArgs,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `fleet preflight`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision fleet preflight
  provision fleet preflight --accounts 111111111111 --json

IAM is asked to simulate calls in the canaries alone, or else in the first account, because it answers few \
such questions at a time. Exit status: 0 if nothing is wrong, 1 otherwise.")]
pub struct FleetPreflightArgs {
    /// What is agreed to.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// Which accounts.
    #[command(flatten)]
    pub narrow: NarrowArgs,
    /// How the run goes.
    #[command(flatten)]
    pub run: RunArgs,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `fleet verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision fleet verify
  provision fleet verify --accounts 111111111111 --timeout 900

In each account a test record is sent to the stream of each region, and a test event through its rule; \
what arrives is removed again. Exit status: 0 if nothing failed, 1 otherwise.")]
pub struct FleetVerifyArgs {
    /// Seconds to wait in each account until what was sent has arrived
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub timeout: u32,
    /// Which accounts.
    #[command(flatten)]
    pub narrow: NarrowArgs,
    /// How the run goes.
    #[command(flatten)]
    pub run: RunArgs,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

impl FleetCommand {
    /// Whether the output of the command is one JSON event a line.
    pub(super) fn prints_events(&self) -> bool {
        match self {
            FleetCommand::Apply(args) => args.run.json,
            FleetCommand::Destroy(args) => args.run.json,
            _ => false,
        }
    }
}
