//! Calls that AWS refuses for a while: throttled ones, and those that S3 aborts.

use std::cell::RefCell;
use std::time::Duration;

use tokio::time::Instant;

use super::call_tests::{Answer, Way, operation, way};
use super::pauses::LONGEST_BACKOFF;
use super::{AwsError, ErrorKind, Notice, Operation, RETRY_LIMIT};
use crate::fakes::{CallError, refusal};

const MINUTE: Duration = Duration::from_secs(60);

fn throttled() -> CallError {
    refusal("ThrottlingException", "slow down")
}

fn aborted() -> CallError {
    let message = "A conflicting conditional operation is currently in progress against this \
                   resource. Please try again.";
    refusal("OperationAborted", message)
}

fn create_bucket() -> Operation {
    Operation {
        service: "s3",
        name: "CreateBucket",
        region: Some("eu-west-1".parse().expect("a region")),
    }
}

/// Calls; AWS answers `error` until some time has passed. Gives the pauses between the attempts.
async fn until(
    way: &Way,
    operation: Operation,
    end: Duration,
    error: impl Fn(Duration) -> CallError,
) -> (Result<(), AwsError>, Vec<Duration>) {
    let began = Instant::now();
    let times = RefCell::new(Vec::new());
    let answer = way.call(operation, |_| {
        let now = began.elapsed();
        times.borrow_mut().push(now);
        (now < end).then(|| error(now))
    });
    let (answer, _) = answer.await;
    let times = times.into_inner();
    let pauses = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    (answer, pauses)
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_repeated_until_aws_allows_it() {
    let operation = |service, name| Operation {
        service,
        name,
        region: None,
    };
    let cases: [(Operation, Answer, &str); 4] = [
        (
            operation("iam", "CreateRole"),
            || refusal("Throttling", "Rate exceeded"),
            "a write",
        ),
        (
            operation("firehose", "ListTagsForDeliveryStream"),
            || refusal("ThrottlingException", "Max limit of 5 RPS has breached"),
            "a read",
        ),
        (
            operation("kms", "CreateKey"),
            throttled,
            "a refusal made no key",
        ),
        (
            operation("s3", "PutBucketPolicy"),
            || refusal("SlowDown", "Please reduce your request rate."),
            "a write to a bucket",
        ),
    ];
    for (operation, error, why) in cases {
        let mut way = way();
        let wait = format!("the rate limit to allow the call ({operation} answers ");
        let end = Duration::from_secs(100);
        let (answer, _) = until(&way, operation, end, |_| error()).await;
        assert!(answer.is_ok(), "{why}: {answer:?}");
        let waits = way.waits();
        assert!(waits.len() == 1 && waits[0].starts_with(&wait), "{waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_throttled_for_ever_fails_at_the_limit_with_advice() {
    let way = way();
    let began = Instant::now();
    let (answer, pauses) = until(&way, operation(), Duration::MAX, |_| throttled()).await;
    let took = began.elapsed();
    assert!(took >= RETRY_LIMIT, "{took:?}");
    assert!(took < RETRY_LIMIT + LONGEST_BACKOFF * 2, "{took:?}");
    assert!((15..60).contains(&pauses.len()), "{pauses:?}");
    let error = answer.expect_err("it is never allowed");
    assert_eq!(error.kind, ErrorKind::Throttled);
    let shown = error.failure().to_string();
    assert!(shown.contains("ThrottlingException: slow down"), "{shown}");
    assert!(
        shown.contains("Wait a minute, then run again, with a smaller `--concurrency`"),
        "{shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_pauses_of_a_throttled_call_double_and_are_random() {
    let end = Duration::from_secs(60);
    let (_, pauses) = until(&way(), operation(), end, |_| throttled()).await;
    let bounds = [0.5, 1.0, 2.0, 4.0, 8.0].into_iter();
    let bounds = bounds.chain(std::iter::repeat(LONGEST_BACKOFF.as_secs_f64()));
    for (pause, bound) in pauses.iter().zip(bounds) {
        // The clock of the tests has milliseconds.
        let within = bound / 2.0..=bound + 0.002;
        assert!(within.contains(&pause.as_secs_f64()), "{pauses:?}");
    }
    let (_, others) = until(&way(), operation(), end, |_| throttled()).await;
    assert_ne!(pauses, others);
}

#[tokio::test(start_paused = true)]
async fn a_short_wait_for_a_rate_limit_is_not_announced() {
    let mut way = way();
    let (answer, sent) = way.call(operation(), |n| (n < 3).then(throttled)).await;
    assert!(answer.is_ok());
    assert_eq!(sent, 4);
    assert_eq!(way.waits(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_run_can_do_without_is_given_up_soon() {
    let mut way = way();
    way.aws = way.aws.impatient();
    let began = Instant::now();
    let (answer, pauses) = until(&way, operation(), Duration::MAX, |_| throttled()).await;
    assert_eq!(answer.expect_err("it fails").kind, ErrorKind::Throttled);
    assert!(began.elapsed() < Duration::from_secs(8), "{pauses:?}");
    assert!(pauses.len() >= 2, "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_is_waited_for_while_s3_still_deletes_another_of_its_name() {
    let mut way = way();
    // Throttling in between does not end a wait that is longer than one for throttling.
    let error = |now: Duration| match now.as_secs() {
        620..660 => throttled(),
        _ => aborted(),
    };
    let (answer, pauses) = until(&way, create_bucket(), MINUTE * 45, error).await;
    assert!(answer.is_ok(), "{answer:?}");
    assert!(pauses.len() < 250, "{} attempts", pauses.len());
    let longest = pauses.iter().max().expect("pauses");
    assert!(*longest < Duration::from_secs(31), "{longest:?}");
    let mut notices = Vec::new();
    while let Ok(notice) = way.notices.try_recv() {
        notices.push(notice);
    }
    let reason = "S3 to end another operation on the bucket, such as the deletion of one of the \
                  same name, for up to an hour";
    let wait = format!("{reason} (s3:CreateBucket answers OperationAborted)");
    // At first, and every five minutes.
    assert_eq!(notices, vec![Notice::Waiting(wait); 1 + 8]);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_whose_name_is_not_freed_within_an_hour_fails_with_advice() {
    let began = Instant::now();
    let (answer, _) = until(&way(), create_bucket(), Duration::MAX, |_| aborted()).await;
    let took = began.elapsed();
    assert!((MINUTE * 60..MINUTE * 62).contains(&took), "{took:?}");
    let shown = answer.expect_err("it fails").failure().to_string();
    assert!(shown.contains("choose another `postfix`"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_a_rate_limit() {
    let way = way();
    let stop = async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        way.stop.send_replace(true);
    };
    let began = Instant::now();
    let call = until(&way, operation(), Duration::MAX, |_| throttled());
    let ((answer, _), ()) = tokio::join!(call, stop);
    let error = answer.expect_err("it is never allowed");
    assert_eq!(
        error.kind,
        ErrorKind::Interrupted,
        "no advice on throttling"
    );
    assert!(began.elapsed() < Duration::from_secs(31));
}
