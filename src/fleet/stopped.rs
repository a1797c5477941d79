//! Why a run over a fleet ended before every account had its turn.

use serde::{Deserialize, Serialize};

use crate::fleet::ended::Reason;
use crate::fleet::run;

/// Why no further account began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopped {
    /// The sort of reason.
    pub why: Why,
    /// The reason in words, as a sentence without a full stop.
    pub message: String,
}

/// The sort of reason for which no further account began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// More accounts failed than may fail.
    MaxFailures,
    /// A person stopped the run.
    Interrupted,
    /// What every account needs failed, such as the caller's credentials.
    Failed,
}

impl Stopped {
    /// Why a run stopped in which `most` accounts might fail.
    pub fn of(stopped: &run::Stopped, most: usize) -> Self {
        let too_many = match most {
            0 => "an account failed, and `max_failures` allows none".to_owned(),
            1 => "more than 1 account failed (`max_failures`)".to_owned(),
            _ => format!("more than {most} accounts failed (`max_failures`)"),
        };
        let (why, message) = match stopped {
            run::Stopped::Interrupted => (Why::Interrupted, "the run was interrupted".to_owned()),
            run::Stopped::TooManyFailed => (Why::MaxFailures, too_many),
            run::Stopped::AllDenied => (
                Why::Failed,
                "the first accounts all deny their role".to_owned(),
            ),
            run::Stopped::Everywhere(failure) => (Why::Failed, Reason::of(failure).message),
        };
        Stopped { why, message }
    }
}
