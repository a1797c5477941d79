//! What is known of a failed call, and how a person reads it.

mod advice;
mod credentials;
mod kind;
#[cfg(test)]
mod kind_tests;
#[cfg(test)]
mod texts;

use std::error::Error as StdError;

use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;

pub use kind::ErrorKind;
pub(super) use kind::throttles;

use super::operation::Operation;
use super::wire::Proxied;
use crate::failure::Failure;
use crate::names::AccountId;
use crate::secret::known;
use iam_policy::printable::printable;

/// How many characters of a code, and of a message, are shown. AWS's own are shorter; the longest name
/// a principal, an action, a resource and the policy that denies it.
const LONGEST_CODE: usize = 100;
const LONGEST_MESSAGE: usize = 1000;

/// A failed call, with everything that a person needs to know about it.
#[derive(Debug, Clone)]
pub struct AwsError {
    /// What the error means.
    pub kind: ErrorKind,
    /// The operation that was called.
    pub operation: Operation,
    /// The address of the resource for which the call was made.
    pub resource: Option<String>,
    /// The account, once it is known.
    pub account: Option<AccountId>,
    /// AWS's code, such as `AccessDenied`.
    pub code: Option<String>,
    /// AWS's message, or the reason why there is no message.
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// Where the bucket is, in S3's own words, if S3 was asked for the bucket in another region.
    pub bucket_region: Option<String>,
    /// What to do, where more is known of that than follows from the kind of error.
    pub hint: Option<String>,
}

/// The session of a role could not be renewed.
#[derive(Debug, thiserror::Error)]
#[error("{} failed", .0.operation)]
pub(super) struct NotRenewed(pub(super) AwsError);

impl NotRenewed {
    /// The error of a call that was not sent for want of a session, whatever became of the call for a
    /// session.
    fn of_call(&self) -> AwsError {
        let kind = match self.0.kind {
            kind @ (ErrorKind::Interrupted | ErrorKind::Throttled | ErrorKind::OtherAccount) => {
                kind
            }
            ErrorKind::Unanswered | ErrorKind::Unreachable => ErrorKind::Unreachable,
            _ => ErrorKind::Credentials,
        };
        AwsError {
            kind,
            ..self.0.clone()
        }
    }
}

