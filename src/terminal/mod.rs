//! The terminal: results, progress, the question before a write, and panics.

pub mod ask;
pub mod confirm;
pub mod live;
pub mod panics;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value as Json};

use crate::failure::Failure;
use crate::render::wrap::fitted;
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

/// Prints one event of a run as a line of JSON, with the time at which it is printed as `time`, by
/// RFC 3339 and in UTC.
///
/// # Errors
/// Those of [`print()`].
pub fn print_event(event: Json) -> Result<(), Failure> {
    let Json::Object(members) = event else {
        return print_json(event);
    };
    let mut stamped = Map::new();
    for (index, (name, value)) in members.into_iter().enumerate() {
        stamped.insert(name, value);
        if index == 0 {
            stamped.insert("time".to_owned(), time(SystemTime::now()).into());
        }
    }
    print_json(Json::Object(stamped))
}

/// A time by RFC 3339, in UTC and to the millisecond.
fn time(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.map_or(0, |it| it.as_millis());
    let seconds = DateTime::from_secs((millis / 1000).try_into().unwrap_or(i64::MAX));
    let date = seconds.fmt(Format::DateTime).unwrap_or_default();
    format!("{}.{:03}Z", date.trim_end_matches('Z'), millis % 1000)
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

/// Prints progress or a diagnostic to stderr, above the live view and in lines that fit the terminal,
/// without the known secrets. Errors are ignored: there is no other place to report them.
pub fn report(text: &str) {
    live::above(&fitted(&hide(text), &io::stderr()));
}

/// Prints the last words of a program that a signal ends. Nothing comes after them on stderr.
pub fn interrupted(message: &str) {
    // The terminal shows what was typed, such as `^C`, in the line where the cursor is.
    let start = if io::stderr().is_terminal() { "\n" } else { "" };
    live::last(&hide(&format!("{start}{message}\n")));
}

/// The log, which goes to stderr without the known secrets.
#[derive(Debug)]
pub struct Log;

impl Write for Log {
    /// The log writes each of its lines at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A line of the log stays one line, which tools read.
        live::above(&hide(&String::from_utf8_lossy(line)));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_written_as_rfc_3339_says() {
        for (millis, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_869_185_040, "2026-11-28T12:33:05.040Z"),
        ] {
            let at = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
            assert_eq!(time(at), written);
        }
    }
}
