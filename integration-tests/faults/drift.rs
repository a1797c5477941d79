//! Makes every kind of drift by hand, in an account without drift.

use aws_sdk_eventbridge::types::Target;
use aws_sdk_firehose::types::{BufferingHints, CompressionFormat, ExtendedS3DestinationUpdate};
use aws_sdk_iam::types::Tag as IamTag;
use aws_sdk_kms::types::Tag as KmsTag;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    Tag as S3Tag, Tagging, VersioningConfiguration,
};
use provision::aws::Aws;

use super::account::{Account, region};

/// A policy that differs from all of our documents.
pub const READ_ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;

/// A trust policy that differs from all of our documents.
pub const ANYONE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// Changes the roles' policies, tags, trust policy, session duration and boundary; deletes one role,
/// and removes one from its instance profile.
pub async fn roles(aws: &Aws) {
    let iam = aws.iam();
    let name = "StackStateAwsIntegrationRole";
    let tag = IamTag::builder()
        .key("team")
        .value("other")
        .build()
        .expect("a tag");
    let tags = iam.tag_role().role_name(name).tags(tag.clone());
    tags.send().await.expect("TagRole");
    let session = iam.update_role().role_name(name).max_session_duration(7200);
    session.send().await.expect("UpdateRole");
    for policy in ["STSIntegration", "added"] {
        let put = iam.put_role_policy().role_name(name).policy_name(policy);
        let put = put.policy_document(READ_ALL).send().await;
        put.expect("PutRolePolicy");
    }
    let attach = iam.attach_role_policy().role_name(name);
    let attach = attach.policy_arn("arn:aws:iam::aws:policy/ReadOnlyAccess");
    attach.send().await.expect("AttachRolePolicy");
    let boundary = iam.put_role_permissions_boundary().role_name(name);
    let boundary = boundary.permissions_boundary("arn:aws:iam::aws:policy/ReadOnlyAccess");
    boundary.send().await.expect("PutRolePermissionsBoundary");

    let trust = iam.update_assume_role_policy();
    let trust = trust.role_name("StackStateFirehoseRole-eu-west-1");
    let trust = trust.policy_document(ANYONE);
    trust.send().await.expect("UpdateAssumeRolePolicy");

    let lost = "StackStateEventBridgeRole-us-east-1";
    let policy = iam.delete_role_policy().role_name(lost);
    let policy = policy.policy_name("default");
    policy.send().await.expect("DeleteRolePolicy");
    let role = iam.delete_role().role_name(lost);
    role.send().await.expect("DeleteRole");

    let tags = iam.tag_instance_profile().instance_profile_name(name);
    tags.tags(tag).send().await.expect("TagInstanceProfile");
    let remove = iam.remove_role_from_instance_profile();
    let remove = remove.instance_profile_name(name).role_name(name);
    remove.send().await.expect("RemoveRoleFromInstanceProfile");
}

/// Changes the key's settings and schedules the key for deletion. The alias stays: without the
/// alias, a key with another policy is not ours.
pub async fn key(aws: &Aws) {
    let kms = aws.kms(&region(0));
    let alias = "alias/stackstate-integration";
    let key = kms.describe_key().key_id(alias).send().await;
    let key = key.expect("DescribeKey").key_metadata.expect("metadata");
    let id = key.key_id();
    let tag = KmsTag::builder().tag_key("team").tag_value("other");
    let tags = kms.tag_resource().key_id(id);
    let tags = tags.tags(tag.build().expect("a tag"));
    tags.send().await.expect("TagResource");
    let describe = kms.update_key_description().key_id(id).description("other");
    describe.send().await.expect("UpdateKeyDescription");
    let rotation = kms.disable_key_rotation().key_id(id);
    rotation.send().await.expect("DisableKeyRotation");
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}]}"#;
    let put = kms.put_key_policy().key_id(id).policy_name("default");
    put.policy(policy).send().await.expect("PutKeyPolicy");
    let doom = kms.schedule_key_deletion().key_id(id);
    doom.send().await.expect("ScheduleKeyDeletion");
}

/// Removes every setting of the bucket.
pub async fn bucket(account: &Account, aws: &Aws) {
    let s3 = aws.s3(&region(0));
    let bucket = format!("stackstate-logs-{}", account.id);
    let present = s3.get_bucket_tagging().bucket(&bucket).send().await;
    let mut tags = present.expect("GetBucketTagging").tag_set;
    tags.retain(|tag| tag.key() != "team");
    let other = S3Tag::builder().key("theirs").value("stays").build();
    tags.push(other.expect("a tag"));
    let tagging = Tagging::builder().set_tag_set(Some(tags)).build();
    let put = s3.put_bucket_tagging().bucket(&bucket);
    let put = put.tagging(tagging.expect("a tag set"));
    put.send().await.expect("PutBucketTagging");
    let suspended = VersioningConfiguration::builder()
        .status(BucketVersioningStatus::Suspended)
        .build();
    let versioning = s3.put_bucket_versioning().bucket(&bucket);
    let versioning = versioning.versioning_configuration(suspended);
    versioning.send().await.expect("PutBucketVersioning");
    let rule = OwnershipControlsRule::builder()
        .object_ownership(ObjectOwnership::BucketOwnerEnforced)
        .build();
    let rules = OwnershipControls::builder().rules(rule.expect("a rule"));
    let ownership = s3.put_bucket_ownership_controls().bucket(&bucket);
    let ownership = ownership.ownership_controls(rules.build().expect("rules"));
    ownership.send().await.expect("PutBucketOwnershipControls");
    let encryption = s3.delete_bucket_encryption().bucket(&bucket);
    encryption.send().await.expect("DeleteBucketEncryption");
    let lifecycle = s3.delete_bucket_lifecycle().bucket(&bucket);
    lifecycle.send().await.expect("DeleteBucketLifecycle");
    let block = s3.delete_public_access_block().bucket(&bucket);
    block.send().await.expect("DeletePublicAccessBlock");
    let policy = s3.delete_bucket_policy().bucket(&bucket);
    policy.send().await.expect("DeleteBucketPolicy");
}

