//! `provision fleet apply`: plans all accounts, asks once, and changes them in waves.

use std::env;
use std::sync::Arc;

use tokio::sync::watch;

use super::ending::Run;
use super::load::Fleet;
use super::preflight;
use super::writing::Writing;
use crate::cli::{self, FleetApplyArgs};
use crate::commands::{Ending, consent, shell};
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::fleet::report::Command;
use crate::fleet::saved;
use crate::saved_plan::Made;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::confirm::confirm;

/// Runs the command.
///
/// # Errors
/// Those of [`Fleet::load`] and [`Fleet::targets`], accounts that are blocked or cannot be reached, a check that
/// found something wrong, no confirmation, and what would fail in every account.
pub(super) async fn command(
    general: &GeneralFlags,
    args: &FleetApplyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let saved = args.plans.as_deref().map(saved::read).transpose()?;
    let (mut general, mut stackstate) = (general.clone(), args.stackstate.clone());
    let mut consent = consent::to_apply(&args.consent);
    if let Some(saved) = &saved {
        let flags = cli::with_saved(env::args_os(), &saved.made.flags)?;
        check_consent(&saved.made, args, consent, &flags.taken)?;
        (general, stackstate) = (flags.general, flags.stackstate);
        consent = saved.made.consent;
    }
    let (need, goal) = (Need::Trust, Goal::Present);
    let fleet = Fleet::load_to_write(&general, &stackstate, need, goal, stop).await?;
    let fleet = Arc::new(fleet);
    let found = fleet.targets(&args.narrow, Some(Command::Apply)).await?;
    if let Some(saved) = &saved {
        saved.check_inputs(&fleet.inputs)?;
        let targets = found.targets.iter().map(|it| &it.account);
        saved.check_targets(targets, args.narrow.is_everything())?;
    }
    let targets = found.targets;
    let run = Run::begin(
        &fleet,
        &args.run,
        Command::Apply,
        args.details,
        &targets,
        found.skipped,
    )?;
    let writing = Writing {
        fleet: &fleet,
        run: &run,
        consent,
        allow_unready: args.allow_unready,
        saved: saved.as_ref(),
    };
    let ready = match writing.plan(&targets).await? {
        Ok(ready) => ready,
        Err(ending) => return Ok(ending),
    };
    if !args.no_preflight {
        let first: Vec<_> = ready.changed().cloned().collect();
        preflight::before_a_write(&fleet, &first, consent, args.ignore_preflight).await?;
    }
    let organization = fleet.settings.fleet().organization.as_deref();
    confirm(args.yes, &ready.question(organization)).await?;
    writing.write(ready).await
}

/// Refuses a saved plan that does what nobody agrees to here. With `--yes` nobody looks at the plans, so that
/// all flags are given again; an adoption names its accounts.
fn check_consent(
    made: &Made,
    args: &FleetApplyArgs,
    agreed: Consent,
    taken: &[String],
) -> Result<(), Failure> {
    let Made {
        destroys, consent, ..
    } = made;
    let of_apply = Consent {
        adopt: consent.adopt,
        remove_restrictions: consent.remove_restrictions,
        expire_content: consent.expire_content,
        ..Consent::default()
    };
    if *destroys || *consent != of_apply {
        return Err(Failure::new(format!(
            "the saved plan holds {}, which no plan of an apply is made with; nothing was changed",
            made.options().join(" ")
        ))
        .hint("Make a new plan with `provision fleet plan --out FOLDER` and look at it"));
    }
    if consent.adopt && args.narrow.accounts.is_empty() {
        return Err(Failure::new(
            "the saved plan was made with --adopt, which wants the accounts by name",
        )
        .hint("Name the accounts with `--accounts`"));
    }
    if !args.yes {
        return Ok(());
    }
    let agreed = agreed.options();
    let options = consent.options().into_iter();
    let missing = options.filter(|option| !agreed.contains(option));
    let taken = taken.iter().map(|flag| shell::quoted(flag));
    let missing: Vec<String> = missing.chain(taken).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the saved plan was made with {}, which `--yes` alone does not agree to; nothing was changed",
        missing.join(" ")
    ))
    .hint(format!(
        "Look at it with `provision show {}`, then leave `--yes` out to be asked, or pass these flags too",
        args.plans.as_deref().map(shell::path).unwrap_or_default()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, FleetCommand};

    /// The folder may come from somebody else, with digests that fit.
    #[test]
    fn a_forged_consent_is_none() {
        let none = Consent::default();
        let with = |change: fn(&mut Consent)| {
            let mut consent = none;
            change(&mut consent);
            consent
        };
        let adopts = with(|it| it.adopt = true);
        let removes = with(|it| it.remove_restrictions = true);
        let flag = ["--trust=ec2".to_owned()];
        let rows = [
            ("", none, &flag[..], true, "a person looks at the plan"),
            ("--yes", none, &[], true, "nothing beside the settings"),
            ("--yes", none, &flag, false, "flags that nobody reads"),
            ("", adopts, &[], false, "an adoption in every account"),
            (
                "--adopt --accounts 111111111111",
                adopts,
                &[],
                true,
                "in one by name",
            ),
            ("--yes", removes, &[], false, "what nobody agrees to"),
            (
                "--yes --remove-restrictions",
                removes,
                &[],
                true,
                "agreed to again",
            ),
            (
                "",
                with(|it| it.detach_foreign = true),
                &[],
                false,
                "of a destroy",
            ),
            (
                "",
                with(|it| it.delete_content = true),
                &[],
                false,
                "of a destroy",
            ),
            (
                "",
                with(|it| it.recovery_days = 7),
                &[],
                false,
                "of a destroy",
            ),
        ];
        for (given, consent, taken, expected, reason) in rows {
            let words = ["provision", "fleet", "apply", "plans"].into_iter();
            let words: Vec<_> = words
                .chain(given.split_whitespace())
                .map(Into::into)
                .collect();
            let Command::Fleet(FleetCommand::Apply(args)) = Cli::read(&words).unwrap().command
            else {
                panic!("{given}");
            };
            let made = Made {
                consent,
                ..Made::default()
            };
            let checked = check_consent(&made, &args, consent::to_apply(&args.consent), taken);
            assert_eq!(checked.is_ok(), expected, "{given} {reason}: {checked:?}");
        }
    }
}
