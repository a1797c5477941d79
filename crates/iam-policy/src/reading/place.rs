//! The place of a value in a document.

use std::fmt;

use crate::printable::printable;

/// One step from a JSON value into another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into the item of a list, counted from 0.
    Index(usize),
    /// Into the member of an object.
    Key(String),
}

/// The way from the top of a document to a value. The empty way is the document itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub Vec<Step>);

impl Place {
    /// The place of a member of the object at this place.
    #[must_use]
    pub fn key(&self, key: &str) -> Place {
        self.step(Step::Key(key.to_owned()))
    }

    /// The place of an item of the list at this place.
    #[must_use]
    pub fn index(&self, index: usize) -> Place {
        self.step(Step::Index(index))
    }

    /// The place as a person counts: `statement 3, Condition.Null["kms:ViaService"] entry 2`. A statement
    /// with a `sid`, which is safe to print, is called by that, as in a [`diff()`](crate::diff).
    #[must_use]
    pub fn in_words(&self, sid: Option<&str>) -> String {
        let (number, within) = match &self.0[..] {
            [Step::Key(key), Step::Index(index), within @ ..] if key == "Statement" => {
                (index + 1, within)
            }
            [Step::Key(key), within @ ..] if key == "Statement" && !within.is_empty() => {
                (1, within)
            }
            _ => return self.to_string(),
        };
        let mut words = match sid {
            Some(sid) => format!("statement \"{sid}\""),
            None => format!("statement {number}"),
        };
        let (keys, entries): (Vec<&Step>, Vec<&Step>) =
            within.iter().partition(|step| matches!(step, Step::Key(_)));
        if !keys.is_empty() {
            let keys = Place(keys.into_iter().cloned().collect());
            words.push_str(&format!(", {keys}"));
        }
        for entry in entries {
            if let Step::Index(index) = entry {
                words.push_str(&format!(" entry {}", index + 1));
            }
        }
        words
    }

    fn step(&self, step: Step) -> Place {
        let mut steps = self.0.clone();
        steps.push(step);
        Place(steps)
    }
}

impl fmt::Display for Place {
    /// For example `Statement[2].Condition.StringEquals["kms:ViaService"]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the document");
        }
        for (depth, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if is_word(key) && depth == 0 => f.write_str(key)?,
                Step::Key(key) if is_word(key) => write!(f, ".{key}")?,
                Step::Key(key) => write!(f, "[\"{}\"]", printable(key))?,
            }
        }
        Ok(())
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::{Place, Step};

    #[test]
    fn a_person_counts_from_one_and_says_the_sid() {
        let top = Place::default();
        let list = top.key("Statement");
        let second = list.index(1);
        let value = second.key("Condition").key("Null").key("kms:ViaService");
        let cases = [
            (&top, None, "the document"),
            (&list, None, "Statement"),
            (&top.key("Version"), None, "Version"),
            (&second, None, "statement 2"),
            (
                &second.key("Action").index(0),
                None,
                "statement 2, Action entry 1",
            ),
            (&list.key("Action"), None, "statement 1, Action"),
            (
                &second.key("Effect"),
                Some("Read"),
                "statement \"Read\", Effect",
            ),
            (
                &value.index(2),
                None,
                "statement 2, Condition.Null[\"kms:ViaService\"] entry 3",
            ),
            (
                &Place(vec![
                    Step::Key("Statement".to_owned()),
                    Step::Index(0),
                    Step::Index(4),
                ]),
                None,
                "statement 1 entry 5",
            ),
        ];
        for (place, sid, words) in cases {
            assert_eq!(place.in_words(sid), words, "{place}");
        }
    }
}
