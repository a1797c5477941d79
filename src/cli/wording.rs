//! The errors of the command line in the words of all other errors.

use anstream::adapter::strip_str;

/// The error of clap as this program writes errors: `Error:` and `Hint:`, without empty lines. It has
/// clap's styles.
pub fn in_our_words(error: &clap::Error) -> String {
    let text = error.render().ansi().to_string();
    let lines = text.lines().filter_map(|line| {
        let bare = strip_str(line).to_string();
        if bare.is_empty() {
            None
        } else if bare.starts_with("error: ") {
            Some(plain(&line.replacen("error:", "Error:", 1)))
        } else if bare.starts_with("  tip: ") {
            Some(line.trim_start().replacen("tip:", "Hint:", 1))
        } else {
            Some(line.to_owned())
        }
    });
    lines.map(|line| line + "\n").collect()
}

/// The problem without Rust's way to write ranges, and its words for what is no number.
fn plain(problem: &str) -> String {
    let problem = problem.replace("invalid digit found in string", "it is not a whole number");
    let range = problem.rsplit_once(" is not in ");
    let limits = range.and_then(|(before, range)| Some((before, range.split_once("..=")?)));
    match limits {
        Some((before, (low, high))) => format!("{before} is not from {low} to {high}"),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn errors_of_the_command_line_read_like_all_others() {
        let cases: [(&[&str], &str); 5] = [
            (
                &["plan", "--regoin=a"],
                "Error: unexpected argument '--regoin' found\n\
                 Hint: a similar argument exists: '--region'\n",
            ),
            (&["plann"], "Error: unrecognized subcommand 'plann'\nHint: "),
            (
                &["plan", "--concurrency=0"],
                "Error: invalid value '0' for '--concurrency <N>': 0 is not from 1 to 1024\n",
            ),
            (
                &["verify", "--timeout=x"],
                "Error: invalid value 'x' for '--timeout <SECONDS>': it is not a whole number\n",
            ),
            (
                &["completions"],
                "Error: the following required arguments were not provided:\n  <SHELL>\n",
            ),
        ];
        for (args, expected) in cases {
            let error = Cli::try_parse_from(["provision"].iter().chain(args)).unwrap_err();
            let styled = in_our_words(&error);
            assert!(styled.contains("\u{1b}["), "{styled:?}");
            let words = strip_str(&styled).to_string();
            assert!(words.starts_with(expected), "{words}");
            assert!(
                !words.contains("error:") && !words.contains("tip:"),
                "{words}"
            );
        }
    }
}
