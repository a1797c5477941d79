//! Which accounts the settings and the command line lead to.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::fakes::{MANAGEMENT, account, fleet, fleet_of, member, organization, texts};
use super::{Member, Organization, narrow, refuse_unexpected, retried, select};
use crate::fleet::target::Targets;
use crate::names::AccountId;
use crate::settings::Fleet;

/// The account of the credentials.
const CALLER: u64 = 7;

const PRODUCTION: &str = "ou-ab12-production";
const PAYMENTS: &str = "ou-ab12-payments";
const SANDBOX: &str = "ou-ab12-sandbox1";

fn accounts(numbers: &[u64]) -> Vec<AccountId> {
    numbers.iter().copied().map(account).collect()
}

fn found(targets: &Targets) -> Vec<AccountId> {
    let targets = targets.targets.iter();
    targets.map(|target| target.account.clone()).collect()
}

/// Accounts 1 and 2 in production, 3 below it in payments, 4 in the sandbox, 5 directly below the root.
fn usual() -> Organization {
    organization([
        (1, member(&["r-ab12", PRODUCTION])),
        (2, member(&["r-ab12", PRODUCTION])),
        (3, member(&["r-ab12", PRODUCTION, PAYMENTS])),
        (4, member(&["r-ab12", SANDBOX])),
        (5, member(&["r-ab12"])),
    ])
}

fn in_state(state: Option<&str>) -> Organization {
    let state = state.map(str::to_owned);
    organization([
        (
            1,
            Member {
                state,
                ..member(&["r-ab12", PRODUCTION])
            },
        ),
        (2, member(&["r-ab12", PRODUCTION])),
    ])
}

#[test]
fn units_names_and_exclusions_decide() {
    let cases: [(Fleet, &[u64], &[u64], &str); 11] = [
        (
            fleet_of(&[PRODUCTION]),
            &[1, 2, 3],
            &[],
            "a unit with what is below",
        ),
        (fleet_of(&[PAYMENTS]), &[3], &[], "a nested unit alone"),
        (
            fleet_of(&["root"]),
            &[1, 2, 3, 4, 5],
            &[MANAGEMENT],
            "everything but the management account",
        ),
        (
            fleet_of(&["r-ab12"]),
            &[1, 2, 3, 4, 5],
            &[MANAGEMENT],
            "the root by its id",
        ),
        (
            fleet_of(&[PRODUCTION, PAYMENTS]),
            &[1, 2, 3],
            &[],
            "an account that two units hold is one",
        ),
        (
            Fleet {
                accounts: accounts(&[4, 1, 4]),
                ..fleet_of(&[PRODUCTION])
            },
            &[1, 2, 3, 4],
            &[],
            "named accounts are added, and one that is named twice or found too is one",
        ),
        (
            Fleet {
                excluded_ous: texts(&[PAYMENTS]),
                ..fleet_of(&[PRODUCTION])
            },
            &[1, 2],
            &[3],
            "an excluded unit below an included one",
        ),
        (
            Fleet {
                accounts: accounts(&[3]),
                excluded_ous: texts(&[PRODUCTION]),
                ..fleet_of(&[SANDBOX])
            },
            &[4],
            &[3],
            "a named account in an excluded unit",
        ),
        (
            Fleet {
                accounts: accounts(&[1]),
                excluded_accounts: accounts(&[1, 2]),
                ..fleet_of(&[PRODUCTION])
            },
            &[3],
            &[1, 2],
            "excluded accounts, named or not",
        ),
        (
            Fleet {
                accounts: accounts(&[8]),
                ..fleet_of(&[PAYMENTS])
            },
            &[3, 8],
            &[],
            "a named account of no organization is what a person asked for",
        ),
        (
            Fleet {
                accounts: accounts(&[MANAGEMENT]),
                management: true,
                ..fleet_of(&[PAYMENTS])
            },
            &[3, MANAGEMENT],
            &[],
            "the management account, named and permitted",
        ),
    ];
    for (fleet, expected, left_out, why) in cases {
        let targets = select(&usual(), &fleet, &account(CALLER));
        assert_eq!(found(&targets), accounts(expected), "{why}");
        let skipped = targets.skipped.iter().map(|it| it.account.clone());
        assert_eq!(skipped.collect::<Vec<_>>(), accounts(left_out), "{why}");
        for target in &targets.targets {
            let named = fleet.accounts.contains(&target.account);
            assert_eq!(target.is_discovered, !named, "{why}");
        }
    }
}

