//! What the fuzz targets call: the same functions as the tests of the program.

pub mod harness;
#[path = "../../integration-tests/inputs/mod.rs"]
pub mod inputs;
