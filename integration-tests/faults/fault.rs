//! The faults of a call, and the service's answer for each.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use crate::harness::call::Call;

/// The request id of every answer with a fault.
pub const REQUEST_ID: &str = "0f9a1c52-made-up-request-id";

/// A way in which a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The connection breaks before the request is sent, once.
    Unsent,
    /// The request is carried out and the answer is lost, once.
    Lost,
    /// The same for every attempt of the SDK.
    AlwaysLost,
    /// The service fails, once.
    ServerError,
    /// The service throttles the call, three times.
    Throttled,
    /// The caller has no permission for the call, for good.
    Denied,
    /// Another operation is under way, twice.
    Conflict,
    /// A limit of the account is reached, for good.
    Quota,
    /// A successful answer lists failed entries, once.
    FailedEntries,
}

impl fmt::Display for Fault {
    /// The fault's name in the table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Unsent => "connection breaks before the request",
            Fault::Lost => "answer lost once",
            Fault::AlwaysLost => "answer lost at every attempt",
            Fault::ServerError => "one 500",
            Fault::Throttled => "throttled three times",
            Fault::Denied => "access denied for good",
            Fault::Conflict => "conflict twice",
            Fault::Quota => "hard quota reached",
            Fault::FailedEntries => "failed entries in a 200",
        })
    }
}

impl Fault {
    /// Every fault, in the order of the table.
    pub const ALL: [Fault; 9] = [
        Fault::Unsent,
        Fault::Lost,
        Fault::AlwaysLost,
        Fault::ServerError,
        Fault::Throttled,
        Fault::Denied,
        Fault::Conflict,
        Fault::Quota,
        Fault::FailedEntries,
    ];

    /// The number of requests in a row that the fault hits.
    pub fn times(self) -> usize {
        match self {
            Fault::Unsent | Fault::Lost | Fault::ServerError | Fault::FailedEntries => 1,
            Fault::Conflict => 2,
            Fault::Throttled => 3,
            // One more than the SDK's attempts.
            Fault::AlwaysLost => 5,
            Fault::Denied | Fault::Quota => usize::MAX,
        }
    }

    /// Whether a run must succeed in spite of the fault.
    pub fn passes(self) -> bool {
        matches!(
            self,
            Fault::Unsent | Fault::Lost | Fault::ServerError | Fault::Throttled | Fault::Conflict
        )
    }

    /// Whether AWS can give this answer to `call`.
    pub fn fits(self, call: &Call) -> bool {
        match self {
            // KMS and STS have no such code, and a call that reads is in no conflict.
            Fault::Conflict => {
                !call.reads()
                    && ["iam", "s3", "events", "firehose"].contains(&call.service.as_str())
            }
            Fault::Quota => call.counts_against_a_quota(),
            Fault::FailedEntries => ["PutTargets", "RemoveTargets"].contains(&&*call.operation),
            _ => true,
        }
    }

    /// The service's answer; `None` where there is none.
    pub fn answer(self, call: &Call) -> Option<HttpResponse> {
        let service = call.service.as_str();
        let json = ["kms", "firehose", "events"].contains(&service);
        let (status, code) = match (self, service) {
            (Fault::Unsent | Fault::Lost | Fault::AlwaysLost, _) => return None,
            (Fault::FailedEntries, _) => (200, ""),
            (Fault::ServerError, "kms") => (500, "KMSInternalException"),
            (Fault::ServerError, "events") => (500, "InternalException"),
            (Fault::ServerError, "firehose") => (500, "InternalFailure"),
            (Fault::ServerError, "s3") => (500, "InternalError"),
            (Fault::ServerError, _) => (500, "ServiceFailure"),
            (Fault::Throttled, "s3") => (503, "SlowDown"),
            (Fault::Throttled, _) if json => (400, "ThrottlingException"),
            (Fault::Throttled, _) => (400, "Throttling"),
            (Fault::Denied, _) if json => (400, "AccessDeniedException"),
            (Fault::Denied, _) => (403, "AccessDenied"),
            (Fault::Conflict, "s3") => (409, "OperationAborted"),
            (Fault::Conflict, "iam") => (409, "ConcurrentModification"),
            (Fault::Conflict, _) => (400, "ConcurrentModificationException"),
            (Fault::Quota, "s3") => (400, "TooManyBuckets"),
            (Fault::Quota, "iam") => (409, "LimitExceeded"),
            (Fault::Quota, _) => (400, "LimitExceededException"),
        };
        let message = format!("made up for {}", call.operation);
        let body = match (self, service) {
            (Fault::FailedEntries, _) => serde_json::json!({
                "FailedEntryCount": 1,
                "FailedEntries": [{
                    "TargetId": "StsEventBridgeFirehose",
                    "ErrorCode": "InternalFailure",
                    "ErrorMessage": message,
                }],
            })
            .to_string(),
            // An answer to HEAD has no body.
            (_, "s3") if call.operation.starts_with("HEAD") => String::new(),
            (_, "s3") => format!(
                "<Error><Code>{code}</Code><Message>{message}</Message>\
                 <RequestId>{REQUEST_ID}</RequestId></Error>"
            ),
            _ if json => serde_json::json!({"__type": code, "message": message}).to_string(),
            _ => format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error>\
                 <RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
            ),
        };
        let status = StatusCode::try_from(status).expect("a status that HTTP knows");
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        let headers = response.headers_mut();
        headers.insert("x-amzn-requestid", REQUEST_ID);
        headers.insert("x-amz-request-id", REQUEST_ID);
        let content = if json {
            "application/x-amz-json-1.1"
        } else {
            "text/xml"
        };
        headers.insert("content-type", content);
        Some(response)
    }
}