impl AwsError {
    /// Lowers an SDK error of a call with the credentials of an AWS profile, if one was chosen.
    pub(super) fn from_sdk<E>(
        profile: Option<&str>,
        operation: Operation,
        error: &SdkError<E, HttpResponse>,
    ) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        if let Some(not_renewed) = kind::cause::<NotRenewed>(error) {
            return not_renewed.of_call();
        }
        let code = error.code().map(ToOwned::to_owned);
        let status = error.raw_response().map(|r| r.status().as_u16());
        let message = match error.message() {
            Some(message) => message.to_owned(),
            // The SDK reports the sources of credentials that it tried in several lines.
            None => {
                let lines: Vec<String> = innermost(error)
                    .lines()
                    .map(|line| line.trim().to_owned())
                    .collect();
                lines.join("; ").replace(":; ", ": ")
            }
        };
        let kind = kind::of(&operation, error, code.as_deref(), status, &message);
        let answer = error
            .raw_response()
            .and_then(|response| response.body().bytes());
        let message = match answer {
            Some([]) if code.is_none() => "the answer has no text".to_owned(),
            _ => message,
        };
        let lowered = AwsError {
            // The SDK quotes the answer, which may come from anybody.
            code: code
                .map(|code| quoted(&code, LONGEST_CODE))
                .or_else(|| status.map(|status| format!("HTTP {status}"))),
            request_id: error.request_id().map(|id| quoted(id, LONGEST_CODE)),
            bucket_region: error
                .raw_response()
                .and_then(|response| response.headers().get("x-amz-bucket-region"))
                .map(ToOwned::to_owned),
            ..AwsError::bare(kind, operation, quoted(&message, LONGEST_MESSAGE))
        };
        match error {
            SdkError::DispatchFailure(_) if kind == ErrorKind::Credentials => {
                lowered.of_credentials(&kind::chain(error), profile)
            }
            _ if answer.is_some_and(is_web_page) => AwsError {
                message: "the answer is a web page, and not AWS's".to_owned(),
                // A load balancer of AWS that fails answers so too.
                hint: status.filter(|status| *status < 500).map(|_| {
                    "Something between this machine and AWS answers in its place: log in to the \
                     network where it asks for that, or correct the proxy, `--endpoint-url` or \
                     AWS_ENDPOINT_URL, then run again"
                        .to_owned()
                }),
                ..lowered
            },
            // The command that renews the credentials names the profile.
            _ if kind == ErrorKind::Credentials && profile.is_some() => {
                let code = lowered.code.as_deref();
                let hint = advice::on(kind, &lowered.operation, code, &message, profile);
                AwsError { hint, ..lowered }
            }
            _ => match kind::cause::<Proxied>(error) {
                Some(proxy) => AwsError {
                    message: format!("{} ({proxy})", lowered.message),
                    ..lowered
                },
                None => lowered,
            },
        }
    }

    /// An error that is in a successful answer, such as EventBridge's `FailedEntries`.
    pub fn in_answer(operation: Operation, code: Option<&str>, message: Option<&str>) -> Self {
        let message = message.unwrap_or("AWS gave no message");
        let kind = code.map_or(ErrorKind::Refused, |code| {
            kind::classify(&operation, code, message)
        });
        AwsError {
            code: code.map(|code| quoted(code, LONGEST_CODE)),
            ..AwsError::bare(kind, operation, quoted(message, LONGEST_MESSAGE))
        }
    }

    /// An answer that lacks what AWS documents to be in every answer.
    pub fn incomplete(operation: Operation, missing: &str) -> Self {
        AwsError::unusable(operation, format!("the answer lacks {missing}"))
    }

    /// An answer that is not what AWS documents, with the reason.
    pub fn unusable(operation: Operation, message: String) -> Self {
        AwsError::bare(
            ErrorKind::Refused,
            operation,
            known::hide(&message).into_owned(),
        )
    }

    /// A request that could not be built, because a part that AWS asks for is missing.
    pub(super) fn unbuildable(operation: Operation, error: &BuildError) -> Self {
        AwsError {
            code: Some("the request could not be built".to_owned()),
            ..AwsError::bare(ErrorKind::Refused, operation, error.to_string())
        }
    }

    /// A call that was not begun, or not repeated, because the run was stopped.
    pub fn interrupted(operation: Operation) -> Self {
        let message = "the run was stopped before this call".to_owned();
        AwsError::bare(ErrorKind::Interrupted, operation, message)
    }

    fn bare(kind: ErrorKind, operation: Operation, message: String) -> Self {
        AwsError {
            kind,
            operation,
            resource: None,
            account: None,
            code: None,
            message,
            request_id: None,
            bucket_region: None,
            hint: None,
        }
    }

    /// The same error with one more hint, after the advice that it has already.
    #[must_use]
    pub fn hinted(self, hint: &str) -> Self {
        let before = self.advice();
        let hint = before.map_or(hint.to_owned(), |before| format!("{before}. {hint}"));
        AwsError {
            hint: Some(hint),
            ..self
        }
    }

    /// What to do: the error's own hint, or else what is right for every error of the kind.
    fn advice(&self) -> Option<String> {
        let code = self.code.as_deref();
        let general = || advice::on(self.kind, &self.operation, code, &self.message, None);
        self.hint.clone().or_else(general)
    }

    /// Whether AWS gave this code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// The operation and AWS's code, as a part of a sentence.
    pub fn brief(&self) -> String {
        let code = self.code.as_deref().unwrap_or("no code");
        format!("{} answers {code}", self.operation)
    }

    /// The error as a person reads it: the operation with resource, account and region, AWS's code
    /// and message, and advice.
    pub fn failure(&self) -> Failure {
        let mut message = format!("{} failed", self.operation);
        if let Some(resource) = &self.resource {
            message.push_str(&format!(" on {resource}"));
        }
        let place: Vec<String> = [
            self.account
                .as_ref()
                .map(|account| format!("account {account}")),
            self.operation
                .region
                .as_ref()
                .map(|region| format!("region {region}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !place.is_empty() {
            message.push_str(&format!(" ({})", place.join(", ")));
        }
        let mut cause = match &self.code {
            Some(code) => format!("{code}: {}", self.message),
            None => self.message.clone(),
        };
        if let Some(id) = &self.request_id {
            cause.push_str(&format!(" (request id {id})"));
        }
        let failure = Failure::new(message).because(cause);
        match self.advice() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// A text of AWS, safe to print and no longer than a person reads. The secrets in it are those of now: a
/// session of another account may be forgotten before the error is printed.
fn quoted(text: &str, longest: usize) -> String {
    let text = &*known::hide(text);
    match text.char_indices().nth(longest) {
        None => printable(text),
        Some((end, _)) => format!("{}… (and more)", printable(&text[..end])),
    }
}

/// Whether an answer is HTML, in which no service of AWS answers a program.
fn is_web_page(body: &[u8]) -> bool {
    let text = body.trim_ascii_start();
    let begins = |sign: &[u8]| {
        text.get(..sign.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(sign))
    };
    begins(b"<!doctype html") || begins(b"<html")
}

/// The last cause of an error, which for a failed connection is the reason.
fn innermost(error: &dyn StdError) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_holds_is_safe_to_print() {
        let operation = Operation {
            service: "events",
            name: "PutTargets",
            region: None,
        };
        let error = AwsError::in_answer(operation, Some("A\u{1b}[2J"), Some("b\u{9b}1m"));
        let shown = error.failure().to_string();
        assert!(shown.contains("A\\u{1b}[2J: b\\u{9b}1m"), "{shown}");
    }

    #[test]
    fn a_long_answer_is_quoted_in_part() {
        let operation = Operation {
            service: "events",
            name: "PutTargets",
            region: None,
        };
        let long = "é".repeat(100_000);
        let error = AwsError::in_answer(operation, Some(&long), Some(&long));
        let shown = error.failure().to_string();
        assert!(shown.chars().count() < 1_300, "{shown}");
        assert!(shown.ends_with("é… (and more)"), "{shown}");
    }

    #[test]
    fn a_request_that_cannot_be_built_names_the_operation_and_the_missing_part() {
        let operation = Operation {
            service: "s3",
            name: "DeleteObjects",
            region: None,
        };
        let missing = BuildError::missing_field("objects", "no objects were given");
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let aws = crate::fakes::aws(stopped).on_behalf_of(&"s3_bucket.logs");
        let error = aws.built::<()>(&operation, Err(missing)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused);
        let shown = error.failure().to_string();
        for part in [
            "DeleteObjects",
            "s3_bucket.logs",
            "could not be built",
            "objects",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}
