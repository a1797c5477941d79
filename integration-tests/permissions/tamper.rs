//! Changes a deployment by hand, so a run must make every call that the program can make.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_firehose::types::{CompressionFormat, ExtendedS3DestinationUpdate};
use aws_sdk_s3::types::Tag as BucketTag;

use crate::harness::{Account, MAIN};

pub const ROLE: &str = "StackStateAwsIntegrationRole";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
const EXTRA: &str = r#"{"Version":"2012-10-17","Statement":
    {"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
const STREAM: &str = "stackstate-eventbridge-stream";

/// Creates a role of others.
pub async fn role(account: &Account, name: &str) {
    let role = account.iam().create_role().role_name(name);
    let role = role.assume_role_policy_document(TRUST);
    role.send().await.unwrap();
}

async fn user(account: &Account, name: &str) {
    let user = account.iam().create_user().user_name(name);
    user.send().await.unwrap();
}

async fn group(account: &Account, name: &str) {
    let group = account.iam().create_group().group_name(name);
    group.send().await.unwrap();
}

/// Creates the identities in `attach_to`.
pub async fn identities(account: &Account) {
    user(account, "audit-trail").await;
    group(account, "auditors").await;
    role(account, "app").await;
}

/// Creates a managed policy of others.
pub async fn extra_policy(account: &Account) {
    let extra = account.iam().create_policy().policy_name("extra");
    extra.policy_document(EXTRA).send().await.unwrap();
}

/// While the answer is true, the name of our bucket belongs to another account.
pub fn squat(account: &Account) -> Arc<AtomicBool> {
    let squatted = Arc::new(AtomicBool::new(true));
    let (is_squatted, head) = (
        Arc::clone(&squatted),
        format!("HEAD /stackstate-logs-{}/", account.id),
    );
    account.stand_in(move |call| {
        let denied = call.operation == head && is_squatted.load(Ordering::Relaxed);
        denied.then(|| ("403 Forbidden".to_owned(), String::new()))
    });
    squatted
}

/// Changes the policies of a role and the length of its sessions.
pub async fn policies(account: &Account) {
    let iam = account.iam();
    for policy in ["extra", "STSIntegration"] {
        let put = iam.put_role_policy().role_name(ROLE).policy_name(policy);
        put.policy_document(EXTRA).send().await.unwrap();
    }
    let trust = iam.update_assume_role_policy().role_name(ROLE);
    trust.policy_document(TRUST).send().await.unwrap();
    let longer = iam.update_role().role_name(ROLE).max_session_duration(7200);
    longer.send().await.unwrap();
}

/// Restricts access to the deployment in each way that a call of its own ends.
pub async fn restrict(account: &Account) {
    let extra = format!("arn:aws:iam::{}:policy/extra", account.id);
    let regional = ["Firehose", "EventBridge"].map(|it| format!("StackState{it}Role-{MAIN}"));
    for role in regional.iter().map(String::as_str).chain([ROLE]) {
        let boundary = account.iam().put_role_permissions_boundary();
        let boundary = boundary.role_name(role).permissions_boundary(&extra);
        boundary.send().await.unwrap();
    }
    let kms = account.kms(MAIN);
    let id = account.key_id().await;
    kms.disable_key().key_id(&id).send().await.unwrap();
}

/// Changes every kind of resource, each attribute that a call of its own corrects and that restricts
/// nothing.
pub async fn drift(account: &Account) {
    let iam = account.iam();
    let extra = format!("arn:aws:iam::{}:policy/extra", account.id);
    policies(account).await;
    for policy in [&extra, "arn:aws:iam::aws:policy/ReadOnlyAccess"] {
        let attach = iam.attach_role_policy().role_name(ROLE).policy_arn(policy);
        attach.send().await.unwrap();
    }
    let own = format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id);
    for _ in 0..4 {
        let version = iam.create_policy_version().policy_arn(&own);
        let version = version.policy_document(EXTRA).set_as_default(true);
        version.send().await.unwrap();
    }

    // Before an object expires sooner, the bucket is listed.
    let bucket = format!("stackstate-logs-{}", account.id);
    let lifecycle = account.s3(MAIN).delete_bucket_lifecycle().bucket(bucket);
    lifecycle.send().await.unwrap();

    let kms = account.kms(MAIN);
    let id = account.key_id().await;
    let policy = kms.get_key_policy().key_id(&id).policy_name("default");
    let policy = policy.send().await.unwrap().policy.unwrap();
    let put = kms.put_key_policy().key_id(&id).policy_name("default");
    let policy = policy
        .replace("AllowS3Access", "Renamed")
        .replace("kms:ReEncrypt*", "kms:*");
    put.policy(policy).send().await.unwrap();
    let describe = kms.update_key_description().key_id(&id);
    describe.description("other").send().await.unwrap();
    kms.disable_key_rotation().key_id(&id).send().await.unwrap();

    let firehose = account.firehose(MAIN);
    let stream = firehose
        .describe_delivery_stream()
        .delivery_stream_name(STREAM);
    let stream = stream
        .send()
        .await
        .unwrap()
        .delivery_stream_description
        .unwrap();
    let destination = &stream.destinations()[0];
    let own = destination.extended_s3_destination_description().unwrap();
    // The emulator replaces the destination, where AWS merges the change into it.
    let elsewhere = ExtendedS3DestinationUpdate::builder()
        .compression_format(CompressionFormat::Uncompressed)
        .role_arn(own.role_arn())
        .bucket_arn(own.bucket_arn())
        .prefix("elsewhere/");
    let update = firehose.update_destination().delivery_stream_name(STREAM);
    let update = update.current_delivery_stream_version_id(stream.version_id());
    let update = update.destination_id(destination.destination_id());
    let update = update.extended_s3_destination_update(elsewhere.build());
    update.send().await.unwrap();

    let events = account.events(MAIN);
    let rule = events.disable_rule().name("StsEventBridgeRule");
    rule.send().await.unwrap();
    let target = aws_sdk_eventbridge::types::Target::builder().id("added");
    let target = target.arn(format!("arn:aws:sqs:{MAIN}:{}:queue", account.id));
    let put = events.put_targets().rule("StsEventBridgeRule");
    let put = put.targets(target.build().unwrap());
    assert_eq!(put.send().await.unwrap().failed_entry_count(), 0);
}

