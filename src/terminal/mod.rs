//! The terminal: results, progress, the question before a write, and panics.

pub mod confirm;
pub mod panics;

use std::io::{self, Write};

use crate::failure::Failure;

/// Prints a result to stdout. That its reader closed the pipe is no failure.
///
/// # Errors
/// Any other error of the standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new("cannot write to the standard output").because(error.to_string()))
        }
        _ => Ok(()),
    }
}

/// Prints progress or a diagnostic to stderr. Errors are ignored: there is no other place to report
/// them.
pub fn report(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}
