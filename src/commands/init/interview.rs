//! The questions: each is asked until its answer is one that the settings accept.

use std::path::Path;

use crate::failure::Failure;
use crate::render::wrap;
use crate::settings::Answers;
use crate::terminal::ask::{ask, can_ask};
use crate::terminal::report;

/// A question for the value of a key.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) key: &'a str,
    /// What the answer is for, and what may be answered.
    pub(super) about: &'a str,
    pub(super) label: &'a str,
    /// What an empty answer means; empty if the key is not set then.
    pub(super) usual: &'a str,
    pub(super) is_list: bool,
    /// What to say if nobody answers and there is no usual answer; nothing if it need not be set.
    pub(super) missing: Option<&'a str>,
}

/// What was answered so far.
pub(super) struct Interview {
    pub(super) answers: Answers,
    /// Whether there is somebody to ask.
    pub(super) asks: bool,
    missing: Vec<String>,
}

impl Interview {
    pub(super) fn new(answers: Answers, is_silent: bool) -> Self {
        Interview {
            answers,
            asks: !is_silent && can_ask(),
            missing: Vec::new(),
        }
    }

    /// Says what follows, if somebody is asked.
    pub(super) fn begin(&self, path: &Path) {
        if self.asks {
            say(&format!(
                "This writes the settings file {}. Enter takes what stands in brackets. Ctrl-C ends it, \
                 and nothing is written before the last answer.",
                path.display()
            ));
        }
    }

    /// Asks for the value of a key, unless an option gave it.
    pub(super) async fn ask(&mut self, question: Question<'_>) -> Result<(), Failure> {
        if self.answers.has(question.key) {
            return Ok(());
        }
        if !self.asks {
            match question.missing.filter(|_| question.usual.is_empty()) {
                Some(missing) => self.missing.push(missing.to_owned()),
                None => self.set(&question, question.usual),
            }
            return Ok(());
        }
        say(question.about);
        loop {
            let line = self.line(question.label, question.usual).await?;
            self.set(&question, &line);
            let refused = match self.answers.refused(question.key, &environment) {
                None if line.is_empty() => {
                    question.missing.map(|_| "An answer is needed.".to_owned())
                }
                refused => refused,
            };
            match refused {
                None => return Ok(()),
                Some(why) => say_refused(&why),
            }
        }
    }

    /// Asks for what is no key. Without anybody to ask the usual answer counts.
    pub(super) async fn ask_with<T>(
        &mut self,
        about: &str,
        label: &str,
        usual: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        self.ask_if(self.asks, about, label, usual, read).await
    }

    /// The same, where the usual answer counts unless `asks`.
    pub(super) async fn ask_if<T>(
        &mut self,
        asks: bool,
        about: &str,
        label: &str,
        usual: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        if !asks {
            return read(usual).map_err(Failure::new);
        }
        say(about);
        loop {
            match read(&self.line(label, usual).await?) {
                Ok(answer) => return Ok(answer),
                Err(why) => say_refused(&why),
            }
        }
    }

    /// The answers, once all questions are asked.
    ///
    /// # Errors
    /// Everything that is missing, and every value of an option that the settings would refuse.
    pub(super) fn finished(self) -> Result<Answers, Failure> {
        let refused = self.answers.problems(&environment);
        let refused = refused
            .into_iter()
            .map(|(key, why)| format!("{key}: {why}"));
        let wrong: Vec<String> = self.missing.into_iter().chain(refused).collect();
        if wrong.is_empty() {
            return Ok(self.answers);
        }
        let failure = Failure::new("the settings file cannot be written with these answers");
        let failure = wrong.into_iter().fold(failure, Failure::because);
        Err(failure.hint("Change these options, or run `provision init` at a terminal, which asks"))
    }

    fn set(&mut self, question: &Question, line: &str) {
        if line.is_empty() {
            self.answers.unset(question.key);
        } else if question.is_list {
            self.answers.set(question.key, items(line));
        } else {
            self.answers.set(question.key, line);
        }
    }

    /// The answer, or the usual one where it is empty.
    async fn line(&self, label: &str, usual: &str) -> Result<String, Failure> {
        let question = match usual {
            "" => format!("{label}: "),
            _ => format!("{label} [{usual}]: "),
        };
        let line = ask(&question).await?.ok_or_else(|| {
            Failure::new("the input ended before the last answer; nothing was written")
        })?;
        Ok(match line.as_str() {
            "" => usual.to_owned(),
            _ => line,
        })
    }
}

/// The items of a list. A name may hold a comma, so that only one before a space or before what begins
/// like another item ends an item.
fn items(line: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let mut is_first = true;
        for part in word.split(',').filter(|part| !part.is_empty()) {
            let begins = part.starts_with("arn:")
                || part.contains('/')
                || part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            match items.last_mut().filter(|_| !is_first && !begins) {
                Some(item) => *item += &format!(",{part}"),
                None => items.push(part.to_owned()),
            }
            is_first = false;
        }
    }
    items
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn say(text: &str) {
    let lines = wrap::wrapped(text, wrap::columns(&std::io::stderr()));
    report(&format!("\n{}\n", lines.join("\n")));
}

fn say_refused(why: &str) {
    let columns = wrap::columns(&std::io::stderr());
    report(&wrap::hanging(
        "! ",
        "  ",
        &iam_policy::printable::harmless(why),
        columns,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_taken_apart() {
        let cases: [(&str, &[&str], &str); 6] = [
            ("eu-west-1,us-east-1", &["eu-west-1", "us-east-1"], "commas"),
            (
                "eu-west-1, us-east-1",
                &["eu-west-1", "us-east-1"],
                "commas and spaces",
            ),
            ("eu-west-1 us-east-1", &["eu-west-1", "us-east-1"], "spaces"),
            (
                "210987654321,arn:aws:iam::210987654321:role/a",
                &["210987654321", "arn:aws:iam::210987654321:role/a"],
                "an account and an ARN",
            ),
            (
                "arn:aws:iam::210987654321:role/A,B",
                &["arn:aws:iam::210987654321:role/A,B"],
                "a name with a comma",
            ),
            ("user/a,role/b,", &["user/a", "role/b"], "identities"),
        ];
        for (line, expected, reason) in cases {
            assert_eq!(items(line), expected, "{reason}");
        }
    }
}
