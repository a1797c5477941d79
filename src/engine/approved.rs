//! What a person agreed to.

use tokio::time::Instant;

use crate::engine::node::Observations;
use crate::engine::observed::Consent;
use crate::engine::plan::Plan;

/// A plan that a person approved, and what it was made of.
#[derive(Debug)]
pub struct Approved {
    /// What to do.
    pub plan: Plan,
    /// What was observed.
    pub observed: Observations,
    /// When that was.
    pub observed_at: Instant,
    /// What was decided beside the settings.
    pub consent: Consent,
}
