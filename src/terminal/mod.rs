//! The terminal: results, progress, the question before a write, and panics.

pub mod confirm;
pub mod panics;

use std::fmt::Display;
use std::io::{self, Write};

use crate::failure::Failure;
use crate::secret::known::hide;
use iam_policy::printable::printable_json;

/// Prints a result to stdout, without the known secrets. That its reader closed the pipe is no
/// failure.
///
/// # Errors
/// Any other error of the standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    print_with_secrets(&hide(text))
}

/// Prints JSON and a line break to stdout, without the known secrets and without characters that a
/// terminal would act upon.
///
/// # Errors
/// Those of [`print()`].
pub fn print_json(json: impl Display) -> Result<(), Failure> {
    print(&(printable_json(&json.to_string()) + "\n"))
}

/// The same for what a person asked to see with its secrets.
///
/// # Errors
/// Those of [`print()`].
pub fn print_with_secrets(text: &str) -> Result<(), Failure> {
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

/// Prints progress or a diagnostic to stderr, without the known secrets. Errors are ignored: there is
/// no other place to report them.
pub fn report(text: &str) {
    let _ = anstream::stderr().lock().write_all(hide(text).as_bytes());
}

/// The log, which goes to stderr without the known secrets.
#[derive(Debug)]
pub struct Log;

impl Write for Log {
    /// The log writes each of its lines at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(hide(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
