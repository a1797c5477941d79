//! When so many accounts have failed that no further one begins.

use crate::fleet::ended::Outcome;
use crate::settings::Share;

/// How many accounts may fail, and how many have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    most: usize,
    failed: usize,
}

impl Tolerance {
    /// The tolerance of a run over so many `targets`. A percentage is rounded down.
    pub fn new(max_failures: Share, targets: usize) -> Self {
        let most = match max_failures {
            Share::Count(count) => count,
            Share::Percent(percent) => targets * usize::from(percent) / 100,
        };
        Tolerance { most, failed: 0 }
    }

    /// Notes how an account ended.
    pub fn note(&mut self, outcome: Outcome) {
        self.failed += usize::from(outcome.is_failure());
    }

    /// How many accounts may fail.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Whether no further account begins. Those that are under way may fail beyond it.
    pub fn is_exceeded(&self) -> bool {
        self.failed > self.most
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
            (
                Share::Percent(2),
                49,
                0,
                "of a few accounts none may fail, not one",
            ),
            (Share::Percent(100), 7, 7, "all may fail"),
        ];
        for (share, targets, most, reason) in rows {
            assert_eq!(Tolerance::new(share, targets).most(), most, "{reason}");
        }
    }

    #[test]
    fn no_account_begins_after_one_failure_more_than_may_be() {
        let mut tolerance = Tolerance::new(Share::Count(1), 9);
        let rows = [
            (Outcome::Done, false, "all is well"),
            (Outcome::Failed, false, "one may fail"),
            (Outcome::Skipped, false, "skipped is not failed"),
            (Outcome::Unchanged, false, "nothing to do"),
            (Outcome::Unknown, true, "nobody knows what was written"),
            (Outcome::Done, true, "what is under way may still end well"),
        ];
        for (outcome, is_exceeded, reason) in rows {
            tolerance.note(outcome);
            assert_eq!(tolerance.is_exceeded(), is_exceeded, "{reason}");
        }
    }
}
