//! Chooses the accounts of a run by the settings.

use std::collections::BTreeSet;

use super::organization::{Member, Organization};
use crate::failure::Failure;
use crate::fleet::target::{Skipped, Target, Targets};
use crate::names::AccountId;
use crate::settings::Fleet;

/// The accounts that the settings name and those that the organization has for them. `caller` is the account
/// of the credentials.
pub fn select(organization: &Organization, fleet: &Fleet, caller: &AccountId) -> Targets {
    let mut found = Targets::default();
    let discovered = (organization.members.iter())
        .filter(|(_, member)| is_wanted(member, fleet))
        .map(|(account, _)| account);
    for account in fleet
        .accounts
        .iter()
        .chain(discovered)
        .collect::<BTreeSet<_>>()
    {
        let member = organization.members.get(account);
        let name = member.and_then(|member| member.name.clone());
        match reason_to_skip(account, organization, fleet) {
            Some(reason) => found.skipped.push(Skipped {
                account: account.clone(),
                name,
                reason,
            }),
            None => found.targets.push(Target {
                account: account.clone(),
                name,
                path: member.map(|member| member.path.clone()).unwrap_or_default(),
                is_callers: account == caller,
                is_discovered: !fleet.accounts.contains(account),
            }),
        }
    }
    found
}

/// Whether the account is in one of the units that the settings name, and has the tags. Those of an account
/// that cannot be used are not asked for.
fn is_wanted(member: &Member, fleet: &Fleet) -> bool {
    let has_tag = |(key, value): (&String, &String)| member.tags.get(key) == Some(value);
    member.is_in(&fleet.ous).is_some()
        && (member.inactive().is_some() || fleet.account_tags.iter().all(has_tag))
}

fn reason_to_skip(
    account: &AccountId,
    organization: &Organization,
    fleet: &Fleet,
) -> Option<String> {
    if fleet.excluded_accounts.contains(account) {
        return Some("`exclude` names the account".to_owned());
    }
    let is_management = organization.management.as_ref() == Some(account);
    if is_management && !(fleet.management && fleet.accounts.contains(account)) {
        let why = "it is the management account, which takes part only if `accounts` names it and \
                   `management` is true";
        return Some(why.to_owned());
    }
    let member = organization.members.get(account)?;
    if let Some(unit) = member.is_in(&fleet.excluded_ous) {
        return Some(format!("`exclude` names {unit}, in which the account is"));
    }
    if let Some(reason) = member.inactive() {
        return Some(reason);
    }
    let moved = member.path.is_empty();
    moved.then(|| "the account was moved while the organization was read".to_owned())
}

/// Refuses another number of accounts than the settings expect, and to write to discovered accounts if the
/// settings expect no number.
///
/// # Errors
/// The failure names the number found and the numbers expected.
pub fn refuse_unexpected(found: &Targets, fleet: &Fleet, writes: bool) -> Result<(), Failure> {
    let number = found.targets.len();
    let named = match found.skipped.len() {
        0 => counted(number),
        skipped => format!("{}, and {skipped} more that are skipped", counted(number)),
    };
    let look = "`provision fleet accounts` lists them";
    match fleet.expect {
        Some((least, most)) if !(least..=most).contains(&number) => {
            let range = match least == most {
                true => least.to_string(),
                false => format!("{least} to {most}"),
            };
            let message =
                format!("the fleet has {named}, and `expect` in `[fleet]` asks for {range}");
            let hint = format!("Find out why the number differs ({look}), or correct `expect`");
            Err(Failure::new(message).hint(hint))
        }
        None if writes && found.targets.iter().any(|target| target.is_discovered) => {
            let message = "`[fleet]` does not say how many accounts there are to be, without which nothing is \
                           written to accounts that were discovered";
            let hint = format!(
                "The fleet has {named} ({look}): if that is right, write for example `expect = {number}` \
                 into `[fleet]`"
            );
            Err(Failure::new(message).hint(hint))
        }
        _ => Ok(()),
    }
}

fn counted(number: usize) -> String {
    match number {
        1 => "1 account".to_owned(),
        _ => format!("{number} accounts"),
    }
}
