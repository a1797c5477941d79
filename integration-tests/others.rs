//! What others add to our resources is kept, or blocks a deletion: tags, targets of our rule, and
//! instance profiles with our role.

use std::collections::BTreeSet;

use aws_sdk_eventbridge::types::Target;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, inventory};

const ROLE: &str = "StackStateAwsIntegrationRole";
const STREAM: &str = "stackstate-eventbridge-stream";
const RULE: &str = "StsEventBridgeRule";

/// Adds a tag to a resource of every kind that carries tags.
async fn tag_everything(account: &Account, key: &str, value: &str) {
    let role = account.iam().tag_role().role_name(ROLE);
    let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
    role.tags(tag.build().unwrap()).send().await.unwrap();

    let kms = account.kms(MAIN);
    let id = account.key_id().await;
    let tag = aws_sdk_kms::types::Tag::builder()
        .tag_key(key)
        .tag_value(value);
    let request = kms.tag_resource().key_id(id).tags(tag.build().unwrap());
    request.send().await.unwrap();

    let s3 = account.s3(MAIN);
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let tags = s3
        .get_bucket_tagging()
        .bucket(&bucket)
        .send()
        .await
        .unwrap();
    let mut tags = tags.tag_set;
    let tag = aws_sdk_s3::types::Tag::builder().key(key).value(value);
    tags.push(tag.build().unwrap());
    let tagging = aws_sdk_s3::types::Tagging::builder().set_tag_set(Some(tags));
    let put = s3.put_bucket_tagging().bucket(&bucket);
    put.tagging(tagging.build().unwrap()).send().await.unwrap();

    let tag = aws_sdk_firehose::types::Tag::builder()
        .key(key)
        .value(value);
    let stream = account.firehose(MAIN).tag_delivery_stream();
    let stream = stream
        .delivery_stream_name(STREAM)
        .tags(tag.build().unwrap());
    stream.send().await.unwrap();

    let events = account.events(MAIN);
    let arn = events
        .describe_rule()
        .name(RULE)
        .send()
        .await
        .unwrap()
        .arn
        .unwrap();
    let tag = aws_sdk_eventbridge::types::Tag::builder()
        .key(key)
        .value(value);
    let rule = events
        .tag_resource()
        .resource_arn(arn)
        .tags(tag.build().unwrap());
    rule.send().await.unwrap();
}

#[tokio::test]
async fn tags_of_others_are_kept_when_ours_change() {
    let account = Account::applied(&[MAIN]);
    tag_everything(&account, "cost", "7").await;
    account.plan(&[]).has_no_changes();

    let ours = ["--tag", "team=other"];
    let plan = account.plan(&ours);
    assert!(
        plan.changes().iter().all(|(_, action)| *action == "update"),
        "{:?}",
        plan.changes()
    );
    account.apply(&ours);
    account.plan(&ours).has_no_changes();

    let iam = account.iam();
    let kms = account.kms(MAIN);
    let id = account.key_id().await;
    let events = account.events(MAIN);
    let rule = events
        .describe_rule()
        .name(RULE)
        .send()
        .await
        .unwrap()
        .arn
        .unwrap();
    let bucket = Deployment::of(&account, &[MAIN]).bucket();

    let role = iam.list_role_tags().role_name(ROLE).send().await.unwrap();
    let key = kms.list_resource_tags().key_id(id).send().await.unwrap();
    let bucket = account
        .s3(MAIN)
        .get_bucket_tagging()
        .bucket(bucket)
        .send()
        .await
        .unwrap();
    let stream = account.firehose(MAIN).list_tags_for_delivery_stream();
    let stream = stream.delivery_stream_name(STREAM).send().await.unwrap();
    let rule = events
        .list_tags_for_resource()
        .resource_arn(rule)
        .send()
        .await
        .unwrap();
    let pair = |key: &str, value: &str| format!("{key}={value}");
    let found: [(&str, BTreeSet<String>); 5] = [
        (
            "role",
            role.tags()
                .iter()
                .map(|tag| pair(tag.key(), tag.value()))
                .collect(),
        ),
        (
            "key",
            key.tags()
                .iter()
                .map(|tag| pair(tag.tag_key(), tag.tag_value()))
                .collect(),
        ),
        (
            "bucket",
            bucket
                .tag_set()
                .iter()
                .map(|tag| pair(tag.key(), tag.value()))
                .collect(),
        ),
        (
            "stream",
            stream
                .tags()
                .iter()
                .map(|tag| pair(tag.key(), tag.value().unwrap()))
                .collect(),
        ),
        (
            "rule",
            rule.tags()
                .iter()
                .map(|tag| pair(tag.key(), tag.value()))
                .collect(),
        ),
    ];
    let expected = [
        "cost=7",
        "provision:deployment=default",
        "provision:system=stackstate",
        "team=other",
    ];
    for (kind, tags) in found {
        assert!(tags.iter().eq(expected), "{kind}: {tags:?}");
    }
}

