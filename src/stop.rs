//! The end of a run that a person asks for, as everything that waits sees it.

use tokio::sync::watch;

/// Returns once `stop` is true, and never if nobody can stop the run any more.
pub async fn until(mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending::<()>().await;
    }
}
