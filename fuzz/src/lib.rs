//! The functions that the fuzz targets call, which are those of the program's tests.

pub mod harness;
#[path = "../../integration-tests/inputs/mod.rs"]
pub mod inputs;
