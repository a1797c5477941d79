//! A policy in a file that a person names.

use std::io::ErrorKind;
use std::path::Path;

use crate::failure::Failure;
use crate::text_file::{self, LARGEST_POLICY};

/// The text of a document that a person names; `-` is the standard input.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        text_file::read_standard_input(LARGEST_POLICY)
    } else {
        text_file::read_file(path, LARGEST_POLICY)
    };
    text.map_err(|error| {
        let failure = Failure::new(format!("cannot read {}", path.display()));
        let failure = failure.because(error.to_string());
        match error.kind() {
            ErrorKind::FileTooLarge => failure
                .hint("AWS allows 32,768 characters in a key policy, and fewer in all others"),
            ErrorKind::InvalidData => failure.hint("Save it as UTF-8"),
            _ => failure,
        }
    })
}
