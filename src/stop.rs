//! Waiting for a person to stop the run.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::watch;

/// Whether a signal came, and how many reads of a file are under way.
static STOPPED: AtomicBool = AtomicBool::new(false);
static READING: AtomicUsize = AtomicUsize::new(0);

/// Returns once `stop` is true. Never returns if the sender of `stop` is dropped before that.
pub async fn until(mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Notes that a signal came: no further file is read. Returns whether one is being read: a file that
/// never ends, such as a pipe, blocks its thread for ever, and nothing is under way meanwhile that
/// must finish.
pub fn came_while_reading() -> bool {
    STOPPED.store(true, Ordering::SeqCst);
    READING.load(Ordering::SeqCst) > 0
}

/// Reads from a file, which a signal may end together with the program.
///
/// # Errors
/// Those of `read`, and [`io::ErrorKind::Interrupted`] if a signal came before.
pub fn reading<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    READING.fetch_add(1, Ordering::SeqCst);
    let result = if STOPPED.load(Ordering::SeqCst) {
        Err(io::Error::new(
            io::ErrorKind::Interrupted,
            "the run was stopped",
        ))
    } else {
        read()
    };
    READING.fetch_sub(1, Ordering::SeqCst);
    result
}