#[test]
fn without_the_organization_the_named_accounts_are_taken_as_they_are() {
    let fleet = Fleet {
        accounts: accounts(&[MANAGEMENT, 2]),
        ..fleet()
    };
    let targets = select(&Organization::default(), &fleet, &account(CALLER));
    assert_eq!(found(&targets), accounts(&[2, MANAGEMENT]));
    assert_eq!(targets.skipped, []);
}

#[test]
fn only_active_accounts_take_part() {
    let cases = [
        (Some("SUSPENDED"), "the account is suspended"),
        (Some("PENDING_CLOSURE"), "the account is being closed"),
        (Some("CLOSED"), "the account is closed"),
        (
            Some("PENDING_ACTIVATION"),
            "the account's registration is not complete",
        ),
        (Some("NEW"), "the account is in the state NEW"),
        (None, "AWS does not say whether the account is active"),
    ];
    for (state, reason) in cases {
        for named in [&[][..], &[1]] {
            let fleet = Fleet {
                accounts: accounts(named),
                ..fleet_of(&["root"])
            };
            let targets = select(&in_state(state), &fleet, &account(CALLER));
            assert_eq!(found(&targets), accounts(&[2]), "{reason}");
            assert_eq!(targets.skipped[0].account, account(1), "{reason}");
            assert_eq!(targets.skipped[0].reason, reason);
        }
    }
}

#[test]
fn the_management_account_takes_part_only_if_it_is_named_and_permitted() {
    for (named, management) in [(true, false), (false, true), (false, false)] {
        let named: &[u64] = if named { &[MANAGEMENT] } else { &[] };
        let fleet = Fleet {
            accounts: accounts(named),
            management,
            ..fleet_of(&["root"])
        };
        let targets = select(&usual(), &fleet, &account(CALLER));
        assert!(!found(&targets).contains(&account(MANAGEMENT)));
        assert_eq!(
            targets.skipped[0].reason,
            "it is the management account, which takes part only if `accounts` names it and \
             `management` is true"
        );
    }
}

#[test]
fn tags_narrow_what_was_discovered_and_not_what_is_named() {
    let tagged = |tags: &[(&str, &str)]| {
        let tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Member {
            tags: tags.collect(),
            ..member(&["r-ab12"])
        }
    };
    let organization = organization([
        (
            1,
            tagged(&[("provision", "yes"), ("stage", "prod"), ("team", "a")]),
        ),
        (2, tagged(&[("provision", "yes")])),
        (3, tagged(&[("provision", "Yes"), ("stage", "prod")])),
        (4, tagged(&[])),
    ]);
    let wanted = [("provision", "yes"), ("stage", "prod")];
    let fleet = Fleet {
        accounts: accounts(&[4]),
        account_tags: BTreeMap::from(wanted.map(|(key, value)| (key.to_owned(), value.to_owned()))),
        ..fleet_of(&["root"])
    };
    let targets = select(&organization, &fleet, &account(CALLER));
    assert_eq!(
        found(&targets),
        accounts(&[1, 4]),
        "every tag, with the case of its value"
    );
    assert_eq!(
        targets.skipped,
        [],
        "what has other tags is not of the fleet"
    );
}

#[test]
fn the_callers_account_is_known_and_a_moved_one_is_skipped() {
    let organization = organization([
        (CALLER, member(&["r-ab12"])),
        (8, member(&[])),
        (
            9,
            Member {
                name: Some("logs".to_owned()),
                ..member(&["r-ab12", SANDBOX])
            },
        ),
    ]);
    let targets = select(&organization, &fleet_of(&["root"]), &account(CALLER));
    let [callers, other] = &targets.targets[..] else {
        panic!("{targets:?}")
    };
    assert!(callers.is_callers && !other.is_callers);
    assert_eq!(other.name.as_deref(), Some("logs"));
    assert_eq!(other.path, ["r-ab12", SANDBOX]);
    let skipped = &targets.skipped[0];
    assert_eq!(skipped.account, account(8));
    assert_eq!(
        skipped.reason,
        "the account was moved while the organization was read"
    );
}

