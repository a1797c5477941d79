//! Resources with our names that are not ours: they are blocked, or taken over with `--adopt`.

use aws_sdk_eventbridge::types::Target;
use aws_sdk_firehose::types::{CompressionFormat, ExtendedS3DestinationConfiguration};
use aws_sdk_kms::types::KeyState;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, OWNERSHIP, inventory};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
const ROLE: &str = "StackStateAwsIntegrationRole";
const RULE: &str = "StsEventBridgeRule";
const EC2: [&str; 2] = ["--trust", "ec2"];

/// Every resource of a deployment that trusts an EC2 instance.
const ADDRESSES: [&str; 9] = [
    "iam_role.integration",
    "iam_instance_profile.integration",
    "kms_key.integration@eu-west-1",
    "s3_bucket.logs@eu-west-1",
    "iam_role.firehose-eu-west-1",
    "iam_role.eventbridge-eu-west-1",
    "firehose_stream.eventbridge@eu-west-1",
    "event_rule.stackstate@eu-west-1",
    "event_target.firehose@eu-west-1",
];

async fn make_role(account: &Account, name: &str, path: &str) {
    let role = account.iam().create_role().role_name(name).path(path);
    role.assume_role_policy_document(TRUST)
        .send()
        .await
        .unwrap();
}

async fn make_bucket(account: &Account, region: &str) {
    let location = BucketLocationConstraint::from(region);
    let location = CreateBucketConfiguration::builder().location_constraint(location);
    let bucket = account
        .s3(region)
        .create_bucket()
        .create_bucket_configuration(location.build());
    let name = Deployment::of(account, &[MAIN]).bucket();
    bucket.bucket(name).send().await.unwrap();
}

