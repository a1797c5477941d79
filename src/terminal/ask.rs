//! A question at the terminal that is answered with a line.

use std::io::{self, IsTerminal};

use crate::failure::Failure;
use crate::terminal::report;

/// Whether somebody can be asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows the question and returns the line that follows, without the white space around it.
///
/// # Errors
/// The end of the input, or an input that cannot be read.
pub async fn ask(question: &str) -> Result<String, Failure> {
    report(question);
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|read| (read, line))
    });
    let unreadable =
        |error: String| Failure::new("cannot read the answer; nothing was written").because(error);
    match answer.await {
        Ok(Ok((0, _))) => {
            // The cursor is still behind the question.
            report("\n");
            Err(Failure::new(
                "the input ended before the last answer; nothing was written",
            ))
        }
        Ok(Ok((_, line))) => Ok(line.trim().to_owned()),
        Ok(Err(error)) => Err(unreadable(error.to_string())),
        Err(error) => Err(unreadable(error.to_string())),
    }
}
