//! How this program's retries differ from those that the SDK makes by itself.

use aws_sdk_sts::config::retry::{ClassifyRetry, RetryAction, RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::RetryClassifierPriority;

use super::error::throttles;

/// The budget of all retries in one account, which is unlimited.
///
/// The SDK's own budget lasts for some dozen retries, to protect a service from clients that never
/// end. A run that reads some hundred resources at once needs more when a connection breaks under
/// all those calls. Its retries are bounded all the same, because no call is tried more often than
/// the retry configuration says.
pub(super) fn budget() -> RetryPartition {
    RetryPartition::custom("provision")
        .token_bucket(TokenBucket::unlimited())
        .build()
}

/// The budget of the retries in one account of many: the SDK's own. One account with a broken connection
/// must not take the connections of all others for its retries.
pub(super) fn budget_of_one_of_many() -> RetryPartition {
    RetryPartition::custom("provision")
        .token_bucket(TokenBucket::default())
        .build()
}

/// Keeps the SDK from repeating a throttled call, which [`Aws::call`](super::Aws::call) repeats for
/// longer than the SDK would, and a call that a quota of the account forbids.
///
/// The SDK takes `LimitExceededException` for throttling. KMS, Firehose and EventBridge give it for
/// quotas, which waiting does not change.
#[derive(Debug)]
pub(super) struct NotRepeated;

impl ClassifyRetry for NotRepeated {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        // An answer to HEAD has no code, and where S3 throttles with a status of 503 alone, the SDK
        // repeats it as a fault in transit. That is harmless, because the limit of our own call is
        // a time.
        let refused = ctx.response().is_some_and(|response| {
            match response.status().as_u16() {
                // The code is read last, because an answer may be long.
                200..400 => false,
                429 => true,
                _ => code(response)
                    .is_some_and(|it| it == "LimitExceededException" || throttles(&it)),
            }
        });
        if refused {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "throttling and hard quotas"
    }

    /// After all of the SDK's own classifiers, whose decisions this one overrules.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// The error's code in an answer: in a header, in JSON or in XML.
fn code(response: &HttpResponse) -> Option<String> {
    let body = String::from_utf8_lossy(response.body().bytes()?);
    let json: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
    let in_xml = || Some(body.split_once("<Code>")?.1.split_once("</Code>")?.0);
    let header = response.headers().get("x-amzn-errortype");
    let in_json = json.get("__type").and_then(|code| code.as_str());
    let code = header.or(in_json).or_else(in_xml)?;
    // Some services write a namespace and `#` before the code, or `:` and an address behind it.
    let code = code.rsplit('#').next()?.split(':').next()?;
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, OnceLock};

    use crate::aws::{Aws, AwsError, Connections, ErrorKind, Operation};
    use crate::fakes::http;
    use crate::names::Region;

    /// An account that gives the same answer to every request, with this code in its header, and the
    /// number of requests.
    fn account(
        status: u16,
        header: Option<&'static str>,
        body: &'static str,
    ) -> (Aws, Arc<AtomicUsize>) {
        let requests = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&requests);
        let session = http::session_over(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut response = http::response(status, body);
            if let Some(code) = header {
                response.headers_mut().insert("x-amzn-errortype", code);
            }
            response
        });
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let aws = Connections::new(1, stopped).account(&session, None, &[]);
        (aws, requests)
    }

    /// Makes a call with the SDK alone. Gives its error's kind.
    async fn call(aws: &Aws, service: &'static str) -> ErrorKind {
        let region: Region = "eu-west-1".parse().unwrap();
        let operation = |name| Operation {
            service,
            name,
            region: Some(region.clone()),
        };
        let error = match service {
            "kms" => {
                let answer = aws.kms(&region).list_keys().send().await;
                AwsError::from_sdk(None, operation("ListKeys"), &answer.unwrap_err())
            }
            "iam" => {
                let answer = aws.iam().list_roles().send().await;
                AwsError::from_sdk(None, operation("ListRoles"), &answer.unwrap_err())
            }
            "s3" => {
                let answer = aws.s3(&region).list_buckets().send().await;
                AwsError::from_sdk(None, operation("ListBuckets"), &answer.unwrap_err())
            }
            _ => {
                let answer = aws.s3(&region).head_bucket().bucket("b").send().await;
                AwsError::from_sdk(None, operation("HeadBucket"), &answer.unwrap_err())
            }
        };
        error.kind
    }

    #[tokio::test(start_paused = true)]
    async fn the_attempts_without_an_answer_are_counted_while_the_call_is_under_way() {
        let aws = Arc::<OnceLock<Aws>>::default();
        let counts = Arc::<Mutex<Vec<u32>>>::default();
        let (asked, counted) = (Arc::clone(&aws), Arc::clone(&counts));
        let session = http::session_over(move |_| {
            let calls = asked.get().unwrap().activity().calls();
            let unanswered = calls.iter().map(|call| call.unanswered);
            counted.lock().unwrap().extend(unanswered);
            http::response(500, r#"{"__type": "KMSInternalException"}"#)
        });
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let aws = aws.get_or_init(|| Connections::new(1, stopped).account(&session, None, &[]));
        let region: Region = "eu-west-1".parse().unwrap();
        let operation = Operation {
            service: "kms",
            name: "ListKeys",
            region: Some(region.clone()),
        };
        let kms = aws.kms(&region);
        let answer = aws.call(operation, || kms.list_keys().send()).await;
        assert!(answer.is_err());
        assert_eq!(*counts.lock().unwrap(), [0, 1, 2, 3]);
        assert!(aws.activity().calls().is_empty(), "it is over");
    }

    #[tokio::test(start_paused = true)]
    async fn the_sdk_repeats_faults_in_transit_alone() {
        use ErrorKind::{Quota, Throttled, Unanswered};
        const JSON: &str = r#"{"__type": "ThrottlingException", "message": "slow down"}"#;
        const IAM: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>\
            <Message>Rate exceeded</Message></Error></ErrorResponse>";
        const S3: &str = "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Please reduce \
            your request rate.</Message></Error>";
        const NAMESPACE: &str =
            r#"{"__type": "com.amazon.coral.availability#ThrottlingException"}"#;
        const LIMIT: &str = r#"{"__type": "LimitExceededException"}"#;
        const FAULT: &str = r#"{"__type": "KMSInternalException"}"#;
        let address = Some("ThrottlingException:http://internal.amazon.com/coral/");
        let cases = [
            ("kms", 400, None, JSON, Throttled, 1, "in JSON"),
            ("kms", 400, None, NAMESPACE, Throttled, 1, "a namespace"),
            ("kms", 400, address, "{}", Throttled, 1, "in a header"),
            ("iam", 400, None, IAM, Throttled, 1, "in a query's XML"),
            ("s3", 503, None, S3, Throttled, 1, "in S3's XML"),
            ("head", 503, None, "", Throttled, 4, "HEAD tells no more"),
            ("iam", 429, None, "", Throttled, 1, "by its status"),
            ("kms", 400, None, LIMIT, Quota, 1, "waiting does not help"),
            ("kms", 500, None, FAULT, Unanswered, 4, "a fault of AWS"),
            ("s3", 503, None, "", Unanswered, 4, "a fault on the way"),
        ];
        for (service, status, header, body, kind, requests, why) in cases {
            let (aws, sent) = account(status, header, body);
            assert_eq!(call(&aws, service).await, kind, "{why}");
            assert_eq!(sent.load(Ordering::Relaxed), requests, "{why}");
        }
    }
}
