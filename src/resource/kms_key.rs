//! A KMS key with its alias.
//!
//! A key has no name and `CreateKey` no idempotency token, so the key is found by its ownership
//! tags, which the create call itself sets, and beside that by its alias, which is made last and
//! removed first. AWS gives an alias only once, which decides between two runs that make a key at
//! the same time.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::types::{KeyMetadata, KeyState, Tag};
use futures_util::future::{OptionFuture, try_join, try_join_all};

use crate::address::Address;
use crate::attributes::{Attributes, Change, Value, changed_tags, touches};
use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::names::Region;
use crate::permissions::{self, Permission, Task};
use crate::policy::Policy;
use crate::resource::{
    Consent, Created, Known, Observed, Owner, Phase, Present, Resource, Tags, gone_is_fine,
    policy_value,
};

/// A symmetric key for one purpose.
#[derive(Debug)]
pub struct KmsKey {
    /// How it is called.
    pub address: Address,
    /// Its alias, with the prefix `alias/`.
    pub alias: String,
    /// What the ARNs of keys and aliases in its region and account begin with.
    pub arn_prefix: String,
    /// Where it is.
    pub region: Region,
    /// Its description.
    pub description: &'static str,
    /// Its key policy.
    pub policy: Policy,
    /// Its tags.
    pub tags: Tags,
}

/// The shortest time that KMS lets a key wait for its deletion, in days.
const SHORTEST_WAIT: i32 = 7;

/// The key's tags by key id.
type TagsOfKeys = BTreeMap<String, BTreeMap<String, String>>;

impl KmsKey {
    fn operation(&self, name: &'static str) -> Operation {
        Operation {
            service: "kms",
            name,
            region: Some(self.region.clone()),
        }
    }

    fn kms_tags<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Tag> {
        // Building fails only without key or value, and both are given.
        tags.filter_map(|(key, value)| Tag::builder().tag_key(key).tag_value(value).build().ok())
            .collect()
    }

