//! Lets calls begin: a limited number at a time, and none once the run is stopped.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// The turn of one call, which lasts until this is dropped.
pub(super) struct Turn<'a> {
    _permit: Option<SemaphorePermit<'a>>,
}

/// The gate that every call of a run passes, whichever account the call is for.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    permits: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

impl Gate {
    /// At most `concurrency` calls are under way at any time. When `stop` becomes true no further
    /// call begins.
    pub(super) fn new(concurrency: usize, stop: watch::Receiver<bool>) -> Self {
        Gate {
            permits: Arc::new(Semaphore::new(concurrency)),
            stop,
        }
    }

    /// Waits for the turn of one call. `None` once the run is stopped, whether a turn is free or not.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let permit = tokio::select! {
            biased;
            () = self.until_stopped() => return None,
            // The semaphore is never closed, so acquiring cannot fail.
            permit = self.permits.acquire() => permit.ok(),
        };
        Some(Turn { _permit: permit })
    }

    /// The turn of a call for which another one waits that has its turn. If it waited for a turn of its
    /// own, calls could wait for one another for ever. `None` once the run is stopped.
    pub(super) fn turn_within_another(&self) -> Option<Turn<'_>> {
        (!self.stopped()).then_some(Turn { _permit: None })
    }

    /// Whether the run was stopped.
    pub(super) fn stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Returns once the run is stopped. Never returns if nobody can stop it any more.
    async fn until_stopped(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Sleeps; false if the run was stopped meanwhile.
    pub(super) async fn pause(&self, length: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(length) => true,
            () = self.until_stopped() => false,
        }
    }
}
