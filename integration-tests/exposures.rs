//! What leads out of the account beside what a plan compares: an adoption is blocked, and the checks
//! before a write fail, with the list of what was found.

use aws_sdk_eventbridge::types::Target;
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, EncryptionConfiguration, ExtendedS3DestinationConfiguration,
    NoEncryptionConfig, S3BackupMode, S3DestinationConfiguration, Tag as StreamTag,
};
use aws_sdk_kms::types::GrantOperation;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination, Event,
    InventoryConfiguration, InventoryDestination, InventoryFormat, InventoryFrequency,
    InventoryIncludedObjectVersions, InventoryS3BucketDestination, InventorySchedule,
    NotificationConfiguration, ObjectOwnership, QueueConfiguration, ReplicationConfiguration,
    ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus, VersioningConfiguration,
};

use crate::deployment::Deployment;
use crate::harness::session::{Session, THOUGHT};
use crate::harness::{Account, MAIN, OWNERSHIP, unwrapped};

const BUCKET: &str = "s3_bucket.logs@eu-west-1";
const KEY: &str = "kms_key.integration@eu-west-1";
const RULE: &str = "event_rule.stackstate@eu-west-1";
const STREAM: &str = "firehose_stream.eventbridge@eu-west-1";
const ALIAS: &str = "alias/stackstate-integration";
const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

async fn make_bucket(account: &Account, name: &str) {
    let s3 = account.s3(MAIN);
    let location = BucketLocationConstraint::from(MAIN);
    let location = CreateBucketConfiguration::builder().location_constraint(location);
    let create = s3
        .create_bucket()
        .create_bucket_configuration(location.build());
    let create = create.object_ownership(ObjectOwnership::BucketOwnerPreferred);
    create.bucket(name).send().await.unwrap();
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
    let put = s3.put_bucket_versioning().bucket(name);
    put.versioning_configuration(enabled.build())
        .send()
        .await
        .unwrap();
}

