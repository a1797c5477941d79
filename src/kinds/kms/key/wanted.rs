//! The key that the settings ask for: what it is to be, and how it is created and changed.

use async_trait::async_trait;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::types::{KeyState, OriginType};
use futures_util::future::join;

use super::changes::Alias;
use super::{KeySpec, KmsKey};
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, touches};
use crate::engine::known::Known;
use crate::engine::observed::{Created, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Specified, Wanted};
use crate::engine::restriction;
use crate::kinds::kms::lag::again;
use crate::kinds::summary::statements;
use crate::kinds::tags::to_service;

/// The shortest waiting period for the deletion of a key, in days.
const SHORTEST_WAIT: i32 = 7;

impl Specified<'_, KmsKey, KeySpec> {
    fn created(&self) -> Attributes {
        let mut attributes = Attributes::from([
            ("description".to_owned(), self.resource.description.into()),
            (
                "key_policy".to_owned(),
                Value::Policy(self.spec.policy.clone()),
            ),
            ("key_spec".to_owned(), "SYMMETRIC_DEFAULT".into()),
            ("multi_region".to_owned(), false.into()),
            ("origin".to_owned(), OriginType::AwsKms.as_str().into()),
            ("rotation".to_owned(), false.into()),
            ("state".to_owned(), KeyState::Enabled.as_str().into()),
        ]);
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }

    /// Enables the rotation of the key that this run has created, and creates its alias at the same
    /// time. `CreateKey` sets neither. What is not in `attributes` then follows in an update.
    ///
    /// # Errors
    /// Those of AWS, and that another run was faster or that nobody can tell. In both cases nobody
    /// would find the new key, which has encrypted nothing and is scheduled for deletion.
    async fn complete(
        &self,
        aws: &Aws,
        arn: &str,
        attributes: &mut Attributes,
    ) -> Result<(), AwsError> {
        let key = self.resource;
        let rotation = key.enable_rotation(aws, arn);
        let (rotation, alias) = join(rotation, key.lead_alias(aws, arn)).await;
        let abandoned = match alias {
            Ok(Alias::Ours) => {
                attributes.insert("alias".to_owned(), key.alias().into());
                None
            }
            Ok(Alias::Another(another)) => {
                let (other, error) = *another;
                match key.is_of_another_run(aws, other).await {
                    Ok(false) => None,
                    // The key with the alias is kept.
                    Ok(true) => Some(error),
                    Err(unsure) => Some(unsure),
                }
            }
            Err(error) if error.kind == ErrorKind::AlreadyExists => Some(error),
            Err(error) if follows(&error) => None,
            Err(error) => return Err(error),
        };
        if let Some(error) = abandoned {
            // A policy with a condition on tags may not know those of the new key yet.
            let is_denied = |error: &AwsError| error.kind == ErrorKind::Denied;
            let schedule = || key.schedule_deletion(aws, arn, SHORTEST_WAIT);
            let scheduled = again(aws, is_denied, schedule).await;
            return Err(scheduled.map_or_else(|failed| orphaned(failed, arn), |_| error));
        }
        match rotation {
            Ok(()) => {
                attributes.insert("rotation".to_owned(), true.into());
                Ok(())
            }
            Err(error) if follows(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The error of a key that was made in vain and that no later run finds.
fn orphaned(error: AwsError, arn: &str) -> AwsError {
    let hint = format!(
        "The key {arn}, which encrypts nothing and has no alias, is left: schedule its deletion"
    );
    AwsError {
        kind: ErrorKind::Refused,
        ..error.hinted(&hint)
    }
}

/// Whether the update that follows goes on from here, or fails with the reason. A denial may end once
/// the tags of the new key have spread.
fn follows(error: &AwsError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Denied | ErrorKind::Interrupted | ErrorKind::Outdated
    )
}

#[async_trait]
impl Wanted for Specified<'_, KmsKey, KeySpec> {
    fn desired(&self, _found: Option<&Present>, _known: &Known) -> Attributes {
        let mut attributes = self.created();
        attributes.insert("rotation".to_owned(), true.into());
        attributes.insert("alias".to_owned(), self.resource.alias().into());
        attributes
    }

    fn summary(&self, desired: &Attributes) -> String {
        let is_true = |name: &str| desired.get(name).is_some_and(|it| it.same(&true.into()));
        let rotation = if is_true("rotation") {
            "rotated every year"
        } else {
            "not rotated"
        };
        let regions = if is_true("multi_region") {
            "multi-Region"
        } else {
            "for one region"
        };
        let statements = statements(desired, |name| name == "key_policy");
        format!("{rotation}, {regions}; {statements}")
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        let before = match &change.before {
            Some(Value::Plain(before)) => before.as_str().unwrap_or_default(),
            _ => return None,
        };
        let alias = self.resource.alias();
        let instead = format!("delete the alias {alias} or choose another `postfix`");
        match change.attribute.as_str() {
            "alias" => Some(format!(
                "{before}; delete that alias if nobody uses it, or choose another `postfix`"
            )),
            "key_spec" => Some(format!(
                "a key of the kind {before} cannot become a symmetric one; {instead}"
            )),
            "multi_region" => Some(format!(
                "a multi-Region key cannot become one of a single region; {instead}"
            )),
            "origin" => Some(format!(
                "the origin {before} of the key material cannot be changed; {instead}"
            )),
            "rotation" if !before.is_empty() => Some(format!(
                "AWS cannot rotate the key, and every key of this program is rotated; {instead}"
            )),
            "state" if !["Disabled", "PendingDeletion"].contains(&before) => Some(format!(
                "the key is in the state {before}, which only AWS or its owner can end"
            )),
            _ => None,
        }
    }

    /// A disabled key encrypts and decrypts nothing, and neither does one that waits for its deletion
    /// (KMS Developer Guide, "Key states of AWS KMS keys"). A destroy deletes the alias after that, so
    /// a key that waits and still has the alias was scheduled by somebody else, who may have disabled
    /// it before.
    fn lifts(&self, change: &Change, changes: &[Change]) -> Option<String> {
        let state = match &change.before {
            Some(Value::Plain(state)) if change.attribute == "state" => state.as_str(),
            _ => return restriction::denials(change),
        };
        if state == Some(KeyState::Disabled.as_str()) {
            return Some("that the key is disabled".to_owned());
        }
        let waits = state == Some(KeyState::PendingDeletion.as_str());
        (waits && !touches(changes, "alias"))
            .then(|| "that the key is scheduled for deletion, with its alias in place".to_owned())
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
                    .description(self.resource.description)
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
        self.complete(aws, arn, &mut attributes).await?;
        Ok(Created {
            attributes,
            arn: Some(arn.to_owned()),
        })
    }

    fn may_have_created(&self, found: &Present) -> bool {
        self.resource.unlike_ours(&found.attributes).is_none()
    }

    async fn update(
        &self,
        aws: &Aws,
        present: &Present,
        changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        let client = aws.kms(&self.resource.region);
        let id = self.resource.arn_of(aws, present, "UpdateKeyDescription")?;
        if let Some(change) = changes.iter().find(|change| change.attribute == "state") {
            self.resource.recover(aws, id, change).await?;
        }
        let tags = to_service(changed_tags(changes));
        let key = self.resource;
        if !tags.is_empty() {
            let send = || {
                let request = client.tag_resource().key_id(id);
                request.set_tags(Some(tags.clone())).send()
            };
            key.change(aws, "TagResource", send).await?;
        }
        if touches(changes, "key_policy") {
            let send = || {
                let request = client.put_key_policy().key_id(id).policy_name("default");
                request.policy(self.spec.policy.compact()).send()
            };
            key.change(aws, "PutKeyPolicy", send).await?;
        }
        if touches(changes, "description") {
            let send = || {
                let request = client.update_key_description().key_id(id);
                request.description(key.description).send()
            };
            key.change(aws, "UpdateKeyDescription", send).await?;
        }
        if touches(changes, "rotation") {
            key.enable_rotation(aws, id).await?;
        }
        if touches(changes, "alias")
            && let Alias::Another(another) = key.lead_alias(aws, id).await?
        {
            return Err(another.1);
        }
        Ok(())
    }
}
