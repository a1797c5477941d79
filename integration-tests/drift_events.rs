//! Changes by hand to stream, rule and target: the next plan shows each, and the next apply
//! corrects it.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_eventbridge::types::{Tag, Target};
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, ExtendedS3DestinationUpdate, Tag as StreamTag,
};
use serde_json::json;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OWNERSHIP};

const RULE: &str = "StsEventBridgeRule";
const TARGET: &str = "StsEventBridgeFirehose";
const STREAM: &str = "stackstate-eventbridge-stream";

#[tokio::test]
async fn every_change_to_the_rule_is_shown_and_corrected() {
    let account = Account::applied(&[MAIN]);
    let events = account.events(MAIN);
    let address = "event_rule.stackstate@eu-west-1";
    let mends =
        |reason: &str, attribute: &str| account.mends(reason, address, "update", &[attribute]);

    events.disable_rule().name(RULE).send().await.unwrap();
    mends("the rule was disabled", "state");

    let put = events
        .put_rule()
        .name(RULE)
        .event_pattern(r#"{"source":["aws.ec2"]}"#);
    put.send().await.unwrap();
    mends("the pattern was changed", "event_pattern");

    let rule = events.describe_rule().name(RULE).send().await.unwrap();
    let arn = rule.arn().unwrap();
    let tag = Tag::builder().key("team").value("other").build().unwrap();
    events
        .tag_resource()
        .resource_arn(arn)
        .tags(tag)
        .send()
        .await
        .unwrap();
    mends("a tag was changed", "tags[team]");

    let untag = events.untag_resource().resource_arn(arn).tag_keys("team");
    untag.send().await.unwrap();
    mends("a tag was removed", "tags[team]");

    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn every_change_to_the_target_is_shown_and_corrected() {
    let account = Account::applied(&[MAIN]);
    let events = account.events(MAIN);
    let address = "event_target.firehose@eu-west-1";
    let targets = events
        .list_targets_by_rule()
        .rule(RULE)
        .send()
        .await
        .unwrap();
    let own = targets.targets()[0].clone();
    let put = async |target: Target| {
        let put = events.put_targets().rule(RULE).targets(target);
        assert_eq!(put.send().await.unwrap().failed_entry_count(), 0);
    };

    events
        .remove_targets()
        .rule(RULE)
        .ids(TARGET)
        .send()
        .await
        .unwrap();
    account.mends("the target was removed", address, "create", &[]);

    let mut changed = own.clone();
    changed.input = Some("{}".to_owned());
    put(changed).await;
    account.mends(
        "the input was replaced by a constant",
        address,
        "update",
        &["input"],
    );

    let mut changed = own.clone();
    changed.arn = changed.arn.replace(STREAM, "another-stream");
    changed.role_arn = Some(format!("arn:aws:iam::{}:role/another", account.id));
    put(changed).await;
    account.mends(
        "the stream and the role were changed",
        address,
        "update",
        &["arn", "role"],
    );

    let mut added = own.clone();
    added.id = "added".to_owned();
    put(added).await;
    let attributes = ["further_target[added]"];
    account.mends("a target was added", address, "update", &attributes);

    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn every_change_to_the_stream_is_shown_and_corrected() {
    let account = Account::applied(&[MAIN]);
    let firehose = account.firehose(MAIN);
    let address = "firehose_stream.eventbridge@eu-west-1";
    let mends = |reason, attributes: &[&str]| account.mends(reason, address, "update", attributes);

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
    let unchanged = ExtendedS3DestinationUpdate::builder()
        .role_arn(own.role_arn())
        .bucket_arn(own.bucket_arn())
        .set_error_output_prefix(own.error_output_prefix.clone())
        .set_encryption_configuration(own.encryption_configuration.clone());
    let changed = unchanged
        .prefix("elsewhere/")
        .compression_format(CompressionFormat::Uncompressed)
        .buffering_hints(
            BufferingHints::builder()
                .interval_in_seconds(900)
                .size_in_mbs(8)
                .build(),
        );
    let update = firehose.update_destination().delivery_stream_name(STREAM);
    update
        .current_delivery_stream_version_id(stream.version_id())
        .destination_id(destination.destination_id())
        .extended_s3_destination_update(changed.build())
        .send()
        .await
        .unwrap();
    mends(
        "the destination was changed",
        &["buffer_seconds", "compression", "prefix"],
    );

    let tag = StreamTag::builder()
        .key("team")
        .value("other")
        .build()
        .unwrap();
    let tagged = firehose
        .tag_delivery_stream()
        .delivery_stream_name(STREAM)
        .tags(tag);
    tagged.send().await.unwrap();
    mends("a tag was changed", &["tags[team]"]);

    let untag = firehose
        .untag_delivery_stream()
        .delivery_stream_name(STREAM);
    untag.tag_keys("team").send().await.unwrap();
    mends("a tag was removed", &["tags[team]"]);

    let delete = firehose
        .delete_delivery_stream()
        .delivery_stream_name(STREAM);
    delete.send().await.unwrap();
    account.mends("the stream was deleted", address, "create", &[]);

    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

/// EventBridge shows a rule that was deleted a moment ago (EventBridge API Reference, "DeleteRule": "allow a
/// short period of time for changes to take effect"). `PutRule` makes the rule all the same.
#[tokio::test]
async fn a_rule_that_is_shown_although_it_is_gone_is_made() {
    // By how many reads the description is late, after the survey's.
    for late_descriptions in [1, 2] {
        let account = Account::new(&[MAIN]);
        let rule = json!({"Name": RULE, "EventPattern": "{}", "State": "ENABLED"}).to_string();
        let tags = OWNERSHIP.map(|(key, value)| json!({"Key": key, "Value": value}));
        let tags = json!({"Tags": tags}).to_string();
        let (described, listed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        account.stand_in(move |call| {
            // The first read of each is the survey's, which finds no rule.
            let (count, late, answer) = match call.operation.as_str() {
                "DescribeRule" => (&described, 1..=late_descriptions, &rule),
                "ListTagsForResource" => (&listed, 1..=1, &tags),
                _ => return None,
            };
            let is_late = late.contains(&count.fetch_add(1, Ordering::SeqCst));
            is_late.then(|| ("200 OK".to_owned(), answer.clone()))
        });
        account.apply(&[]);
        Deployment::of(&account, &[MAIN]).check().await;
    }
}
