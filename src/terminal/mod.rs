//! The terminal: what is printed, asked and reported there.

pub mod confirm;
pub mod panics;

use std::io::{self, Write};

use crate::failure::Failure;

/// Prints a result to stdout. A reader that closed the pipe has seen enough, which is no failure.
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

/// Prints progress or a diagnostic to stderr. Where that is closed, nobody is left to be told.
pub fn report(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}
