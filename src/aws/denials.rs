//! What AWS denied of a survey's calls.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::{AwsError, ErrorKind};

/// The denials of the calls of one survey, in their order.
#[derive(Debug, Clone, Default)]
pub struct Denials(Arc<Mutex<Vec<AwsError>>>);

impl Denials {
    /// Takes an error down if it is a denial.
    pub(super) fn take_down(&self, error: &AwsError) {
        if error.kind == ErrorKind::Denied {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(error.clone());
        }
    }

    /// All that was denied so far.
    pub fn all(&self) -> Vec<AwsError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
