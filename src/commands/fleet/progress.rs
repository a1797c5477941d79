//! Shows how far a run over many accounts has come: in one line that changes, or in a line every ten seconds.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::pin;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::fleet::run::{End, Gone, Limits, Note, run};
use crate::fleet::target::Target;
use crate::render::fleet::live as line;
use crate::render::fleet::live::Progress;
use crate::terminal::{live, report};

/// How often a run whose output is no terminal says how far it has come.
const REPORT: Duration = Duration::from_secs(10);

/// Does `work` in every account of the waves, and shows how far it has come. `note` is told what happens.
pub(super) async fn shown<F>(
    waves: &[Vec<Target>],
    limits: Limits,
    stop: &watch::Receiver<bool>,
    work: impl Fn(Target) -> F,
    note: impl Fn(&Note<'_>),
) -> Gone
where
    F: Future<Output = End> + Send + 'static,
{
    let began = Instant::now();
    let progress = Mutex::new(Progress {
        total: waves.iter().map(Vec::len).sum(),
        ..Progress::default()
    });
    let now = || *progress.lock().unwrap_or_else(PoisonError::into_inner);
    let tell = |told: Note<'_>| {
        note(&told);
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        match told {
            Note::Began(_) => progress.under_way += 1,
            Note::Ended(ended) => {
                progress.under_way -= 1;
                progress.ended += 1;
                progress.failed += usize::from(ended.outcome.is_failure());
            }
            Note::Pauses(length) => report(&format!(
                "The next wave begins in {} s.\n",
                length.as_secs()
            )),
        }
    };
    let going = run(waves, limits, stop, work, tell);
    pin!(going);
    let is_live = live::is_possible();
    let mut next_report = began + REPORT;
    let mut ticks = live::ticks();
    loop {
        tokio::select! {
            biased;
            gone = &mut going => {
                live::clear();
                return gone;
            }
            _ = ticks.tick() => {
                let view = |columns| {
                    let progress = Progress { is_stopping: *stop.borrow(), ..now() };
                    line::line(progress, began.elapsed(), columns)
                };
                if is_live {
                    live::show(vec![view(live::size().columns - 1)]);
                } else if Instant::now() >= next_report {
                    next_report = Instant::now() + REPORT;
                    report(&(view(usize::MAX) + "\n"));
                }
            }
        }
    }
}
