//! Waiting for a person to stop the run.

use tokio::sync::watch;

/// Returns once `stop` is true. Never returns if the sender of `stop` is dropped before that.
pub async fn until(mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending::<()>().await;
    }
}
