//! Why a run over a fleet ended before every account had its turn.

use serde::{Deserialize, Serialize};

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
    /// More accounts failed than the `most` that may fail.
    pub fn too_many_failed(most: usize) -> Self {
        let accounts = match most {
            1 => "1 account".to_owned(),
            _ => format!("{most} accounts"),
        };
        Stopped {
            why: Why::MaxFailures,
            message: format!("more than {accounts} failed (`max_failures`)"),
        }
    }

    /// A person stopped the run.
    pub fn interrupted() -> Self {
        Stopped {
            why: Why::Interrupted,
            message: "the run was interrupted".to_owned(),
        }
    }

    /// What every account needs failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Stopped {
            why: Why::Failed,
            message: message.into(),
        }
    }
}
