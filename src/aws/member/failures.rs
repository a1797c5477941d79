//! How a session is renewed, and what failures to assume a role tell.

use std::sync::Mutex;
use std::time::Duration;

use aws_config::meta::credentials::CredentialsProviderChain;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use tokio::sync::watch;

use super::stub::{HOUR, OTHER, base, list_keys, no_keys, refused, session, the_member};
use crate::aws::{AwsError, Connections, ErrorKind, Operation, Session, concerns_the_caller};
use crate::fakes::http;

/// AWS's clock is this machine's, so that a session that ends within the next minute stands for one that
/// is an hour old.
#[tokio::test]
async fn a_session_is_renewed_before_it_ends() {
    let count = Mutex::new(0);
    let (base, requests) = base(move |request| {
        if !request.is_for_a_session() {
            return no_keys();
        }
        let mut count = count.lock().unwrap();
        *count += 1;
        match *count {
            1 => session(OTHER, "ASIAFIRST", Duration::from_secs(60)),
            2 => session(OTHER, "ASIASECOND", HOUR),
            _ => refused("AccessDenied", 403),
        }
    });
    let aws = base.member(&the_member(OTHER)).await.unwrap();
    for _ in 0..4 {
        list_keys(&aws).await.unwrap();
    }
    let requests = requests.lock().unwrap();
    let keys: Vec<&str> = requests.iter().map(|it| it.key.as_str()).collect();
    let (own, first, second) = ("ANOTREAL", "ASIAFIRST", "ASIASECOND");
    assert_eq!(keys, [own, first, own, second, second, second]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_to_renew_is_told_as_what_it_is() {
    use ErrorKind::{Credentials, Throttled, Unreachable};
    let cases = [
        ("AccessDenied", 403, Credentials, false, "the role is gone"),
        (
            "ExpiredToken",
            403,
            Credentials,
            true,
            "the caller's session ended",
        ),
        (
            "RegionDisabledException",
            403,
            Credentials,
            false,
            "STS was turned off",
        ),
        ("Throttling", 400, Throttled, false, "too many calls"),
        (
            "InternalFailure",
            500,
            Unreachable,
            false,
            "the call itself was never sent",
        ),
    ];
    for (code, status, kind, is_callers, why) in cases {
        let count = Mutex::new(0);
        let (base, requests) = base(move |request| {
            if !request.is_for_a_session() {
                return no_keys();
            }
            let mut count = count.lock().unwrap();
            *count += 1;
            match *count {
                1 => session(OTHER, "ASIAFIRST", Duration::from_secs(60)),
                _ => refused(code, status),
            }
        });
        let aws = base.member(&the_member(OTHER)).await.unwrap();
        list_keys(&aws).await.unwrap();
        let error = list_keys(&aws).await.unwrap_err();
        assert_eq!(error.kind, kind, "{why}: {error:?}");
        assert!(error.is(code), "{why}: {error:?}");
        assert_eq!(error.request_id.as_deref(), Some("r-1"), "{why}");
        assert_eq!(error.operation.to_string(), "sts:AssumeRole", "{why}");
        assert_eq!(error.account.as_ref().unwrap().as_str(), OTHER, "{why}");
        assert_eq!(concerns_the_caller(&error), is_callers, "{why}");
        let requests = requests.lock().unwrap();
        let sent = requests.iter().filter(|it| !it.is_for_a_session()).count();
        assert_eq!(sent, 1, "{why}");
    }
}

#[test]
fn an_error_of_the_callers_own_credentials_is_told_from_one_of_an_account() {
    let cases = [
        (
            "AssumeRole",
            Some("ExpiredToken"),
            true,
            "the caller's session ended",
        ),
        (
            "AssumeRole",
            Some("ExpiredTokenException"),
            true,
            "its other name",
        ),
        (
            "AssumeRole",
            Some("InvalidClientTokenId"),
            true,
            "no such key",
        ),
        (
            "AssumeRole",
            Some("SignatureDoesNotMatch"),
            true,
            "the clock or the key",
        ),
        ("AssumeRole", Some("RequestExpired"), true, "the clock"),
        (
            "AssumeRole",
            Some("AccessDenied"),
            false,
            "a trust policy, or the account",
        ),
        (
            "AssumeRole",
            Some("RegionDisabledException"),
            false,
            "judged in the account",
        ),
        ("AssumeRole", Some("Throttling"), false, "it ends"),
        (
            "AssumeRole",
            Some("PackedPolicyTooLarge"),
            false,
            "no credentials",
        ),
        (
            "GetCallerIdentity",
            Some("ExpiredToken"),
            false,
            "a session of the account",
        ),
    ];
    for (name, code, expected, why) in cases {
        let operation = Operation {
            service: "sts",
            name,
            region: None,
        };
        let error = AwsError::in_answer(operation, code, None);
        assert_eq!(concerns_the_caller(&error), expected, "{why}");
    }
}

#[tokio::test]
async fn a_caller_without_credentials_is_no_matter_of_one_account() {
    let (_stop, stopped) = watch::channel(false);
    let session = http::session_over(|_| no_keys());
    let nobody = CredentialsProviderChain::first_try("none", Nobody);
    let provider = SharedCredentialsProvider::new(nobody);
    let config = session.config.to_builder().credentials_provider(provider);
    let session = Session {
        config: config.build(),
        ..session
    };
    let base = Connections::new(4, stopped).account(&session, None, &[]);
    let error = base.member(&the_member(OTHER)).await.unwrap_err();
    assert!(concerns_the_caller(&error), "{error:?}");
}

/// An environment without credentials.
#[derive(Debug)]
struct Nobody;

impl ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("no environment")))
    }
}

#[tokio::test]
async fn a_denial_names_what_may_deny() {
    let (base, _) = base(|_| refused("AccessDenied", 403));
    let error = base.member(&the_member(OTHER)).await.unwrap_err();
    let shown = error.failure().to_string();
    for part in [
        "sts:AssumeRole failed on arn:aws:iam::222222222222:role/provision/Deploy",
        "account 222222222222",
        "AccessDenied: no (request id r-1)",
        "has no role",
        "trust policy",
        "external ID",
        "allow sts:AssumeRole",
        "organization",
        "suspended",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
