//! Bad input, tried by machine: any bytes lead to an error that names the place, never to a panic.
//!
//! Each module here has one function that takes bytes. The fuzz targets in `fuzz/` call it with
//! what a fuzzer makes up, and the tests with the corpora, with what is made of them by chance, and
//! with what is far too large.

pub mod aws_answers;
mod deployment;
pub mod override_documents;
pub mod policies;
pub mod saved_plan;
pub mod settings_file;

#[cfg(test)]
mod changed;
#[cfg(test)]
mod large;

use std::path::{Path, PathBuf};

use provision::failure::Failure;

/// The folder of a target's corpus, seen from the program's tests or from the fuzz targets.
fn corpus(target: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["fuzz/corpus", "corpus"];
    let mut folders = folders.iter().map(|it| package.join(it).join(target));
    let folder = folders.find(|folder| folder.is_dir());
    folder.unwrap_or_else(|| panic!("there is no corpus for {target}"))
}

/// Fails unless the failure names one of the places, shows no secret and can be printed.
fn told(failure: &Failure, places: &[&str], secret: &str) {
    let words = failure.to_string();
    assert!(places.iter().any(|place| words.contains(place)), "{words}");
    assert!(!words.contains(secret), "{words}");
    assert!(printable(&words), "{words:?}");
}

/// Whether a terminal shows the text as it is: colours and line ends alone command it.
fn printable(text: &str) -> bool {
    let mut pieces = text.split("\x1b[");
    let starts_well = pieces.next().is_none_or(plain);
    starts_well
        && pieces.all(|piece| {
            let parameters = |c: char| c.is_ascii_digit() || c == ';';
            let rest = piece.trim_start_matches(parameters);
            rest.starts_with('m') && plain(rest)
        })
}

fn plain(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() && c != '\n')
}
