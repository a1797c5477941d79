//! The calls that read keys.

use std::collections::BTreeMap;

use aws_sdk_kms::types::KeyMetadata;
use futures_util::future::try_join;

use super::key::{KmsKey, is_denied_by_others};
use super::origin;
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::Value;
use crate::kinds::policy_value;

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

    /// The ids of all keys of the region.
    pub(super) async fn all_keys(&self, aws: &Aws) -> Result<Vec<String>, AwsError> {
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

    /// The tags of one key, none if there is no such key; `None` if somebody denies us to read them.
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
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Some(BTreeMap::new())),
            Err(error) if is_denied_by_others(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The aliases that lead to a key, except ours.
    pub(super) async fn other_aliases(&self, aws: &Aws, id: &str) -> Result<Vec<String>, AwsError> {
        let client = aws.kms(&self.region);
        let aliases = aws.list(
            self.operation("ListAliases"),
            |token| {
                let request = client.list_aliases().key_id(id);
                request.set_marker(token).send()
            },
            |answer| {
                let aliases = answer.aliases.unwrap_or_default().into_iter();
                (
                    aliases.filter_map(|alias| alias.alias_name),
                    answer.next_marker,
                )
            },
        );
        let mut aliases = aliases.await?;
        aliases.retain(|alias| alias != self.alias());
        aliases.sort();
        Ok(aliases)
    }

    /// The policy and whether the key rotates.
    pub(super) async fn details(
        &self,
        aws: &Aws,
        key: &KeyMetadata,
    ) -> Result<(Value, bool), AwsError> {
        let client = aws.kms(&self.region);
        let policy = async {
            let request = || client.get_key_policy().key_id(key.key_id());
            let answer = aws.call(self.operation("GetKeyPolicy"), || {
                request().policy_name("default").send()
            });
            let answer = answer.await?;
            Ok(policy_value(answer.policy().unwrap_or_default()))
        };
        let rotation = async {
            // AWS does not rotate keys of other kinds by itself. For some it refuses the question
            // (Developer Guide, "Key states of AWS KMS keys").
            if origin::never_ours(key).is_some() {
                return Ok(false);
            }
            let answer = aws.call(self.operation("GetKeyRotationStatus"), || {
                let request = client.get_key_rotation_status();
                request.key_id(key.key_id()).send()
            });
            Ok(answer.await?.key_rotation_enabled())
        };
        try_join(policy, rotation).await
    }
}
