//! The part of the tests' harness that the inputs' functions use.

#[path = "../../integration-tests/harness/call.rs"]
pub mod call;
