//! Destroy with more versions in the log bucket than an emulator can be filled with. The tests answer
//! the listing and the deletion of versions, and the emulator all other calls.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::faults::say;
use crate::harness::{Account, Call, MAIN, Moment, inventory};

/// The number of versions on a page of S3.
const PAGE: usize = 1_000;

/// The versions of a bucket, each with a number as its key.
struct Versions(Mutex<BTreeSet<usize>>);

impl Versions {
    fn answer(&self, bucket: &str, call: &Call) -> Option<(String, String)> {
        let (method, target) = call.operation.split_once(' ')?;
        let target = target.trim_start_matches('/').strip_prefix(bucket)?;
        let target = target.trim_start_matches('/');
        let mut versions = self.0.lock().expect("no panic");
        match (method, target) {
            ("GET", query) if query.split(['?', '&']).any(|part| part == "versions") => {
                let marker = query
                    .split('&')
                    .find_map(|it| it.strip_prefix("key-marker="));
                let from = marker.map_or(0, |it| it.parse::<usize>().expect("a number") + 1);
                let mut left = versions.range(from..);
                let page: Vec<usize> = left.by_ref().take(PAGE).copied().collect();
                let more = left.next().is_some();
                let last = page.last().copied().unwrap_or_default();
                let mut body = format!(
                    "<ListVersionsResult><IsTruncated>{more}</IsTruncated>\
                     <NextKeyMarker>{last}</NextKeyMarker>\
                     <NextVersionIdMarker>v</NextVersionIdMarker>"
                );
                for key in page {
                    let version = "<VersionId>v</VersionId>";
                    body.push_str(&format!("<Version><Key>{key}</Key>{version}</Version>"));
                }
                Some(("200 OK".to_owned(), body + "</ListVersionsResult>"))
            }
            ("POST", "?delete") => {
                for rest in call.body.split("<Key>").skip(1) {
                    let key = rest.split('<').next().expect("a first part");
                    versions.remove(&key.parse().expect("a number"));
                }
                Some(("200 OK".to_owned(), "<DeleteResult/>".to_owned()))
            }
            ("DELETE", "") if !versions.is_empty() => Some((
                "409 Conflict".to_owned(),
                "<Error><Code>BucketNotEmpty</Code><Message>no</Message></Error>".to_owned(),
            )),
            _ => None,
        }
    }
}

/// Destroys everything with `count` versions in the bucket, and returns the most memory that the
/// process had until the bucket's deletion, in KiB.
async fn destroy_with(count: usize) -> u64 {
    let account = Account::applied(&[MAIN]);
    let bucket = format!("stackstate-logs-{}", account.id);
    let versions = Versions(Mutex::new((0..count).collect()));
    let name = bucket.clone();
    account.stand_in(move |call| versions.answer(&name, call));
    let peak = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&peak);
    let command = account.command(&["destroy", "--yes", "--empty-bucket"]);
    let output = account.run_watched(command, move |process, call, moment| {
        let goes = call.operation.trim_end_matches('/') == format!("DELETE /{bucket}");
        if goes && moment == Moment::Arrived {
            seen.fetch_max(process.peak_memory().unwrap_or_default(), Ordering::Relaxed);
        }
        true
    });
    let output = output
        .exits(0)
        .says(&format!("object versions deleted: {count}"));
    let batches = output.writes();
    let batches = batches
        .iter()
        .filter(|call| call.starts_with("POST"))
        .count();
    assert_eq!(batches, count.div_ceil(PAGE), "each version is sent once");
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
    peak.load(Ordering::Relaxed)
}

#[tokio::test]
async fn memory_does_not_grow_with_the_number_of_versions() {
    let some = destroy_with(10_000).await;
    assert!(
        some > 0 || !cfg!(target_os = "linux"),
        "no memory was measured"
    );
    let many = destroy_with(100_000).await;
    say(&format!(
        "100,000 versions deleted with at most {many} KiB resident; {some} KiB with 10,000"
    ));
    // Ten times the versions would take some 20 MiB more if all were kept in memory.
    assert!(many < some + 8 * 1_024, "{some} KiB, then {many} KiB");
}
