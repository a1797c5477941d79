//! What those functions take from the harness of the tests.

#[path = "../../integration-tests/harness/call.rs"]
pub mod call;
