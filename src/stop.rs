//! What a signal does, by what the run is doing.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tells what was in flight when the program ended.
type LastWords = Box<dyn Fn() + Send>;

/// What the run is doing, as far as a signal is concerned.
enum Phase {
    /// Nothing has to finish. A signal ends the program with this message.
    Reading(&'static str),
    /// Calls that write may be under way. After a signal these have to finish.
    Writing(&'static str, LastWords),
    /// The same, after the first signal.
    Stopping(LastWords),
    /// A signal is ending the program.
    Ending,
}

/// What a signal does.
pub enum Effect {
    /// The program ends at once, with this message.
    Ends(&'static str),
    /// Nothing else of this kind begins, and what is under way finishes.
    Stops(&'static str),
    /// The program ends at once, after these words.
    Quits(LastWords),
    /// The program is ending already.
    Nothing,
}

static PHASE: Mutex<Phase> = Mutex::new(Phase::Reading("Interrupted: nothing was changed."));

fn phase() -> MutexGuard<'static, Phase> {
    PHASE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on the first signal lets what is under way finish, and the second one ends the program
/// after `last_words`. Never returns where a signal is ending the program.
pub fn writes_begin(under_way: &'static str, last_words: impl Fn() + Send + 'static) {
    change(Phase::Writing(under_way, Box::new(last_words)));
}

/// From now on a signal ends the program at once.
pub fn writes_ended() {
    change(Phase::Reading("Interrupted after the last change."));
}

fn change(to: Phase) {
    let mut phase = phase();
    if matches!(*phase, Phase::Ending) {
        drop(phase);
        loop {
            std::thread::park();
        }
    }
    *phase = to;
}

/// Notes that a signal came, and returns what it does.
pub fn signalled() -> Effect {
    let mut phase = phase();
    match std::mem::replace(&mut *phase, Phase::Ending) {
        Phase::Reading(message) => Effect::Ends(message),
        Phase::Writing(under_way, last_words) => {
            *phase = Phase::Stopping(last_words);
            Effect::Stops(under_way)
        }
        Phase::Stopping(last_words) => Effect::Quits(last_words),
        Phase::Ending => Effect::Nothing,
    }
}
