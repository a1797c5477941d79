//! Looks at what is in the resources whose content a plan would let expire.

use futures_util::future::join_all;

use crate::aws::Aws;
use crate::engine::attributes;
use crate::engine::node::{Node, Observations, known};
use crate::engine::observed::{Observed, Present};

/// Notes what is in the resources that exist and whose content would expire by their changes. What cannot
/// be read counts as something, so that a person has to agree.
pub async fn look(aws: &Aws, nodes: &[Node], observed: &mut Observations) {
    let all = known(observed);
    let expires = |node: &Node, present: &Present| {
        node.resource.wanted().is_some_and(|wanted| {
            let desired = wanted.desired(Some(present), &all);
            let changes = attributes::diff(&present.attributes, &desired);
            wanted.expires(&changes).is_some()
        })
    };
    let asked = nodes
        .iter()
        .filter_map(|node| match observed.get(node.address()) {
            Some(Observed::Present(present)) if expires(node, present) => Some((node, present)),
            _ => None,
        });
    let reads = asked.map(async |(node, present)| {
        let aws = aws.on_behalf_of(node.address());
        let content = node.resource.content(&aws, present).await;
        let content = content
            .unwrap_or_else(|error| Some(format!("what could not be read ({})", error.brief())));
        (node.address(), content)
    });
    for (address, content) in join_all(reads).await {
        if let Some(Observed::Present(present)) = observed.get_mut(address) {
            present.holds = content;
        }
    }
}
