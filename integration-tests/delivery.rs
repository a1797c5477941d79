//! Events on the bus are delivered to the log bucket, under the prefix that the agent reads.

use std::time::{Duration, Instant};

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::Value as Json;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER};

const DETAIL: &str = r#"{"instance-id":"i-0123456789abcdef0","state":"running"}"#;

async fn put_event(account: &Account, region: &str, source: &str, detail_type: &str) {
    let entry = PutEventsRequestEntry::builder()
        .source(source)
        .detail_type(detail_type);
    let entry = entry.detail(DETAIL).build();
    let put = account
        .events(region)
        .put_events()
        .entries(entry)
        .send()
        .await
        .unwrap();
    assert_eq!(put.failed_entry_count(), 0, "{put:?}");
}

/// The texts of the first objects below `prefix`, once there are any.
async fn delivered(account: &Account, prefix: &str) -> Vec<String> {
    let s3 = account.s3(MAIN);
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let list = s3
            .list_objects_v2()
            .bucket(&bucket)
            .prefix(prefix)
            .send()
            .await
            .unwrap();
        let mut texts = Vec::new();
        for object in list.contents() {
            let get = s3.get_object().bucket(&bucket).key(object.key().unwrap());
            let body = get.send().await.unwrap().body.collect().await.unwrap();
            texts.push(String::from_utf8(body.to_vec()).unwrap());
        }
        if !texts.is_empty() {
            return texts;
        }
        assert!(Instant::now() < deadline, "nothing arrived below {prefix}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_event_of_each_region_is_delivered_under_the_prefix_that_the_agent_reads() {
    let account = Account::applied(&[MAIN, OTHER]);
    for region in [MAIN, OTHER] {
        // The first event matches the documented pattern only by its type.
        let wanted = "EC2 Instance State-change Notification";
        put_event(&account, region, "aws.unknown", wanted).await;
        put_event(&account, region, "aws.ec2", wanted).await;
        let prefix = format!("AWSLogs/{}/EventBridge/{region}/", account.id);
        let texts = delivered(&account, &prefix).await;
        let events: Vec<Json> = texts
            .iter()
            .flat_map(|text| serde_json::Deserializer::from_str(text).into_iter())
            .collect::<Result<_, _>>()
            .unwrap();
        let [event] = events.as_slice() else {
            panic!("one event, not {events:?}");
        };
        assert_eq!(event["source"], "aws.ec2");
        assert_eq!(event["account"], account.id.as_str());
        assert_eq!(event["region"], region);
        let detail: Json = serde_json::from_str(DETAIL).unwrap();
        assert_eq!(event["detail"], detail);
        // The agent reads one JSON object after the other, and loses all of them after a line break.
        assert!(texts.iter().all(|text| !text.contains('\n')), "{texts:?}");
    }
}
