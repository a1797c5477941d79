//! Reads where resources lead, beside what a plan compares.

use futures_util::future::join_all;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::address::Address;
use crate::engine::node::{Node, Observations};
use crate::engine::observed::Observed;
use crate::engine::ownership::Owner;

/// The exposures of every wanted resource that exists and whose owner `is_asked`. An error of one
/// resource is no error of the others.
pub async fn read<'a>(
    aws: &Aws,
    nodes: &'a [Node],
    observed: &Observations,
    is_asked: impl Fn(&Owner) -> bool,
) -> Vec<(&'a Address, Result<Vec<String>, AwsError>)> {
    let wanted = nodes.iter().filter(|node| node.is_wanted());
    let asked = wanted.filter_map(|node| match observed.get(node.address()) {
        Some(Observed::Present(present)) if is_asked(&present.owner) => Some((node, present)),
        _ => None,
    });
    let reads = asked.map(async |(node, present)| {
        let aws = aws.on_behalf_of(node.address());
        (node.address(), node.resource.exposures(&aws, present).await)
    });
    join_all(reads).await
}

/// Why a resource with these exposures may not be taken over, with what to do; `None` if it may.
pub fn obstacle(found: Result<Vec<String>, AwsError>) -> Option<String> {
    let error = match found {
        Ok(ways) if ways.is_empty() => return None,
        Ok(ways) => return Some(format!("{}; remove that first", ways.join("; "))),
        Err(error) => error,
    };
    let way_out = match error.kind {
        ErrorKind::Denied => {
            let actions = error.operation.iam_actions().join(", ");
            format!("allow {actions} on it to these credentials")
        }
        _ => "run the same command again".to_owned(),
    };
    let why = error.brief();
    Some(format!(
        "where it leads could not be read ({why}); {way_out}"
    ))
}
