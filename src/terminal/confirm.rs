//! The question before the first write.

use std::io::{self, IsTerminal};

use crate::failure::Failure;
use crate::terminal::ask::{ask, can_ask, no_terminal};

/// Returns when the person agrees: by `--yes`, or by typing `yes` at the terminal.
///
/// # Errors
/// Any other answer than `yes`, or no terminal to ask at.
pub async fn confirm(yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    typed(
        &format!("{question} Type yes: "),
        "yes",
        "Pass `--yes` to go ahead without a question",
    )
    .await
}

/// Returns when the person types `answer`. Where nobody can be asked, `way` is the way to go ahead.
///
/// # Errors
/// Any other answer, or no terminal to ask at.
pub async fn typed(question: &str, answer: &str, way: &str) -> Result<(), Failure> {
    if let Some(stream) = no_terminal() {
        return Err(Failure::new(format!(
            "{stream} is not a terminal, so there is no way to ask for confirmation; nothing was changed"
        ))
        .hint(way));
    }
    match ask(&format!("\n{question}")).await? {
        Some(given) if given == answer => Ok(()),
        _ => Err(Failure::new("not confirmed; nothing was changed")),
    }
}

/// Whether a question would be asked of a person who does not see stdout, because it goes to a file or a
/// pipe. What the question is about belongs on stderr then.
pub fn asks_without_stdout() -> bool {
    can_ask() && !io::stdout().is_terminal()
}
