//! A run over many accounts as a person sees it: the line while it runs, the table and the question before the
//! first write, and the summary.

pub mod accounts;
pub mod live;
pub mod question;
pub mod summary;
#[cfg(test)]
pub mod tests;

use iam_policy::printable::printable;

use crate::names::AccountId;
use crate::render::wrap::hanging;

/// How many accounts are listed before the others are only counted.
const LISTED: usize = 12;

/// The number with its noun.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// An account with its name, if it has one.
fn named(account: &AccountId, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{account} ({})", printable(name)),
        None => account.to_string(),
    }
}

/// The accounts in lines, the first ones alone unless `all` are wanted.
fn listed<'a>(
    accounts: impl Iterator<Item = (&'a AccountId, Option<&'a str>)>,
    indent: &str,
    all: bool,
    width: usize,
) -> String {
    let mut names: Vec<String> = accounts.map(|(id, name)| named(id, name)).collect();
    // To count one account takes as much room as to name it.
    let more = match names.len().saturating_sub(LISTED) {
        1 => 0,
        _ if all => 0,
        more => more,
    };
    if more > 0 {
        names.truncate(LISTED);
        names.push(format!("and {more} more"));
    }
    hanging(indent, indent, &names.join(", "), width)
}
