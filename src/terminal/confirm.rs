//! The question before the first write.

use std::io::{self, IsTerminal};

use crate::failure::Failure;
use crate::terminal::report;

/// Returns when the person agrees: by `--yes`, or by typing `yes` at the terminal.
///
/// # Errors
/// Any other answer than `yes`, no terminal to ask at, or `stopped` before an answer.
pub async fn confirm(
    yes: bool,
    question: &str,
    stopped: impl Future<Output = ()>,
) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::new(
            "there is no terminal to ask for confirmation; nothing was changed",
        )
        .hint("Pass `--yes` to go ahead without a question"));
    }
    report(&format!("\n{question} Only `yes` is accepted: "));
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    let answer = tokio::select! {
        answer = answer => answer,
        () = stopped => {
            return Err(Failure::new("stopped before the question was answered; nothing was changed"));
        }
    };
    match answer {
        Ok(Ok(line)) if line.trim() == "yes" => Ok(()),
        Ok(Ok(_)) => Err(Failure::new("not confirmed; nothing was changed")),
        Ok(Err(error)) => Err(Failure::new("cannot read the answer").because(error.to_string())),
        Err(error) => Err(Failure::new("cannot read the answer").because(error.to_string())),
    }
}
