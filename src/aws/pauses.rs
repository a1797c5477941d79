//! How long to wait between one look at AWS and the next.

use std::time::Duration;

pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(200);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Pauses between polls: a twentieth of the time that was waited so far, so that no wait is
/// noticed to be over much later than it is, within bounds that spare AWS.
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
