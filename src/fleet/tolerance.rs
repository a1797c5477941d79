//! How many accounts may fail before no further one begins.

use crate::settings::Share;

/// How many of so many targets may fail. A percentage is rounded down, so that of a few accounts none may.
/// Those that are under way when one more fails may fail beyond it.
pub fn most_failures(max_failures: Share, targets: usize) -> usize {
    match max_failures {
        Share::Count(count) => count,
        Share::Percent(percent) => targets * usize::from(percent) / 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_rounded_down() {
        let rows = [
            (Share::Count(3), 10, 3, "a number is that number"),
            (Share::Percent(2), 1_000, 20, "a part of all accounts"),
            (Share::Percent(2), 149, 2, "2.98 accounts are two"),
            (Share::Percent(2), 49, 0, "less than one account is none"),
            (Share::Percent(100), 7, 7, "all may fail"),
        ];
        for (share, targets, most, reason) in rows {
            assert_eq!(most_failures(share, targets), most, "{reason}");
        }
    }
}