/// Creates one resource of every kind by hand, with our name and without our tags.
async fn make_everything(account: &Account) {
    for name in [
        ROLE,
        "StackStateFirehoseRole-eu-west-1",
        "StackStateEventBridgeRole-eu-west-1",
    ] {
        make_role(account, name, "/").await;
    }
    let profile = account.iam().create_instance_profile();
    profile.instance_profile_name(ROLE).send().await.unwrap();
    let kms = account.kms(MAIN);
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let alias = kms
        .create_alias()
        .alias_name("alias/stackstate-integration");
    alias.target_key_id(key.key_id()).send().await.unwrap();
    make_bucket(account, MAIN).await;
    let destination = ExtendedS3DestinationConfiguration::builder()
        .compression_format(CompressionFormat::Uncompressed)
        .role_arn(format!("arn:aws:iam::{}:role/{ROLE}", account.id))
        .bucket_arn("arn:aws:s3:::elsewhere");
    let stream = account.firehose(MAIN).create_delivery_stream();
    let stream = stream.extended_s3_destination_configuration(destination.build().unwrap());
    let stream = stream.delivery_stream_name("stackstate-eventbridge-stream");
    stream.send().await.unwrap();
    let events = account.events(MAIN);
    let rule = events
        .put_rule()
        .name(RULE)
        .event_pattern(r#"{"source":["aws.s3"]}"#);
    rule.send().await.unwrap();
    let target = Target::builder().id("StsEventBridgeFirehose");
    let target = target.arn(format!("arn:aws:sqs:{MAIN}:{}:queue", account.id));
    let put = events
        .put_targets()
        .rule(RULE)
        .targets(target.build().unwrap());
    assert_eq!(put.send().await.unwrap().failed_entry_count(), 0);
}

#[tokio::test]
async fn every_kind_made_by_hand_is_blocked_until_it_is_adopted() {
    let account = Account::new(&[MAIN]);
    make_everything(&account).await;
    let before = inventory::of(&account, &[MAIN]).await;

    let plan = account.plan(&EC2);
    for address in ADDRESSES {
        assert_eq!(plan.action(address), "blocked", "{address}");
        let reason = plan.reason(address);
        let expected = match address {
            "event_target.firehose@eu-west-1" => {
                "event_rule.stackstate@eu-west-1, which is blocked"
            }
            _ => {
                "it exists and is not managed by provision: it carries no tags; `--adopt` takes it over"
            }
        };
        assert!(reason.contains(expected), "{address}: {reason}");
    }
    let refused = account.provision(&[&["apply", "--yes"], &EC2[..]].concat());
    refused
        .exits(1)
        .writes_nothing()
        .says("nothing was changed");
    assert_eq!(inventory::of(&account, &[MAIN]).await, before);

    let adopt = [&EC2[..], &["--adopt"]].concat();
    let plan = account.plan(&adopt);
    for address in ADDRESSES {
        let expected = match address {
            // A target has no tags; it is ours if its rule is ours.
            "event_target.firehose@eu-west-1" => "update",
            _ => "adopt",
        };
        assert_eq!(plan.action(address), expected, "{address}");
        assert_ne!(plan.attributes(address), Vec::<&str>::new(), "{address}");
    }
    account.apply(&adopt).has_done(9);
    let deployment = Deployment {
        trusts_ec2: true,
        ..Deployment::of(&account, &[MAIN])
    };
    deployment.check().await;
    account.plan(&EC2).has_no_changes();
}

#[tokio::test]
async fn one_foreign_resource_blocks_the_whole_apply() {
    let account = Account::new(&[MAIN]);
    make_role(&account, ROLE, "/").await;
    let plan = account.plan(&[]);
    assert_eq!(plan.action("iam_role.integration"), "blocked");
    assert_eq!(plan.action("s3_bucket.logs@eu-west-1"), "create");
    account
        .provision(&["apply", "--yes"])
        .exits(1)
        .writes_nothing();
    account.apply(&["--adopt"]).has_done(8);
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn a_blocked_resource_is_reported_with_its_owner() {
    let account = Account::applied(&[MAIN]);
    let retag = account.iam().tag_role().role_name(ROLE);
    let tag = aws_sdk_iam::types::Tag::builder()
        .key("provision:deployment")
        .value("blue");
    retag.tags(tag.build().unwrap()).send().await.unwrap();
    let plan = account.plan(&[]);
    assert_eq!(plan.changes(), [("iam_role.integration", "blocked")]);
    let reason = plan.reason("iam_role.integration");
    assert!(
        reason.contains("it belongs to the deployment `blue` of `stackstate`"),
        "{reason}"
    );
}

#[tokio::test]
async fn what_cannot_be_changed_in_place_is_not_adopted() {
    let cases = [
        (
            "iam_role.integration",
            "the path of a role cannot be changed; delete the role",
        ),
        (
            "s3_bucket.logs@eu-west-1",
            "the bucket is in us-west-2, and a bucket cannot move",
        ),
    ];
    let account = Account::new(&[MAIN]);
    make_role(&account, ROLE, "/a/path/").await;
    make_bucket(&account, "us-west-2").await;
    let before = inventory::of(&account, &[MAIN, OTHER]).await;
    let plan = account.plan(&["--adopt"]);
    for (address, expected) in cases {
        assert_eq!(plan.action(address), "blocked", "{address}");
        let reason = plan.reason(address);
        assert!(reason.contains(expected), "{address}: {reason}");
    }
    let refused = account.provision(&["apply", "--yes", "--adopt"]);
    refused
        .exits(1)
        .writes_nothing()
        .says("nothing was changed");
    assert_eq!(inventory::of(&account, &[MAIN, OTHER]).await, before);
}

/// Another key, as the program makes it, and its id.
async fn second_key(account: &Account) -> String {
    let tags = OWNERSHIP.map(|(key, value)| {
        let tag = aws_sdk_kms::types::Tag::builder()
            .tag_key(key)
            .tag_value(value);
        tag.build().unwrap()
    });
    let kms = account.kms(MAIN);
    let ours = kms.describe_key().key_id("alias/stackstate-integration");
    let ours = ours.send().await.unwrap().key_metadata.unwrap();
    let policy = kms.get_key_policy().key_id(ours.key_id());
    let policy = policy.policy_name("default").send().await.unwrap();
    let create = kms.create_key().set_tags(Some(tags.to_vec()));
    let create = create
        .set_description(ours.description)
        .set_policy(policy.policy);
    create.send().await.unwrap().key_metadata.unwrap().key_id
}

async fn state_of(account: &Account, key: &str) -> KeyState {
    let describe = account.kms(MAIN).describe_key().key_id(key);
    let key = describe.send().await.unwrap().key_metadata.unwrap();
    key.key_state.unwrap()
}

#[tokio::test]
async fn a_second_key_with_our_tags_changes_nothing_while_our_alias_leads_to_ours() {
    let account = Account::applied(&[MAIN]);
    let ours = account.key_id().await;
    let second = second_key(&account).await;
    account.plan(&[]).has_no_changes();
    account.provision(&["destroy", "--yes"]).exits(0);
    assert_eq!(state_of(&account, &ours).await, KeyState::PendingDeletion);
    assert_eq!(state_of(&account, &second).await, KeyState::Enabled);
}

#[tokio::test]
async fn two_keys_with_our_tags_and_no_alias_are_reported_and_neither_is_chosen() {
    let account = Account::applied(&[MAIN]);
    let id = second_key(&account).await;
    let alias = "alias/stackstate-integration";
    let delete = account.kms(MAIN).delete_alias().alias_name(alias);
    delete.send().await.unwrap();
    let plan = account.plan(&[]);
    assert_eq!(plan.action("kms_key.integration@eu-west-1"), "blocked");
    assert!(plan.reason("kms_key.integration@eu-west-1").contains(&id));
    account
        .provision(&["apply", "--yes"])
        .exits(1)
        .writes_nothing();

    let refused = account.provision(&["destroy", "--yes"]).exits(1);
    refused.writes_nothing().says("so that one remains");
}
