//! The discovery of accounts in moto's Organizations. moto does not say in which unit an account is, so that
//! the units are walked.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use provision::fleet::discovery::{discover, select};
use provision::names::AccountId;
use provision::settings::{Fleet, Share, Wave};

use crate::harness::organization::Organization;
use crate::harness::{Account, MAIN};

fn fleet(organization: &Organization, units: &[&str]) -> Fleet {
    let units = units.iter().map(|name| organization.units[name].clone());
    Fleet {
        role: "provision/ProvisionDeploy".to_owned(),
        external_id: None,
        organization: Some(organization.id.clone()),
        accounts: Vec::new(),
        ous: units.collect(),
        account_tags: BTreeMap::new(),
        excluded_accounts: Vec::new(),
        excluded_ous: Vec::new(),
        management: false,
        expect: None,
        skips_missing_regions: false,
        canary: Vec::new(),
        waves: vec![Wave::Share(Share::Percent(100))],
        wave_pause: Duration::ZERO,
        max_failures: Share::Count(0),
        overrides: BTreeMap::new(),
    }
}

/// The names of the targets, and of what is skipped with the reasons.
async fn found(organization: &Organization, fleet: &Fleet) -> (Vec<String>, Vec<String>) {
    let aws = organization.management.aws();
    let read = discover(&aws, fleet).await.unwrap();
    let targets = select(&read, fleet, &id(&organization.management.id));
    let names: BTreeSet<_> = targets
        .targets
        .into_iter()
        .filter_map(|it| it.name)
        .collect();
    let skipped = targets.skipped.into_iter();
    let skipped = skipped.map(|it| format!("{}: {}", it.name.unwrap_or_default(), it.reason));
    (names.into_iter().collect(), skipped.collect())
}

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

#[tokio::test]
async fn units_tags_and_exclusions_lead_to_the_accounts_of_an_organization() {
    let organization = Organization::in_moto(&[MAIN]).await;
    let of = |units: &[&str]| fleet(&organization, units);
    let suspended = "closed: the account is suspended";
    let tags = BTreeMap::from([("provision".to_owned(), "yes".to_owned())]);
    let excluded = vec![organization.units["payments"].clone()];
    let everything = Fleet {
        ous: vec!["root".to_owned()],
        excluded_ous: vec![organization.units["sandbox"].clone()],
        ..of(&[])
    };
    let cases: [(Fleet, &[&str], &[&str]); 6] = [
        (
            of(&["production"]),
            &["api", "cards", "ledger", "untagged", "web"],
            &[suspended],
        ),
        (of(&["payments", "empty"]), &["cards", "ledger"], &[]),
        (
            Fleet {
                account_tags: tags,
                ..of(&["production"])
            },
            &["api", "cards", "ledger", "web"],
            &[suspended],
        ),
        (
            Fleet {
                excluded_ous: excluded,
                ..of(&["production"])
            },
            &["api", "untagged", "web"],
            &[suspended],
        ),
        (
            Fleet {
                accounts: vec![id(&organization.accounts["alice"])],
                excluded_accounts: vec![id(&organization.accounts["ledger"])],
                ..of(&["payments"])
            },
            &["alice", "cards"],
            &["ledger: `exclude` names the account"],
        ),
        (
            everything,
            &[
                "api", "audit", "cards", "ledger", "tools", "untagged", "web",
            ],
            &[suspended],
        ),
    ];
    for (fleet, expected, left_out) in cases {
        let (names, skipped) = found(&organization, &fleet).await;
        assert_eq!(names, expected, "{:?}", fleet.ous);
        for reason in left_out {
            assert!(
                skipped.iter().any(|it| it == reason),
                "{reason}: {skipped:?}"
            );
        }
    }
}

#[tokio::test]
async fn another_organization_or_none_is_refused() {
    let organization = Organization::in_moto(&[MAIN]).await;
    let fleet = Fleet {
        organization: Some("o-another1234".to_owned()),
        ..fleet(&organization, &["production"])
    };
    let refused = discover(&organization.management.aws(), &fleet)
        .await
        .unwrap_err();
    assert!(refused.message.contains(&organization.id), "{refused}");

    let alone = Account::in_moto(&[MAIN]).await;
    let refused = discover(&alone.aws(), &fleet).await.unwrap_err();
    assert!(refused.hint.unwrap().contains("is in no organization"));
}

#[tokio::test]
async fn a_session_in_an_account_of_the_organization_belongs_to_that_account() {
    let organization = Organization::in_moto(&[MAIN]).await;
    let account = organization.account("ledger", &[MAIN]).await;
    let caller = account.aws().caller().await.unwrap();
    assert_eq!(caller.account, id(&organization.accounts["ledger"]));
}
