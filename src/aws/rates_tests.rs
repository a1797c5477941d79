//! How often each operation is called, by the quotas that AWS publishes.

use std::cell::RefCell;
use std::time::Duration;

use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Aws, ErrorKind, Operation};
use crate::fakes::{self, CallError};

const SECOND: Duration = Duration::from_secs(1);

fn operation(service: &'static str, name: &'static str, region: &str) -> Operation {
    Operation {
        service,
        name,
        region: region.parse().ok(),
    }
}

/// Makes these calls at once. Gives the times at which they began.
async fn times(calls: impl IntoIterator<Item = (&Aws, Operation)>) -> Vec<Duration> {
    let began = Instant::now();
    let times = RefCell::new(Vec::new());
    let calls = calls.into_iter().map(|(aws, operation)| {
        aws.call(operation, || async {
            times.borrow_mut().push(began.elapsed());
            Ok::<_, CallError>(GetCallerIdentityOutput::builder().build())
        })
    });
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    times.into_inner()
}

/// The most calls in any one second.
fn most(times: &[Duration]) -> usize {
    let within = |from: Duration| {
        times
            .iter()
            .filter(move |it| **it >= from && **it < from + SECOND)
    };
    times
        .iter()
        .map(|from| within(*from).count())
        .max()
        .unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn no_operation_is_called_more_often_than_aws_allows() {
    // The operation, AWS's quota in calls a second, and what is taken of it.
    let cases = [
        (
            "firehose",
            "ListTagsForDeliveryStream",
            5,
            5,
            "a hard limit",
        ),
        ("firehose", "CreateDeliveryStream", 5, 5, "a hard limit"),
        ("events", "PutRule", 50, 12, "a quarter: others call too"),
        (
            "cloudtrail",
            "GetTrailStatus",
            10,
            5,
            "a half: others call too",
        ),
        ("kms", "ListResourceTags", 2000, 500, "a quarter"),
        ("kms", "ListKeys", 500, 125, "a quarter"),
        ("kms", "GetKeyPolicy", 1000, 250, "a quarter"),
        ("kms", "CreateKey", 5, 5, "the least that AWS allows"),
        ("kms", "PutKeyPolicy", 15, 5, "a third"),
        (
            "sts",
            "AssumeRole",
            600,
            150,
            "a quarter, in the caller's account",
        ),
    ];
    for (service, name, quota, taken, why) in cases {
        let (_stop, stopped) = watch::channel(false);
        let aws = fakes::aws(stopped);
        let calls = (0..taken * 3).map(|_| (&aws, operation(service, name, "eu-west-1")));
        let times = times(calls).await;
        assert_eq!(most(&times), taken, "{name}: {why}");
        assert!(taken <= quota, "{name}: {why}");
        let at_once = times.iter().filter(|it| it.is_zero()).count();
        assert_eq!(
            at_once, taken,
            "{name}: the first second's worth waits for nothing"
        );
        let last = times.last().expect("calls");
        assert!(
            *last < SECOND * 3,
            "{name}: no longer than needed: {last:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_aws_counts_apart_does_not_wait() {
    let (_stop, stopped) = watch::channel(false);
    let (one, other) = (fakes::aws(stopped.clone()), fakes::aws(stopped));
    // One account of a fleet, reached over the way of the caller.
    let member = one.as_member(&[]);
    let tags = "ListTagsForDeliveryStream";
    let calls = [
        (&one, operation("firehose", tags, "eu-west-1")),
        (&one, operation("firehose", tags, "us-east-1")),
        (
            &one,
            operation("firehose", "DescribeDeliveryStream", "eu-west-1"),
        ),
        (&other, operation("firehose", tags, "eu-west-1")),
        (&member, operation("firehose", tags, "eu-west-1")),
        (&one, operation("iam", "CreateRole", "")),
        (&one, operation("s3", "PutBucketPolicy", "eu-west-1")),
    ];
    let calls = calls
        .iter()
        .flat_map(|call| std::iter::repeat_n(call.clone(), 5));
    assert!(times(calls).await.iter().all(Duration::is_zero));
}

#[tokio::test(start_paused = true)]
async fn operations_that_aws_counts_together_wait_for_each_other() {
    let (_stop, stopped) = watch::channel(false);
    let aws = fakes::aws(stopped);
    let names = ["DescribeRule", "ListTargetsByRule", "ListTagsForResource"];
    let calls = names.iter().cycle().take(36);
    let times = times(calls.map(|name| (&aws, operation("events", name, "eu-west-1")))).await;
    assert_eq!(most(&times), 12);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_a_turn() {
    let (stop, stopped) = watch::channel(false);
    let aws = fakes::aws(stopped);
    let sent = RefCell::new(0);
    let calls = (0..20).map(|_| {
        aws.call(operation("kms", "CreateAlias", "eu-west-1"), || async {
            *sent.borrow_mut() += 1;
            Ok::<_, CallError>(GetCallerIdentityOutput::builder().build())
        })
    });
    let stop = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.send_replace(true);
    };
    let began = Instant::now();
    let (answers, ()) = tokio::join!(join_all(calls), stop);
    assert!(began.elapsed() < SECOND);
    assert_eq!(*sent.borrow(), 5);
    let refused = answers.into_iter().filter_map(Result::err);
    let kinds: Vec<ErrorKind> = refused.map(|error| error.kind).collect();
    assert_eq!(kinds, [ErrorKind::Interrupted; 15]);
}
