//! Looks at what an adoption would take over.

use super::Survey;
use crate::aws::Aws;
use crate::engine::exposures;
use crate::engine::observed::{Consent, Observed};
use crate::engine::ownership::Owner;

impl Survey {
    /// Reads where the resources lead that the consent lets the program take over. A resource that
    /// leads to others is blocked by the plan, and so is one whose exposures cannot be read.
    pub async fn look_before_adoption(&mut self, aws: &Aws, consent: Consent) {
        if !consent.adopt {
            return;
        }
        let foreign = |owner: &Owner| matches!(owner, Owner::Foreign(_));
        let aws = &aws.for_survey();
        for (address, found) in exposures::read(aws, &self.nodes, &self.observed, foreign).await {
            if let Some(Observed::Present(present)) = self.observed.get_mut(address) {
                present.exposure = exposures::obstacle(found);
            }
        }
    }
}
