//! Carries a plan out and shows its events, for apply and destroy.

use crate::commands::context::Context;
use crate::engine::approved::Approved;
use crate::engine::events::{Counts, Event, Events};
use crate::engine::execute::{Results, execute};
use crate::engine::node::Node;
use crate::engine::plan::Step;
use crate::failure::Failure;
use crate::render::{json, progress};
use crate::terminal::{print_json, report};

/// Carries the plan out and shows each event as it comes, then the outcomes: as text on stderr, or as
/// JSON on stdout. A destroy names there what is `left` under our names.
///
/// # Errors
/// An event or the outcomes cannot be printed. The plan is carried out all the same.
pub async fn run(
    context: &Context,
    nodes: &[Node],
    approved: &Approved,
    left: &[&Step],
    as_json: bool,
) -> Result<Results, Failure> {
    let (events, mut receiver) = Events::channel();
    let work = async move {
        let results = execute(nodes, approved, &context.aws, &events).await;
        // Dropping the last sender ends the stream of events.
        drop(events);
        results
    };
    let show = async {
        let mut lines = progress::Lines::default();
        let mut result = Ok(());
        while let Some(event) = receiver.recv().await {
            // The work goes on even if its events can no longer be shown.
            result = result.and(show_event(&mut lines, &event, as_json));
        }
        result
    };
    let (results, shown) = tokio::join!(work, show);
    shown?;
    if as_json {
        let counts = Counts::of(&results.outcomes);
        print_json(json::summary(&counts, left))?;
    } else {
        let outcomes = progress::outcomes(&results.outcomes);
        report(&format!("\n{outcomes}{}", progress::left(left)));
    }
    Ok(results)
}

fn show_event(lines: &mut progress::Lines, event: &Event, as_json: bool) -> Result<(), Failure> {
    if as_json {
        return print_json(json::event(event));
    }
    report(&format!("{}\n", lines.line(event)));
    Ok(())
}
