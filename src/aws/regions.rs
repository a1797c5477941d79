//! Says which regions do not answer, where a call has failed because of them.
//!
//! A survey reads in every region, so where a survey succeeds all of them answer.

use futures_util::future::join_all;

use super::account::Aws;
use super::error::{AwsError, ErrorKind};
use crate::failure::Failure;
use crate::names::{Partition, Region};

/// The failure of a call: that of the call itself, or that some of the account's regions do not
/// answer.
///
/// Where the call may have failed because of its region, each region is asked who the caller is, for
/// which no permission is needed. A region that is enabled in every account is asked too: where none
/// answers, it is not the fault of the regions.
pub async fn explain(error: AwsError, aws: &Aws) -> Failure {
    let Some(called) = region_in_doubt(&error) else {
        return error.failure();
    };
    let mut asked: Vec<Region> = aws.regions().to_vec();
    if !asked.contains(called) {
        asked.push(called.clone());
    }
    let in_question = asked.len();
    let enabled = always_enabled(called.partition()).and_then(|name| name.parse().ok());
    asked.extend(enabled.filter(|region| !asked.contains(region)));

    let answers = join_all(asked.iter().map(|region| aws.caller_in(Some(region)))).await;
    let refusals = answers.into_iter().map(Result::err);
    let answers: Vec<_> = asked.iter().zip(refusals).collect();
    explained(&error, &answers, in_question)
}

/// The codes of a service that does not know the credentials.
const UNKNOWN_CREDENTIALS: [&str; 4] = [
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
];

/// What the regions' answers, or their refusals, say about the failure of a call. The first
/// `in_question` regions are those of the account.
fn explained(
    error: &AwsError,
    answers: &[(&Region, Option<AwsError>)],
    in_question: usize,
) -> Failure {
    let mut refusals = answers.iter().map(|(_, refusal)| refusal.as_ref());
    if answers.iter().all(|(_, refusal)| refusal.is_some()) {
        // S3's answer to HEAD gives no reason, and STS refuses the same credentials with one.
        let reason = refusals.find_map(|refusal| refusal);
        let reason = reason.filter(|_| error.code.as_deref() == Some("HTTP 400"));
        return reason.unwrap_or(error).failure();
    }
    let failed = answers[..in_question].iter();
    let failed = failed.filter_map(|(region, refusal)| Some((*region, refusal.clone()?)));
    silence(failed.collect()).unwrap_or_else(|| {
        let failure = error.failure();
        let unknown = error.code.as_deref();
        let unknown = unknown.is_some_and(|code| UNKNOWN_CREDENTIALS.contains(&code));
        match &error.operation.region {
            Some(region) if unknown => failure.hint(format!(
                "STS accepts the same credentials in {region}. Where the region was enabled a short \
                 while ago, wait until every service there answers, which can take hours, or take \
                 {region} out of `regions`"
            )),
            _ => failure,
        }
    })
}

/// The region that was called, if that may be why the call failed.
fn region_in_doubt(error: &AwsError) -> Option<&Region> {
    let region = error.operation.region.as_ref();
    region.filter(|_| {
        matches!(
            error.kind,
            ErrorKind::Credentials
                | ErrorKind::Denied
                | ErrorKind::Unreachable
                | ErrorKind::Unanswered
                | ErrorKind::Refused
        )
    })
}

/// The region of the partition that nobody can disable, where that is known. Calls on IAM count as
/// made there (IAM User Guide, "AWS global condition context keys", `aws:RequestedRegion`).
pub fn always_enabled(partition: Partition) -> Option<&'static str> {
    match partition {
        Partition::Aws => Some("us-east-1"),
        Partition::China => Some("cn-north-1"),
        Partition::UsGov => Some("us-gov-west-1"),
        _ => None,
    }
}

