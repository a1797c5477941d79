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
use crate::kinds::summary::{name_in, text};
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

/// How many managed policies may be attached to an identity in an account whose quotas were not raised
/// (IAM User Guide, "IAM and AWS STS quotas").
const QUOTA: usize = 10;

/// The name of the quota, and how many policies may be attached where it was raised as far as AWS does.
/// That of groups cannot be raised.
fn quota(identity: &IamIdentity) -> (&'static str, usize) {
    match identity {
        IamIdentity::Group(_) => ("Managed policies per group", QUOTA),
        IamIdentity::User(_) => ("Managed policies per user", 20),
        IamIdentity::Role(_) => ("Managed policies per role", 25),
    }
}

impl PolicyAttachment {
    /// The attachment that does not exist, beside `others` that do.
    fn beside(&self, others: usize) -> Observed {
        let (name, most) = quota(&self.attached_to);
        let has = format!("{} has {others} other policies attached", self.attached_to);
        if others >= most {
            return Observed::Impossible(format!(
                "{has}, and AWS allows {most} with this one; detach some, or attach to a group"
            ));
        }
        if others < QUOTA || self.spec.is_none() {
            return Observed::Missing;
        }
        Observed::MissingBeside(format!(
            "{has}, and AWS allows {QUOTA} with this one unless the quota \"{name}\" of IAM was raised \
             (Service Quotas)"
        ))
    }

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
        Ok(self.beside(attached.len()))
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

    fn summary(&self, desired: &Attributes) -> String {
        let policy = name_in(text(desired, "policy"));
        format!("gets {policy}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::engine::ownership::Tags;

    /// IAM User Guide, "IAM and AWS STS quotas".
    #[test]
    fn a_quota_that_can_be_raised_is_noted_and_the_highest_one_is_in_the_way() {
        let user = || IamIdentity::User("a".to_owned());
        let role = || IamIdentity::Role("a".to_owned());
        let group = || IamIdentity::Group("a".to_owned());
        let cases = [
            (user(), 9, "Missing", "ours is the tenth"),
            (
                user(),
                10,
                "Managed policies per user",
                "ours is the eleventh",
            ),
            (user(), 19, "Managed policies per user", "ours is the last"),
            (
                user(),
                20,
                "AWS allows 20 with this one",
                "no quota is higher",
            ),
            (role(), 24, "Managed policies per role", "ours is the last"),
            (
                role(),
                25,
                "AWS allows 25 with this one",
                "no quota is higher",
            ),
            (group(), 9, "Missing", "ours is the tenth"),
            (
                group(),
                10,
                "AWS allows 10 with this one",
                "it cannot be raised",
            ),
        ];
        let address = Address::global(KIND, "a");
        for (attached_to, others, expected, reason) in cases {
            let mut attachment = PolicyAttachment {
                identity: Identity {
                    address: address.clone(),
                    name: "a".to_owned(),
                    arn: None,
                    tags: Tags::new("audit-trail", "a", &BTreeMap::new()),
                },
                policy: address.clone(),
                policy_arn: "arn:aws:iam::123456789012:policy/a".to_owned(),
                attached_to,
                spec: Some(()),
            };
            let observed = attachment.beside(others);
            assert!(observed.is_absent());
            let blocked = matches!(observed, Observed::Impossible(_));
            assert_eq!(blocked, expected.starts_with("AWS"), "{reason}");
            let shown = format!("{observed:?}").replace('\\', "");
            assert!(shown.contains(expected), "{reason}: {shown}");
            attachment.spec = None;
            let unwanted = attachment.beside(others);
            assert!(!matches!(unwanted, Observed::MissingBeside(_)), "{reason}");
        }
    }
}
