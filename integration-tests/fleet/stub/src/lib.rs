//! An AWS of many accounts, which replays what an emulator answered for one.
//!
//! The answers of one account are recorded from an emulator: of an empty account and of one in which the
//! program was applied. Each request is answered by service, region and content, in any order, with the
//! account's id in the place of the recorded one. Each request must be signed by the account that it is
//! about.

mod answer;
mod counts;
mod organization;
mod recording;
mod request;
mod script;
mod server;
mod sessions;

pub use answer::Answer;
pub use counts::Counts;
pub use organization::{Member, Organization};
pub use recording::{Recorder, Recording};
pub use request::Request;
pub use script::{Kind, Reply, Script, State, Turn, of_kinds};
pub use server::{Fleet, Stub};
