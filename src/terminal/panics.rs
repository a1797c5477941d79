//! What a person sees when the program has a bug.

use std::panic;

use crate::terminal::report;

/// From now on a panic prints one line that asks for a report.
///
/// The panic's own message is not shown, because it may hold a secret.
pub fn report_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        report(&format!(
            "This is a bug in provision {}, found at {}. Please report it, with this line and the \
             command; what was done so far is done, and running the command again goes on from there.\n",
            env!("CARGO_PKG_VERSION"),
            place.as_deref().unwrap_or("an unknown place"),
        ));
    }));
}
