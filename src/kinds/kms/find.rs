//! Finds our key, by its alias or among all keys of a region, and reads its attributes.

use std::collections::BTreeMap;
use std::pin::pin;

use aws_sdk_kms::types::{KeyMetadata, KeyState};
use futures_util::future::{Either, ready, select, try_join, try_join_all};

use super::key::{KmsKey, is_hidden};
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::{Attributes, Value};
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::kinds::policy_value;

/// A key with its tags and details.
struct Found {
    key: KeyMetadata,
    tags: BTreeMap<String, String>,
    /// The policy, and whether the key rotates.
    details: (Value, bool),
}

/// The tags of keys, by key id.
type TagsOfKeys = BTreeMap<String, BTreeMap<String, String>>;

impl KmsKey {
    /// The key behind an id or an alias, if there is one.
    pub(super) async fn describe(
        &self,
        aws: &Aws,
        id: &str,
    ) -> Result<Option<KeyMetadata>, AwsError> {
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
        aws.list(
            self.operation("ListKeys"),
            |token| client.list_keys().limit(1000).set_marker(token).send(),
            |answer| {
                let keys = answer.keys.unwrap_or_default().into_iter();
                (keys.filter_map(|key| key.key_id), answer.next_marker)
            },
        )
        .await
    }

    /// The tags of one key; `None` if its own key policy hides them from this account.
    pub(super) async fn tags_of(
        &self,
        aws: &Aws,
        id: &str,
    ) -> Result<Option<BTreeMap<String, String>>, AwsError> {
        let client = aws.kms(&self.region);
        let tags = aws.list(
            self.operation("ListResourceTags"),
            |token| {
                let request = client.list_resource_tags().key_id(id);
                request.set_marker(token).send()
            },
            |answer| {
                let tags = answer.tags.unwrap_or_default().into_iter();
                (
                    tags.map(|tag| (tag.tag_key, tag.tag_value)),
                    answer.next_marker,
                )
            },
        );
        match tags.await {
            Ok(tags) => Ok(Some(tags.into_iter().collect())),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            // Our own key policy allows the account to list tags, so this key is someone else's.
            Err(error) if is_hidden(&error) => Ok(None),
            Err(error) => Err(error),
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

    /// The one key among those with our tags, or why the program cannot tell which one it is.
    async fn ours(
        &self,
        aws: &Aws,
        ids: Vec<&String>,
    ) -> Result<Result<Option<KeyMetadata>, String>, AwsError> {
        let described = ids.into_iter().map(|id| self.describe(aws, id));
        let described = try_join_all(described).await?;
        let (pending, live): (Vec<_>, Vec<_>) = described
            .into_iter()
            .flatten()
            .partition(|key| key.key_state() == Some(&KeyState::PendingDeletion));
        // Keys that are pending deletion have no data left to decrypt, since the bucket is deleted
        // before its key. Therefore the newest of them is as good as any.
        let newest = pending
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

    /// Reads the tags and the details of a key.
    async fn found(&self, aws: &Aws, key: KeyMetadata) -> Result<Found, AwsError> {
        let tags = self.tags_of(aws, key.key_id());
        let (tags, details) = try_join(tags, self.details(aws, key.key_id())).await?;
        Ok(Found {
            tags: tags.unwrap_or_default(),
            key,
            details,
        })
    }

    /// The key that the alias leads to.
    async fn aliased(&self, aws: &Aws) -> Result<Option<Found>, AwsError> {
        match self.describe(aws, self.alias()).await? {
            Some(key) => self.found(aws, key).await.map(Some),
            None => Ok(None),
        }
    }

    /// The answer of [`Resource::observe`], or the error of a key whose own policy hides it.
    ///
    /// The alias nearly always leads to our key, and then no other key is read. All keys are listed
    /// at the same time, so the search for a key without the alias takes no longer.
    pub(super) async fn read(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let (aliased, listed) = (pin!(self.aliased(aws)), pin!(self.all_keys(aws)));
        let (aliased, listed) = match select(aliased, listed).await {
            Either::Left((aliased, listed)) => (aliased?, Either::Left(listed)),
            Either::Right((ids, aliased)) => (aliased.await?, Either::Right(ready(ids))),
        };
        let is_ours = |it: &Found| self.identity.tags.owner(&it.tags) == Owner::Ours;
        if let Some(ours) = aliased.as_ref().filter(|it| is_ours(it)) {
            return Ok(self.lower(ours, Some(&ours.key)));
        }
        let tags = self.tags_of_all(aws, &listed.await?).await?;
        let owned = tags
            .iter()
            .filter(|(_, tags)| self.identity.tags.owner(tags) == Owner::Ours)
            .map(|(id, _)| id);
        let in_the_way = aliased.as_ref().map(|it| &it.key);
        match (self.ours(aws, owned.collect()).await?, &aliased) {
            (Err(reason), _) => Ok(Observed::Obstructed(reason)),
            (Ok(Some(key)), _) => Ok(self.lower(&self.found(aws, key).await?, in_the_way)),
            // If no key is ours, the key that has our alias is in the way.
            (Ok(None), Some(aliased)) => Ok(self.lower(aliased, in_the_way)),
            (Ok(None), None) => Ok(Observed::Missing),
        }
    }

    /// Lowers a key to its observed state. The alias leads to the key `aliased`.
    fn lower(&self, found: &Found, aliased: Option<&KeyMetadata>) -> Observed {
        let Found { key, tags, details } = found;
        let (policy, rotation) = details;
        let state = key.key_state().map_or("unknown", KeyState::as_str);
        let spec = key.key_spec().map_or("unknown", |spec| spec.as_str());
        let mut attributes = Attributes::from([
            (
                "description".to_owned(),
                key.description().unwrap_or_default().into(),
            ),
            ("key_policy".to_owned(), policy.clone()),
            ("key_spec".to_owned(), spec.into()),
            ("rotation".to_owned(), (*rotation).into()),
            ("state".to_owned(), state.into()),
        ]);
        if let Some(target) = aliased.map(KeyMetadata::key_id) {
            let alias = if target == key.key_id() {
                self.alias().to_owned()
            } else {
                format!("the alias {} belongs to the key {target}", self.alias())
            };
            attributes.insert("alias".to_owned(), alias.into());
        }
        let owner = self.identity.tags.lower_observed(tags, &mut attributes);
        let phase = if state == KeyState::PendingDeletion.as_str() {
            Phase::PendingDeletion
        } else {
            Phase::Stable
        };
        let mut present = Present::new(attributes, owner, phase);
        present.arn = key.arn().map(ToOwned::to_owned);
        Observed::Present(present)
    }
}
