//! Lets calls begin: a limited number at a time, and none once the run is stopped.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// How many calls of one account of many may be under way: a quarter of the usual limit of a run, so that an
/// account with thousands of keys leaves room for the others.
const CALLS_OF_ONE_OF_MANY: usize = 64;

/// The turn of one call, which lasts until this is dropped.
pub(super) struct Turn<'a> {
    _of_account: Option<SemaphorePermit<'a>>,
    _of_run: Option<SemaphorePermit<'a>>,
}

/// The gate that every call of a run passes, whichever account the call is for.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    /// The permits of one account of many.
    of_account: Option<Arc<Semaphore>>,
    of_run: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

impl Gate {
    /// At most `concurrency` calls are under way at any time. When `stop` becomes true no further
    /// call begins.
    pub(super) fn new(concurrency: usize, stop: watch::Receiver<bool>) -> Self {
        Gate {
            of_account: None,
            of_run: Arc::new(Semaphore::new(concurrency)),
            stop,
        }
    }

    /// The gate of one account of many, behind which is the gate of the run.
    pub(super) fn of_one_of_many(&self) -> Self {
        Gate {
            of_account: Some(Arc::new(Semaphore::new(CALLS_OF_ONE_OF_MANY))),
            ..self.clone()
        }
    }

    /// Waits for the turn of one call. `None` once the run is stopped, whether a turn is free or not.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        // The semaphores are never closed, so acquiring cannot fail.
        let permits = async {
            let of_account = match &self.of_account {
                Some(permits) => Some(permits.acquire().await.ok()?),
                None => None,
            };
            Some(Turn {
                _of_account: of_account,
                _of_run: Some(self.of_run.acquire().await.ok()?),
            })
        };
        tokio::select! {
            biased;
            () = self.until_stopped() => None,
            turn = permits => turn,
        }
    }

    /// The turn of a call for which another one waits that has its turn. If it waited for a turn of its
    /// own, calls could wait for one another for ever. `None` once the run is stopped.
    pub(super) fn turn_within_another(&self) -> Option<Turn<'_>> {
        (!self.stopped()).then_some(Turn {
            _of_account: None,
            _of_run: None,
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_account_with_many_calls_leaves_room_for_the_others() {
        let (_stop, stopped) = watch::channel(false);
        let run = Gate::new(CALLS_OF_ONE_OF_MANY + 1, stopped);
        let (busy, other) = (run.of_one_of_many(), run.of_one_of_many());
        let mut turns = Vec::new();
        for _ in 0..CALLS_OF_ONE_OF_MANY {
            turns.push(busy.turn().await.unwrap());
        }
        let mut waiting = Box::pin(busy.turn());
        assert!(futures_util::poll!(&mut waiting).is_pending());
        let turn = other.turn().await.expect("the one that is left");
        assert!(
            futures_util::poll!(Box::pin(other.turn())).is_pending(),
            "none is left"
        );
        assert!(
            busy.turn_within_another().is_some(),
            "it has its turn already"
        );
        drop(turn);
        drop(turns.pop());
        waiting.await.expect("one of its own became free");
    }
}
