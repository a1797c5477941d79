//! The plan that a person approved.

use tokio::time::Instant;

use crate::engine::node::Observations;
use crate::engine::observed::Consent;
use crate::engine::plan::Plan;

/// A plan that a person approved, with the observations that it was made from.
#[derive(Debug)]
pub struct Approved {
    /// The plan.
    pub plan: Plan,
    /// The observations.
    pub observed: Observations,
    /// When the observations began.
    pub observed_at: Instant,
    /// When the run first looked. That is earlier where it looked once more before the plan was made.
    pub looked_since: Instant,
    /// What the person agreed to beside the settings.
    pub consent: Consent,
}
