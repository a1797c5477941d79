//! Narrows the accounts of a run by the command line.

use std::collections::BTreeSet;

use crate::failure::Failure;
use crate::fleet::target::Targets;
use crate::names::AccountId;

/// The targets that `accounts` names, or all if it names none, without those in `exclude`.
///
/// # Errors
/// An account that is no target, with the reason if it is skipped; nothing left.
pub fn narrow(
    found: Targets,
    accounts: &[AccountId],
    exclude: &[AccountId],
) -> Result<Targets, Failure> {
    for (flag, named) in [("--accounts", accounts), ("--exclude", exclude)] {
        for account in named {
            refuse_unless_found(&found, flag, account)?;
        }
    }
    if accounts.is_empty() && exclude.is_empty() {
        return Ok(found);
    }
    let stays = |account: &AccountId| {
        (accounts.is_empty() || accounts.contains(account)) && !exclude.contains(account)
    };
    let Targets {
        mut targets,
        mut skipped,
    } = found;
    targets.retain(|target| stays(&target.account));
    skipped.retain(|skipped| stays(&skipped.account));
    if targets.is_empty() {
        return Err(
            Failure::new("`--accounts` and `--exclude` leave no account")
                .hint("Name other accounts"),
        );
    }
    Ok(Targets { targets, skipped })
}

/// What the command line has `narrowed`, without the accounts that an earlier run did not leave; and the
/// accounts left that the fleet, of which all were `found`, no longer has.
///
/// # Errors
/// The fleet has none of those left: a run about no account would look like one in which all ended well.
pub fn retried(
    found: &Targets,
    mut narrowed: Targets,
    left: &[AccountId],
) -> Result<(Targets, Vec<AccountId>), Failure> {
    let left: BTreeSet<&AccountId> = left.iter().collect();
    narrowed.targets.retain(|it| left.contains(&it.account));
    narrowed.skipped.retain(|it| left.contains(&it.account));
    let targets = found.targets.iter().map(|it| &it.account);
    let all = targets.chain(found.skipped.iter().map(|it| &it.account));
    let gone: Vec<&AccountId> = left.difference(&all.collect()).copied().collect();
    if !gone.is_empty() && gone.len() == left.len() {
        return Err(
            Failure::new("the fleet has none of the accounts that the report leaves")
                .hint("Name the report of a run in this fleet"),
        );
    }
    Ok((narrowed, gone.into_iter().cloned().collect()))
}

fn refuse_unless_found(found: &Targets, flag: &str, account: &AccountId) -> Result<(), Failure> {
    if found
        .targets
        .iter()
        .any(|target| target.account == *account)
    {
        return Ok(());
    }
    let message = format!("`{flag}` names {account}, which is no account of the fleet");
    let skipped = found.skipped.iter().find(|it| it.account == *account);
    match skipped {
        Some(_) if flag == "--exclude" => Ok(()),
        Some(skipped) => Err(Failure::new(message).because(skipped.reason.clone())),
        None => Err(Failure::new(message).hint(
            "Correct the account: the flag narrows what `[fleet]` says, and adds nothing to it",
        )),
    }
}
