//! The attachment of a managed policy to an existing identity.
//!
//! Attachments carry no tags: an attachment belongs to the owner of its policy.

use async_trait::async_trait;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted};
use crate::kinds::iam::attached::{attach, attached, detach};
use crate::names::IamIdentity;

/// The kind, as addresses name it.
pub const KIND: &str = "iam_policy_attachment";

/// The attachment of one policy to one identity.
#[derive(Debug)]
pub struct PolicyAttachment {
    /// The identity of the attachment. AWS gives attachments no ARN.
    pub identity: Identity,
    /// The policy's address.
    pub policy: Address,
    /// The policy's ARN.
    pub policy_arn: String,
    /// The identity that the policy is attached to.
    pub attached_to: IamIdentity,
    /// The specification, if the attachment is wanted. It is empty, since an attachment has no
    /// settings.
    pub spec: Option<()>,
}

/// The number of managed policies that may be attached to an identity, by AWS's default quota.
pub const MOST_ATTACHED: usize = 10;

impl PolicyAttachment {
    fn attributes(&self) -> Attributes {
        Attributes::from([("policy".to_owned(), self.policy_arn.as_str().into())])
    }
}

#[async_trait]
impl Resource for PolicyAttachment {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    fn parent(&self) -> Option<&Address> {
        Some(&self.policy)
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, _consent: Consent) -> Vec<Permission> {
        self.deleting()
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let attached = match attached(aws, &self.attached_to).await {
            Ok(attached) => attached,
            Err(error) if error.kind == ErrorKind::NotFound => {
                return Ok(Observed::Impossible(format!(
                    "there is no {} in this account; create it, or correct `attach_to`",
                    self.attached_to
                )));
            }
            Err(error) => return Err(error),
        };
        if attached.contains(&self.policy_arn) {
            let attributes = self.attributes();
            let present = Present::new(attributes, Owner::Parent, Phase::Stable);
            return Ok(Observed::Present(present));
        }
        if attached.len() >= MOST_ATTACHED {
            return Ok(Observed::Impossible(format!(
                "{} has {} other policies attached, and AWS allows {MOST_ATTACHED} with ours; \
                 detach some, or attach to a group",
                self.attached_to,
                attached.len()
            )));
        }
        Ok(Observed::Missing)
    }

    async fn delete(
        &self,
        aws: &Aws,
        _present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        detach(aws, &self.attached_to, &self.policy_arn).await
    }
}

#[async_trait]
impl Wanted for Specified<'_, PolicyAttachment, ()> {
    fn desired(&self, _found: Option<&Present>, _known: &Known) -> Attributes {
        self.resource.attributes()
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.resource.creating()
    }

    /// No attribute of an attachment can change.
    fn permissions_to_update(&self, _changes: Option<&[Change]>) -> Vec<Permission> {
        Vec::new()
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        attach(aws, &self.resource.attached_to, &self.resource.policy_arn).await?;
        Ok(Created {
            attributes: self.resource.attributes(),
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
        attach(aws, &self.resource.attached_to, &self.resource.policy_arn).await
    }
}
