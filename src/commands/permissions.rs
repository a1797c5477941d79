//! `provision permissions`: prints the policy that the caller of a command needs for these settings.

use std::path::Path;

use serde_json::{Value as Json, json};
use tokio::sync::watch;

use crate::checks::permissions;
use crate::cli::{PermissionsArgs, Permitted};
use crate::commands::Ending;
use crate::commands::context::{Context, warn_of};
use crate::engine::observed::Consent;
use crate::engine::permission::Permission;
use crate::failure::Failure;
use crate::fleet::permissions::{caller, find_regions, in_own_account};
use crate::fleet::template::template;
use crate::names::{AccountId, InvalidName, Partition};
use crate::settings::{GeneralFlags, Need, Settings, load_fleet};
use crate::systems::{self, Goal, Site};
use crate::terminal::{print_json, report};
use iam_policy::{Kind, Policy};

/// Stands for each account until the permissions are made those of every account.
const ANY_ACCOUNT: &str = "000000000000";

/// Runs the command. AWS is asked for the account only if the settings do not name it.
///
/// # Errors
/// Bad settings, options of another command, or an account that cannot be found out.
pub async fn command(
    general: &GeneralFlags,
    args: &PermissionsArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    check(args)?;
    match args.fleet {
        true => of_fleet(general, args),
        false => of_account(general, args, stop).await,
    }
}

async fn of_account(
    general: &GeneralFlags,
    args: &PermissionsArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let removes = args.commands().iter().all(|it| goal(*it) == Goal::Absent);
    let goal = if removes { Goal::Absent } else { Goal::Present };
    let context = Context::load(general, &args.stackstate, Need::Names, goal, stop).await?;
    let site = context.site().await?;
    let policies = permissions::documents(&needed(args, &context.settings, &site)?)?;
    for policy in &policies {
        print_json(format_args!("{:#}", policy.document()))?;
    }
    if let count @ 2.. = policies.len() {
        report(&format!(
            "Note: these are {count} documents, because AWS allows {} characters in one, and each is needed. \
             `jq -s '.[0]'` takes the first of them, for `aws iam create-policy`.\n",
            Kind::Managed.limit()
        ));
    }
    Ok(Ending::Well)
}

/// What the accounts of a fleet need, for which AWS is not asked.
fn of_fleet(general: &GeneralFlags, args: &PermissionsArgs) -> Result<Ending, Failure> {
    let environment = |name: &str| std::env::var(name).ok();
    let folder = Path::new(".");
    let settings = load_fleet(general, &args.stackstate, Need::Names, folder, &environment)?;
    warn_of(settings.draft());
    let fleet = settings.fleet();
    let partition = settings.common().partition().unwrap_or(Partition::Aws);
    let any: AccountId = ANY_ACCOUNT
        .parse()
        .map_err(|it: InvalidName| Failure::new(it.problem))?;
    let mut all = Vec::new();
    for account in fleet.overrides.keys().chain([&any]) {
        let own = settings.of(account);
        let site = Site {
            partition,
            account: any.clone(),
            regions: own.regions.clone(),
        };
        all.extend(needed(args, &own, &site)?);
        all.extend(find_regions(fleet, &site));
    }
    if args.cloudformation {
        print_json(template(fleet, &all, &any, partition)?)?;
        return Ok(Ending::Well);
    }
    let caller = permissions::documents(&caller(fleet, partition))?;
    let role = permissions::documents(&in_own_account(all, &any))?;
    let document = json!({"caller": texts(&caller), "role": texts(&role)});
    print_json(format_args!("{document:#}"))?;
    report(&format!(
        "Note: the documents in `caller` are for the credentials that the program runs with ({}), those in `role` for \
         the role {} in each account ({}). Each is needed. If an account of the fleet is that of the credentials, they \
         need those in `role` too.\n",
        caller.len(),
        fleet.role,
        role.len()
    ));
    Ok(Ending::Well)
}

fn texts(policies: &[Policy]) -> Vec<&Json> {
    policies.iter().map(Policy::document).collect()
}

fn goal(command: Permitted) -> Goal {
    match command {
        Permitted::Plan | Permitted::Apply | Permitted::Verify => Goal::Present,
        Permitted::Destroy => Goal::Absent,
    }
}

/// The permissions of the commands at `site`.
fn needed(
    args: &PermissionsArgs,
    settings: &Settings,
    site: &Site,
) -> Result<Vec<Permission>, Failure> {
    let consent = Consent {
        remove_restrictions: args.remove_restrictions,
        delete_content: args.empty_bucket,
        detach_foreign: args.detach_foreign,
        ..Consent::default()
    };
    let mut all = Vec::new();
    for command in args.commands() {
        let systems = &systems::named(settings, goal(*command))?;
        let nodes = systems::lay_out(systems, site)?.nodes;
        all.extend(match command {
            Permitted::Plan => permissions::plan(systems, &nodes),
            Permitted::Apply => {
                permissions::apply(systems, site, &nodes, consent, !args.no_preflight)
            }
            Permitted::Destroy => permissions::destroy(systems, &nodes, consent),
            Permitted::Verify => permissions::verify(systems, site, &nodes)?,
        });
    }
    Ok(all)
}

/// Refuses an option that belongs to another command than the one whose policy is printed.
fn check(args: &PermissionsArgs) -> Result<(), Failure> {
    let options = [
        (
            "--no-preflight",
            args.no_preflight,
            Permitted::Apply,
            "apply",
        ),
        (
            "--remove-restrictions",
            args.remove_restrictions,
            Permitted::Apply,
            "apply",
        ),
        (
            "--empty-bucket",
            args.empty_bucket,
            Permitted::Destroy,
            "destroy",
        ),
        (
            "--detach-foreign",
            args.detach_foreign,
            Permitted::Destroy,
            "destroy",
        ),
    ];
    match options
        .into_iter()
        .find(|(_, given, of, _)| *given && !args.commands().contains(of))
    {
        None => Ok(()),
        Some((option, _, _, command)) => Err(Failure::new(format!(
            "{option} is an option of `provision {command}`"
        ))
        .hint(format!("Write `provision permissions {command} {option}`"))),
    }
}
