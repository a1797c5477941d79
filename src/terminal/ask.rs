//! A question at the terminal that is answered with a line.

use std::io::{self, IsTerminal};

use crate::failure::Failure;
use crate::terminal::report;

/// Whether somebody can be asked.
pub fn can_ask() -> bool {
    no_terminal().is_none()
}

/// The stream that a question needs and that is no terminal.
pub fn no_terminal() -> Option<&'static str> {
    if !io::stdin().is_terminal() {
        Some("stdin")
    } else if !io::stderr().is_terminal() {
        Some("stderr")
    } else {
        None
    }
}

/// Shows the question and returns the line that follows, without the white space around it; `None` where
/// the input has ended.
///
/// # Errors
/// An input that cannot be read.
pub async fn ask(question: &str) -> Result<Option<String>, Failure> {
    report(question);
    // To read blocks the thread, and a signal must end the program meanwhile.
    let answer = tokio::task::spawn_blocking(|| io::stdin().lines().next().transpose());
    let answer = answer.await.map_err(io::Error::other).flatten();
    let line = answer.map_err(|error| {
        Failure::new("cannot read the answer; nothing was changed").because(error.to_string())
    })?;
    if line.is_none() {
        // The cursor is still behind the question.
        report("\n");
    }
    Ok(line.map(|line| line.trim().to_owned()))
}
