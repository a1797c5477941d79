//! A place while its document is at hand: it borrows the names of members and allocates nothing.

use super::place::{Place, Step};

/// The steps into the deepest value that a policy has: `Statement`, its index, `Condition`, the
/// operator, the key, and the value's index.
const DEPTH: usize = 6;

/// The way from the top of a document to one of its values; [`Path::place`] is the same way by
/// itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Path<'a> {
    steps: [PathStep<'a>; DEPTH],
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PathStep<'a> {
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// The document itself.
    pub(crate) const TOP: Path<'static> = Path {
        steps: [PathStep::Index(0); DEPTH],
        depth: 0,
    };

    /// The path of a member of the object at this path.
    pub(crate) fn key(self, key: &'a str) -> Self {
        self.step(PathStep::Key(key))
    }

    /// The path of an item of the list at this path.
    pub(crate) fn index(self, index: usize) -> Self {
        self.step(PathStep::Index(index))
    }

    /// A value deeper than that of any policy has the path of the value around it.
    fn step(mut self, step: PathStep<'a>) -> Self {
        if let Some(next) = self.steps.get_mut(self.depth) {
            *next = step;
            self.depth += 1;
        }
        self
    }

    /// The same place without the document.
    pub(crate) fn place(&self) -> Place {
        let steps = self.steps[..self.depth].iter();
        Place(
            steps
                .map(|step| match *step {
                    PathStep::Index(index) => Step::Index(index),
                    PathStep::Key(key) => Step::Key(key.to_owned()),
                })
                .collect(),
        )
    }
}
