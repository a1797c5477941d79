//! A KMS key with its alias.
//!
//! A key has no name, and `CreateKey` has no idempotency token. Our key is the one that our alias
//! leads to, if that key carries the ownership tags, which the create call itself sets. The alias
//! is created last and deleted first. So if the alias does not lead to a key of ours, the key is
//! found by its tags. An alias can exist only once, which decides between two runs that create a
//! key at the same time.

use async_trait::async_trait;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::types::KeyState;

use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, touches};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Present};
use crate::engine::ownership::Owner;
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::kinds::tags::to_service;
use crate::names::Region;
use iam_policy::Policy;

/// The kind, as addresses name it.
pub const KIND: &str = "kms_key";

/// The key behind one alias.
#[derive(Debug)]
pub struct KmsKey {
    /// The identity of the key. Its name is its alias, with the prefix `alias/`; AWS chooses its
    /// ARN.
    pub identity: Identity,
    /// The prefix of the ARNs of keys and aliases in its region and account.
    pub arn_prefix: String,
    /// The region of the key.
    pub region: Region,
    /// The specification of the key, if it is wanted.
    pub spec: Option<KeySpec>,
}

/// A symmetric key for one purpose.
#[derive(Debug)]
pub struct KeySpec {
    /// The description.
    pub description: &'static str,
    /// The key policy.
    pub policy: Policy,
}

/// The shortest waiting period for the deletion of a key, in days.
const SHORTEST_WAIT: i32 = 7;

impl KmsKey {
    pub(super) fn alias(&self) -> &str {
        &self.identity.name
    }

    pub(super) fn operation(&self, name: &'static str) -> Operation {
        Operation {
            service: "kms",
            name,
            region: Some(self.region.clone()),
        }
    }

    async fn enable_rotation(&self, aws: &Aws, id: &str) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        aws.call(self.operation("EnableKeyRotation"), || {
            client.enable_key_rotation().key_id(id).send()
        })
        .await?;
        Ok(())
    }

    async fn create_alias(&self, aws: &Aws, id: &str) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        aws.call(self.operation("CreateAlias"), || {
            let request = client.create_alias().alias_name(self.alias());
            request.target_key_id(id).send()
        })
        .await?;
        Ok(())
    }

    async fn schedule_deletion(&self, aws: &Aws, id: &str, days: i32) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        aws.call(self.operation("ScheduleKeyDeletion"), || {
            let request = client.schedule_key_deletion().key_id(id);
            request.pending_window_in_days(days).send()
        })
        .await?;
        Ok(())
    }

    /// Whether the alias belongs to a key of ours other than the one with this ARN. Then another
    /// run created that key at the same time and was faster.
    async fn another_has_the_alias(&self, aws: &Aws, arn: &str) -> Result<bool, AwsError> {
        let Some(key) = self.describe(aws, self.alias()).await? else {
            return Ok(false);
        };
        let tags = self.tags_of(aws, key.key_id()).await?.unwrap_or_default();
        Ok(key.arn() != Some(arn)
            && key.key_state() != Some(&KeyState::PendingDeletion)
            && self.identity.tags.owner(&tags) == Owner::Ours)
    }

    async fn recover(&self, aws: &Aws, id: &str, change: &Change) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        let pending = Value::from(KeyState::PendingDeletion.as_str());
        if change
            .before
            .as_ref()
            .is_some_and(|state| state.same(&pending))
        {
            aws.call(self.operation("CancelKeyDeletion"), || {
                client.cancel_key_deletion().key_id(id).send()
            })
            .await?;
        }
        aws.call(self.operation("EnableKey"), || {
            client.enable_key().key_id(id).send()
        })
        .await?;
        Ok(())
    }
}

/// Whether the key's own policy denied the call. A denial for the caller's lack of a permission
/// would tell nothing about the key.
pub(super) fn is_hidden(error: &AwsError) -> bool {
    error.kind == ErrorKind::Denied && error.message.contains("resource-based policy")
}

#[async_trait]
impl Resource for KmsKey {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    fn deletion_note(&self, consent: Consent) -> Option<String> {
        Some(format!(
            "scheduled for deletion in {} days; until then `provision apply` takes it back",
            consent.key_deletion_days
        ))
    }

    /// Once the call is answered, the key is in the state PendingDeletion (API Reference,
    /// "ScheduleKeyDeletion"). The run does not wait for more.
    fn deletion_is_answered(&self) -> bool {
        true
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, _consent: Consent) -> Vec<Permission> {
        self.deleting()
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        match self.read(aws).await {
            Err(error) if is_hidden(&error) => Ok(Observed::Obstructed(format!(
                "the policy of the key behind {} in {} does not let this account read it ({}); \
                 delete that alias if nobody uses it, choose another `postfix`, or ask who may \
                 administer the key to correct its policy",
                self.alias(),
                self.region,
                error.operation
            ))),
            read => read,
        }
    }

    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        let own_alias = Value::from(self.alias());
        if present
            .attributes
            .get("alias")
            .is_some_and(|alias| alias.same(&own_alias))
        {
            let answer = aws
                .call(self.operation("DeleteAlias"), || {
                    client.delete_alias().alias_name(self.alias()).send()
                })
                .await;
            gone_is_fine(answer)?;
        }
        let id = present.arn.as_deref().unwrap_or(self.alias());
        self.schedule_deletion(aws, id, consent.key_deletion_days.into())
            .await
    }
}

