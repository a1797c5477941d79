//! How long to wait between one poll of AWS and the next.

use std::time::Duration;

/// How old an answer of AWS may be, where nobody says otherwise. AWS names no bound; a few seconds are
/// usual (KMS Developer Guide, "Eventual consistency"; IAM User Guide, "Changes that I make are not
/// always immediately visible").
pub const READ_LAG: Duration = Duration::from_secs(10);

pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(200);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The bounds of the pauses after a throttled call.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
pub(super) const LONGEST_BACKOFF: Duration = Duration::from_secs(8);

/// The pauses between polls: a twentieth of the time that was waited so far, within bounds. So the
/// end of a wait is noticed at most a twentieth of its length too late, and AWS is not asked too
/// often.
#[derive(Debug, Default)]
pub struct Pauses {
    waited: Duration,
}

impl Pauses {
    /// Whether no pause was taken yet.
    pub fn first(&self) -> bool {
        self.waited.is_zero()
    }

    /// The length of the next pause.
    #[expect(
        clippy::should_implement_trait,
        reason = "an endless sequence needs no Option"
    )]
    pub fn next(&mut self) -> Duration {
        self.next_up_to(LONGEST_PAUSE)
    }

    /// The length of the next pause in a wait that can be so long that it is asked less often.
    pub(super) fn next_up_to(&mut self, longest: Duration) -> Duration {
        let length = (self.waited / 20).clamp(FIRST_PAUSE, longest);
        self.waited += length;
        length
    }
}

/// The pauses between attempts at a call that AWS throttles. The bound of each is twice that of the
/// one before, and its length is random, so that calls that were throttled together are not made
/// together again (Amazon Builders' Library, "Timeouts, retries, and backoff with jitter").
#[derive(Debug, Default)]
pub(super) struct Backoff {
    taken: u32,
}

impl Backoff {
    /// The length of the next pause: from half of its bound up to its bound.
    pub(super) fn next(&mut self) -> Duration {
        let doubled = FIRST_BACKOFF.saturating_mul(2_u32.saturating_pow(self.taken));
        self.taken += 1;
        // A machine without random numbers takes the longest pause.
        let random = getrandom::u32().unwrap_or(u32::MAX);
        let part = f64::midpoint(1.0, f64::from(random) / f64::from(u32::MAX));
        doubled.min(LONGEST_BACKOFF).mul_f64(part)
    }
}
