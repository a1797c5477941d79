//! The warnings of many plans, the same ones told once.

use std::collections::BTreeMap;

use iam_policy::printable::printable;

use crate::engine::warning::Warning;
use crate::fleet::ended::Reason;
use crate::fleet::wording::for_many;
use crate::names::AccountId;
use crate::render::wrap::hanging;

/// The warnings of the plans of many accounts.
#[derive(Debug, Default)]
pub(super) struct Warned(BTreeMap<String, Said>);

#[derive(Debug)]
struct Said {
    account: AccountId,
    message: String,
    accounts: usize,
}

impl Warned {
    /// Adds the warnings of the plan of an account.
    pub(super) fn add(&mut self, account: &AccountId, warnings: &[Warning]) {
        for warning in warnings {
            let message = match &warning.address {
                Some(address) => format!("{address}: {}", warning.message),
                None => warning.message.clone(),
            };
            let message = for_many(&message);
            let reason = Reason {
                message: message.clone(),
                hint: None,
                more: 0,
            };
            let said = self.0.entry(reason.cause()).or_insert_with(|| Said {
                account: account.clone(),
                message: message.clone(),
                accounts: 0,
            });
            said.accounts += 1;
            // The same is told in whatever order the accounts end.
            if *account < said.account {
                (said.account, said.message) = (account.clone(), message);
            }
        }
    }

    /// The warnings, each as one account has it, with the number of accounts that have it.
    pub(super) fn text(&self, width: usize) -> String {
        let lines = self.0.values().map(|said| {
            let of = match said.accounts {
                1 => format!("in {}", said.account),
                accounts => format!("in {accounts} accounts, as in {}", said.account),
            };
            let text = format!("{} ({of})", printable(&said.message));
            hanging("Warning: ", "  ", &text, width)
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_warning_is_told_once_with_the_number_of_accounts() {
        let warning = |text: &str| Warning {
            address: None,
            message: text.to_owned(),
        };
        let account = |digit: char| -> AccountId { digit.to_string().repeat(12).parse().unwrap() };
        let mut warned = Warned::default();
        for digit in ['3', '1', '2'] {
            let of = |id: &AccountId| warning(&format!("the bucket logs-{id} goes"));
            warned.add(&account(digit), &[of(&account(digit))]);
        }
        warned.add(&account('2'), &[warning("another")]);
        assert_eq!(
            warned.text(100),
            "Warning: another (in 222222222222)\n\
             Warning: the bucket logs-111111111111 goes (in 3 accounts, as in 111111111111)\n"
        );
    }
}
