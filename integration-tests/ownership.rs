//! Destroy never changes a resource that is not ours, even if name or tags are similar.

use std::collections::BTreeSet;

use aws_sdk_firehose::types::{
    CompressionFormat, ExtendedS3DestinationConfiguration, Tag as StreamTag,
};
use aws_sdk_kms::types::Tag as KeyTag;

use crate::harness::{Account, MAIN, OTHER, OWNERSHIP, inventory};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// Tags that are nearly those of the deployment, each with the difference.
const NEAR_MISSES: [(&str, [(&str, &str); 2]); 6] = [
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
        "values in another case",
        [
            ("provision:system", "StackState"),
            ("provision:deployment", "default"),
        ],
    ),
    (
        "keys in another case",
        [
            ("Provision:System", "stackstate"),
            ("Provision:Deployment", "default"),
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
        "no ownership tag",
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
async fn resources_with_our_names_and_nearly_our_tags_are_kept() {
    for (reason, tags) in NEAR_MISSES {
        let account = Account::new(&[MAIN]);
        make_role(&account, "StackStateAwsIntegrationRole", &tags).await;
        make_role(&account, "StackStateFirehoseRole-eu-west-1", &tags).await;
        // By the role's name, this region was deployed earlier.
        make_role(&account, "StackStateFirehoseRole-us-east-1", &tags).await;
        let before = inventory::of(&account, &[MAIN, OTHER]).await;
        let destroyed = account.destroy_leaves(&["--empty-bucket"]).writes_nothing();
        destroyed.says("it is not managed by provision and stays");
        let after = inventory::of(&account, &[MAIN, OTHER]).await;
        assert_eq!(after, before, "{reason}");
    }
}

#[tokio::test]
async fn a_role_with_our_name_and_tags_is_not_ours_under_another_path() {
    let account = Account::new(&[MAIN]);
    let iam = account.iam();
    let create = iam.create_role().role_name("StackStateAwsIntegrationRole");
    let create = create.path("/team/").assume_role_policy_document(TRUST);
    let tags = OWNERSHIP.map(|(key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
        tag.build().unwrap()
    });
    create.set_tags(Some(tags.to_vec())).send().await.unwrap();
    let before = inventory::of(&account, &[MAIN]).await;
    account
        .destroy_leaves(&[])
        .writes_nothing()
        .says("it is not managed by provision and stays: its path is /team/");
    let plan = account.plan(&["--adopt"]);
    assert_eq!(plan.action("iam_role.integration"), "blocked");
    assert_eq!(inventory::of(&account, &[MAIN]).await, before);
}

/// Settings for both systems with an instance profile, so every kind with tags is deployed.
const EVERY_KIND: &str =
    "regions = [\"eu-west-1\"]\n[stackstate]\ntrust = \"ec2\"\n[audit_trail]\n";

/// Replaces the deployment's own tags by `tags` on every resource.
async fn retag(account: &Account, tags: &[(&str, &str)]) {
    let id = &account.id;
    let own = || {
        Some(
            ["provision:system", "provision:deployment"]
                .map(String::from)
                .into(),
        )
    };
    let iam = account.iam();
    let iam_tags: Vec<_> = tags
        .iter()
        .map(|(key, value)| {
            let tag = aws_sdk_iam::types::Tag::builder().key(*key).value(*value);
            tag.build().unwrap()
        })
        .collect();
    let roles = [
        "AwsIntegrationRole",
        "FirehoseRole-eu-west-1",
        "EventBridgeRole-eu-west-1",
    ];
    for role in roles.map(|name| format!("StackState{name}")) {
        let untag = iam.untag_role().role_name(&role);
        untag.set_tag_keys(own()).send().await.unwrap();
        let tag = iam.tag_role().role_name(&role);
        tag.set_tags(Some(iam_tags.clone())).send().await.unwrap();
    }
    let profile = "StackStateAwsIntegrationRole";
    let untag = iam.untag_instance_profile().instance_profile_name(profile);
    untag.set_tag_keys(own()).send().await.unwrap();
    let tag = iam.tag_instance_profile().instance_profile_name(profile);
    tag.set_tags(Some(iam_tags.clone())).send().await.unwrap();
    let policy = format!("arn:aws:iam::{id}:policy/AuditTrailRole");
    let untag = iam.untag_policy().policy_arn(&policy);
    untag.set_tag_keys(own()).send().await.unwrap();
    let tag = iam.tag_policy().policy_arn(&policy);
    tag.set_tags(Some(iam_tags)).send().await.unwrap();

    let kms = account.kms(MAIN);
    let key = account.key_id().await;
    let untag = kms.untag_resource().key_id(&key);
    untag.set_tag_keys(own()).send().await.unwrap();
    let events = account.events(MAIN);
    let rule = format!("arn:aws:events:{MAIN}:{id}:rule/StsEventBridgeRule");
    let untag = events.untag_resource().resource_arn(&rule);
    untag.set_tag_keys(own()).send().await.unwrap();
    let firehose = account.firehose(MAIN);
    let stream = "stackstate-eventbridge-stream";
    let untag = firehose
        .untag_delivery_stream()
        .delivery_stream_name(stream);
    untag.set_tag_keys(own()).send().await.unwrap();
    let mut of_bucket = aws_sdk_s3::types::Tagging::builder();
    for (key_name, value) in tags {
        let tag = KeyTag::builder().tag_key(*key_name).tag_value(*value);
        let request = kms.tag_resource().key_id(&key).tags(tag.build().unwrap());
        request.send().await.unwrap();
        let tag = aws_sdk_eventbridge::types::Tag::builder()
            .key(*key_name)
            .value(*value);
        let request = events.tag_resource().resource_arn(&rule);
        request.tags(tag.build().unwrap()).send().await.unwrap();
        let tag = StreamTag::builder().key(*key_name).value(*value);
        let request = firehose.tag_delivery_stream().delivery_stream_name(stream);
        request.tags(tag.build().unwrap()).send().await.unwrap();
        let tag = aws_sdk_s3::types::Tag::builder()
            .key(*key_name)
            .value(*value);
        of_bucket = of_bucket.tag_set(tag.build().unwrap());
    }
    let request = account.s3(MAIN).put_bucket_tagging();
    let request = request.bucket(format!("stackstate-logs-{id}"));
    request
        .tagging(of_bucket.build().unwrap())
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn with_nearly_our_tags_every_kind_is_foreign_to_apply_and_to_destroy() {
    for (reason, tags) in NEAR_MISSES {
        let account = Account::new(&[MAIN]);
        account.write("provision.toml", EVERY_KIND);
        account.apply(&[]);
        retag(&account, &tags).await;
        // If the resources were ours, apply would add this tag to all of them.
        let tagged = format!("tags = {{ cost = \"8\" }}\n{EVERY_KIND}");
        account.write("provision.toml", &tagged);
        let before = inventory::of(&account, &[MAIN]).await;
        let plan = account.plan(&[]);
        for (address, action) in plan.changes() {
            assert_eq!(action, "blocked", "{reason}: {address}");
        }
        let kinds: BTreeSet<_> = plan.changes().iter().map(|it| kind(it.0)).collect();
        let expected = [
            "event_rule",
            "event_target",
            "firehose_stream",
            "iam_instance_profile",
            "iam_policy",
            "iam_role",
            "kms_key",
            "s3_bucket",
        ];
        assert_eq!(kinds, expected.map(str::to_owned).into(), "{reason}");
        account
            .provision(&["apply", "--yes"])
            .exits(1)
            .writes_nothing();
        let destroyed = account.destroy_leaves(&["--empty-bucket", "--detach-foreign"]);
        destroyed
            .writes_nothing()
            .says("it is not managed by provision and stays");
        assert_eq!(inventory::of(&account, &[MAIN]).await, before, "{reason}");
    }
}

fn kind(address: &str) -> String {
    address.split('.').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn destroy_removes_the_deployment_and_keeps_everything_else() {
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
    let destroyed = account.destroy_leaves(&[]).has_done(8);
    // Names that only begin like ours are not ours.
    let left = "Left under the names of this deployment:\n  iam_role.firehose-us-east-1 \
                (StackStateFirehoseRole-us-east-1)\n    it is not managed by provision and stays: ";
    destroyed.says(left);
    assert_eq!(inventory::of(&account, &[MAIN, OTHER]).await, before);
}