#[test]
fn another_number_than_expected_is_refused() {
    let expecting = |expect| Fleet {
        expect,
        ..fleet_of(&[PRODUCTION])
    };
    let named = Fleet {
        accounts: accounts(&[1]),
        ..fleet()
    };
    let missing = "the number of accounts is not expected";
    let cases: [(Fleet, bool, Option<&str>, &str); 7] = [
        (expecting(Some((3, 3))), true, None, "the number"),
        (expecting(Some((1, 9))), true, None, "in the range"),
        (
            expecting(Some((4, 4))),
            true,
            Some("the fleet has 3 accounts, and `expect` in `[fleet]` asks for 4"),
            "fewer, as if a unit was emptied",
        ),
        (
            expecting(Some((900, 1100))),
            false,
            Some("the fleet has 3 accounts, and `expect` in `[fleet]` asks for 900 to 1100"),
            "what reads is refused too, because its result would be taken for that of the whole fleet",
        ),
        (expecting(None), false, None, "what reads needs no number"),
        (expecting(None), true, Some(missing), "what writes does"),
        (
            named,
            true,
            None,
            "accounts that are named are as many as a person wrote",
        ),
    ];
    for (fleet, writes, expected, why) in cases {
        let targets = select(&usual(), &fleet, &account(CALLER));
        let refused = refuse_unexpected(&targets, &fleet, writes).err();
        match (refused, expected) {
            (None, None) => {}
            (Some(failure), Some(text)) if text == missing => {
                assert!(failure.hint.unwrap().contains("`expect = 3`"), "{why}");
            }
            (Some(failure), Some(text)) => assert_eq!(failure.message, text, "{why}"),
            (refused, _) => panic!("{why}: {refused:?}"),
        }
    }
}

#[test]
fn the_command_line_names_accounts_of_the_fleet_alone() {
    let fleet = Fleet {
        excluded_accounts: accounts(&[3]),
        ..fleet_of(&[PRODUCTION])
    };
    let targets = select(&usual(), &fleet, &account(CALLER));
    let not_ours = "which is no account of the fleet";
    let cases: [(&[u64], &[u64], Result<&[u64], &str>, &str); 8] = [
        (&[], &[], Ok(&[1, 2]), "nothing is narrowed"),
        (&[2], &[], Ok(&[2]), "one by name"),
        (&[], &[2], Ok(&[1]), "all but one"),
        (&[1, 2], &[2], Ok(&[1]), "an exclusion wins"),
        (
            &[4],
            &[],
            Err(not_ours),
            "another account of the organization",
        ),
        (&[3], &[], Err(not_ours), "a skipped account"),
        (
            &[],
            &[3],
            Ok(&[1, 2]),
            "a skipped account is excluded already",
        ),
        (
            &[],
            &[4],
            Err(not_ours),
            "a typing mistake would leave in what was to be left out",
        ),
    ];
    for (accounts_flag, exclude, expected, why) in cases {
        let narrowed = narrow(
            targets.clone(),
            &accounts(accounts_flag),
            &accounts(exclude),
        );
        match (narrowed, expected) {
            (Ok(narrowed), Ok(left)) => assert_eq!(found(&narrowed), accounts(left), "{why}"),
            (Err(failure), Err(part)) => {
                assert!(failure.message.contains(part), "{why}: {failure}")
            }
            (narrowed, expected) => panic!("{why}: {narrowed:?} and not {expected:?}"),
        }
    }
    let nothing = narrow(targets.clone(), &accounts(&[1]), &accounts(&[1])).unwrap_err();
    assert!(nothing.message.contains("leave no account"), "{nothing}");
    let skipped = narrow(targets, &accounts(&[3]), &[]).unwrap_err();
    assert_eq!(
        skipped.causes,
        ["`exclude` names the account"],
        "the reason is told"
    );
}

