//! The calls that read keys.

use std::collections::BTreeMap;

use aws_sdk_kms::types::KeyMetadata;
use futures_util::future::try_join;

use super::key::{KmsKey, is_denied_by_others};
use super::lag::{again, reads_late};
use super::origin::{self, NEVER};
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::Value;
use crate::kinds::policy_value::policy_value;

impl KmsKey {
    /// The key behind an id or an alias.
    pub(super) async fn described(&self, aws: &Aws, id: &str) -> Result<KeyMetadata, AwsError> {
        let client = aws.kms(&self.region);
        let operation = self.operation("DescribeKey");
        let answer = aws
            .call(operation.clone(), || {
                client.describe_key().key_id(id).send()
            })
            .await?;
        let key = answer.key_metadata;
        key.ok_or_else(|| aws.name(AwsError::incomplete(operation, "the key")))
    }

    /// The key behind an id or an alias, if there is one.
    pub(super) async fn describe(
        &self,
        aws: &Aws,
        id: &str,
    ) -> Result<Option<KeyMetadata>, AwsError> {
        match self.described(aws, id).await {
            Ok(key) => Ok(Some(key)),
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

    /// The tags of a key that KMS has described or listed.
    pub(super) async fn tags_of(
        &self,
        aws: &Aws,
        id: &str,
    ) -> Result<BTreeMap<String, String>, AwsError> {
        let client = aws.kms(&self.region);
        let list = || {
            aws.list(
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
            )
        };
        let tags = again(aws, reads_late, list).await?;
        Ok(tags.into_iter().collect())
    }

    /// The same; `None` if somebody denies us to read them.
    pub(super) async fn visible_tags_of(
        &self,
        aws: &Aws,
        id: &str,
    ) -> Result<Option<BTreeMap<String, String>>, AwsError> {
        match self.tags_of(aws, id).await {
            Ok(tags) => Ok(Some(tags)),
            Err(error) if is_denied_by_others(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The aliases that lead to a key, except ours.
    pub(super) async fn other_aliases(&self, aws: &Aws, id: &str) -> Result<Vec<String>, AwsError> {
        let client = aws.kms(&self.region);
        let list = || {
            aws.list(
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
            )
        };
        let mut aliases = again(aws, reads_late, list).await?;
        aliases.retain(|alias| alias != self.alias());
        aliases.sort();
        Ok(aliases)
    }

    /// The same where it is always needed: a key that is to be deleted may not have other users. The
    /// aliases of another key are read only before a change.
    pub(super) async fn aliases_if_unwanted(
        &self,
        aws: &Aws,
        id: &str,
    ) -> Result<Option<Vec<String>>, AwsError> {
        match self.spec {
            Some(_) => Ok(None),
            None => self.other_aliases(aws, id).await.map(Some),
        }
    }

    /// The details of a key, except of one that this program cannot have made: nothing will be done
    /// with it, and in some states KMS refuses the questions (Developer Guide, "Key states of AWS KMS
    /// keys").
    pub(super) async fn details_if_like_ours(
        &self,
        aws: &Aws,
        key: &KeyMetadata,
    ) -> Result<(Value, Value), AwsError> {
        match origin::never_ours(key) {
            Some(_) => Ok(("unknown".into(), "unknown".into())),
            None => self.details(aws, key.key_id()).await,
        }
    }

    /// The policy and whether the key rotates.
    pub(super) async fn details(&self, aws: &Aws, id: &str) -> Result<(Value, Value), AwsError> {
        let client = aws.kms(&self.region);
        let policy = || {
            aws.call(self.operation("GetKeyPolicy"), || {
                let request = client.get_key_policy().key_id(id);
                request.policy_name("default").send()
            })
        };
        let rotation = || {
            aws.call(self.operation("GetKeyRotationStatus"), || {
                client.get_key_rotation_status().key_id(id).send()
            })
        };
        let policy = async {
            let answer = again(aws, reads_late, policy).await?;
            Ok(policy_value(answer.policy().unwrap_or_default()))
        };
        let rotation = async {
            match again(aws, reads_late, rotation).await {
                Ok(answer) => Ok(answer.key_rotation_enabled().into()),
                // AWS rotates only some kinds of keys by itself, and of some others it refuses to tell
                // (API Reference, "GetKeyRotationStatus").
                Err(error) if error.is("UnsupportedOperationException") => Ok(NEVER.into()),
                Err(error) => Err(error),
            }
        };
        try_join(policy, rotation).await
    }
}
