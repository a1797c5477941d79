//! What is not ours, however close its name or its tags, is never touched by destroy.

use aws_sdk_firehose::types::{
    CompressionFormat, ExtendedS3DestinationConfiguration, Tag as StreamTag,
};
use aws_sdk_kms::types::Tag as KeyTag;

use crate::harness::{Account, MAIN, OTHER, inventory};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// Tags that are nearly those of the deployment, with the reason why they are not.
const NEAR_MISSES: [(&str, [(&str, &str); 2]); 5] = [
    (
        "another deployment",
        [
            ("provision:system", "stackstate"),
            ("provision:deployment", "blue"),
        ],
    ),
    (
        "another system",
        [
            ("provision:system", "audit-trail"),
            ("provision:deployment", "default"),
        ],
    ),
    (
        "values of other case",
        [
            ("provision:system", "StackState"),
            ("provision:deployment", "default"),
        ],
    ),
    (
        "one of the two tags",
        [
            ("provision:system", "stackstate"),
            ("team", "observability"),
        ],
    ),
    (
        "nothing that says so",
        [("team", "observability"), ("cost", "7")],
    ),
];

async fn make_role(account: &Account, name: &str, tags: &[(&str, &str)]) {
    let iam = account.iam();
    let mut role = iam
        .create_role()
        .role_name(name)
        .assume_role_policy_document(TRUST);
    for (key, value) in tags {
        let tag = aws_sdk_iam::types::Tag::builder().key(*key).value(*value);
        role = role.tags(tag.build().unwrap());
    }
    role.send().await.unwrap();
}

#[tokio::test]
async fn near_misses_of_our_tags_under_our_names_stay() {
    for (reason, tags) in NEAR_MISSES {
        let account = Account::new(&[MAIN]);
        make_role(&account, "StackStateAwsIntegrationRole", &tags).await;
        make_role(&account, "StackStateFirehoseRole-eu-west-1", &tags).await;
        // The role's name makes this region one that was deployed earlier.
        make_role(&account, "StackStateFirehoseRole-us-east-1", &tags).await;
        let before = inventory::of(&account, &[MAIN, OTHER]).await;
        let destroyed = account.destroy(&["--empty-bucket"]).writes_nothing();
        destroyed.says("it is not ours and stays");
        let after = inventory::of(&account, &[MAIN, OTHER]).await;
        assert_eq!(after, before, "{reason}");
    }
}

#[tokio::test]
async fn a_deployment_goes_and_what_stands_beside_it_stays() {
    let account = Account::new(&[MAIN]);
    let tags = [
        ("provision:system", "stackstate"),
        ("provision:deployment", "Default"),
    ];
    make_role(&account, "StackStateFirehoseRole-us-east-1", &tags).await;
    make_role(&account, "StackStateFirehoseRole-eu-west-1-blue", &tags).await;
    let kms = account.kms(MAIN);
    let key = kms.create_key().description("StackState Integration Key");
    let key = tags.iter().fold(key, |key, (name, value)| {
        key.tags(
            KeyTag::builder()
                .tag_key(*name)
                .tag_value(*value)
                .build()
                .unwrap(),
        )
    });
    let key = key.send().await.unwrap().key_metadata.unwrap();
    let alias = kms
        .create_alias()
        .alias_name("alias/stackstate-integration-old");
    alias.target_key_id(key.key_id()).send().await.unwrap();
    let events = account.events(MAIN);
    let rule = events.put_rule().name("StsEventBridgeRule-old");
    rule.schedule_expression("rate(1 day)")
        .send()
        .await
        .unwrap();
    let bucket = format!("stackstate-logs-{}-old", account.id);
    account
        .s3(OTHER)
        .create_bucket()
        .bucket(&bucket)
        .send()
        .await
        .unwrap();
    let destination = ExtendedS3DestinationConfiguration::builder()
        .compression_format(CompressionFormat::Uncompressed)
        .role_arn(format!(
            "arn:aws:iam::{}:role/StackStateFirehoseRole-us-east-1",
            account.id
        ))
        .bucket_arn(format!("arn:aws:s3:::{bucket}"));
    let stream = account.firehose(OTHER).create_delivery_stream();
    let stream = stream.delivery_stream_name("stackstate-eventbridge-stream");
    let tag = StreamTag::builder()
        .key("provision:system")
        .value("stackstate");
    let stream = stream.tags(tag.build().unwrap());
    let stream = stream.extended_s3_destination_configuration(destination.build().unwrap());
    stream.send().await.unwrap();

    let before = inventory::of(&account, &[MAIN, OTHER]).await;
    account.apply(&[]);
    account.destroy(&[]);
    assert_eq!(inventory::of(&account, &[MAIN, OTHER]).await, before);
}
