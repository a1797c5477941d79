//! Reading a policy document into its parts, each with its place, and what is wrong with its form.
//!
//! Reading is lenient: what has the wrong form becomes a [`Problem`], and everything else is read. A
//! [`Policy`](crate::Policy) is a document without such problems, and lint reports all of them.

mod form;
mod parts;
mod path;
mod place;
mod position;
mod problem;
mod reader;
mod words;

pub(crate) use parts::{Condition, Item, Principal, Selector, Statement};
pub(crate) use path::Path;
pub use place::{Place, Step};
pub use position::{Position, positions};
pub(crate) use problem::{Fault, Problem};
pub(crate) use reader::read;
pub use words::{Effect, Version};
