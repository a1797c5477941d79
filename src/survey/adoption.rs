//! Looks at what an adoption would take over.

use super::Survey;
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::exposures;
use crate::engine::observed::{Consent, Observed};
use crate::engine::ownership::Owner;

impl Survey {
    /// Reads where the resources lead that the consent lets the program take over. A resource that
    /// leads to others is blocked by the plan, and so is one whose ways out cannot be read.
    pub async fn look_before_adoption(&mut self, aws: &Aws, consent: Consent) {
        if !consent.adopt {
            return;
        }
        let foreign = |owner: &Owner| matches!(owner, Owner::Foreign(_));
        let aws = &aws.for_survey();
        for (address, found) in exposures::read(aws, &self.nodes, &self.observed, foreign).await {
            if let Some(Observed::Present(present)) = self.observed.get_mut(address) {
                present.exposure = exposure(found);
            }
        }
    }
}

/// Why a resource with these ways out may not be taken over, with what to do; `None` if it may.
fn exposure(found: Result<Vec<String>, AwsError>) -> Option<String> {
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