impl Specified<'_, KmsKey, KeySpec> {
    fn created(&self) -> Attributes {
        let mut attributes = Attributes::from([
            ("description".to_owned(), self.spec.description.into()),
            (
                "key_policy".to_owned(),
                Value::Policy(self.spec.policy.clone()),
            ),
            ("key_spec".to_owned(), "SYMMETRIC_DEFAULT".into()),
            ("rotation".to_owned(), false.into()),
            ("state".to_owned(), KeyState::Enabled.as_str().into()),
        ]);
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }

    /// Enables the rotation of the key that this run has created, and then creates its alias.
    /// `CreateKey` sets neither.
    async fn complete(
        &self,
        aws: &Aws,
        arn: &str,
        attributes: &mut Attributes,
    ) -> Result<(), AwsError> {
        self.resource.enable_rotation(aws, arn).await?;
        attributes.insert("rotation".to_owned(), true.into());
        self.resource.create_alias(aws, arn).await?;
        attributes.insert("alias".to_owned(), self.resource.alias().into());
        Ok(())
    }
}

#[async_trait]
impl Wanted for Specified<'_, KmsKey, KeySpec> {
    fn desired(&self, _found: Option<&Present>, _known: &Known) -> Attributes {
        let mut attributes = self.created();
        attributes.insert("rotation".to_owned(), true.into());
        attributes.insert("alias".to_owned(), self.resource.alias().into());
        attributes
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        let before = match &change.before {
            Some(Value::Plain(before)) => before.as_str().unwrap_or_default(),
            _ => return None,
        };
        match change.attribute.as_str() {
            "alias" => Some(format!(
                "{before}; delete that alias if nobody uses it, or choose another `postfix`"
            )),
            "key_spec" => Some(format!(
                "a key of the kind {before} cannot become a symmetric one; delete the alias {} or \
                 choose another `postfix`",
                self.resource.alias()
            )),
            "state" if !["Disabled", "PendingDeletion"].contains(&before) => Some(format!(
                "the key is in the state {before}, which only AWS or its owner can end"
            )),
            _ => None,
        }
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.creating()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        self.updating(changes)
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let client = aws.kms(&self.resource.region);
        let tags = to_service(self.resource.identity.tags.iter());
        let answer = aws
            .call(self.resource.operation("CreateKey"), || {
                // If the SDK sent this call again after a lost answer, it would create a second
                // key.
                let once =
                    aws_sdk_kms::config::Config::builder().retry_config(RetryConfig::disabled());
                client
                    .create_key()
                    .description(self.spec.description)
                    .policy(self.spec.policy.compact())
                    .set_tags(Some(tags.clone()))
                    .customize()
                    .config_override(once)
                    .send()
            })
            .await?;
        let arn = answer
            .key_metadata()
            .and_then(|key| key.arn())
            .ok_or_else(|| {
                aws.name(AwsError::incomplete(
                    self.resource.operation("CreateKey"),
                    "the key's ARN",
                ))
            })?;
        let mut attributes = self.created();
        if let Err(error) = self.complete(aws, arn, &mut attributes).await {
            match error.kind {
                // The update that follows goes on from here, or fails with the reason.
                ErrorKind::Interrupted => {}
                ErrorKind::AlreadyExists
                    if !self.resource.another_has_the_alias(aws, arn).await? => {}
                ErrorKind::AlreadyExists => {
                    // The key with the alias is kept. This one has encrypted nothing.
                    self.resource
                        .schedule_deletion(aws, arn, SHORTEST_WAIT)
                        .await?;
                    return Err(error);
                }
                _ => return Err(error),
            }
        }
        Ok(Created {
            attributes,
            arn: Some(arn.to_owned()),
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        present: &Present,
        changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        let client = aws.kms(&self.resource.region);
        let id = present.arn.as_deref().unwrap_or(self.resource.alias());
        if let Some(change) = changes.iter().find(|change| change.attribute == "state") {
            self.resource.recover(aws, id, change).await?;
        }
        let tags = to_service(changed_tags(changes));
        if !tags.is_empty() {
            aws.call(self.resource.operation("TagResource"), || {
                client
                    .tag_resource()
                    .key_id(id)
                    .set_tags(Some(tags.clone()))
                    .send()
            })
            .await?;
        }
        if touches(changes, "key_policy") {
            aws.call(self.resource.operation("PutKeyPolicy"), || {
                let request = client.put_key_policy().key_id(id).policy_name("default");
                request.policy(self.spec.policy.compact()).send()
            })
            .await?;
        }
        if touches(changes, "description") {
            aws.call(self.resource.operation("UpdateKeyDescription"), || {
                let request = client.update_key_description().key_id(id);
                request.description(self.spec.description).send()
            })
            .await?;
        }
        if touches(changes, "rotation") {
            self.resource.enable_rotation(aws, id).await?;
        }
        if touches(changes, "alias") {
            self.resource.create_alias(aws, id).await?;
        }
        Ok(())
    }
}
