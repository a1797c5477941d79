//! Lists everything that exists in an account, as lines that can be compared.

use std::collections::BTreeSet;

use super::Account;

/// One line for each resource of the services that the program uses, in `regions`.
///
/// Left out are resources of AWS itself, and keys that are scheduled for deletion, which a destroy
/// cannot remove.
pub async fn of(account: &Account, regions: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    in_iam(account, &mut found).await;
    let buckets = account.s3(regions[0]).list_buckets().send().await.unwrap();
    for bucket in buckets.buckets() {
        found.insert(format!("bucket {}", bucket.name().unwrap()));
    }
    for region in regions {
        in_kms(account, region, &mut found).await;
        in_events(account, region, &mut found).await;
        let streams = account.firehose(region).list_delivery_streams().send();
        for stream in streams.await.unwrap().delivery_stream_names() {
            found.insert(format!("stream {stream} in {region}"));
        }
    }
    found
}

async fn in_iam(account: &Account, found: &mut BTreeSet<String>) {
    let iam = account.iam();
    for role in iam.list_roles().send().await.unwrap().roles() {
        let name = role.role_name();
        let inline = iam.list_role_policies().role_name(name).send();
        let attached = iam.list_attached_role_policies().role_name(name).send();
        let inline = inline.await.unwrap().policy_names;
        let attached = attached
            .await
            .unwrap()
            .attached_policies
            .unwrap_or_default();
        let attached: Vec<_> = attached.iter().map(|it| it.policy_name()).collect();
        found.insert(format!("role {name} with {inline:?} and {attached:?}"));
    }
    let profiles = iam.list_instance_profiles().send().await.unwrap();
    for profile in profiles.instance_profiles() {
        found.insert(format!(
            "instance profile {}",
            profile.instance_profile_name()
        ));
    }
}

async fn in_kms(account: &Account, region: &str, found: &mut BTreeSet<String>) {
    let kms = account.kms(region);
    for key in kms.list_keys().send().await.unwrap().keys() {
        let id = key.key_id().unwrap();
        let key = kms.describe_key().key_id(id).send().await.unwrap();
        let state = key.key_metadata().unwrap().key_state().unwrap().as_str();
        if state != "PendingDeletion" {
            found.insert(format!("key {id} in {region}, {state}"));
        }
    }
    for alias in kms.list_aliases().send().await.unwrap().aliases() {
        let name = alias.alias_name().unwrap();
        if !name.starts_with("alias/aws/") {
            found.insert(format!("{name} in {region}"));
        }
    }
}

async fn in_events(account: &Account, region: &str, found: &mut BTreeSet<String>) {
    let events = account.events(region);
    for rule in events.list_rules().send().await.unwrap().rules() {
        let name = rule.name().unwrap();
        let state = rule.state().unwrap();
        let targets = events.list_targets_by_rule().rule(name).send();
        let targets = targets.await.unwrap();
        let targets: Vec<&str> = targets.targets().iter().map(|it| it.id()).collect();
        found.insert(format!(
            "rule {name} in {region}, {state}, with {targets:?}"
        ));
    }
}
