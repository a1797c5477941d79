//! Narrows the accounts of a run by the command line.

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
