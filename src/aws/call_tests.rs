//! One call: how long it is repeated, for which errors, and what is announced meanwhile.

use std::cell::Cell;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::pauses::{FIRST_PAUSE, LONGEST_PAUSE};
use super::{Aws, AwsError, Connections, ErrorKind, Notice, Operation, RETRY_LIMIT, Session};
use crate::fakes::{self, CallError, lost, refusal};

/// Makes the error of one answer.
pub(super) type Answer = fn() -> CallError;

pub(super) fn operation() -> Operation {
    Operation {
        service: "firehose",
        name: "CreateDeliveryStream",
        region: Some("eu-west-1".parse().expect("a region")),
    }
}

fn propagating() -> CallError {
    let message = "Firehose is unable to assume role arn:x";
    refusal("InvalidArgumentException", message)
}

fn conflict() -> CallError {
    refusal("ConcurrentModificationException", "another one is at it")
}

/// The way to AWS of one resource, and everything that it does not own.
pub(super) struct Way {
    pub(super) aws: Aws,
    pub(super) stop: watch::Sender<bool>,
    pub(super) notices: mpsc::UnboundedReceiver<Notice>,
}

pub(super) fn way() -> Way {
    let (stop, stopped) = watch::channel(false);
    let (sender, notices) = mpsc::unbounded_channel();
    let aws = fakes::aws(stopped).on_behalf_of(&fakes::at("a"));
    let watch = move |notice| sender.send(notice).expect("someone listens");
    Way {
        aws: aws.watched_by(watch),
        stop,
        notices,
    }
}

impl Way {
    /// Calls; the n-th answer is `answer(n)`, where `None` is success. Counts the calls.
    pub(super) async fn call(
        &self,
        operation: Operation,
        answer: impl Fn(usize) -> Option<CallError>,
    ) -> (Result<(), AwsError>, usize) {
        let sent = Cell::new(0);
        let send = || {
            let error = answer(sent.get());
            sent.set(sent.get() + 1);
            async {
                match error {
                    Some(error) => Err(error),
                    None => Ok(GetCallerIdentityOutput::builder().build()),
                }
            }
        };
        let answer = self.aws.call(operation, send).await;
        (answer.map(drop), sent.get())
    }

