//! Checks with generated input: any bytes lead to an error that names the place, never to a panic.
//!
//! Each module of a kind of input has one function that takes bytes. The fuzz targets in `fuzz/` call
//! the function with a fuzzer's input, and the tests with the corpora, with random changes of them,
//! and with input that is far too large.

pub mod aws_answers;
mod deployment;
pub mod override_documents;
pub mod policies;
pub mod saved_plan;
pub mod settings_file;

#[cfg(test)]
mod changed;
#[cfg(test)]
#[path = "../../crates/iam-policy/tests/any_bytes/edit.rs"]
mod edit;
#[path = "../../crates/iam-policy/tests/any_bytes/check.rs"]
mod language;
#[cfg(test)]
mod large;
#[cfg(test)]
#[path = "../../crates/iam-policy/tests/any_bytes/survive.rs"]
mod survive;

use std::path::{Path, PathBuf};

use provision::failure::Failure;

use language::printable;

/// The folder of a target's corpus, for the program's tests and for the fuzz targets.
fn corpus(target: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["fuzz/corpus", "corpus"];
    let mut folders = folders.iter().map(|it| package.join(it).join(target));
    let folder = folders.find(|folder| folder.is_dir());
    folder.unwrap_or_else(|| panic!("there is no corpus for {target}"))
}

/// Fails unless the failure names one of the places, shows no secret and has no control characters.
fn told(failure: &Failure, places: &[&str], secret: &str) {
    let words = failure.to_string();
    assert!(places.iter().any(|place| words.contains(place)), "{words}");
    assert!(!words.contains(secret), "{words}");
    assert!(printable(&words), "{words:?}");
}
