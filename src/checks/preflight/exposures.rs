//! Whether a resource of ours leads to others beside what a plan compares.
//!
//! Somebody may have made or changed the resource under our name and with our tags. Only what it
//! carries tells it from one that the program made.

use crate::aws::Aws;
use crate::checks::preflight::{Check, Verdict};
use crate::engine::exposures;
use crate::engine::node::{Node, Observations};
use crate::engine::ownership::Owner;

/// One check for each resource that leads to others or that cannot be read, or one for all; none if
/// nothing of ours exists.
pub async fn look(aws: &Aws, nodes: &[Node], observed: &Observations) -> Vec<Check> {
    let found = exposures::read(aws, nodes, observed, |owner| *owner == Owner::Ours).await;
    let mut checks = Vec::new();
    for (address, found) in &found {
        let (verdict, message) = match found {
            Ok(ways) if ways.is_empty() => continue,
            Ok(ways) => {
                let ways = ways.join("; ");
                (Verdict::Wrong, format!("{address} leads to others: {ways}"))
            }
            Err(error) => {
                let message = format!("could not read where {address} leads: {}", error.brief());
                (Verdict::Unknown, message)
            }
        };
        checks.push(Check::new("exposures", verdict, message));
    }
    if checks.is_empty() && !found.is_empty() {
        let message = "no bucket and no key that provision manages leads to others";
        checks.push(Check::new("exposures", Verdict::Ok, message));
    }
    checks
}
