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