/// Changes the stream's destination, disables the rule and changes its target; deletes all three in
/// the other region.
pub async fn events(aws: &Aws) {
    let rule = "StsEventBridgeRule";
    let stream = "stackstate-eventbridge-stream";
    let firehose = aws.firehose(&region(0));
    let tag = aws_sdk_firehose::types::Tag::builder()
        .key("team")
        .value("other");
    let tags = firehose.tag_delivery_stream().delivery_stream_name(stream);
    let tags = tags.tags(tag.build().expect("a tag"));
    tags.send().await.expect("TagDeliveryStream");
    let here = firehose.describe_delivery_stream();
    let here = here.delivery_stream_name(stream).send().await;
    let here = here
        .expect("DescribeDeliveryStream")
        .delivery_stream_description
        .expect("description");
    let s3 = here.destinations()[0]
        .extended_s3_destination_description()
        .expect("an S3 destination");
    let hints = BufferingHints::builder()
        .interval_in_seconds(300)
        .size_in_mbs(5)
        .build();
    // The emulator replaces the whole destination, so all of its settings are named.
    let changed = ExtendedS3DestinationUpdate::builder()
        .role_arn(s3.role_arn())
        .bucket_arn(s3.bucket_arn())
        .prefix("elsewhere/")
        .error_output_prefix("elsewhere/")
        .compression_format(CompressionFormat::Uncompressed)
        .buffering_hints(hints)
        .build();
    let update = firehose.update_destination().delivery_stream_name(stream);
    let update = update
        .current_delivery_stream_version_id(here.version_id())
        .destination_id(here.destinations()[0].destination_id())
        .extended_s3_destination_update(changed);
    update.send().await.expect("UpdateDestination");
    // The other region's stream is deleted.
    let gone = aws.firehose(&region(1)).delete_delivery_stream();
    let gone = gone.delivery_stream_name(stream);
    gone.send().await.expect("DeleteDeliveryStream");

    let events = aws.eventbridge(&region(0));
    let found = events.describe_rule().name(rule).send().await;
    let arn = found.expect("DescribeRule").arn.expect("an ARN");
    let tag = aws_sdk_eventbridge::types::Tag::builder()
        .key("team")
        .value("other");
    let tags = events.tag_resource().resource_arn(arn);
    let tags = tags.tags(tag.build().expect("a tag"));
    tags.send().await.expect("TagResource");
    let put = events
        .put_rule()
        .name(rule)
        .event_pattern(r#"{"source":["aws.s3"]}"#);
    put.send().await.expect("PutRule");
    events
        .disable_rule()
        .name(rule)
        .send()
        .await
        .expect("DisableRule");
    let target = Target::builder()
        .id("StsEventBridgeFirehose")
        .arn(format!("{}-of-another", here.delivery_stream_arn()))
        .build()
        .expect("a target");
    let put = events.put_targets().rule(rule).targets(target);
    put.send().await.expect("PutTargets");

    let events = aws.eventbridge(&region(1));
    let targets = events.remove_targets().rule(rule);
    let targets = targets.ids("StsEventBridgeFirehose").send().await;
    targets.expect("RemoveTargets");
    let gone = events.delete_rule().name(rule).send().await;
    gone.expect("DeleteRule");
}

/// Changes the policy's tags and its document, up to AWS's limit of versions, and detaches the policy
/// from two of its three identities.
pub async fn audit_trail(account: &Account, aws: &Aws) {
    let iam = aws.iam();
    let arn = format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id);
    let tag = IamTag::builder().key("team").value("other");
    let tags = iam.tag_policy().policy_arn(&arn);
    let tags = tags.tags(tag.build().expect("a tag"));
    tags.send().await.expect("TagPolicy");
    for _ in 0..4 {
        let version = iam.create_policy_version().policy_arn(&arn);
        let version = version.policy_document(READ_ALL).set_as_default(true);
        version.send().await.expect("CreatePolicyVersion");
    }
    let detach = iam.detach_user_policy().user_name("audit-trail");
    let detach = detach.policy_arn(&arn).send().await;
    detach.expect("DetachUserPolicy");
    let detach = iam.detach_group_policy().group_name("auditors");
    let detach = detach.policy_arn(&arn).send().await;
    detach.expect("DetachGroupPolicy");
}