fn any_organization() -> impl Strategy<Value = Organization> {
    let unit = prop::sample::select(vec![PRODUCTION, PAYMENTS, SANDBOX]);
    let path = prop::collection::vec(unit, 0..3);
    let state = prop::sample::select(vec!["ACTIVE", "ACTIVE", "ACTIVE", "SUSPENDED"]);
    let any_member = (path, state).prop_map(|(path, state)| Member {
        state: Some(state.to_owned()),
        ..member(&[&["r-ab12"], &path[..]].concat())
    });
    prop::collection::btree_map(0..40_u64, any_member, 0..30).prop_map(organization)
}

fn any_fleet() -> impl Strategy<Value = Fleet> {
    let units = || {
        let unit = prop::sample::select(vec![PRODUCTION, PAYMENTS, SANDBOX, "r-ab12"]);
        prop::collection::vec(unit, 0..3)
    };
    let numbers = || prop::collection::vec(0..50_u64, 0..8);
    let management = any::<bool>();
    (units(), units(), numbers(), numbers(), management).prop_map(
        |(ous, excluded_ous, named, excluded, management)| Fleet {
            accounts: accounts(&named),
            excluded_accounts: accounts(&excluded),
            excluded_ous: texts(&excluded_ous),
            management,
            ..fleet_of(&ous)
        },
    )
}

#[test]
fn a_report_narrows_and_one_of_another_fleet_is_no_run_that_ended_well() {
    let organization = organization(BTreeMap::from([
        (1, member(&["r-ab12"])),
        (2, member(&["r-ab12"])),
        (3, member(&["r-ab12"])),
    ]));
    let all = select(&organization, &fleet_of(&["root"]), &account(CALLER));
    let narrowed = narrow(all.clone(), &accounts(&[1, 2]), &[]).unwrap();
    type Row = (
        &'static [u64],
        Option<(&'static [u64], &'static [u64])>,
        &'static str,
    );
    let rows: [Row; 5] = [
        (&[1, 9], Some((&[1], &[9])), "an account has gone meanwhile"),
        (
            &[2, 3],
            Some((&[2], &[])),
            "one is not named now, and has not gone",
        ),
        (&[3], Some((&[], &[])), "none of those named was left"),
        (&[], Some((&[], &[])), "all ended well"),
        (&[8, 9], None, "the report is of another fleet"),
    ];
    for (left, expected, why) in rows {
        let retried = retried(&all, narrowed.clone(), &accounts(left));
        let retried = retried.map(|(targets, gone)| (found(&targets), gone));
        let expected = expected.map(|(left, gone)| (accounts(left), accounts(gone)));
        assert_eq!(retried.ok(), expected, "{why}");
    }
}

proptest! {
    #[test]
    fn no_account_is_met_twice_or_out_of_order(
        organization in any_organization(),
        fleet in any_fleet(),
    ) {
        let targets = select(&organization, &fleet, &account(CALLER));
        let skipped: Vec<_> = targets.skipped.iter().map(|it| it.account.clone()).collect();
        let found = found(&targets);
        prop_assert!(found.is_sorted() && skipped.is_sorted());
        let all: BTreeSet<_> = found.iter().chain(&skipped).collect();
        prop_assert_eq!(all.len(), found.len() + skipped.len());
        for target in &targets.targets {
            prop_assert!(!fleet.excluded_accounts.contains(&target.account));
            let member = organization.members.get(&target.account);
            prop_assert!(member.is_none_or(|it| it.is_in(&fleet.excluded_ous).is_none()));
        }
    }

    #[test]
    fn narrowing_never_widens(
        organization in any_organization(),
        fleet in any_fleet(),
        named in prop::collection::vec(0..50_u64, 0..4),
        excluded in prop::collection::vec(0..50_u64, 0..4),
    ) {
        let targets = select(&organization, &fleet, &account(CALLER));
        let before: BTreeSet<_> = found(&targets).into_iter().collect();
        if let Ok(narrowed) = narrow(targets, &accounts(&named), &accounts(&excluded)) {
            let after: BTreeSet<_> = found(&narrowed).into_iter().collect();
            prop_assert!(after.is_subset(&before));
            prop_assert!(named.is_empty() || after.iter().all(|it| accounts(&named).contains(it)));
            prop_assert!(accounts(&excluded).iter().all(|it| !after.contains(it)));
        }
    }
}
