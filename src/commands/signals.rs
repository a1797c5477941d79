//! What a signal does to a command.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::failure::Failure;
use crate::render::json;
use crate::stop::{Effect, signalled};
use crate::terminal::{self, live, report};

/// What the shell reports for a program that SIGINT ended.
pub const INTERRUPTED: u8 = 130;

/// How long the last words may take: whoever reads the output may have stopped reading.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// A command that has not begun to write ends at the first signal. Of one that writes, the first signal
/// lets no further call begin, or no further account of a fleet, and the second one ends the program.
///
/// A thread of its own waits for the signals, because reading a file or the standard input that never
/// ends blocks the main thread.
///
/// # Errors
/// The system does not let the program listen.
pub fn listen(stopping: watch::Sender<bool>, prints_events: bool) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let (mut interrupt, mut terminate, mut resumed) = {
        let _entered = runtime.enter();
        let listen = |kind: SignalKind| signal(kind);
        (
            listen(SignalKind::interrupt())?,
            listen(SignalKind::terminate())?,
            listen(SignalKind::from_raw(Signal::CONT.as_raw()))?,
        )
    };
    let listen = async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = resumed.recv() => {
                    // The shell has written below the live view meanwhile.
                    live::forget();
                    continue;
                }
            }
            match signalled() {
                Effect::Ends(message) => end(move || {
                    terminal::interrupted(message);
                    if prints_events {
                        let message = message.trim_end_matches('.');
                        // The same is on stderr, so that a failure to print it here loses nothing.
                        let _ = terminal::print_event(json::error(&Failure::new(message)));
                    }
                }),
                Effect::Stops(under_way) => {
                    stopping.send_replace(true);
                    report(&format!(
                        "Interrupted: waiting for {under_way}. Press Ctrl-C again to quit now.\n"
                    ));
                }
                Effect::Quits(last_words) => end(last_words),
                Effect::Nothing => {}
            }
        }
    };
    let thread = thread::Builder::new().name("signals".to_owned());
    thread.spawn(move || runtime.block_on(listen))?;
    Ok(())
}

/// Ends the program after `last_words`.
fn end(last_words: impl FnOnce() + Send + 'static) -> ! {
    let (said, waits) = channel();
    thread::spawn(move || {
        last_words();
        // Nobody waits any longer if the words took too long.
        let _ = said.send(());
    });
    // Too late or not, the program ends.
    let _ = waits.recv_timeout(LAST_WORDS);
    std::process::exit(INTERRUPTED.into());
}
