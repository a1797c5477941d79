//! `provision permissions`: prints the policy that the caller of a command needs for these settings.

use tokio::sync::watch;

use crate::checks::permissions;
use crate::cli::{PermissionsArgs, Permitted};
use crate::commands::Ending;
use crate::commands::context::Context;
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::{print_json, report};
use iam_policy::Kind;

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
    let goal = match args.command {
        Permitted::Plan | Permitted::Apply | Permitted::Verify => Goal::Present,
        Permitted::Destroy => Goal::Absent,
    };
    let context = Context::load(general, &args.stackstate, Need::Names, goal, stop).await?;
    let site = context.site().await?;
    let nodes = context.lay_out(&site)?.nodes;
    let systems = &context.systems;
    let consent = Consent {
        remove_restrictions: args.remove_restrictions,
        delete_content: args.empty_bucket,
        detach_foreign: args.detach_foreign,
        ..Consent::default()
    };
    let needed = match args.command {
        Permitted::Plan => permissions::plan(systems, &nodes),
        Permitted::Apply => permissions::apply(systems, &site, &nodes, consent, !args.no_preflight),
        Permitted::Destroy => permissions::destroy(systems, &nodes, consent),
        Permitted::Verify => permissions::verify(systems, &site, &nodes)?,
    };
    let policies = permissions::documents(&needed)?;
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
        .find(|(_, given, of, _)| *given && *of != args.command)
    {
        None => Ok(()),
        Some((option, _, _, command)) => Err(Failure::new(format!(
            "{option} is an option of `provision {command}`"
        ))
        .hint(format!("Write `provision permissions {command} {option}`"))),
    }
}
