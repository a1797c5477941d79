//! An account with thousands of keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::faults::say;

const KEYS: usize = 3_000;
/// The most that `ListKeys` gives on one page (API Reference, "ListKeys").
const PAGE: usize = 1_000;
/// How long KMS takes for an answer, some milliseconds, so that several calls are under way at once.
const ANSWER: Duration = Duration::from_millis(5);

#[test]
fn thousands_of_keys_are_looked_at_a_few_at_a_time() {
    let account = Account::new(&[MAIN]);
    let id = |number: usize| format!("00000000-0000-4000-8000-{number:012}");
    account.answer_with("ListKeys", move |call| {
        let request: Json = serde_json::from_str(&call.body).unwrap();
        let from = request["Marker"].as_str().map_or(0, |it| it.parse().unwrap());
        let keys = (from..from + PAGE).map(|number| {
            json!({"KeyId": id(number), "KeyArn": format!("arn:aws:kms:{MAIN}:1:key/{}", id(number))})
        });
        let mut page = json!({"Keys": keys.collect::<Vec<_>>(), "Truncated": false});
        if from + PAGE < KEYS {
            page["Truncated"] = true.into();
            page["NextMarker"] = (from + PAGE).to_string().into();
        }
        ("200 OK".to_owned(), page.to_string())
    });
    let (under_way, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let (seen, throttled) = (Arc::clone(&most), AtomicBool::new(false));
    account.answer_with("ListResourceTags", move |call| {
        seen.fetch_max(
            under_way.fetch_add(1, Ordering::SeqCst) + 1,
            Ordering::SeqCst,
        );
        thread::sleep(ANSWER);
        under_way.fetch_sub(1, Ordering::SeqCst);
        let tags = json!({"Tags": [{"TagKey": "team", "TagValue": "a"}], "Truncated": false});
        let is = |number| call.body.contains(&id(number));
        if is(7) {
            let because = "because no identity-based policy allows the kms:ListResourceTags action";
            let message = format!("User: u is not authorized to perform: it {because}");
            return refusal("AccessDeniedException", &message);
        }
        if is(8) && !throttled.swap(true, Ordering::SeqCst) {
            let message = "You have exceeded the rate at which you may call KMS.";
            return refusal("ThrottlingException", message);
        }
        ("200 OK".to_owned(), tags.to_string())
    });
    let started = Instant::now();
    let plan = account.provision(&["plan"]).exits(0);
    let took = started.elapsed();
    let count = |name: &str| plan.calls.iter().filter(|it| it.operation == name).count();
    let (listed, tags) = (count("ListKeys"), count("ListResourceTags"));
    let most = most.load(Ordering::SeqCst);
    say(&format!(
        "{KEYS} keys: {listed} calls of ListKeys, {tags} of ListResourceTags, at most {most} at a \
         time, in {took:.1?}"
    ));
    assert_eq!((listed, tags), (KEYS / PAGE, KEYS + 1), "{plan}");
    assert!(most <= 8, "{most} calls at a time");
    plan.says(&format!(
        "the tags of these keys may not be read: {}",
        id(7)
    ))
    .says("+ kms_key.integration@eu-west-1");
}
