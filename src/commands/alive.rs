//! Shows what is under way while AWS is read.

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use crate::aws::Activity;
use crate::render::waiting;
use crate::terminal::{live, report};

/// What is faster than this needs no sign of life.
const PATIENCE: Duration = Duration::from_millis(500);

/// When output that is no terminal gets its first line, and how often it gets one after that.
const FIRST_REPORT: Duration = Duration::from_secs(5);
const REPORT: Duration = Duration::from_secs(10);

/// The result of `reads`. What is under way is shown on stderr meanwhile, unless `reads` is fast: on a
/// terminal as a view, which is gone afterwards, and otherwise in a few lines.
pub async fn alive<T>(activity: &Activity, reads: impl Future<Output = T>) -> T {
    activity.count_reads_anew();
    let began = Instant::now();
    let is_live = live::is_possible();
    let mut next_report = began + FIRST_REPORT;
    let mut ticks = live::ticks();
    // A future in this set is polled once it is woken, and not at each tick.
    let mut reads = FuturesUnordered::from_iter([reads]);
    loop {
        tokio::select! {
            biased;
            Some(result) = reads.next() => {
                live::clear();
                return result;
            }
            _ = ticks.tick() => {
                let now = Instant::now();
                let view = |columns| waiting::reading(activity, now - began, now, columns);
                if is_live && now - began >= PATIENCE {
                    live::show(view(live::size().columns - 1));
                } else if !is_live && now >= next_report {
                    next_report = now + REPORT;
                    report(&(view(usize::MAX).join("\n") + "\n"));
                }
            }
        }
    }
}
