//! What a person is to know before the consent: what is lost, and what is taken over with its content.

use crate::engine::address::Address;

/// What stands directly above the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The resource, if it is about one.
    pub address: Option<Address>,
    /// A sentence without a full stop.
    pub message: String,
}
