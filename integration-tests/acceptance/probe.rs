//! Whether reads are late: after a write the same read is repeated until the new state was seen for a
//! while.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::stage::Stage;

/// Five reads a second, which every service but Firehose allows beside others.
pub const OFTEN: Duration = Duration::from_millis(200);
/// Firehose allows five calls a second of each operation in an account and region ("Amazon Data Firehose
/// endpoints and quotas"), which others in the account share.
pub const SELDOM: Duration = Duration::from_secs(1);

impl Stage {
    /// Repeats `read`, which says whether it saw what `write` wrote, and records when it did first and
    /// whether it saw the old state after that.
    ///
    /// # Errors
    /// The new state was never seen.
    pub async fn probe(
        &self,
        write: &str,
        read: &str,
        pace: Duration,
        mut sees: impl AsyncFnMut() -> Result<bool, String>,
    ) -> Result<(), String> {
        let written = Instant::now();
        let (mut reads, mut old_after_new) = (0, 0);
        let mut first: Option<Duration> = None;
        let mut last_old: Option<Duration> = None;
        let mut unanswered: BTreeMap<String, u32> = BTreeMap::new();
        loop {
            let asked = written.elapsed();
            reads += 1;
            match sees().await {
                Ok(true) => {
                    first.get_or_insert(asked);
                }
                Ok(false) => {
                    last_old = Some(asked);
                    old_after_new += u32::from(first.is_some());
                }
                Err(error) => *unanswered.entry(error).or_default() += 1,
            }
            let settled = first.max(last_old).unwrap_or_default() + self.reads / 6;
            let elapsed = written.elapsed();
            if elapsed >= self.reads || first.is_some() && elapsed >= settled {
                break;
            }
            if !self.pause(pace).await {
                break;
            }
        }
        let millis = |time: Option<Duration>| time.map(|time| time.as_millis());
        self.record.add(
            "probe",
            json!({"write": write, "read": read, "reads": reads, "first_new_ms": millis(first),
                "last_old_ms": millis(last_old), "old_after_new": old_after_new,
                "unanswered": unanswered}),
        );
        match first {
            Some(_) => Ok(()),
            None => Err(format!("{read} did not show what {write} wrote")),
        }
    }
}
