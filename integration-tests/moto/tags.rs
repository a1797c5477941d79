//! Changes tags by hand on every kind that carries tags, and reads them back through the Resource
//! Groups Tagging API. The API has no roles and, in moto but not in AWS, no rules.

use std::collections::BTreeSet;

use aws_sdk_s3::types::Tagging;

use super::stream::{STREAM, describe};
use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OWNERSHIP, inventory};

/// The tags in the settings.
const SETTINGS: [(&str, &str); 2] = [("team", "observability"), ("cost", "7")];
const FLAGS: [&str; 2] = ["--tag", "cost=7"];
/// A tag of others.
const FOREIGN: (&str, &str) = ("owner", "someone");
const RULE: &str = "StsEventBridgeRule";
const KEY: &str = "alias/stackstate-integration";
const ROLES: [&str; 3] = [
    "StackStateAwsIntegrationRole",
    "StackStateFirehoseRole-eu-west-1",
    "StackStateEventBridgeRole-eu-west-1",
];

/// Changes one tag's value, removes one tag and adds one, on every resource.
async fn meddle(account: &Account) {
    meddle_with_stream_and_rule(account).await;
    meddle_with_key_and_bucket(account).await;
    let iam = account.iam();
    for role in ROLES {
        use aws_sdk_iam::types::Tag;
        let tag = |(key, value)| Tag::builder().key(key).value(value).build().unwrap();
        let request = iam.tag_role().role_name(role).tags(tag(("team", "other")));
        request.tags(tag(FOREIGN)).send().await.unwrap();
        let request = iam.untag_role().role_name(role);
        request.tag_keys("cost").send().await.unwrap();
    }
}

async fn meddle_with_stream_and_rule(account: &Account) {
    let firehose = account.firehose(MAIN);
    {
        use aws_sdk_firehose::types::Tag;
        let tag = |(key, value)| Tag::builder().key(key).value(value).build().unwrap();
        let request = firehose.tag_delivery_stream().delivery_stream_name(STREAM);
        let request = request.tags(tag(("team", "other"))).tags(tag(FOREIGN));
        request.send().await.unwrap();
    }
    let request = firehose.untag_delivery_stream();
    let request = request.delivery_stream_name(STREAM).tag_keys("cost");
    request.send().await.unwrap();

    let events = account.events(MAIN);
    let arn = rule_arn(account).await;
    {
        use aws_sdk_eventbridge::types::Tag;
        let tag = |(key, value)| Tag::builder().key(key).value(value).build().unwrap();
        let request = events.tag_resource().resource_arn(&arn);
        let request = request.tags(tag(("team", "other"))).tags(tag(FOREIGN));
        request.send().await.unwrap();
    }
    let request = events.untag_resource().resource_arn(&arn);
    request.tag_keys("cost").send().await.unwrap();
}

async fn meddle_with_key_and_bucket(account: &Account) {
    let kms = account.kms(MAIN);
    let id = key_arn(account).await;
    {
        use aws_sdk_kms::types::Tag;
        let tag = |(key, value)| Tag::builder().tag_key(key).tag_value(value).build();
        let request = kms.tag_resource().key_id(&id);
        let request = request.tags(tag(("team", "other")).unwrap());
        request.tags(tag(FOREIGN).unwrap()).send().await.unwrap();
    }
    let request = kms.untag_resource().key_id(&id);
    request.tag_keys("cost").send().await.unwrap();

    // The tags of a bucket can only be replaced all at once.
    let mut tagging = Tagging::builder();
    for (key, value) in OWNERSHIP.into_iter().chain([("team", "other"), FOREIGN]) {
        use aws_sdk_s3::types::Tag;
        tagging = tagging.tag_set(Tag::builder().key(key).value(value).build().unwrap());
    }
    let request = account.s3(MAIN).put_bucket_tagging();
    let request = request.bucket(Deployment::of(account, &[MAIN]).bucket());
    request
        .tagging(tagging.build().unwrap())
        .send()
        .await
        .unwrap();
}

async fn rule_arn(account: &Account) -> String {
    let rule = account.events(MAIN).describe_rule().name(RULE).send().await;
    rule.unwrap().arn.unwrap()
}

async fn key_arn(account: &Account) -> String {
    let key = account.kms(MAIN).describe_key().key_id(KEY).send().await;
    key.unwrap().key_metadata.unwrap().arn.unwrap()
}

#[tokio::test]
async fn changed_and_missing_tags_are_corrected_and_tags_of_others_are_kept() {
    let account = Account::in_moto(&[MAIN]).await;
    account.apply(&FLAGS);
    let ours: Vec<_> = OWNERSHIP.into_iter().chain(SETTINGS).collect();
    let stream = describe(&account).await;
    let known_to_the_api = BTreeSet::from([
        stream.delivery_stream_arn().to_owned(),
        key_arn(&account).await,
        format!(
            "arn:aws:s3:::{}",
            Deployment::of(&account, &[MAIN]).bucket()
        ),
    ]);
    assert_eq!(
        account.tagged_in_moto(&ours),
        known_to_the_api,
        "tagged from the first"
    );

    meddle(&account).await;
    assert_eq!(account.tagged_in_moto(&ours), [].into(), "meddled with");
    let plan = account.plan(&FLAGS);
    let updates = [
        "iam_role.integration",
        "kms_key.integration@eu-west-1",
        "s3_bucket.logs@eu-west-1",
        "iam_role.firehose-eu-west-1",
        "iam_role.eventbridge-eu-west-1",
        "firehose_stream.eventbridge@eu-west-1",
        "event_rule.stackstate@eu-west-1",
    ];
    assert_eq!(plan.changes(), updates.map(|address| (address, "update")));
    for address in updates {
        assert_eq!(
            plan.attributes(address),
            ["tags[cost]", "tags[team]"],
            "{address}"
        );
    }
    account.apply(&FLAGS).has_done(7);

    assert_eq!(account.tagged_in_moto(&ours), known_to_the_api, "corrected");
    assert_eq!(account.tagged_in_moto(&[FOREIGN]), known_to_the_api, "kept");
    let expected: BTreeSet<_> = ours.iter().copied().chain([FOREIGN]).collect();
    let iam = account.iam();
    for role in ROLES {
        let tags = iam.list_role_tags().role_name(role).send().await.unwrap();
        let found: BTreeSet<_> = tags
            .tags()
            .iter()
            .map(|it| (it.key(), it.value()))
            .collect();
        assert_eq!(found, expected, "{role}");
    }
    let rule = rule_arn(&account).await;
    let tags = account.events(MAIN).list_tags_for_resource();
    let tags = tags.resource_arn(rule).send().await.unwrap();
    let found = tags.tags().iter().map(|it| (it.key(), it.value()));
    assert_eq!(found.collect::<BTreeSet<_>>(), expected, "the rule");

    let version = describe(&account).await.version_id;
    assert_eq!(version, stream.version_id, "the destination was left alone");
    account.apply(&FLAGS).writes_nothing();

    account.destroy(&FLAGS);
    assert_eq!(inventory::of(&account, &[MAIN]).await, [].into());
}