    /// The key behind an id or an alias, if there is one.
    async fn describe(&self, aws: &Aws, id: &str) -> Result<Option<KeyMetadata>, AwsError> {
        let client = aws.kms(&self.region);
        let answer = aws
            .call(self.operation("DescribeKey"), || {
                client.describe_key().key_id(id).send()
            })
            .await;
        match answer {
            Ok(answer) => Ok(answer.key_metadata),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn all_keys(&self, aws: &Aws) -> Result<Vec<String>, AwsError> {
        let client = aws.kms(&self.region);
        let mut ids = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let answer = aws
                .call(self.operation("ListKeys"), || {
                    client
                        .list_keys()
                        .limit(1000)
                        .set_marker(marker.clone())
                        .send()
                })
                .await?;
            ids.extend(answer.keys().iter().filter_map(|key| key.key_id.clone()));
            marker = answer.next_marker;
            if marker.is_none() {
                return Ok(ids);
            }
        }
    }

    /// The tags of one key; `None` if its own key policy hides them from this account.
    async fn tags_of(
        &self,
        aws: &Aws,
        id: &str,
    ) -> Result<Option<BTreeMap<String, String>>, AwsError> {
        let client = aws.kms(&self.region);
        let mut tags = BTreeMap::new();
        let mut marker: Option<String> = None;
        loop {
            let answer = aws
                .call(self.operation("ListResourceTags"), || {
                    let request = client.list_resource_tags().key_id(id);
                    request.set_marker(marker.clone()).send()
                })
                .await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
                // Our own key policy lets the account list, so that it is someone else's.
                Err(error) if is_hidden(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            let page = answer.tags().iter();
            tags.extend(page.map(|tag| (tag.tag_key().to_owned(), tag.tag_value().to_owned())));
            marker = answer.next_marker;
            if marker.is_none() {
                return Ok(Some(tags));
            }
        }
    }

    async fn tags_of_all(&self, aws: &Aws, ids: &[String]) -> Result<TagsOfKeys, AwsError> {
        let all = ids
            .iter()
            .map(async |id| Ok((id, self.tags_of(aws, id).await?)));
        let all: Vec<_> = try_join_all(all).await?;
        let known = all.into_iter();
        Ok(known
            .filter_map(|(id, tags)| Some((id.clone(), tags?)))
            .collect())
    }

    /// The policy and whether the key rotates.
    async fn details(&self, aws: &Aws, id: &str) -> Result<(Value, bool), AwsError> {
        let client = aws.kms(&self.region);
        let policy = aws.call(self.operation("GetKeyPolicy"), || {
            client
                .get_key_policy()
                .key_id(id)
                .policy_name("default")
                .send()
        });
        let rotation = aws.call(self.operation("GetKeyRotationStatus"), || {
            client.get_key_rotation_status().key_id(id).send()
        });
        let (policy, rotation) = try_join(policy, rotation).await?;
        let policy = policy_value(policy.policy().unwrap_or_default());
        Ok((policy, rotation.key_rotation_enabled()))
    }

    /// Which of the keys with our tags is meant, or why that cannot be told.
    async fn ours(
        &self,
        aws: &Aws,
        ids: Vec<&String>,
        aliased: Option<&KeyMetadata>,
    ) -> Result<Result<Option<KeyMetadata>, String>, AwsError> {
        let described = ids.into_iter().map(async |id| match aliased {
            Some(key) if key.key_id() == id => Ok(Some(key.clone())),
            _ => self.describe(aws, id).await,
        });
        let described = try_join_all(described).await?;
        let (doomed, live): (Vec<_>, Vec<_>) = described
            .into_iter()
            .flatten()
            .partition(|key| key.key_state() == Some(&KeyState::PendingDeletion));
        // None of several keys that wait for their deletion has anything left to decrypt, since
        // the bucket goes before its key: the newest is as good as any.
        let newest = doomed
            .into_iter()
            .max_by_key(|key| key.creation_date().copied());
        let mut candidates = if live.is_empty() {
            newest.into_iter().collect()
        } else {
            live
        };
        if candidates.len() > 1 {
            let names: Vec<_> = candidates.iter().map(KeyMetadata::key_id).collect();
            return Ok(Err(format!(
                "{} keys in {} carry the tags of this deployment: {}; schedule those for deletion \
                 that encrypt nothing, or take their `provision:` tags away, so that one remains",
                names.len(),
                self.region,
                names.join(", ")
            )));
        }
        Ok(Ok(candidates.pop()))
    }

    /// What [`Resource::observe`] gives, or the error of a key whose policy hides it.
    async fn read(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let (ids, aliased) = try_join(self.all_keys(aws), self.describe(aws, &self.alias)).await?;
        // Nearly always the key behind the alias is the one, so that its details are read now.
        let aliased_id = aliased.as_ref().map(|key| key.key_id().to_owned());
        let early = OptionFuture::from(aliased_id.as_ref().map(|id| self.details(aws, id)));
        let early = async { early.await.transpose() };
        let (tags, early) = try_join(self.tags_of_all(aws, &ids), early).await?;
        let owned = tags
            .iter()
            .filter(|(_, tags)| self.tags.owner(tags) == Owner::Ours)
            .map(|(id, _)| id);
        let key = match self.ours(aws, owned.collect(), aliased.as_ref()).await? {
            Err(reason) => return Ok(Observed::Obstructed(reason)),
            // Without a key of ours, the one that has our alias is in the way.
            Ok(key) => match key.or(aliased) {
                Some(key) => key,
                None => return Ok(Observed::Missing),
            },
        };
        let id = key.key_id();
        let (policy, rotation) = match early {
            Some(early) if aliased_id.as_deref() == Some(id) => early,
            _ => self.details(aws, id).await?,
        };
        let state = key.key_state().map_or("unknown", KeyState::as_str);
        let spec = key.key_spec().map_or("unknown", |spec| spec.as_str());
        let mut attributes = Attributes::from([
            (
                "description".to_owned(),
                key.description().unwrap_or_default().into(),
            ),
            ("key_policy".to_owned(), policy),
            ("key_spec".to_owned(), spec.into()),
            ("rotation".to_owned(), rotation.into()),
            ("state".to_owned(), state.into()),
        ]);
        if let Some(target) = &aliased_id {
            let alias = if target == id {
                self.alias.clone()
            } else {
                format!("the alias {} belongs to the key {target}", self.alias)
            };
            attributes.insert("alias".to_owned(), alias.into());
        }
        let none = BTreeMap::new();
        let owner = self
            .tags
            .lower_observed(tags.get(id).unwrap_or(&none), &mut attributes);
        let phase = if state == KeyState::PendingDeletion.as_str() {
            Phase::Doomed
        } else {
            Phase::Stable
        };
        let mut present = Present::new(attributes, owner, phase);
        present.arn = key.arn().map(ToOwned::to_owned);
        Ok(Observed::Present(present))
    }

    fn created(&self) -> Attributes {
        let mut attributes = Attributes::from([
            ("description".to_owned(), self.description.into()),
            ("key_policy".to_owned(), Value::from(&self.policy)),
            ("key_spec".to_owned(), "SYMMETRIC_DEFAULT".into()),
            ("rotation".to_owned(), false.into()),
            ("state".to_owned(), KeyState::Enabled.as_str().into()),
        ]);
        self.tags.lower_desired(&mut attributes);
        attributes
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
            let request = client.create_alias().alias_name(&self.alias);
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

    /// Whether the alias belongs to a key of ours that is not the one with this ARN: another run made
    /// one at the same time and was faster.
    async fn another_has_the_alias(&self, aws: &Aws, arn: &str) -> Result<bool, AwsError> {
        let Some(key) = self.describe(aws, &self.alias).await? else {
            return Ok(false);
        };
        let tags = self.tags_of(aws, key.key_id()).await?.unwrap_or_default();
        Ok(key.arn() != Some(arn)
            && key.key_state() != Some(&KeyState::PendingDeletion)
            && self.tags.owner(&tags) == Owner::Ours)
    }

    /// Adds to the key that this run has just made what `CreateKey` does not set, the alias last.
    async fn complete(
        &self,
        aws: &Aws,
        arn: &str,
        attributes: &mut Attributes,
    ) -> Result<(), AwsError> {
        self.enable_rotation(aws, arn).await?;
        attributes.insert("rotation".to_owned(), true.into());
        self.create_alias(aws, arn).await?;
        attributes.insert("alias".to_owned(), self.alias.as_str().into());
        Ok(())
    }

    async fn bring_back(&self, aws: &Aws, id: &str, change: &Change) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        let doomed = Value::from(KeyState::PendingDeletion.as_str());
        if change
            .before
            .as_ref()
            .is_some_and(|state| state.same(&doomed))
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

/// Whether a key's own policy denied the call, rather than the caller's lack of a permission, with
/// which nothing could be told.
fn is_hidden(error: &AwsError) -> bool {
    error.kind == ErrorKind::Denied && error.message.contains("resource-based policy")
}

#[async_trait]
impl Resource for KmsKey {
    fn address(&self) -> &Address {
        &self.address
    }

    fn name(&self) -> &str {
        &self.alias
    }

    fn arn(&self) -> Option<String> {
        None
    }

    fn desired(&self, _known: &Known) -> Attributes {
        let mut attributes = self.created();
        attributes.insert("rotation".to_owned(), true.into());
        attributes.insert("alias".to_owned(), self.alias.as_str().into());
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
                self.alias
            )),
            "state" if !["Disabled", "PendingDeletion"].contains(&before) => Some(format!(
                "the key is in the state {before}, which only AWS or its owner can end"
            )),
            _ => None,
        }
    }

    fn deletion_note(&self, consent: Consent) -> Option<String> {
        Some(format!(
            "scheduled for deletion in {} days; until then `provision apply` takes it back",
            consent.key_deletion_days
        ))
    }

    fn permissions(&self, task: Task<'_>) -> Vec<Permission> {
        permissions::kms::key(self, task)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        match self.read(aws).await {
            Err(error) if is_hidden(&error) => Ok(Observed::Obstructed(format!(
                "the policy of the key behind {} in {} does not let this account read it ({}); \
                 delete that alias if nobody uses it, choose another `postfix`, or ask who may \
                 administer the key to correct its policy",
                self.alias, self.region, error.operation
            ))),
            read => read,
        }
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let client = aws.kms(&self.region);
        let tags = Self::kms_tags(self.tags.iter());
        let answer = aws
            .call(self.operation("CreateKey"), || {
                // Sent again by the SDK after a lost answer, this would make a second key.
                let once =
                    aws_sdk_kms::config::Config::builder().retry_config(RetryConfig::disabled());
                client
                    .create_key()
                    .description(self.description)
                    .policy(self.policy.compact())
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
                    self.operation("CreateKey"),
                    "the key's ARN",
                ))
            })?;
        let mut attributes = self.created();
        if let Err(error) = self.complete(aws, arn, &mut attributes).await {
            match error.kind {
                // The update that follows goes on from here, and tells why it cannot.
                ErrorKind::Interrupted => {}
                ErrorKind::AlreadyExists if !self.another_has_the_alias(aws, arn).await? => {}
                ErrorKind::AlreadyExists => {
                    // The key that has the alias is the one. This one has encrypted nothing.
                    self.schedule_deletion(aws, arn, SHORTEST_WAIT).await?;
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
        let client = aws.kms(&self.region);
        let id = present.arn.as_deref().unwrap_or(&self.alias);
        if let Some(change) = changes.iter().find(|change| change.attribute == "state") {
            self.bring_back(aws, id, change).await?;
        }
        let tags = Self::kms_tags(changed_tags(changes));
        if !tags.is_empty() {
            aws.call(self.operation("TagResource"), || {
                client
                    .tag_resource()
                    .key_id(id)
                    .set_tags(Some(tags.clone()))
                    .send()
            })
            .await?;
        }
        if touches(changes, "key_policy") {
            aws.call(self.operation("PutKeyPolicy"), || {
                let request = client.put_key_policy().key_id(id).policy_name("default");
                request.policy(self.policy.compact()).send()
            })
            .await?;
        }
        if touches(changes, "description") {
            aws.call(self.operation("UpdateKeyDescription"), || {
                let request = client.update_key_description().key_id(id);
                request.description(self.description).send()
            })
            .await?;
        }
        if touches(changes, "rotation") {
            self.enable_rotation(aws, id).await?;
        }
        if touches(changes, "alias") {
            self.create_alias(aws, id).await?;
        }
        Ok(())
    }

    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        let own_alias = Value::from(self.alias.as_str());
        if present
            .attributes
            .get("alias")
            .is_some_and(|alias| alias.same(&own_alias))
        {
            let answer = aws
                .call(self.operation("DeleteAlias"), || {
                    client.delete_alias().alias_name(&self.alias).send()
                })
                .await;
            gone_is_fine(answer)?;
        }
        let id = present.arn.as_deref().unwrap_or(&self.alias);
        self.schedule_deletion(aws, id, consent.key_deletion_days.into())
            .await
    }
}