    pub(super) fn waits(&mut self) -> Vec<String> {
        let mut waits = Vec::new();
        while let Ok(Notice::Waiting(what)) = self.notices.try_recv() {
            waits.push(what);
        }
        waits
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_by_itself_is_called_again_until_it_does() {
    let cases: [(Answer, &str); 2] = [
        (
            propagating,
            "IAM to spread a change (firehose:CreateDeliveryStream answers \
             InvalidArgumentException)",
        ),
        (
            conflict,
            "another operation to finish (firehose:CreateDeliveryStream answers \
             ConcurrentModificationException)",
        ),
    ];
    for (error, wait) in cases {
        let mut way = way();
        let (answer, sent) = way.call(operation(), |n| (n < 5).then(error)).await;
        assert!(answer.is_ok(), "{wait}");
        assert_eq!(sent, 6, "{wait}");
        assert_eq!(way.waits(), [wait], "announced once");
    }
}

#[tokio::test(start_paused = true)]
async fn the_pauses_grow_up_to_two_seconds() {
    // AWS publishes no rate for IAM, so that no call waits for its turn.
    let create_role = Operation {
        service: "iam",
        name: "CreateRole",
        region: None,
    };
    let way = way();
    let began = Instant::now();
    let times = std::cell::RefCell::new(Vec::new());
    let (answer, _) = way
        .call(create_role, |n| {
            times.borrow_mut().push(began.elapsed());
            (n < 80).then(propagating)
        })
        .await;
    assert!(answer.is_ok());
    let times = times.into_inner();
    let pauses: Vec<Duration> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let near = |a: Duration, b: Duration| a.abs_diff(b) < Duration::from_millis(5);
    assert!(near(pauses[0], FIRST_PAUSE), "{pauses:?}");
    assert!(near(pauses[79], LONGEST_PAUSE), "{pauses:?}");
    for (waited, pause) in times.iter().zip(&pauses) {
        let longest = FIRST_PAUSE.max(*waited / 20) + Duration::from_millis(5);
        assert!(*pause <= longest, "{pause:?} after {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_real_error_is_returned_at_the_limit() {
    for error in [propagating as Answer, conflict] {
        let way = way();
        let began = Instant::now();
        let (answer, sent) = way
            .call(operation(), |n| {
                // The first error is another one than the last.
                Some(match n {
                    0 => refusal("ConcurrentModification", "the first error"),
                    _ => error(),
                })
            })
            .await;
        let took = began.elapsed();
        assert!(took >= RETRY_LIMIT, "{took:?}");
        assert!(took < RETRY_LIMIT + LONGEST_PAUSE * 2, "{took:?}");
        assert!(sent > 60, "it was tried {sent} times");
        let last = error();
        let last_returned = answer.expect_err("it never succeeds");
        assert_eq!(Some(last_returned.message.as_str()), last.message());
        assert_eq!(last_returned.code.as_deref(), last.code());
        assert_eq!(last_returned.resource, Some("fake.a".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lasting_error_is_returned_even_after_one_that_passed() {
    let way = way();
    let (answer, sent) = way
        .call(operation(), |n| {
            Some(match n {
                0 => propagating(),
                _ => refusal("AccessDeniedException", "you may not"),
            })
        })
        .await;
    assert_eq!(sent, 2);
    assert_eq!(answer.expect_err("it is denied").kind, ErrorKind::Denied);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_by_itself_is_called_once() {
    let cases: [(ErrorKind, Answer, &str); 8] = [
        (
            ErrorKind::Denied,
            || refusal("AccessDeniedException", "you may not"),
            "only a person can allow it",
        ),
        (
            ErrorKind::Quota,
            || refusal("LimitExceededException", "no more of these"),
            "waiting does not help",
        ),
        (
            ErrorKind::NotFound,
            || refusal("ResourceNotFoundException", "there is none"),
            "it is an answer like any other",
        ),
        (
            ErrorKind::AlreadyExists,
            || refusal("ResourceInUseException", "the name is taken"),
            "the executor looks whose it is",
        ),
        (
            ErrorKind::Refused,
            || refusal("InvalidArgumentException", "BufferingHints are invalid"),
            "with another message the same code passes by itself",
        ),
        (
            ErrorKind::Credentials,
            || refusal("ExpiredTokenException", "too old"),
            "only a person can renew them",
        ),
        (ErrorKind::Unanswered, lost, "it may have happened"),
        (
            ErrorKind::Refused,
            || CallError::construction_failure("no bucket name"),
            "it was never sent",
        ),
    ];
    for (kind, error, why) in cases {
        let mut way = way();
        let (answer, sent) = way.call(operation(), |_| Some(error())).await;
        assert_eq!(answer.expect_err("it fails").kind, kind, "{why}");
        assert_eq!(sent, 1, "{why}");
        assert_eq!(way.waits(), Vec::<String>::new(), "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_within_an_answer_is_returned_and_repeated_like_any_other() {
    let cases = [
        (
            "ConcurrentModificationException",
            None,
            "it passes by itself",
        ),
        (
            "ThrottlingException",
            None,
            "the rate limit allows it later",
        ),
        (
            "AccessDeniedException",
            Some(ErrorKind::Denied),
            "only a person can allow it",
        ),
        (
            "InternalFailure",
            Some(ErrorKind::Refused),
            "an unknown code",
        ),
    ];
    for (code, lasting, why) in cases {
        let way = way();
        let sent = Cell::new(0);
        let send = || async {
            sent.set(sent.get() + 1);
            Ok::<_, CallError>(GetCallerIdentityOutput::builder().build())
        };
        let answer = way.aws.call_checked(operation(), send, |_| {
            (sent.get() < 3).then_some((Some(code), Some("one entry")))
        });
        let answer = answer.await;
        match lasting {
            None => assert!(answer.is_ok(), "{why}: {answer:?}"),
            Some(kind) => {
                let error = answer.expect_err(why);
                assert_eq!(error.kind, kind, "{why}");
                assert_eq!(error.code.as_deref(), Some(code), "{why}");
                assert_eq!(error.resource, Some("fake.a".to_owned()), "{why}");
            }
        }
        assert_eq!(sent.get(), if lasting.is_some() { 1 } else { 3 }, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_begins_no_call_and_ends_a_pause() {
    let stopped = way();
    stopped.stop.send_replace(true);
    let (answer, sent) = stopped.call(operation(), |_| None).await;
    let error = answer.expect_err("nothing may begin");
    assert_eq!((error.kind, sent), (ErrorKind::Interrupted, 0));

    let way = way();
    let stop = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        way.stop.send_replace(true);
    };
    let began = Instant::now();
    let ((answer, _), ()) = tokio::join!(way.call(operation(), |_| Some(propagating())), stop);
    let error = answer.expect_err("it never succeeds");
    assert_eq!(error.kind, ErrorKind::Interrupted, "no advice on IAM");
    assert!(began.elapsed() < Duration::from_secs(11));
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_under_way_than_allowed_in_all_accounts_together() {
    let (_stop, stopped) = watch::channel(false);
    let session = Session {
        profile: None,
        config: SdkConfig::builder().build(),
        path_style: false,
        region: None,
    };
    let connections = Connections::new(2, stopped);
    let accounts: Vec<Aws> = (0..7)
        .map(|_| connections.account(&session, None, &[]))
        .collect();
    let (now, most) = (Cell::new(0_usize), Cell::new(0_usize));
    let calls = accounts.iter().map(|aws| {
        aws.call(operation(), || async {
            now.set(now.get() + 1);
            most.set(most.get().max(now.get()));
            tokio::time::sleep(Duration::from_secs(1)).await;
            now.set(now.get() - 1);
            Ok::<_, CallError>(GetCallerIdentityOutput::builder().build())
        })
    });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(most.get(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_its_turn_ends_when_the_run_is_stopped() {
    let (stop, stopped) = watch::channel(false);
    let session = Session {
        profile: None,
        config: SdkConfig::builder().build(),
        path_style: false,
        region: None,
    };
    let aws = Connections::new(1, stopped).account(&session, None, &[]);
    let under_way = aws.call(operation(), || async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok::<_, CallError>(GetCallerIdentityOutput::builder().build())
    });
    let sent = Cell::new(false);
    let waiting = async {
        let answer = aws.call(operation(), || async {
            sent.set(true);
            Ok::<_, CallError>(GetCallerIdentityOutput::builder().build())
        });
        (answer.await, Instant::now())
    };
    let began = Instant::now();
    let stop = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.send_replace(true);
    };
    let (finished, (refused, ended), ()) = tokio::join!(under_way, waiting, stop);
    assert!(finished.is_ok(), "what is under way finishes");
    assert_eq!(
        refused.expect_err("nothing may begin").kind,
        ErrorKind::Interrupted
    );
    assert!(!sent.get());
    assert!(
        ended - began < Duration::from_secs(2),
        "{:?}",
        ended - began
    );
}