/// Which of the regions where a call failed do not answer, why, and what to do; `None` if there are
/// none.
fn silence(failed: Vec<(&Region, AwsError)>) -> Option<Failure> {
    let mut silent = failed;
    silent.retain(|(_, error)| region_in_doubt(error).is_some());
    let (unreachable, refusing): (Vec<_>, Vec<_>) = silent.iter().partition(|(_, error)| {
        matches!(error.kind, ErrorKind::Unreachable | ErrorKind::Unanswered)
    });
    let names = |silent: &[&(&Region, AwsError)]| {
        let names: Vec<&str> = silent.iter().map(|(region, _)| region.name()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let all = names(&silent.iter().collect::<Vec<_>>())?;
    let message = match silent.len() {
        1 => format!("the region {all} does not answer"),
        _ => format!("the regions {all} do not answer"),
    };
    let remedies = [
        names(&refusing).map(|names| {
            // IAM User Guide, "Manage AWS STS in an AWS Region".
            format!(
                "Enable {names} in the account, after which it can take hours until AWS answers; \
                 where that is done, use credentials from a regional endpoint of STS, because \
                 regions that must be enabled refuse those of its global endpoint"
            )
        }),
        names(&unreachable).map(|names| {
            format!("Check that {names} is spelt correctly and that the network lets calls through")
        }),
        Some(format!("Or take {all} out of `regions`")),
    ];
    let remedies: Vec<String> = remedies.into_iter().flatten().collect();
    let mut failure = Failure::new(message).hint(remedies.join(". "));
    for (region, error) in &silent {
        let causes = error.failure().causes.join(": ");
        failure = failure.because(format!("{region}: {causes}"));
    }
    Some(failure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Operation;

    fn error(kind: ErrorKind, region: Option<&str>, message: &str) -> AwsError {
        let operation = Operation {
            service: "sts",
            name: "GetCallerIdentity",
            region: region.map(|name| name.parse().unwrap()),
        };
        AwsError {
            kind,
            ..AwsError::unusable(operation, message.to_owned())
        }
    }

    #[test]
    fn each_silent_region_is_named_with_its_reason_and_what_to_do() {
        use ErrorKind::{Credentials, Interrupted, Throttled, Unanswered, Unreachable};
        let cases: [(&[(&str, ErrorKind, &str)], &str); 5] = [
            // A region that throttles has answered, and a call that was not begun proves nothing.
            (
                &[
                    ("eu-west-3", Throttled, "slow down"),
                    ("me-south-1", Interrupted, "the run was stopped"),
                ],
                "",
            ),
            (
                &[
                    ("eu-west-3", Throttled, "slow down"),
                    ("ap-east-1", Unreachable, "dns error"),
                    ("me-south-1", Interrupted, "the run was stopped"),
                ],
                "the region ap-east-1 does not answer\n\
                 Caused by:\n\
                 \x20 1: ap-east-1: dns error\n\
                 Hint: Check that ap-east-1 is spelt correctly and that the network lets calls \
                 through. Or take ap-east-1 out of `regions`",
            ),
            (
                &[("ap-east-1", Credentials, "the token is invalid")],
                "the region ap-east-1 does not answer\n\
                 Caused by:\n\
                 \x20 1: ap-east-1: the token is invalid\n\
                 Hint: Enable ap-east-1 in the account, after which it can take hours until AWS \
                 answers; where that is done, use credentials from a regional endpoint of STS, \
                 because regions that must be enabled refuse those of its global endpoint. Or take \
                 ap-east-1 out of `regions`",
            ),
            (
                &[("eu-west-3", Unreachable, "dns error")],
                "the region eu-west-3 does not answer\n\
                 Caused by:\n\
                 \x20 1: eu-west-3: dns error\n\
                 Hint: Check that eu-west-3 is spelt correctly and that the network lets calls \
                 through. Or take eu-west-3 out of `regions`",
            ),
            (
                &[
                    ("eu-west-3", Unanswered, "no answer came"),
                    ("ap-east-1", Credentials, "the token is invalid"),
                    ("me-south-1", Credentials, "the token is invalid"),
                ],
                "the regions eu-west-3, ap-east-1, me-south-1 do not answer\n\
                 Caused by:\n\
                 \x20 1: eu-west-3: no answer came\n\
                 \x20 2: ap-east-1: the token is invalid\n\
                 \x20 3: me-south-1: the token is invalid\n\
                 Hint: Enable ap-east-1, me-south-1 in the account, after which it can take hours \
                 until AWS answers; where that is done, use credentials from a regional endpoint of \
                 STS, because regions that must be enabled refuse those of its global endpoint. Check that eu-west-3 is spelt correctly and that the network \
                 lets calls through. Or take eu-west-3, ap-east-1, me-south-1 out of `regions`",
            ),
        ];
        for (silent, expected) in cases {
            let silent: Vec<(Region, AwsError)> = silent
                .iter()
                .map(|(name, kind, why)| (name.parse().unwrap(), error(*kind, Some(name), why)))
                .collect();
            let silent = silent.iter().map(|(region, error)| (region, error.clone()));
            let failure = silence(silent.collect());
            let shown = failure.map_or_else(String::new, |it| it.to_string());
            assert_eq!(shown, expected);
        }
        assert_eq!(silence(Vec::new()), None);
    }

    #[test]
    fn what_sts_answers_tells_what_another_service_leaves_open() {
        let (here, main) = ("ap-east-1".parse().unwrap(), "us-east-1".parse().unwrap());
        let refused = |code: &str| AwsError {
            code: Some(code.to_owned()),
            ..error(ErrorKind::Credentials, Some("ap-east-1"), "why")
        };
        let cases = [
            (
                "HTTP 400",
                Some("ExpiredToken"),
                Some("ExpiredToken"),
                "ExpiredToken: why",
                "an answer to HEAD has no body; STS refuses the same credentials (HADOOP-18353)",
            ),
            (
                "UnrecognizedClientException",
                Some("ExpiredToken"),
                Some("ExpiredToken"),
                "UnrecognizedClientException: why",
                "a reason that was given stays",
            ),
            (
                "UnrecognizedClientException",
                None,
                None,
                "STS accepts the same credentials in ap-east-1",
                "a region that was enabled lately",
            ),
            (
                "ExpiredToken",
                None,
                None,
                "Hint: Renew the credentials",
                "another process has renewed them meanwhile",
            ),
            (
                "UnrecognizedClientException",
                Some("InvalidClientTokenId"),
                None,
                "the region ap-east-1 does not answer",
                "a region that is not enabled (aws-sdk-ruby #2850)",
            ),
        ];
        for (code, there, elsewhere, expected, why) in cases {
            let answers = [(&here, there.map(refused)), (&main, elsewhere.map(refused))];
            let shown = explained(&refused(code), &answers, 1).to_string();
            assert!(shown.contains(expected), "{why}: {shown}");
        }
    }

    #[test]
    fn only_a_failure_that_a_region_can_cause_puts_the_region_in_doubt() {
        let region = Some("ap-east-1");
        let cases = [
            (ErrorKind::Credentials, region, true, "not enabled"),
            (ErrorKind::Denied, region, true, "HEAD tells no more"),
            (ErrorKind::Unreachable, region, true, "no such region"),
            (ErrorKind::Unanswered, region, true, "a firewall is silent"),
            (ErrorKind::Refused, region, true, "a code that is not known"),
            (ErrorKind::Throttled, region, false, "the region answered"),
            (ErrorKind::Interrupted, region, false, "nothing was sent"),
            (ErrorKind::Credentials, None, false, "IAM is global"),
        ];
        for (kind, region, expected, why) in cases {
            let error = error(kind, region, "");
            assert_eq!(region_in_doubt(&error).is_some(), expected, "{why}");
        }
    }
}
