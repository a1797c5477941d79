//! What is wrong with the settings, collected until all of them are read.

use std::cell::{Cell, RefCell};

use crate::failure::Failure;

/// More than a person reads at once. Beyond them they are counted alone, which takes no time.
const MOST: usize = 20;

/// The failures so far. Whoever finds one goes on with what a value of that kind has by default.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: RefCell<Vec<Problem>>,
    more: Cell<usize>,
}

#[derive(Debug)]
struct Problem {
    /// The path of the key, or the flag.
    key: String,
    failure: Failure,
}

impl Problems {
    /// A value that is refused, or a part of the file that cannot be read.
    pub(super) fn add(&self, key: &str, failure: impl FnOnce() -> Failure) {
        let mut found = self.found.borrow_mut();
        if found.len() == MOST {
            self.more.set(self.more.get() + 1);
            return;
        }
        found.push(Problem {
            key: key.to_owned(),
            failure: failure(),
        });
    }

    /// Whether a value of that key was refused.
    pub(super) fn has(&self, key: &str) -> bool {
        let of_key = |problem: &Problem| problem.key.split('[').next() == Some(key);
        self.found.borrow().iter().any(of_key)
    }

    /// All of them, each with the path of its key or with its flag: the flags', then the file's from
    /// its top.
    pub(super) fn take(&self) -> Vec<(String, Failure)> {
        let mut problems = self.found.take();
        problems.sort_by_key(|problem| {
            let excerpt = problem.failure.excerpt.as_ref();
            excerpt.map(|excerpt| (excerpt.line, excerpt.part.start))
        });
        let more = match self.more.take() {
            0 => None,
            1 => Some("1 more mistake is not shown".to_owned()),
            count => Some(format!("{count} more mistakes are not shown")),
        };
        let more = more.map(|text| (String::new(), Failure::new(text)));
        let problems = problems.into_iter();
        let problems = problems.map(|problem| (problem.key, problem.failure));
        problems.chain(more).collect()
    }
}

/// # Errors
/// The failures as one.
pub(super) fn first_of(failures: Vec<(String, Failure)>) -> Result<(), Failure> {
    let mut failures = failures.into_iter().map(|(_, failure)| failure);
    match failures.next() {
        None => Ok(()),
        Some(mut first) => {
            first.also.extend(failures);
            Err(first)
        }
    }
}
