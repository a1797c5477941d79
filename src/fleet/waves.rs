//! In which order the accounts of a fleet are changed.

use crate::fleet::target::Target;
use crate::names::AccountId;
use crate::settings::{Fleet, Share, Wave};

/// The accounts of each wave, without waves that have none. The canaries come first, and otherwise the order
/// is that of the account ids. A canary that is not among the `targets` is left out.
pub fn waves(targets: &[Target], fleet: &Fleet) -> Vec<Vec<AccountId>> {
    let mut accounts: Vec<&AccountId> = targets.iter().map(|it| &it.account).collect();
    accounts.sort_by_key(|account| (!fleet.canary.contains(account), *account));
    let is_canary = |account: &&&AccountId| fleet.canary.contains(account);
    let canaries = accounts.iter().filter(is_canary).count();
    let mut waves = Vec::new();
    let mut begun = 0;
    for wave in &fleet.waves {
        let end = match wave {
            Wave::Canary => canaries,
            Wave::Share(Share::Count(count)) => *count,
            Wave::Share(Share::Percent(percent)) => {
                (accounts.len() * usize::from(*percent)).div_ceil(100)
            }
        };
        let end = end.min(accounts.len());
        if end > begun {
            let members = accounts.iter().skip(begun).take(end - begun);
            waves.push(members.copied().cloned().collect());
            begun = end;
        }
    }
    waves
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::fleet::fakes::{account, target};

    fn fleet(canary: &[u64], waves: &[Wave]) -> Fleet {
        Fleet {
            role: "R".to_owned(),
            external_id: None,
            organization: None,
            accounts: Vec::new(),
            ous: Vec::new(),
            account_tags: Default::default(),
            excluded_accounts: Vec::new(),
            excluded_ous: Vec::new(),
            management: false,
            expect: None,
            skips_missing_regions: false,
            canary: canary.iter().map(|it| account(*it)).collect(),
            waves: waves.to_vec(),
            wave_pause: Duration::ZERO,
            max_failures: Share::Count(0),
            overrides: Default::default(),
        }
    }

    const ALL: Wave = Wave::Share(Share::Percent(100));

    #[test]
    fn the_canaries_come_first_and_each_wave_goes_up_to_its_share() {
        let percent = |it| Wave::Share(Share::Percent(it));
        let count = |it| Wave::Share(Share::Count(it));
        type Row = (&'static str, Vec<u64>, Vec<Wave>, Vec<Vec<u64>>);
        let rows: Vec<Row> = vec![
            (
                "the canaries, then up to a tenth, rounded up, then all",
                vec![7, 3],
                vec![Wave::Canary, percent(25), ALL],
                vec![vec![3, 7], vec![1], vec![2, 4, 5, 6, 8, 9]],
            ),
            (
                "a canary that is no target is left out",
                vec![42, 9],
                vec![Wave::Canary, ALL],
                vec![vec![9], vec![1, 2, 3, 4, 5, 6, 7, 8]],
            ),
            (
                "no canary is a target, so that its wave has nobody",
                vec![42],
                vec![Wave::Canary, count(2), ALL],
                vec![vec![1, 2], vec![3, 4, 5, 6, 7, 8, 9]],
            ),
            (
                "a share below what came before adds nobody",
                vec![],
                vec![count(4), percent(10), ALL],
                vec![vec![1, 2, 3, 4], vec![5, 6, 7, 8, 9]],
            ),
            (
                "a number above that of the accounts is all of them",
                vec![],
                vec![count(400), ALL],
                vec![vec![1, 2, 3, 4, 5, 6, 7, 8, 9]],
            ),
            (
                "canaries come first in whatever wave",
                vec![9],
                vec![count(1), ALL],
                vec![vec![9], vec![1, 2, 3, 4, 5, 6, 7, 8]],
            ),
        ];
        let targets: Vec<Target> = (1..=9).rev().map(target).collect();
        for (reason, canary, given, expected) in rows {
            let found = waves(&targets, &fleet(&canary, &given));
            let expected = expected.into_iter().map(|it| it.into_iter().map(account));
            let expected: Vec<Vec<AccountId>> = expected.map(Iterator::collect).collect();
            assert_eq!(found, expected, "{reason}");
        }
        assert!(waves(&[], &fleet(&[1], &[Wave::Canary, ALL])).is_empty());
    }

    proptest! {
        #[test]
        fn every_target_is_in_one_wave_whatever_the_order_of_the_targets(
            count in 1_u64..40, canary in proptest::collection::vec(0_u64..50, 0..5), percent in 0_u8..=100,
        ) {
            let fleet = fleet(&canary, &[Wave::Canary, Wave::Share(Share::Percent(percent)), ALL]);
            let targets: Vec<Target> = (0..count).map(target).collect();
            let found = waves(&targets, &fleet);
            let reversed: Vec<Target> = (0..count).rev().map(target).collect();
            prop_assert_eq!(&found, &waves(&reversed, &fleet));
            let mut all: Vec<AccountId> = found.concat();
            all.sort();
            prop_assert_eq!(all, (0..count).map(account).collect::<Vec<_>>());
        }
    }
}
