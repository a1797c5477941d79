//! Looks at what an adoption would take over.

use futures_util::future::join_all;

use super::Survey;
use crate::aws::Aws;
use crate::engine::observed::{Consent, Observed};
use crate::engine::ownership::Owner;

impl Survey {
    /// Reads where the resources lead that the consent lets the program take over. A resource that
    /// leads to others is blocked by the plan, and so is one whose ways out cannot be read.
    pub async fn look_before_adoption(&mut self, aws: &Aws, consent: Consent) {
        if !consent.adopt {
            return;
        }
        let aws = &aws.for_survey();
        let reads = self.nodes.iter().filter(|node| node.is_wanted());
        let reads = reads.filter_map(|node| match self.observed.get(node.address()) {
            Some(Observed::Present(it)) if matches!(it.owner, Owner::Foreign(_)) => {
                Some((node, it))
            }
            _ => None,
        });
        let reads = reads.map(async |(node, present)| {
            let aws = aws.on_behalf_of(node.address());
            let found = node.resource.exposures(&aws, present).await;
            let found = found.unwrap_or_else(|error| {
                vec![format!(
                    "where it leads could not be read: {}",
                    error.brief()
                )]
            });
            (node.address().clone(), found)
        });
        for (address, found) in join_all(reads).await {
            if let Some(Observed::Present(present)) = self.observed.get_mut(&address) {
                present.exposures = found;
            }
        }
    }
}
