//! An organization in moto, with accounts that any role of the management account can be assumed in: moto
//! asks for no role that exists.

use std::collections::BTreeMap;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Tag;

use super::Account;

/// The units, each with the unit that it is in; the units directly below the root are in "root".
const UNITS: [(&str, &str); 4] = [
    ("production", "root"),
    ("payments", "production"),
    ("sandbox", "root"),
    ("empty", "root"),
];

/// The accounts, each with its unit. All but `untagged` have the tag `provision = yes`.
const ACCOUNTS: [(&str, &str); 10] = [
    ("web", "production"),
    ("api", "production"),
    ("untagged", "production"),
    ("closed", "production"),
    ("ledger", "payments"),
    ("cards", "payments"),
    ("alice", "sandbox"),
    ("bob", "sandbox"),
    ("audit", "root"),
    ("tools", "root"),
];

/// An organization with ten accounts beside the management account. The account `closed` is suspended.
pub struct Organization {
    /// The management account, with whose credentials the program runs.
    pub management: Account,
    /// The organization's id.
    pub id: String,
    /// The ids of the root and of the units, by name.
    pub units: BTreeMap<&'static str, String>,
    /// The ids of the accounts, by name.
    pub accounts: BTreeMap<&'static str, String>,
}

impl Organization {
    /// A new organization; the settings of its management account are for `regions`.
    pub async fn in_moto(regions: &[&str]) -> Self {
        let management = Account::in_moto(regions).await;
        let organizations = management.organizations();
        let made = organizations.create_organization().send().await;
        let made = made.expect("an organization").organization;
        let id = made.and_then(|it| it.id).expect("the organization's id");
        let roots = organizations.list_roots().send().await.expect("the roots");
        let root = roots.roots()[0].id().expect("the root's id");
        let mut units = BTreeMap::from([("root", root.to_owned())]);
        for (name, parent) in UNITS {
            let create = organizations.create_organizational_unit();
            let create = create.name(name).parent_id(&units[parent]);
            let unit = create.send().await.expect("a unit").organizational_unit;
            units.insert(name, unit.and_then(|it| it.id).expect("the unit's id"));
        }
        let mut accounts = BTreeMap::new();
        for (name, unit) in ACCOUNTS {
            let account = create(&organizations, name).await;
            let place = organizations.move_account().account_id(&account);
            let place = place.source_parent_id(&units["root"]);
            let place = place.destination_parent_id(&units[unit]);
            place.send().await.expect("an account that can be moved");
            accounts.insert(name, account);
        }
        let close = organizations
            .close_account()
            .account_id(&accounts["closed"]);
        close.send().await.expect("an account that can be closed");
        Organization {
            management,
            id,
            units,
            accounts,
        }
    }

    /// The account of this name, to look at and to change.
    pub async fn account(&self, name: &str, regions: &[&str]) -> Account {
        Account::of_moto(self.accounts[name].clone(), regions).await
    }
}

async fn create(organizations: &Client, name: &str) -> String {
    let create = organizations.create_account().account_name(name);
    let mut create = create.email(format!("{name}@example.com"));
    if name != "untagged" {
        let tag = Tag::builder().key("provision").value("yes").build();
        create = create.tags(tag.expect("a tag"));
    }
    let status = create
        .send()
        .await
        .expect("an account")
        .create_account_status;
    status
        .and_then(|it| it.account_id)
        .expect("the account's id")
}
