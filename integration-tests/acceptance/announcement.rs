//! What a person reads before anything is made, and the word that agrees to it.

use std::io::{self, IsTerminal};

use provision::failure::Failure;

use crate::names::Names;
use crate::record::say;

/// The word that agrees.
pub const WORD: &str = "create-and-destroy";

/// What a run makes, what that costs, and how long it takes.
pub fn announcement(names: &Names, earlier: &[Names], clean_up_alone: bool) -> String {
    let mut text = format!(
        "Account {} in the partition {}, regions {}\n\n",
        names.account,
        names.partition,
        names.regions.join(", ")
    );
    if !earlier.is_empty() {
        text += "Runs that were cut off may have left the following, which is removed first:\n";
        for names in earlier {
            text += &format!("  of {}, postfix {}:\n", names.started, names.postfix);
            text += &list(names);
        }
        text.push('\n');
    }
    if !clean_up_alone {
        text += "This run makes the following and removes it again:\n";
        text += &list(names);
        text += "\n\
             Nothing else in the account is changed. The trust policies name this account alone, and\n\
             the scratch user has no credentials.\n\n\
             Cost: less than one dollar. A KMS key costs $1 a month, prorated by the hour, and nothing\n\
             once its deletion is scheduled (https://aws.amazon.com/kms/pricing/); AWS deletes the two\n\
             keys seven days later. Firehose, S3 and EventBridge cost some cents at most, because a\n\
             few records are sent, and a few objects stored.\n\n\
             Time: about 40 minutes, at most two hours. The credentials must last as long.\n\
             Ctrl-C ends the scenarios, and everything is removed.\n\n";
    }
    text
}

fn list(names: &Names) -> String {
    let lines = names.all().into_iter();
    lines.map(|thing| format!("    {thing}\n")).collect()
}

/// Returns once the person has agreed, by the word on the command line or at the terminal.
pub fn agreed(confirm: Option<&str>) -> Result<(), Failure> {
    let nothing = "; nothing was changed";
    let typed = match confirm {
        Some(word) => word.to_owned(),
        None if io::stdin().is_terminal() => {
            say(format_args!("Type `{WORD}` to go on: "));
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line);
            read.map_err(|error| {
                Failure::new(format!("cannot read the answer{nothing}")).because(error.to_string())
            })?;
            line
        }
        None => {
            return Err(
                Failure::new(format!("there is no terminal to ask at{nothing}"))
                    .hint(format!("Pass CONFIRM={WORD}")),
            );
        }
    };
    match typed.trim() == WORD {
        true => Ok(()),
        false => Err(Failure::new(format!("not confirmed{nothing}"))),
    }
}
