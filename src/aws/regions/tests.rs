//! Which regions an error names, and what it advises.

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
            "the region ap-east-1 does not accept the credentials\n\
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
            "the region eu-west-3 does not answer, and the regions ap-east-1, me-south-1 do not \
             accept the credentials\n\
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
        let own: Vec<Region> = silent.clone().map(|(region, _)| region.clone()).collect();
        let failure = silence(silent.collect(), &own);
        let shown = failure.map_or_else(String::new, |it| it.to_string());
        assert_eq!(shown, expected);
    }
    assert_eq!(silence(Vec::new(), &[]), None);
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
            "which can take hours. Or take ap-east-1 out of `regions`",
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
            "the region ap-east-1 does not accept the credentials",
            "a region that is not enabled (aws-sdk-ruby #2850)",
        ),
    ];
    for (code, there, elsewhere, expected, why) in cases {
        let answers = [(&here, there.map(refused)), (&main, elsewhere.map(refused))];
        let own = std::slice::from_ref(&here);
        let shown = explained(&refused(code), &answers, 1, own).to_string();
        assert!(shown.contains(expected), "{why}: {shown}");
    }
}

#[test]
fn a_region_that_the_settings_do_not_name_is_not_to_be_taken_out_of_them() {
    let region = |name: &str| -> Region { name.parse().unwrap() };
    let (main, role, named) = (
        region("eu-west-1"),
        region("me-south-1"),
        region("ap-east-1"),
    );
    let leads = "me-south-1 is not in `regions`: a role in the account with a name and the tags \
                 of this deployment leads there. Or delete that role, or take its `provision:` \
                 tags away";
    let cases = [
        (
            &[&role][..],
            &[main.clone()][..],
            leads.to_owned(),
            "a role",
        ),
        (
            &[&named, &role],
            &[main.clone(), named.clone()],
            format!("Or take ap-east-1 out of `regions`. {leads}"),
            "both",
        ),
        (
            &[&main],
            &[],
            "Or use a profile or an environment of another region".to_owned(),
            "Audit Trail alone is called in the region of the session",
        ),
    ];
    for (failed, own, expected, why) in cases {
        assert_eq!(ways_out(failed, own), expected, "{why}");
        let invalid = error(ErrorKind::Credentials, None, "the token is invalid");
        let failed = failed.iter().map(|region| {
            let operation = Operation {
                region: Some((*region).clone()),
                ..invalid.operation.clone()
            };
            let error = AwsError {
                operation,
                ..invalid.clone()
            };
            (*region, error)
        });
        let shown = silence(failed.collect(), own).unwrap().to_string();
        assert!(shown.starts_with("the region"), "{why}: {shown}");
        assert!(shown.ends_with(&expected), "{why}: {shown}");
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
