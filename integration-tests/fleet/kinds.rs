//! Accounts of every kind beside others.

use std::time::Duration;

use fleet_stub::{Kind, Member, Organization, State, of_kinds};

use super::{CALLER, Place, SECOND, account};
use crate::harness::MAIN;

#[test]
fn every_kind_of_account_ends_by_itself() {
    let cases = [
        (Kind::Holds(State::Fresh), "changed", "nothing is there"),
        (
            Kind::Holds(State::Applied),
            "unchanged",
            "everything is there",
        ),
        (
            Kind::Holds(State::Drifted),
            "changed",
            "the rule is disabled",
        ),
        (Kind::NotAssumable, "unreachable", "there is no way in"),
        (Kind::ReadDenied, "failed", "the role may not read"),
        (Kind::Throttled, "unchanged", "calls are made again"),
        (
            Kind::Slow(Duration::from_millis(200)),
            "unchanged",
            "it is waited for",
        ),
    ];
    let kinds = cases.iter().zip(1..);
    let kinds = kinds.map(|((kind, ..), number)| (account(number), kind.clone()));
    let script = of_kinds(kinds.collect(), Kind::Holds(State::Applied));
    let mut organization = Organization::of(CALLER, cases.len());
    let suspended = account(500);
    organization.members.push(Member {
        id: suspended.clone(),
        state: "SUSPENDED".to_owned(),
        units: Vec::new(),
    });
    let ran = Place::with(organization, script, "").run(&["fleet", "plan"]);
    assert_eq!(ran.code, Some(1), "{}", ran.output);
    for ((kind, outcome, why), number) in cases.iter().zip(1..) {
        let account = account(number);
        let found = ran.outcome(&account);
        assert_eq!(
            found, *outcome,
            "{kind:?}: {why}: {}",
            ran.accounts[&account]
        );
    }
    assert_eq!(ran.outcome(&suspended), "skipped");
    assert_eq!(ran.counts.assumed.get(&suspended), None);
    let assumed = ran.counts.assumed.values();
    assert!(
        assumed.clone().all(|times| *times == 1),
        "{:?}",
        ran.counts.assumed
    );
}

#[test]
fn a_region_that_an_account_does_not_have_fails_the_account_or_is_left_out() {
    let missing = || {
        [
            Kind::NotEnabled(SECOND.to_owned()),
            Kind::Denied(SECOND.to_owned()),
        ]
    };
    for (setting, outcome, regions) in [("fail", "failed", 0), ("skip", "changed", 1)] {
        for kind in missing() {
            let kinds = [(account(2), kind.clone())].into();
            let script = of_kinds(kinds, Kind::Holds(State::Applied));
            let lines = format!("missing_regions = \"{setting}\"\n");
            let place = Place::with(Organization::of(CALLER, 3), script, &lines);
            let ran = place.run(&["fleet", "plan"]);
            let line = &ran.accounts[&account(2)];
            assert_eq!(
                ran.outcome(&account(2)),
                outcome,
                "{setting}, {kind:?}: {line}"
            );
            let named: Vec<&str> = line["regions"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|it| it.as_str())
                .collect();
            assert_eq!(named, [MAIN][..regions], "{setting}, {kind:?}: {line}");
            for other in [account(1), account(3)] {
                let line = &ran.accounts[&other];
                assert_eq!(
                    ran.outcome(&other),
                    "unchanged",
                    "{setting}, {kind:?}: {line}"
                );
                assert_eq!(line["regions"], serde_json::json!([MAIN, SECOND]));
            }
        }
    }
}