/// Lets the log bucket lead out in every way; the answers name what it leads to.
pub async fn open_the_bucket(account: &Account) -> Vec<String> {
    let s3 = account.s3(MAIN);
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let theirs = format!("theirs-{}", account.id);
    make_bucket(account, &theirs).await;
    let theirs = format!("arn:aws:s3:::{theirs}");

    let markers =
        DeleteMarkerReplication::builder().status(DeleteMarkerReplicationStatus::Disabled);
    let rule = ReplicationRule::builder()
        .status(ReplicationRuleStatus::Enabled)
        .filter(ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(markers.build())
        .priority(1)
        .destination(Destination::builder().bucket(&theirs).build().unwrap());
    let rules = ReplicationConfiguration::builder()
        .role(format!("arn:aws:iam::{}:role/replication", account.id))
        .rules(rule.build().unwrap());
    let put = s3.put_bucket_replication().bucket(&bucket);
    let put = put.replication_configuration(rules.build().unwrap());
    put.send().await.unwrap();

    let queue = format!("arn:aws:sqs:{MAIN}:210987654321:theirs");
    let notify = QueueConfiguration::builder()
        .queue_arn(&queue)
        .events(Event::S3ObjectCreated);
    let notify = NotificationConfiguration::builder().queue_configurations(notify.build().unwrap());
    let put = s3.put_bucket_notification_configuration().bucket(&bucket);
    let put = put.skip_destination_validation(true);
    let put = put.notification_configuration(notify.build());
    put.send().await.unwrap();

    let to = InventoryS3BucketDestination::builder()
        .bucket(&theirs)
        .format(InventoryFormat::Csv);
    let to = InventoryDestination::builder().s3_bucket_destination(to.build().unwrap());
    let daily = InventorySchedule::builder().frequency(InventoryFrequency::Daily);
    let inventory = InventoryConfiguration::builder()
        .id("all")
        .is_enabled(true)
        .included_object_versions(InventoryIncludedObjectVersions::All)
        .destination(to.build())
        .schedule(daily.build().unwrap());
    let put = s3.put_bucket_inventory_configuration().bucket(&bucket);
    let put = put
        .id("all")
        .inventory_configuration(inventory.build().unwrap());
    put.send().await.unwrap();

    let put = s3.put_bucket_acl().bucket(&bucket);
    let put = put.grant_read(format!("uri=\"{EVERYBODY}\""));
    put.send().await.unwrap();
    vec![
        format!("replication to {theirs}"),
        format!("notifications to {queue}"),
        format!("an inventory in {theirs}"),
        format!("its access control list allows READ to {EVERYBODY}"),
    ]
}

/// Gives another account a grant on the key behind our alias.
pub async fn grant(account: &Account) -> Vec<String> {
    let kms = account.kms(MAIN);
    let key = account.key_id().await;
    let stranger = "arn:aws:iam::210987654321:role/theirs";
    let grant = kms.create_grant().key_id(key).grantee_principal(stranger);
    let grant = grant.operations(GrantOperation::Decrypt);
    grant.send().await.unwrap();
    vec![format!("a grant allows Decrypt to {stranger}")]
}

#[tokio::test]
async fn what_leads_out_of_our_resources_fails_the_checks() {
    let account = Account::applied(&[MAIN]);
    account
        .provision(&["preflight"])
        .says("no bucket and no key that provision manages leads to others");
    let ways = [
        (BUCKET, open_the_bucket(&account).await),
        (KEY, grant(&account).await),
    ];
    let mut preflight = account.provision(&["preflight"]).exits(1).writes_nothing();
    let change = ["apply", "--yes", "--tag", "team=other"];
    let mut apply = account.provision(&change).exits(1).writes_nothing();
    for (address, ways) in ways {
        let listed = format!("{address} leads to others: {}", ways.join("; "));
        preflight = preflight.says(&listed);
        apply = apply.says(&listed).says("--ignore-preflight");
    }
    let meant = [&change[..], &["--ignore-preflight"]].concat();
    account.provision(&meant).exits(0);
}

#[tokio::test]
async fn what_leads_out_of_a_resource_blocks_its_adoption() {
    let account = Account::new(&[MAIN]);
    make_bucket(&account, &Deployment::of(&account, &[MAIN]).bucket()).await;
    let kms = account.kms(MAIN);
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let alias = kms.create_alias().alias_name(ALIAS);
    alias.target_key_id(key.key_id()).send().await.unwrap();
    let events = account.events(MAIN);
    let (name, pattern) = ("StsEventBridgeRule", r#"{"source":["aws.s3"]}"#);
    let rule = events.put_rule().name(name).event_pattern(pattern);
    rule.send().await.unwrap();

    // The same resources can be taken over without their exposures.
    for address in [BUCKET, KEY, RULE] {
        let plan = account.plan(&["--adopt"]);
        assert_eq!(plan.action(address), "adopt", "{address}");
    }
    let queue = format!("arn:aws:sqs:{MAIN}:210987654321:theirs");
    let target = Target::builder().id("theirs").arn(&queue).build().unwrap();
    let put = events.put_targets().rule(name).targets(target);
    assert_eq!(put.send().await.unwrap().failed_entry_count(), 0);
    let ways = [
        (BUCKET, open_the_bucket(&account).await),
        (KEY, grant(&account).await),
        (RULE, vec![format!("its events also go to {queue}")]),
    ];
    let plan = account.plan(&["--adopt"]);
    for (address, ways) in ways {
        assert_eq!(plan.action(address), "blocked", "{address}");
        let reason = plan.reason(address);
        for way in ways {
            assert!(reason.contains(&way), "{address}: {reason}");
        }
    }
    for checks in [&[][..], &["--no-preflight"]] {
        let adopt = [&["apply", "--yes", "--adopt"], checks].concat();
        account.provision(&adopt).exits(1).writes_nothing();
    }
}

#[tokio::test]
async fn a_resource_whose_exposures_cannot_be_read_is_not_adopted() {
    let account = Account::new(&[MAIN]);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    make_bucket(&account, &bucket).await;
    let denied = "<Error><Code>AccessDenied</Code><Message>not you</Message></Error>";
    account.stand_in(move |call| {
        let asked = call.operation == format!("GET /{bucket}/?replication");
        asked.then(|| ("403 Forbidden".to_owned(), denied.to_owned()))
    });
    let plan = account.plan(&["--adopt"]);
    assert_eq!(plan.action(BUCKET), "blocked");
    let reason = plan.reason(BUCKET);
    for part in [
        "s3:GetBucketReplication answers AccessDenied",
        "allow s3:GetReplicationConfiguration on it",
    ] {
        assert!(reason.contains(part), "{reason}");
    }
    assert!(!reason.contains("remove that first"), "{reason}");
}

/// Makes our stream with our tags, and with a backup of its records.
pub async fn make_a_stream_with_a_backup(account: &Account) {
    let (role, bucket) = (
        format!("arn:aws:iam::{}:role/theirs", account.id),
        "arn:aws:s3:::theirs",
    );
    let plain = EncryptionConfiguration::builder()
        .no_encryption_config(NoEncryptionConfig::NoEncryption)
        .build();
    let hints = BufferingHints::builder()
        .interval_in_seconds(60)
        .size_in_mbs(5);
    let backup = S3DestinationConfiguration::builder()
        .role_arn(&role)
        .bucket_arn(bucket)
        .buffering_hints(hints.build())
        .compression_format(CompressionFormat::Gzip)
        .encryption_configuration(plain);
    let destination = ExtendedS3DestinationConfiguration::builder()
        .compression_format(CompressionFormat::Gzip)
        .role_arn(&role)
        .bucket_arn("arn:aws:s3:::elsewhere")
        .s3_backup_mode(S3BackupMode::Enabled)
        .s3_backup_configuration(backup.build().unwrap());
    let tags =
        OWNERSHIP.map(|(key, value)| StreamTag::builder().key(key).value(value).build().unwrap());
    let stream = account.firehose(MAIN).create_delivery_stream();
    let stream = stream.extended_s3_destination_configuration(destination.build().unwrap());
    let stream = stream.delivery_stream_name("stackstate-eventbridge-stream");
    stream.set_tags(Some(tags.to_vec())).send().await.unwrap();
}

#[tokio::test]
async fn a_backup_of_the_stream_is_blocked_because_aws_cannot_switch_it_off() {
    let account = Account::new(&[MAIN]);
    make_a_stream_with_a_backup(&account).await;

    let plan = account.plan(&[]);
    assert_eq!(plan.action(STREAM), "blocked");
    let reason = plan.reason(STREAM);
    let expected = "the stream also writes every record to arn:aws:s3:::theirs";
    assert!(reason.contains(expected), "{reason}");
}

#[tokio::test]
async fn an_exposure_that_is_added_during_the_question_stops_the_adoption() {
    let account = Account::new(&[MAIN]);
    let kms = account.kms(MAIN);
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let alias = kms.create_alias().alias_name(ALIAS);
    alias.target_key_id(key.key_id()).send().await.unwrap();
    let mut session = Session::start(account.quiet_command(&["apply", "--adopt"]));
    session.until_asked();
    let ways = grant(&account).await;
    std::thread::sleep(THOUGHT);
    session.answer("yes");
    let (code, screen) = session.end();
    assert_eq!(code, Some(1), "{screen}");
    let screen = unwrapped(&screen);
    assert!(screen.contains(&ways[0]), "{screen}");
    let tags = kms.list_resource_tags().key_id(key.key_id()).send().await;
    assert!(tags.unwrap().tags().is_empty(), "{screen}");
}

#[tokio::test]
async fn a_policy_that_others_have_is_not_adopted_because_they_would_get_what_it_allows() {
    let account = Account::new(&[MAIN]);
    account.write("provision.toml", "[audit_trail]\n");
    account.apply(&[]);
    let iam = account.iam();
    let arn = format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id);
    let untag = iam.untag_policy().policy_arn(&arn);
    untag.tag_keys("provision:system").send().await.unwrap();
    let plan = account.plan(&["--adopt"]);
    assert_eq!(plan.action("iam_policy.AuditTrailRole"), "adopt");

    iam.create_user().user_name("mallory").send().await.unwrap();
    let attach = iam.attach_user_policy().user_name("mallory");
    attach.policy_arn(&arn).send().await.unwrap();
    let plan = account.plan(&["--adopt"]);
    assert_eq!(plan.action("iam_policy.AuditTrailRole"), "blocked");
    let reason = plan.reason("iam_policy.AuditTrailRole");
    assert!(
        reason.contains("user/mallory has it and would get what it allows"),
        "{reason}"
    );
    let adopt = account.provision(&["apply", "--yes", "--adopt"]);
    adopt.exits(1).writes_nothing();
}
