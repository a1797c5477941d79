//! `provision permissions`: prints the policy that the caller of a command needs for these settings.

use tokio::sync::watch;

use crate::checks::permissions;
use crate::cli::{PermissionsArgs, Permitted};
use crate::commands::Ending;
use crate::commands::context::Context;
use crate::engine::resource::Consent;
use crate::failure::Failure;
use crate::settings::{GeneralFlags, Need};
use crate::survey::site;
use crate::systems::{self, Remains};
use crate::terminal::{print, report};
use iam_policy::policy::Kind;

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
    let context = Context::load(general, &args.stackstate, Need::Names, stop).await?;
    let wanted = args.command != Permitted::Destroy;
    let site = site(&context.settings, &context.aws).await?;
    let (settings, documents) = (&context.settings, &context.documents);
    let nodes = systems::nodes(settings, documents, &site, &Remains::default(), wanted)?;
    let needed = match args.command {
        Permitted::Plan => permissions::plan(settings, &nodes),
        Permitted::Apply => permissions::apply(settings, &site, &nodes, !args.no_preflight),
        Permitted::Destroy => {
            let consent = Consent {
                empty_bucket: args.empty_bucket,
                detach_foreign: args.detach_foreign,
                ..Consent::default()
            };
            permissions::destroy(settings, &nodes, consent)
        }
    };
    let policies = permissions::documents(&needed)?;
    for policy in &policies {
        print(&format!("{:#}\n", policy.document()))?;
    }
    if let count @ 2.. = policies.len() {
        report(&format!(
            "Note: all {count} documents are needed, because AWS allows {} characters in one.\n",
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
