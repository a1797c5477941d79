//! Words of a command for a shell of POSIX.

use std::path::Path;

use crate::saved_plan::Made;

/// The word as a shell takes it for one word, in quotes where that is needed.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The path as one word that is no flag.
pub(super) fn path(path: &Path) -> String {
    let path = path.display().to_string();
    // What begins with a dash would be taken for a flag.
    match path.starts_with('-') {
        true => quoted(&format!("./{path}")),
        false => quoted(&path),
    }
}

/// The command that applies the plan in the file, with more flags.
pub(super) fn apply(file: &Path, flags: &[String]) -> String {
    let flags = flags.iter().map(|flag| quoted(flag));
    let words = ["provision".to_owned(), "apply".to_owned(), path(file)];
    let words: Vec<String> = words.into_iter().chain(flags).collect();
    words.join(" ")
}

/// What a saved plan does and was made with.
pub(super) fn made(made: &Made) -> String {
    let kind = match made.destroys {
        true => "A plan to destroy",
        false => "A plan to apply",
    };
    let flags = made.flags.iter().map(|flag| quoted(flag));
    let options: Vec<String> = made.consent.options().into_iter().chain(flags).collect();
    match options.as_slice() {
        [] => kind.to_owned(),
        options => format!("{kind}, made with {}", options.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_command_names_the_file_in_any_place() {
        let profile = ["--profile=it\'s me".to_owned()];
        let cases = [
            ("plan.json", &profile[..0], "provision apply plan.json"),
            (
                "my plan",
                &profile,
                r"provision apply 'my plan' '--profile=it'\''s me'",
            ),
            ("-x", &profile[..0], "provision apply ./-x"),
        ];
        for (file, flags, expected) in cases {
            assert_eq!(apply(Path::new(file), flags), expected);
        }
    }

    #[test]
    fn a_plain_word_stays_as_it_is() {
        let cases = [
            ("plan.json", "plan.json"),
            ("--tag=a=b", "--tag=a=b"),
            ("my plan.json", "'my plan.json'"),
            ("${NAME}", "'${NAME}'"),
            ("it's", r"'it'\''s'"),
            ("~/plan", "'~/plan'"),
            ("", "''"),
        ];
        for (word, expected) in cases {
            assert_eq!(quoted(word), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_shell_reads_back_the_word(word in "[^\0]{0,20}") {
            let script = format!("printf %s {}", quoted(&word));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout), word);
        }
    }
}
