//! Tests of emptying a bucket, against an S3 in memory that serves pages and refuses the deletions
//! that a test names.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use tokio::sync::watch;

use super::empty::Bucket;
use crate::aws::{Aws, AwsError, Connections, ErrorKind};
use crate::fakes::http::session;

const PAGE: usize = 1_000;

/// The versions in a bucket, and how the S3 in memory answers.
#[derive(Debug, Default)]
struct Contents {
    versions: BTreeSet<usize>,
    /// The number of versions that arrive with each batch that is deleted.
    arriving: usize,
    next: usize,
    /// The versions that cannot be deleted, with S3's error code.
    refused: Option<(BTreeSet<usize>, &'static str)>,
    /// How many batches are refused; `None` for all.
    refusals: Option<usize>,
    listed: usize,
    handled: usize,
    /// The largest number of versions that were listed and not yet sent for deletion.
    most_held: usize,
    batches: Vec<usize>,
    /// The sender is set to true once that many batches were deleted.
    stop: Option<(usize, watch::Sender<bool>)>,
    gone: bool,
}

#[derive(Debug, Clone)]
struct Stub(Arc<Mutex<Contents>>);

impl Stub {
    fn with(versions: usize) -> Self {
        Stub(Arc::new(Mutex::new(Contents {
            versions: (0..versions).collect(),
            next: versions,
            ..Contents::default()
        })))
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap()
    }

    fn aws(&self, concurrency: usize, stop: watch::Receiver<bool>) -> Aws {
        let stub = self.clone();
        let session = session(move |request| stub.answer(request));
        Connections::new(concurrency, stop).account(&session, None, &[])
    }

    /// Destroys the bucket.
    async fn destroy(&self) -> Result<(), AwsError> {
        self.destroy_with(32).await
    }

    /// Destroys the bucket with at most `concurrency` calls under way.
    async fn destroy_with(&self, concurrency: usize) -> Result<(), AwsError> {
        let (_stop, stopped) = watch::channel(false);
        self.delete(&self.aws(concurrency, stopped)).await
    }

    async fn delete(&self, aws: &Aws) -> Result<(), AwsError> {
        let bucket = Bucket {
            name: "logs",
            account: &"123456789012".parse().unwrap(),
            region: &"eu-west-1".parse().unwrap(),
        };
        bucket.delete(aws, true).await
    }

    fn answer(&self, request: &HttpRequest) -> (u16, String) {
        let mut contents = self.contents();
        let uri = request.uri().to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        match request.method() {
            "GET" => (200, contents.page(&uri)),
            "POST" => (200, contents.delete(&body)),
            "DELETE" if contents.versions.is_empty() => {
                contents.gone = true;
                (204, String::new())
            }
            _ => (409, error("BucketNotEmpty", "not empty")),
        }
    }
}

fn error(code: &str, message: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>")
}

impl Contents {
    fn page(&mut self, uri: &str) -> String {
        let marker = uri
            .split(['?', '&'])
            .find_map(|part| part.strip_prefix("key-marker="));
        let from = marker.map_or(0, |key| key.parse::<usize>().unwrap() + 1);
        let page: Vec<usize> = self.versions.range(from..).take(PAGE).copied().collect();
        self.listed += page.len();
        self.most_held = self.most_held.max(self.listed - self.handled);
        let more = page
            .last()
            .is_some_and(|last| self.versions.range(last + 1..).next().is_some());
        let mut text = format!("<ListVersionsResult><IsTruncated>{more}</IsTruncated>");
        if let (Some(last), true) = (page.last(), more) {
            text.push_str(&format!(
                "<NextKeyMarker>{last}</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>"
            ));
        }
        for version in page {
            text.push_str(&format!(
                "<Version><Key>{version}</Key><VersionId>v</VersionId></Version>"
            ));
        }
        text + "</ListVersionsResult>"
    }