/// Replaces our role in our instance profile by another role.
pub async fn occupy_profile(account: &Account) {
    let iam = account.iam();
    role(account, "squatter").await;
    let remove = iam.remove_role_from_instance_profile();
    let remove = remove.instance_profile_name(ROLE).role_name(ROLE);
    remove.send().await.unwrap();
    let add = iam.add_role_to_instance_profile();
    let add = add.instance_profile_name(ROLE).role_name("squatter");
    add.send().await.unwrap();
}

/// Lets others use resources that are to be destroyed, and fills the bucket.
pub async fn hold(account: &Account) {
    let iam = account.iam();
    let own = format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id);
    user(account, "other").await;
    let attach = iam.attach_user_policy().user_name("other");
    attach.policy_arn(&own).send().await.unwrap();
    group(account, "others").await;
    let attach = iam.attach_group_policy().group_name("others");
    attach.policy_arn(&own).send().await.unwrap();
    role(account, "other").await;
    let attach = iam.attach_role_policy().role_name("other");
    attach.policy_arn(&own).send().await.unwrap();

    let extra = format!("arn:aws:iam::{}:policy/extra", account.id);
    let attach = iam.attach_role_policy().role_name(ROLE).policy_arn(extra);
    attach.send().await.unwrap();
    let profile = iam.create_instance_profile();
    profile
        .instance_profile_name("theirs")
        .send()
        .await
        .unwrap();
    let add = iam.add_role_to_instance_profile();
    let add = add.instance_profile_name("theirs").role_name(ROLE);
    add.send().await.unwrap();

    let bucket = format!("stackstate-logs-{}", account.id);
    let put = account.s3(MAIN).put_object().bucket(bucket).key("log");
    put.send().await.unwrap();
}

/// Creates a role, the log bucket and a policy by hand, with our names and without our tags.
pub async fn make_foreign(account: &Account) {
    role(account, ROLE).await;
    let iam = account.iam();
    let policy = iam.create_policy().policy_name("AuditTrailRole");
    let policy = policy.description("For use with Audit Trail");
    policy.policy_document(EXTRA).send().await.unwrap();
    let bucket = format!("stackstate-logs-{}", account.id);
    let s3 = account.s3(MAIN);
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(MAIN.into())
        .tags(BucketTag::builder().key("cost").value("7").build().unwrap());
    let create = s3.create_bucket().bucket(bucket);
    create
        .create_bucket_configuration(place.build())
        .send()
        .await
        .unwrap();
}
