//! How long to wait between one poll of AWS and the next.

use std::time::Duration;

pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(200);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(2);

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
        let length = (self.waited / 20).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.waited += length;
        length
    }
}
