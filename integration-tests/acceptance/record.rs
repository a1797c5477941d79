//! The record of a run: JSON lines that are written at once, so that a run that is cut off leaves them.

use std::cell::RefCell;
use std::fmt::Display;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Value as Json, json};

/// Everything that happened, in its order.
pub struct Record {
    file: RefCell<File>,
    lines: RefCell<Vec<Json>>,
    /// The external ID, which no line may show.
    secret: String,
}

/// Prints a text for the person. A terminal that is gone ends nothing: what was made is still removed.
pub fn say(text: impl Display) {
    drop(write!(std::io::stderr(), "{text}"));
}

/// The time now, as in `2026-01-31T09:15:00Z`.
pub fn now() -> String {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = seconds.expect("a clock after 1970").as_secs();
    let seconds = i64::try_from(seconds).expect("a clock of this age");
    let time = DateTime::from_secs(seconds).fmt(Format::DateTime);
    time.expect("a time of this age")
}

impl Record {
    /// A record in a new file.
    pub fn create(path: &Path, secret: &str) -> std::io::Result<Self> {
        Ok(Record {
            file: RefCell::new(File::create(path)?),
            lines: RefCell::default(),
            secret: secret.to_owned(),
        })
    }

    /// Adds a line of this kind.
    pub fn add(&self, kind: &str, fields: Json) {
        let mut line = json!({"kind": kind, "at": now()});
        if let (Json::Object(line), Json::Object(fields)) = (&mut line, fields) {
            line.extend(fields);
        }
        let text = format!("{line}\n").replace(&self.secret, "(sensitive)");
        // A full disk must not keep anything from being removed.
        if let Err(error) = self.file.borrow_mut().write_all(text.as_bytes()) {
            say(format_args!("cannot write the record: {error}\n"));
        }
        let line = serde_json::from_str(&text).expect("the line that was just written");
        self.lines.borrow_mut().push(line);
    }

    /// The lines of this kind.
    pub fn of(&self, kind: &str) -> Vec<Json> {
        let lines = self.lines.borrow();
        let lines = lines.iter().filter(|line| line["kind"] == kind);
        lines.cloned().collect()
    }
}