#[tokio::test]
async fn a_target_of_others_blocks_the_rules_deletion_until_it_is_removed_or_detach_foreign() {
    for detach_foreign in [false, true] {
        let account = Account::applied(&[MAIN]);
        let events = account.events(MAIN);
        let arn = format!("arn:aws:sqs:{MAIN}:{}:queue", account.id);
        let target = Target::builder().id("added").arn(arn).build().unwrap();
        let put = events.put_targets().rule(RULE).targets(target);
        let put = put.send().await.unwrap();
        assert_eq!(put.failed_entry_count(), 0);

        account
            .provision(&["destroy", "--yes"])
            .exits(1)
            .says("! event_rule.stackstate@eu-west-1")
            .says("also used by target/added, which provision does not manage; detach it there, or run `provision destroy --detach-foreign`")
            .says("! event_target.firehose@eu-west-1")
            .says("the plan is blocked, and nothing was changed")
            .writes_nothing();

        if detach_foreign {
            account
                .destroy(&["--detach-foreign"])
                .says("also used by target/added, which provision does not manage; the deletion takes it from them");
        } else {
            let remove = events.remove_targets().rule(RULE).ids("added");
            remove.send().await.unwrap();
            account.destroy(&[]);
        }
        assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
    }
}

#[tokio::test]
async fn a_target_of_others_receives_our_events_and_is_removed_by_an_apply() {
    let account = Account::applied(&[MAIN]);
    let events = account.events(MAIN);
    let arn = format!("arn:aws:sqs:{MAIN}:210987654321:theirs");
    let add = async || {
        let target = Target::builder().id("added").arn(&arn).build().unwrap();
        let put = events.put_targets().rule(RULE).targets(target);
        assert_eq!(put.send().await.unwrap().failed_entry_count(), 0);
    };
    let (address, attribute) = ("event_target.firehose@eu-west-1", "further_target[added]");
    add().await;
    account
        .provision(&["plan"])
        .says(&format!("- {attribute}: {arn}"));
    account.mends("a target was added", address, "update", &[attribute]);
    account.plan(&[]).has_no_changes();

    add().await;
    let remove = events
        .remove_targets()
        .rule(RULE)
        .ids("StsEventBridgeFirehose");
    remove.send().await.unwrap();
    let attributes = ["arn", attribute, "role"];
    account.mends("ours was replaced", address, "update", &attributes);
    let left = events
        .list_targets_by_rule()
        .rule(RULE)
        .send()
        .await
        .unwrap();
    let left: Vec<&str> = left.targets().iter().map(Target::id).collect();
    assert_eq!(left, ["StsEventBridgeFirehose"]);
}

#[test]
fn a_rule_whose_target_is_removed_late_is_deleted_after_that() {
    let account = Account::applied(&[MAIN]);
    let late = r#"{"__type": "ValidationException",
        "message": "Rule can't be deleted since it has targets."}"#;
    account.stand_in(move |call| {
        let is_early = call.operation == "DeleteRule" && call.earlier < 2;
        is_early.then(|| ("400 Bad Request".to_owned(), late.to_owned()))
    });
    let destroyed = account.destroy(&[]).has_done(8);
    let deletes = destroyed
        .writes()
        .into_iter()
        .filter(|it| *it == "DeleteRule");
    assert_eq!(deletes.count(), 3, "{destroyed}");
}

#[tokio::test]
async fn an_instance_profile_of_others_blocks_the_roles_deletion_until_detach_foreign() {
    let account = Account::applied(&[MAIN]);
    let iam = account.iam();
    let create = iam
        .create_instance_profile()
        .instance_profile_name("theirs");
    create.send().await.unwrap();
    let add = iam
        .add_role_to_instance_profile()
        .instance_profile_name("theirs");
    add.role_name(ROLE).send().await.unwrap();

    account
        .provision(&["destroy", "--yes"])
        .exits(1)
        .says("! iam_role.integration")
        .says("also used by instance-profile/theirs, which provision does not manage; detach it there, or run `provision destroy --detach-foreign`");
    account.destroy(&["--detach-foreign"]);
    let left = inventory::of(&account, &[MAIN]).await;
    assert_eq!(left, BTreeSet::from(["instance profile theirs".to_owned()]));
}

#[tokio::test]
async fn a_key_behind_our_alias_whose_policy_hides_it_blocks_the_plan() {
    let account = Account::new(&[MAIN]);
    let kms = account.kms(MAIN);
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let alias = kms
        .create_alias()
        .alias_name("alias/stackstate-integration");
    alias.target_key_id(key.key_id()).send().await.unwrap();
    account.refuse_in_json(
        "GetKeyPolicy",
        "AccessDeniedException",
        "User: somebody is not authorized to perform: kms:GetKeyPolicy on this resource because no \
         resource-based policy allows the kms:GetKeyPolicy action",
    );
    let plan = account.provision(&["plan"]).exits(1);
    plan.says("! kms_key.integration@eu-west-1")
        .says("the policy of the key behind alias/stackstate-integration")
        .says("+ event_rule.stackstate@eu-west-1");
}
