//! Whether a resource of ours leads to others beside what a plan compares.
//!
//! Somebody may have made or changed the resource under our name and with our tags. Only what it
//! carries tells it from one that the program made.

use futures_util::future::join_all;

use crate::aws::Aws;
use crate::checks::preflight::{Check, Verdict};
use crate::engine::node::{Node, Observations};
use crate::engine::observed::Observed;
use crate::engine::ownership::Owner;

/// One check for each resource that leads to others or that cannot be read, or one for all; none if
/// nothing of ours exists.
pub async fn look(aws: &Aws, nodes: &[Node], observed: &Observations) -> Vec<Check> {
    let reads = nodes.iter().filter(|node| node.is_wanted());
    let reads = reads.filter_map(|node| match observed.get(node.address()) {
        Some(Observed::Present(present)) if present.owner == Owner::Ours => Some((node, present)),
        _ => None,
    });
    let reads = reads.map(async |(node, present)| {
        let aws = aws.on_behalf_of(node.address());
        (node.address(), node.resource.exposures(&aws, present).await)
    });
    let mut checks = Vec::new();
    let found = join_all(reads).await;
    for (address, found) in &found {
        let (verdict, message) = match found {
            Ok(ways) if ways.is_empty() => continue,
            Ok(ways) => {
                let ways = ways.join("; ");
                (Verdict::Wrong, format!("{address} leads to others: {ways}"))
            }
            Err(error) => {
                let message = format!("where {address} leads could not be read: {}", error.brief());
                (Verdict::Unknown, message)
            }
        };
        checks.push(Check::new("ways out", verdict, message));
    }
    if checks.is_empty() && !found.is_empty() {
        let message = "nothing of ours leads to others";
        checks.push(Check::new("ways out", Verdict::Ok, message));
    }
    checks
}
