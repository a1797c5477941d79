//! Changes by hand to the log bucket: the next plan shows each, and the next apply corrects it.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN};

const ADDRESS: &str = "s3_bucket.logs@eu-west-1";

#[tokio::test]
async fn every_change_to_the_bucket_is_shown_and_corrected() {
    let account = Account::applied(&[MAIN]);
    let s3 = account.s3(MAIN);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let mends = |reason, attributes: &[&str]| account.mends(reason, ADDRESS, "update", attributes);

    let suspended = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended);
    let put = s3.put_bucket_versioning().bucket(&bucket);
    put.versioning_configuration(suspended.build())
        .send()
        .await
        .unwrap();
    mends("versioning was suspended", &["versioning"]);

    let aes = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(aes.build().unwrap());
    let rules = ServerSideEncryptionConfiguration::builder().rules(rule.build());
    let put = s3.put_bucket_encryption().bucket(&bucket);
    let put = put.server_side_encryption_configuration(rules.build().unwrap());
    put.send().await.unwrap();
    let encryption = [
        "encryption.algorithm",
        "encryption.bucket_key",
        "encryption.key",
    ];
    mends("the encryption was changed", &encryption);

    s3.delete_public_access_block()
        .bucket(&bucket)
        .send()
        .await
        .unwrap();
    mends(
        "the public access block was removed",
        &["public_access_block"],
    );

    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter);
    let rules = OwnershipControls::builder().rules(rule.build().unwrap());
    let put = s3.put_bucket_ownership_controls().bucket(&bucket);
    put.ownership_controls(rules.build().unwrap())
        .send()
        .await
        .unwrap();
    mends("the ownership of objects was changed", &["ownership"]);

    let rules = s3.get_bucket_lifecycle_configuration().bucket(&bucket);
    let mut rules = rules.send().await.unwrap().rules.unwrap();
    let added = LifecycleRule::builder()
        .id("added")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("AWSLogs/").build())
        .expiration(LifecycleExpiration::builder().days(30).build());
    rules.push(added.build().unwrap());
    let rules = BucketLifecycleConfiguration::builder().set_rules(Some(rules));
    let put = s3.put_bucket_lifecycle_configuration().bucket(&bucket);
    put.lifecycle_configuration(rules.build().unwrap())
        .send()
        .await
        .unwrap();
    mends("a lifecycle rule was added", &["lifecycle"]);

    s3.delete_bucket_lifecycle()
        .bucket(&bucket)
        .send()
        .await
        .unwrap();
    mends("the lifecycle was removed", &["lifecycle"]);

    s3.delete_bucket_policy()
        .bucket(&bucket)
        .send()
        .await
        .unwrap();
    mends("the policy was removed", &["bucket_policy"]);

    change_tags(&account, &bucket, |tags| tags[2] = ("team", "other")).await;
    mends("a tag was changed", &["tags[team]"]);

    change_tags(&account, &bucket, |tags| tags.truncate(2)).await;
    mends("a tag was removed", &["tags[team]"]);

    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

/// Replaces the bucket's tags by the result of `change`. The last tag is that of the settings.
async fn change_tags(account: &Account, bucket: &str, change: impl Fn(&mut Vec<(&str, &str)>)) {
    let mut tags = vec![
        ("provision:system", "stackstate"),
        ("provision:deployment", "default"),
        ("team", "observability"),
    ];
    change(&mut tags);
    let tags = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(*key).value(*value));
    let tags = tags.map(|tag| tag.build().unwrap()).collect();
    let tagging = Tagging::builder().set_tag_set(Some(tags)).build().unwrap();
    let put = account.s3(MAIN).put_bucket_tagging().bucket(bucket);
    put.tagging(tagging).send().await.unwrap();
}
