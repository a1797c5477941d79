//! A settings file that is written for a person, with every key and what the key is for.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::file;
use super::general::GeneralFlags;
use super::key::{Form, Key};
use super::keys;
use super::load;
use super::stackstate::StackStateFlags;
use super::trust::{Environment, Need};
use crate::failure::Failure;

/// The most columns of a comment.
const COLUMNS: usize = 78;

/// What is to stand in a settings file: from the path of a key to its value, as TOML. The external ID
/// may be among the values.
#[derive(Default)]
pub struct Answers(BTreeMap<String, toml::Value>);

impl Answers {
    /// What the flags say.
    pub fn of_flags(general: &GeneralFlags, flags: &StackStateFlags) -> Self {
        let flags = &flags.with_lists_split();
        let top = &general.top;
        let tags = top.tags.iter();
        let tags = tags.map(|(key, value)| {
            let value = value.clone().unwrap_or_default();
            (key.clone(), toml::Value::from(value))
        });
        let tags: toml::Table = tags.collect();
        let texts = [
            ("account", top.account.clone()),
            (
                "stackstate.external_id",
                flags.external_id.as_ref().map(|it| it.expose().to_owned()),
            ),
            ("stackstate.trust", flags.trust.and_then(name)),
            ("stackstate.encryption", flags.encryption.and_then(name)),
            ("stackstate.profile", flags.profile.and_then(name)),
            ("stackstate.postfix", flags.postfix.clone()),
            (
                "stackstate.permissions_boundary",
                flags.permissions_boundary.clone(),
            ),
            (
                "stackstate.policies",
                flags.policies.as_ref().map(|it| it.display().to_string()),
            ),
        ];
        let lists = [
            ("regions", &top.regions),
            ("stackstate.agent_principals", &flags.agent_principals),
            ("stackstate.keep_policies", &flags.keep_policies),
        ];
        let mut answers = Answers::default();
        if !tags.is_empty() {
            answers.set("tags", tags);
        }
        for (key, text) in texts {
            if let Some(text) = text {
                answers.set(key, text);
            }
        }
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            answers.set(key, list.clone());
        }
        answers
    }

    /// Sets a key, in the place of what it had.
    pub fn set(&mut self, key: &str, value: impl Into<toml::Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// Takes a key out again.
    pub fn unset(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// The value of a key that holds a string.
    pub fn get(&self, key: &str) -> Option<String> {
        self.0.get(key)?.as_str().map(str::to_owned)
    }

    /// Whether a key is set.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The file. A section is in it if `sections` names it. A key that has no value is a comment.
    pub fn text(&self, sections: &[&str]) -> String {
        let mut text = String::new();
        add_comment(
            &mut text,
            "The settings of `provision`. A key behind a # is not set; the value there is the default, or \
             an example. `provision config` shows what was understood. `provision explain fleet` names \
             the keys for many accounts.",
        );
        self.add(&mut text, "", keys::TOP, sections);
        text
    }

    fn add(&self, text: &mut String, path: &str, keys: &[Key], sections: &[&str]) {
        for key in keys {
            let path = match path {
                "" => key.name.to_owned(),
                path => format!("{path}.{}", key.name),
            };
            if let Form::Section(below) = key.form {
                if sections.contains(&key.name) {
                    text.push('\n');
                    add_comment(text, key.about);
                    text.push_str(&format!("[{path}]\n"));
                    self.add(text, &path, below, sections);
                }
                continue;
            }
            // Whatever has a section with a name of its own is rare, and the page of the docs has it.
            if matches!(key.form, Form::Sections(_)) {
                continue;
            }
            text.push('\n');
            add_comment(text, key.about);
            if let Form::Choice(choices) = key.form {
                for choice in choices() {
                    add_comment(text, &format!("  \"{}\": {}.", choice.name, choice.about));
                }
            }
            match self.0.get(&path) {
                Some(value) => text.push_str(&format!("{} = {value}\n", key.name)),
                None => text.push_str(&format!("# {} = {}\n", key.name, key.usual)),
            }
        }
    }

    /// What is wrong with the value of a key, as it would be with that of a file: the problem with the
    /// accepted form, or nothing.
    pub fn refused(&self, key: &str, environment: Environment) -> Option<String> {
        let mut problems = self.problems(environment).into_iter();
        problems.find(|(of, _)| of == key).map(|(_, why)| why)
    }

    /// Everything that is wrong with the values, each with its key.
    pub fn problems(&self, environment: Environment) -> Vec<(String, String)> {
        let sections = self.0.keys().filter_map(|key| key.split_once('.'));
        let sections: Vec<&str> = sections.map(|(section, _)| section).collect();
        // A file without a name: messages have the key and no place.
        let (file, reading) = file::parse(&self.text(&sections), "");
        let (general, flags) = (GeneralFlags::default(), StackStateFlags::default());
        load::check(&file, &reading, &general, &flags, Need::Names, environment);
        let problem = |(of, failure): (String, Failure)| {
            let key = of.split('[').next().unwrap_or_default().to_owned();
            let problem = failure.message.strip_prefix(&format!("{key}: "));
            let mut problem = problem.unwrap_or(&failure.message).to_owned();
            if let Some(hint) = failure.hint {
                problem += &format!(". {hint}");
            }
            (key, problem)
        };
        reading.failures().into_iter().map(problem).collect()
    }
}

/// The name of a choice in the file.
fn name<T: ValueEnum>(value: T) -> Option<String> {
    let value = value.to_possible_value()?;
    Some(value.get_name().to_owned())
}

/// A comment, broken into lines. Its lines begin as the text does.
fn add_comment(text: &mut String, comment: &str) {
    let words = comment.trim_start();
    let indent = format!("# {}", &comment[..comment.len() - words.len()]);
    let mut line = indent.clone();
    for word in words.split(' ') {
        if line.len() > indent.len() && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            text.push_str(&(line + "\n"));
            line = indent.clone();
        }
        if line.len() > indent.len() {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&(line + "\n"));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: [&str; 2] = ["stackstate", "audit_trail"];

    fn none(_: &str) -> Option<String> {
        None
    }

    fn good() -> Answers {
        let mut answers = Answers::default();
        answers.set("regions", vec!["eu-west-1".to_owned()]);
        answers.set(
            "stackstate.agent_principals",
            vec!["210987654321".to_owned()],
        );
        answers.set("stackstate.external_id", "${STS_EXTERNAL_ID}");
        answers.set("stackstate.profile", "hardened");
        answers.set("audit_trail.attach_to", vec!["user/a".to_owned()]);
        answers
    }

    #[test]
    fn the_file_has_every_key_with_a_comment() {
        let text = good().text(&BOTH);
        insta::assert_snapshot!(text);
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS));
    }

    #[test]
    fn every_comment_that_is_a_key_can_be_taken_in() {
        let text = good().text(&["lint", "stackstate", "audit_trail"]);
        let is_key = |line: &str| {
            let key = line.strip_prefix("# ").and_then(|it| it.split_once(" = "));
            key.is_some_and(|(key, _)| keys::is_key(key))
        };
        let lines = text.lines().map(|line| match is_key(line) {
            true => &line[2..],
            false => line,
        });
        let text: Vec<&str> = lines.collect();
        let (file, reading) = file::parse(&text.join("\n"), "provision.toml");
        let (general, flags) = (GeneralFlags::default(), StackStateFlags::default());
        load::check(&file, &reading, &general, &flags, Need::Names, &none);
        let failures = reading.failures();
        assert!(failures.is_empty(), "{failures:?} in {}", text.join("\n"));
    }

    #[test]
    fn an_answer_is_checked_as_the_settings_are() {
        let list = |text: &str| toml::Value::from(vec![text]);
        let cases: [(&str, toml::Value, Option<&str>, &str); 8] = [
            ("account", "123456789012".into(), None, "an account"),
            (
                "account",
                "1234".into(),
                Some(
                    "\"1234\" is not an AWS account ID. Write exactly 12 digits, for example \"123456789012\"",
                ),
                "no account",
            ),
            (
                "regions",
                list("eu-west-11"),
                Some(
                    "\"eu-west-11\" is not the code of an AWS region. Write the code of a region; did you mean \"eu-west-1\"?",
                ),
                "no region",
            ),
            ("regions", list("us-east-1"), None, "a region"),
            (
                "stackstate.trust",
                "ec3".into(),
                Some("\"ec3\" is neither \"external\" nor \"ec2\". Did you mean \"ec2\"?"),
                "no kind of trust",
            ),
            (
                "stackstate.external_id",
                "${NOT_SET}".into(),
                None,
                "a variable for later",
            ),
            ("audit_trail.attach_to", list("role/a"), None, "a role"),
            (
                "audit_trail.attach_to",
                list("a"),
                Some(
                    "\"a\" is neither a user, a group nor a role. Write \"user/NAME\", \"group/NAME\" or \"role/NAME\", without a path",
                ),
                "no identity",
            ),
        ];
        for (key, value, refused, reason) in cases {
            let mut answers = Answers::default();
            answers.set(key, value);
            assert_eq!(answers.refused(key, &none).as_deref(), refused, "{reason}");
        }
    }

    proptest! {
        #[test]
        fn what_was_answered_is_what_is_read(id in "[ -~é]{0,40}") {
            let mut answers = good();
            answers.set("audit_trail.description", id.as_str());
            let text = answers.text(&BOTH);
            let read: toml::Table = toml::from_str(&text).unwrap();
            prop_assert_eq!(read["audit_trail"]["description"].as_str(), Some(id.as_str()));
        }
    }
}
