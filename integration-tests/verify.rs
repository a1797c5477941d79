//! `verify` sends what is to arrive, finds it, and removes it; `status` says what arrived last.
//!
//! The emulator delivers events with a source of AWS that are put on the bus, which AWS refuses. Its
//! simulator denies everything, so the tests let the printed policy answer.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use rustix::process::Signal;
use serde_json::{Value as Json, json};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, Moment, OTHER};
use crate::permissions::{Grants, simulates, trail};

fn deployed(regions: &[&str]) -> Account {
    let account = Account::applied(regions);
    trail(&account, true, "WriteOnly");
    account
}

/// The outcomes of a run by region and step.
fn outcome<'a>(document: &'a Json, region: Option<&str>, step: &str) -> &'a Json {
    let steps = document["steps"].as_array().unwrap();
    let mut found = steps
        .iter()
        .filter(|it| it["step"] == step && it["region"].as_str() == region);
    found
        .next()
        .unwrap_or_else(|| panic!("no step {step} in {document}"))
}

async fn versions(account: &Account) -> Vec<String> {
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let list = account.s3(MAIN).list_object_versions().bucket(bucket);
    let list = list.send().await.unwrap();
    let markers = list.delete_markers().iter().map(|it| it.key());
    let keys = list.versions().iter().map(|it| it.key()).chain(markers);
    keys.map(|key| key.unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_sent_in_each_region_arrives_and_is_removed() {
    let account = deployed(&[MAIN, OTHER]);
    let ran = account
        .provision(&["verify", "--json", "--timeout", "60"])
        .exits(0);
    let document = ran.json();
    for region in [MAIN, OTHER] {
        for step in ["stream", "rule"] {
            let step = outcome(&document, Some(region), step);
            assert_eq!(step["outcome"], "pass", "{document}");
            let message = step["message"].as_str().unwrap();
            let prefix = format!("AWSLogs/{}/EventBridge/{region}/", account.id);
            assert!(message.contains(&prefix), "{message}");
        }
    }
    for step in ["resources", "versioning", "trails", "exposures", "reader"] {
        assert_eq!(
            outcome(&document, None, step)["outcome"],
            "pass",
            "{document}"
        );
    }
    assert_eq!(document["ok"], true);
    assert_eq!(document["left"], json!([]));
    assert_eq!(
        versions(&account).await,
        Vec::<String>::new(),
        "all is removed"
    );
    ran.says("eu-west-1: sent a test record to the stream stackstate-eventbridge-stream.");
    account.plan(&[]).has_no_changes();
}

/// Whoever reads a terminal sees both streams in the order in which they were written.
#[test]
fn the_account_comes_first_and_the_regions_in_the_order_of_the_settings() {
    let account = deployed(&[OTHER, MAIN]);
    // The region that comes first is answered last.
    let (answered, is_answered) = channel();
    let (answered, is_answered) = (Mutex::new(answered), Mutex::new(is_answered));
    account.watch(move |call, moment| {
        match (call.operation.as_str(), call.region.as_str(), moment) {
            ("PutRecord", MAIN, Moment::Answered) => answered.lock().unwrap().send(()).unwrap(),
            ("PutRecord", OTHER, Moment::Arrived) => is_answered.lock().unwrap().recv().unwrap(),
            _ => {}
        }
        true
    });
    let mut command = account.quiet_command(&["verify", "--timeout", "60"]);
    let both = account.path("both");
    let file = fs::File::create(&both).unwrap();
    command.stdout(file.try_clone().unwrap()).stderr(file);
    assert!(command.status().unwrap().success());
    let text = fs::read_to_string(&both).unwrap();
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    let parts = [
        format!("Account {}, regions", account.id),
        format!("{OTHER}: sent a test record"),
        format!("{MAIN}: sent a test record"),
        "pass     resources".to_owned(),
        "It works".to_owned(),
    ];
    let places = parts.map(|part| place(&part));
    assert!(places.is_sorted(), "{text}");
}

#[tokio::test]
async fn an_event_of_somebody_else_stays() {
    let account = deployed(&[MAIN]);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let key = format!(
        "AWSLogs/{}/EventBridge/{MAIN}/2020/01/01/01/other",
        account.id
    );
    let put = account.s3(MAIN).put_object().bucket(bucket).key(&key);
    put.body(b"{}".to_vec().into()).send().await.unwrap();
    account.provision(&["verify"]).exits(0).says("It works");
    assert_eq!(versions(&account).await, [key]);
}

/// Whoever may write objects and delete none could otherwise let verify delete what stands under a key.
#[tokio::test]
async fn another_version_under_the_same_key_stays() {
    let account = Arc::new(deployed(&[MAIN]));
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let (runtime, s3) = (Handle::current(), account.s3(MAIN));
    let (deletes, name) = (format!("POST /{bucket}/?delete"), bucket.clone());
    let is_written = AtomicBool::new(false);
    account.watch(move |call, moment| {
        let is_first = call.operation == deletes && moment == Moment::Arrived;
        if is_first && !is_written.swap(true, Ordering::Relaxed) {
            runtime.block_on(async {
                let listed = s3
                    .list_object_versions()
                    .bucket(&name)
                    .send()
                    .await
                    .unwrap();
                let key = listed.versions()[0].key().unwrap();
                let put = s3.put_object().bucket(&name).key(key);
                put.body(b"{}".to_vec().into()).send().await.unwrap();
            });
        }
        true
    });
    // This thread must stay free for the object of somebody else.
    let program = Arc::clone(&account);
    let verify = move || program.provision(&["verify", "--timeout", "60"]);
    spawn_blocking(verify).await.unwrap().exits(0);
    account.watch(|_, _| true);
    assert_eq!(versions(&account).await.len(), 1, "that of somebody else");
}

/// EventBridge takes no event with a source of AWS (aws-samples/serverless-patterns #3089).
#[test]
fn where_aws_refuses_the_event_a_call_is_made_that_changes_nothing() {
    let account = deployed(&[MAIN]);
    let refused = json!({"FailedEntryCount": 1, "Entries": [{
        "ErrorCode": "NotAuthorizedForSourceException",
        "ErrorMessage": "Not authorized for the source."}]});
    account.answer("PutEvents", &refused.to_string());
    let ran = account.provision(&["verify", "--timeout", "3"]).exits(1);
    let tagged = ran
        .calls
        .iter()
        .find(|it| it.operation == "TagDeliveryStream");
    let body: Json = serde_json::from_str(&tagged.unwrap().body).unwrap();
    let keys = body["Tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["Key"]);
    let keys: Vec<_> = keys.collect();
    assert_eq!(
        keys,
        ["provision:system", "provision:deployment"],
        "the settings' tags may differ"
    );
    // The emulator has no trail that logs the call.
    let ran = ran
        .says("gave the stream stackstate-eventbridge-stream the ownership tags that it has")
        .says("nothing arrived below AWSLogs/")
        .says("within 3 s")
        .says("Left: what was sent in eu-west-1 and has not arrived may still arrive below")
        .says("It does not work: 1 failed");
    assert!(ran.stdout.contains("pass     stream"), "{ran}");
}

#[test]
fn nothing_is_sent_where_resources_are_missing() {
    let account = Account::new(&[MAIN]);
    let ran = account.provision(&["verify"]).exits(1).writes_nothing();
    ran.says("missing, blocked or not managed by provision: ")
        .says("nothing was sent, because resources are missing")
        .says("Run `provision apply`, then verify again.");
}

#[tokio::test]
async fn a_target_of_somebody_else_fails() {
    let account = deployed(&[MAIN]);
    let queue = format!("arn:aws:sqs:{MAIN}:{}:others", account.id);
    let target = aws_sdk_eventbridge::types::Target::builder()
        .id("others")
        .arn(&queue);
    let put = account
        .events(MAIN)
        .put_targets()
        .rule("StsEventBridgeRule");
    put.targets(target.build().unwrap()).send().await.unwrap();
    let ran = account.provision(&["verify"]).exits(1);
    ran.says(&format!("also go to {queue} (further_target[others])"));
}

#[tokio::test]
async fn a_bucket_without_versions_fails() {
    let account = deployed(&[MAIN]);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let put = account.s3(MAIN).put_bucket_versioning().bucket(bucket);
    let suspended = aws_sdk_s3::types::VersioningConfiguration::builder()
        .status(aws_sdk_s3::types::BucketVersioningStatus::Suspended)
        .build();
    put.versioning_configuration(suspended)
        .send()
        .await
        .unwrap();
    let ran = account.provision(&["verify"]).exits(1);
    ran.says("the versioning of the bucket is Suspended, and the agent reads no such bucket")
        .says("all 8 resources exist; 1 of them differs from the settings");
}

#[test]
fn a_role_that_does_not_trust_the_caller_is_simulated() {
    let account = deployed(&[MAIN]);
    account.refuse("AssumeRole", "AccessDenied", "not you");
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let policy = |actions: &[&str]| {
        let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Action": actions,
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")]}]});
        Grants::parse(&document.to_string())
    };
    let read = ["s3:ListBucket", "s3:GetBucketVersioning", "s3:GetObject"];
    simulates(
        &account,
        &policy(&[&read[..], &["s3:DeleteObject"]].concat()),
    );
    account.provision(&["verify"]).exits(0).says(
        "was simulated, because these credentials may not assume it: 4 of 4 actions are allowed",
    );
    simulates(&account, &policy(&read));
    account
        .provision(&["verify"])
        .exits(1)
        .says("3 of 4 actions are allowed (IAM simulation); denied: s3:DeleteObject");
}

#[test]
fn an_interrupt_ends_the_wait_and_says_what_is_left() {
    let account = deployed(&[MAIN]);
    // What the stream answers is never delivered.
    account.answer("PutRecord", r#"{"RecordId": "1", "Encrypted": false}"#);
    let sent = AtomicBool::new(false);
    let ran = account.run_watched(
        account.command(&["verify"]),
        move |process, call, moment| {
            let looks = call.line.contains("versions") && moment == Moment::Answered;
            if looks && !sent.swap(true, Ordering::Relaxed) {
                process.send(Signal::INT);
            }
            true
        },
    );
    ran.exits(130)
        .says("the run was stopped before it arrived")
        .says("Left: what was sent in eu-west-1 and has not arrived may still arrive below");
}

#[tokio::test]
async fn status_says_what_is_deployed_since_when_and_what_arrived_last() {
    let account = Account::new(&[MAIN, OTHER]);
    let nothing = account.provision(&["status"]).exits(0).writes_nothing();
    nothing.says("not deployed");
    account.apply(&["--region", MAIN]);
    let part = account.provision(&["status", "--json"]).exits(0).json();
    assert_eq!(part["parts"][1]["region"], MAIN, "{part}");
    assert_eq!(part["parts"][1]["last_event"], Json::Null, "{part}");
    assert_eq!(part["parts"][2]["exists"], 0, "{part}");
    assert_eq!(part["drift"]["create"], 5, "{part}");

    account.apply(&[]);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    for hour in ["2026/01/02/03", "2026/01/02/04", "2025/12/31/23"] {
        let key = format!("AWSLogs/{}/EventBridge/{OTHER}/{hour}/event", account.id);
        let put = account.s3(MAIN).put_object().bucket(&bucket).key(&key);
        put.body(b"{}".to_vec().into()).send().await.unwrap();
        // The agent deletes what it has read, of which a version stays.
        let delete = account.s3(MAIN).delete_object().bucket(&bucket).key(&key);
        delete.send().await.unwrap();
    }
    let status = account.provision(&["status"]).exits(0).writes_nothing();
    status
        .says("no drift")
        .says("nothing in the bucket")
        .says("last event");
    let all = account.provision(&["status", "--json"]).exits(0).json();
    let key = all["parts"][2]["last_event"]["key"].as_str().unwrap();
    assert!(key.contains("/2026/01/02/04/"), "the newest hour: {key}");
}
