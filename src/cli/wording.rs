//! The errors of the command line in the words of all other errors.

/// The error of clap as this program writes errors: `Error:` and `Hint:`, without empty lines.
pub fn in_our_words(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().filter(|line| !line.is_empty());
    let lines = lines.map(|line| {
        if let Some(problem) = line.strip_prefix("error: ") {
            format!("Error: {}\n", plain(problem))
        } else if let Some(tip) = line.strip_prefix("  tip: ") {
            format!("Hint: {tip}\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
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
                "Error: invalid value '0' for '--concurrency <N>': 0 is not from 1 to 256\n",
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
            let words = in_our_words(&error);
            assert!(words.starts_with(expected), "{words}");
            assert!(
                !words.contains("error:") && !words.contains("tip:"),
                "{words}"
            );
        }
    }
}
