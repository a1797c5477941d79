//! The question before the first write.

use std::io::{self, IsTerminal};

use crate::failure::Failure;
use crate::terminal::report;

/// Returns when the person agrees: by `--yes`, or by typing `yes` at the terminal.
///
/// # Errors
/// Any other answer than `yes`, or no terminal to ask at.
pub async fn confirm(yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if let Some(stream) = no_terminal() {
        return Err(Failure::new(format!(
            "{stream} is not a terminal, so there is no way to ask for confirmation; nothing was changed"
        ))
        .hint("Pass `--yes` to go ahead without a question"));
    }
    report(&format!("\n{question} Type yes: "));
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    match answer.await {
        Ok(Ok(line)) if line.trim() == "yes" => Ok(()),
        Ok(Ok(_)) => Err(Failure::new("not confirmed; nothing was changed")),
        Ok(Err(error)) => Err(Failure::new("cannot read the answer").because(error.to_string())),
        Err(error) => Err(Failure::new("cannot read the answer").because(error.to_string())),
    }
}

/// The stream that a question needs and that is no terminal.
fn no_terminal() -> Option<&'static str> {
    if !io::stdin().is_terminal() {
        Some("stdin")
    } else if !io::stderr().is_terminal() {
        Some("stderr")
    } else {
        None
    }
}

/// Whether there is somebody to ask.
pub fn asks() -> bool {
    no_terminal().is_none()
}

/// Whether a question would be asked of a person who does not see stdout, because it goes to a file or a
/// pipe. What the question is about belongs on stderr then.
pub fn asks_without_stdout() -> bool {
    asks() && !io::stdout().is_terminal()
}
