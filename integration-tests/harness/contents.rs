//! Everything in an account with all that AWS tells about it, to be compared before and after a run.

use std::collections::BTreeMap;
use std::fmt::Debug;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};

use super::Account;

/// How many resources are read at the same time.
const AT_ONCE: usize = 8;

/// What AWS tells about each resource, by the resource's kind and name.
pub type Contents = BTreeMap<String, String>;

/// A resource, and what AWS tells about it.
type Entry = (String, String);

/// The contents of the services that the program uses, in `regions`. Resources of AWS itself are left
/// out.
pub async fn of(account: &Account, regions: &[&str]) -> Contents {
    let mut found = Contents::new();
    found.extend(roles(account).await);
    found.extend(users(account).await);
    found.extend(policies(account).await);
    found.extend(instance_profiles(account).await);
    found.extend(buckets(account, regions[0]).await);
    for region in regions {
        found.extend(keys(account, region).await);
        found.extend(aliases(account, region).await);
        found.extend(rules(account, region).await);
        found.extend(streams(account, region).await);
    }
    found
}

/// Reads every item with `read`, several at the same time.
async fn all<T>(items: Vec<T>, read: impl AsyncFn(T) -> Entry) -> Vec<Entry> {
    let reads = items.into_iter().map(|item| read(item));
    stream::iter(reads)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

fn shown(parts: &[&dyn Debug]) -> String {
    format!("{parts:#?}")
}

async fn roles(account: &Account) -> Vec<Entry> {
    let iam = &account.iam();
    let roles = iam.list_roles().into_paginator().items().send();
    let roles: Vec<_> = roles.collect::<Result<_, _>>().await.unwrap();
    all(roles, async |role| {
        let name = role.role_name();
        let whole = iam.get_role().role_name(name).send().await.unwrap().role;
        let attached = iam.list_attached_role_policies().role_name(name).send();
        let attached = attached.await.unwrap().attached_policies;
        let inline = iam.list_role_policies().role_name(name).send();
        let inline = inline.await.unwrap().policy_names;
        let documents = inline.iter().map(async |policy| {
            let document = iam.get_role_policy().role_name(name).policy_name(policy);
            document.send().await.unwrap().policy_document
        });
        let documents = join_all(documents).await;
        let content = shown(&[&whole, &attached, &inline, &documents]);
        (format!("role {name}"), content)
    })
    .await
}

async fn users(account: &Account) -> Vec<Entry> {
    let iam = &account.iam();
    let users = iam.list_users().into_paginator().items().send();
    let users: Vec<_> = users.collect::<Result<_, _>>().await.unwrap();
    all(users, async |user| {
        let name = user.user_name();
        let attached = iam.list_attached_user_policies().user_name(name).send();
        let attached = attached.await.unwrap().attached_policies;
        let inline = iam.list_user_policies().user_name(name).send();
        let inline = inline.await.unwrap().policy_names;
        let content = shown(&[&user, &attached, &inline]);
        (format!("user {name}"), content)
    })
    .await
}

async fn policies(account: &Account) -> Vec<Entry> {
    let iam = &account.iam();
    let local = aws_sdk_iam::types::PolicyScopeType::Local;
    let policies = iam.list_policies().scope(local);
    let policies = policies.into_paginator().items().send();
    let policies: Vec<_> = policies.collect::<Result<_, _>>().await.unwrap();
    all(policies, async |policy| {
        let arn = policy.arn().unwrap();
        let whole = iam.get_policy().policy_arn(arn).send().await.unwrap();
        let versions = iam.list_policy_versions().policy_arn(arn).send();
        let versions = versions.await.unwrap().versions.unwrap_or_default();
        let documents = versions.iter().map(async |version| {
            let document = iam.get_policy_version().policy_arn(arn);
            let document = document.version_id(version.version_id().unwrap());
            document.send().await.unwrap().policy_version
        });
        let documents = join_all(documents).await;
        (format!("policy {arn}"), shown(&[&whole.policy, &documents]))
    })
    .await
}

async fn instance_profiles(account: &Account) -> Vec<Entry> {
    let iam = &account.iam();
    let profiles = iam.list_instance_profiles().into_paginator().items().send();
    let profiles: Vec<_> = profiles.collect::<Result<_, _>>().await.unwrap();
    all(profiles, async |profile| {
        let name = profile.instance_profile_name();
        let whole = iam.get_instance_profile().instance_profile_name(name);
        let whole = whole.send().await.unwrap().instance_profile;
        (format!("instance profile {name}"), shown(&[&whole]))
    })
    .await
}

async fn keys(account: &Account, region: &str) -> Vec<Entry> {
    let kms = &account.kms(region);
    let keys = kms.list_keys().into_paginator().items().send();
    let keys: Vec<_> = keys.collect::<Result<_, _>>().await.unwrap();
    all(keys, async |key| {
        let id = key.key_id().unwrap();
        let whole = kms.describe_key().key_id(id).send().await.unwrap();
        let tags = kms
            .list_resource_tags()
            .key_id(id)
            .send()
            .await
            .unwrap()
            .tags;
        let policy = kms.get_key_policy().key_id(id).policy_name("default");
        let policy = policy.send().await.unwrap().policy;
        // AWS answers this for symmetric keys alone.
        let rotation = kms.get_key_rotation_status().key_id(id).send().await;
        let rotation = rotation.ok().map(|it| it.key_rotation_enabled);
        let grants = kms.list_grants().key_id(id).send().await.unwrap().grants;
        let content = shown(&[&whole.key_metadata, &tags, &policy, &rotation, &grants]);
        (format!("key {id} in {region}"), content)
    })
    .await
}

async fn aliases(account: &Account, region: &str) -> Vec<Entry> {
    let aliases = account.kms(region).list_aliases().into_paginator();
    let aliases = aliases.items().send();
    let aliases: Vec<_> = aliases.collect::<Result<_, _>>().await.unwrap();
    let aliases = aliases.into_iter().map(|alias| {
        let name = alias.alias_name().unwrap();
        (format!("{name} in {region}"), shown(&[&alias]))
    });
    aliases
        .filter(|(name, _)| !name.starts_with("alias/aws/"))
        .collect()
}

async fn buckets(account: &Account, region: &str) -> Vec<Entry> {
    let s3 = &account.s3(region);
    let buckets = s3.list_buckets().send().await.unwrap().buckets;
    all(buckets.unwrap_or_default(), async |bucket| {
        let name = bucket.name().unwrap();
        let head = s3.head_bucket().bucket(name).send().await.unwrap();
        let place = head.bucket_region().unwrap_or(region);
        let s3 = account.s3(place);
        // Settings that were never made are errors.
        let tags = s3.get_bucket_tagging().bucket(name).send().await;
        let policy = s3.get_bucket_policy().bucket(name).send().await;
        let encryption = s3.get_bucket_encryption().bucket(name).send().await;
        let lifecycle = s3.get_bucket_lifecycle_configuration().bucket(name);
        let lifecycle = lifecycle.send().await;
        let ownership = s3.get_bucket_ownership_controls().bucket(name).send().await;
        let block = s3.get_public_access_block().bucket(name).send().await;
        let versioning = s3.get_bucket_versioning().bucket(name).send().await;
        let objects = s3.list_object_versions().bucket(name).send().await.unwrap();
        let content = shown(&[
            &place,
            &tags.ok().map(|it| it.tag_set),
            &policy.ok().map(|it| it.policy),
            &encryption
                .ok()
                .map(|it| it.server_side_encryption_configuration),
            &lifecycle.ok().map(|it| it.rules),
            &ownership.ok().map(|it| it.ownership_controls),
            &block.ok().map(|it| it.public_access_block_configuration),
            &versioning.unwrap().status,
            &objects.versions,
            &objects.delete_markers,
        ]);
        (format!("bucket {name}"), content)
    })
    .await
}

async fn rules(account: &Account, region: &str) -> Vec<Entry> {
    let events = &account.events(region);
    let rules = events.list_rules().limit(100).send().await.unwrap();
    assert_eq!(rules.next_token(), None, "more rules than one page holds");
    all(rules.rules.unwrap_or_default(), async |rule| {
        let name = rule.name().unwrap();
        let targets = events.list_targets_by_rule().rule(name).send();
        let targets = targets.await.unwrap().targets;
        let tags = events.list_tags_for_resource();
        let tags = tags.resource_arn(rule.arn().unwrap()).send().await;
        let content = shown(&[&rule, &targets, &tags.unwrap().tags]);
        (format!("rule {name} in {region}"), content)
    })
    .await
}

async fn streams(account: &Account, region: &str) -> Vec<Entry> {
    let firehose = &account.firehose(region);
    let streams = firehose.list_delivery_streams().limit(10_000).send();
    all(streams.await.unwrap().delivery_stream_names, async |name| {
        let whole = firehose.describe_delivery_stream();
        let whole = whole.delivery_stream_name(&name).send().await.unwrap();
        let tags = firehose.list_tags_for_delivery_stream();
        let tags = tags.delivery_stream_name(&name).send().await.unwrap().tags;
        let content = shown(&[&whole.delivery_stream_description, &tags]);
        (format!("stream {name} in {region}"), content)
    })
    .await
}
