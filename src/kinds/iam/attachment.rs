//! The attachment of a managed policy to an identity that exists already.
//!
//! Attachments carry no tags: one belongs to whom its policy belongs to.

use async_trait::async_trait;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change};
use crate::engine::ownership::Owner;
use crate::engine::permission::{Permission, Task};
use crate::engine::resource::{Consent, Created, Known, Observed, Phase, Present, Resource};
use crate::kinds::iam::Identity;
use crate::kinds::iam::permissions;

/// One policy on one identity.
#[derive(Debug)]
pub struct PolicyAttachment {
    /// How it is called.
    pub address: Address,
    /// The policy's address.
    pub policy: Address,
    /// The policy's ARN.
    pub policy_arn: String,
    /// Whom it is attached to.
    pub identity: Identity,
    /// The identity, as AWS's name of the attachment.
    pub name: String,
    /// The ARNs of all our policies that this identity is to have.
    pub own_arns: Vec<String>,
}

/// How many managed policies an identity may have, by AWS's default quota.
pub const MOST_ATTACHED: usize = 10;

#[async_trait]
impl Resource for PolicyAttachment {
    fn address(&self) -> &Address {
        &self.address
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn arn(&self) -> Option<String> {
        Some(self.policy_arn.clone())
    }

    fn desired(&self, _known: &Known) -> Attributes {
        Attributes::from([("policy".to_owned(), self.policy_arn.as_str().into())])
    }

    fn parent(&self) -> Option<&Address> {
        Some(&self.policy)
    }

    fn permissions(&self, task: Task<'_>) -> Vec<Permission> {
        permissions::attachment(self, task)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let attached = match self.identity.attached(aws).await {
            Ok(attached) => attached,
            Err(error) if error.kind == ErrorKind::NotFound => {
                return Ok(Observed::Impossible(format!(
                    "there is no {} in this account; create it, or correct `attach_to`",
                    self.identity
                )));
            }
            Err(error) => return Err(error),
        };
        if attached.contains(&self.policy_arn) {
            let attributes = self.desired(&Known::new());
            return Ok(Observed::Present(Present::new(
                attributes,
                Owner::Parent,
                Phase::Stable,
            )));
        }
        let others = attached
            .iter()
            .filter(|arn| !self.own_arns.contains(arn))
            .count();
        if others + self.own_arns.len() > MOST_ATTACHED {
            return Ok(Observed::Impossible(format!(
                "{} has {others} other policies attached, and AWS allows {MOST_ATTACHED} with \
                 ours; detach some, or attach to a group",
                self.identity
            )));
        }
        Ok(Observed::Missing)
    }

    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError> {
        self.identity.attach(aws, &self.policy_arn).await?;
        Ok(Created {
            attributes: self.desired(known),
            arn: None,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        _present: &Present,
        _changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        self.identity.attach(aws, &self.policy_arn).await
    }

    async fn delete(
        &self,
        aws: &Aws,
        _present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        self.identity.detach(aws, &self.policy_arn).await
    }
}