    fn delete(&mut self, body: &str) -> String {
        let keys: Vec<usize> = body
            .split("<Key>")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap().parse().unwrap())
            .collect();
        self.handled += keys.len();
        self.batches.push(keys.len());
        let mut errors = String::new();
        for key in keys {
            match &self.refused {
                Some((refused, code)) if refused.contains(&key) && self.refusals != Some(0) => {
                    errors.push_str(&format!(
                        "<Error><Key>{key}</Key><VersionId>v</VersionId><Code>{code}</Code>\
                         <Message>no</Message></Error>"
                    ));
                }
                _ => {
                    self.versions.remove(&key);
                }
            }
        }
        let arriving = self.next..self.next + self.arriving;
        self.next = arriving.end;
        self.versions.extend(arriving);
        if !errors.is_empty() {
            self.refusals = self.refusals.map(|left| left.saturating_sub(1));
        }
        if let Some((after, stop)) = &self.stop
            && self.batches.len() >= *after
        {
            stop.send_replace(true);
        }
        format!("<DeleteResult>{errors}</DeleteResult>")
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_versions_are_deleted_in_full_batches_and_few_at_a_time() {
    let stub = Stub::with(100_000);
    stub.destroy().await.unwrap();
    let contents = stub.contents();
    assert!(contents.gone);
    assert_eq!(contents.batches, [PAGE; 100], "no version is sent twice");
    // Eight batches are under way, and no further page is read meanwhile.
    assert!(contents.most_held <= 8 * PAGE, "{}", contents.most_held);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_many_pages_is_emptied_with_any_concurrency() {
    for concurrency in [1, 2, 7, 8, 9] {
        let stub = Stub::with(20_500);
        tokio::time::timeout(Duration::from_secs(600), stub.destroy_with(concurrency))
            .await
            .unwrap_or_else(|_| panic!("concurrency {concurrency}: the run hangs"))
            .unwrap();
        let contents = stub.contents();
        assert!(contents.gone, "concurrency {concurrency}");
        assert_eq!(contents.batches.len(), 21, "concurrency {concurrency}");
    }
}

#[tokio::test(start_paused = true)]
async fn versions_that_arrive_meanwhile_are_deleted_for_a_limited_number_of_rounds() {
    let stub = Stub::with(10);
    stub.contents().arriving = 5;
    let error = stub.destroy().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotEmpty);
    assert!(
        error.message.contains("is not empty after 5 rounds"),
        "{error:?}"
    );
    assert_eq!(stub.contents().batches.len(), 5);

    stub.contents().arriving = 0;
    stub.destroy().await.unwrap();
    assert!(stub.contents().gone, "the next run goes on");
}

#[tokio::test(start_paused = true)]
async fn refused_versions_are_counted_and_all_others_are_deleted() {
    let stub = Stub::with(2_500);
    stub.contents().refused = Some((BTreeSet::from([7, 1_234]), "AccessDenied"));
    let error = stub.destroy().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert_eq!(
        error.message,
        "S3 refused to delete object versions of logs: 2 times AccessDenied; the first is 7 \
         (version v): no"
    );
    assert_eq!(stub.contents().versions, BTreeSet::from([7, 1_234]));
    assert!(!stub.contents().gone);
}

#[tokio::test(start_paused = true)]
async fn versions_that_s3_fails_to_delete_for_a_moment_are_deleted_in_a_later_round() {
    let stub = Stub::with(1_500);
    stub.contents().refused = Some(((0..1_500).collect(), "InternalError"));
    stub.contents().refusals = Some(2);
    stub.destroy().await.unwrap();
    assert!(stub.contents().gone);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_loses_nothing_and_the_next_goes_on() {
    let stub = Stub::with(50_000);
    let (stop, stopped) = watch::channel(false);
    stub.contents().stop = Some((3, stop));
    stub.delete(&stub.aws(32, stopped)).await.unwrap_err();
    let left = stub.contents().versions.len();
    assert!(
        left > 30_000,
        "no further batches are begun: {left} are left"
    );
    stub.contents().stop = None;
    stub.destroy().await.unwrap();
    assert!(stub.contents().gone);
}
