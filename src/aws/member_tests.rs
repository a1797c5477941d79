//! Ways to other accounts, over an STS and a KMS in memory.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ::http::Uri;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures_util::future::join_all;
use tokio::sync::watch;

use super::{Aws, AwsError, Caller, Connections, ErrorKind, Member, Operation, Session};
use super::{concerns_the_caller, member};
use crate::fakes::http;
use crate::names::{Partition, Region};

const OTHER: &str = "222222222222";

/// What STS is asked, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Request {
    host: String,
    key: String,
    body: String,
}

impl Request {
    fn read(request: &HttpRequest) -> Self {
        let signed = request.headers().get("authorization").unwrap();
        let key = signed.split_once("Credential=").unwrap().1;
        let body = request.body().bytes().unwrap_or_default();
        let uri: Uri = request.uri().parse().unwrap();
        Request {
            host: uri.host().unwrap().to_owned(),
            key: key.split('/').next().unwrap().to_owned(),
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    fn is_for_a_session(&self) -> bool {
        self.body.starts_with("Action=AssumeRole&")
    }

    /// The value of a field of a query.
    fn field(&self, name: &str) -> Option<String> {
        let fields = self.body.split('&');
        let value = fields
            .filter_map(|field| field.split_once('='))
            .find(|it| it.0 == name)?
            .1;
        let value = percent_encoding::percent_decode_str(value);
        Some(value.decode_utf8().unwrap().into_owned())
    }
}

/// The account in a role's ARN.
fn account_of(role: &str) -> &str {
    role.split(':').nth(4).unwrap()
}

/// STS's answer: a session in `account` with this access key, which ends after some time.
fn session(account: &str, key: &str, length: Duration) -> HttpResponse {
    let end = DateTime::from(SystemTime::now() + length);
    let end = end.fmt(Format::DateTime).unwrap();
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA1:s\
         </AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/Deploy/s</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    );
    http::response(200, body)
}

fn refused(code: &str, status: u16) -> HttpResponse {
    let body = format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    );
    let mut response = http::response(status, body);
    response.headers_mut().insert("x-amzn-requestid", "r-1");
    response
}

const HOUR: Duration = Duration::from_secs(3600);

/// The caller's way, whose requests `answer` answers, and all requests.
fn base(
    answer: impl Fn(&Request) -> HttpResponse + Send + Sync + 'static,
) -> (Aws, Arc<Mutex<Vec<Request>>>) {
    let requests = Arc::<Mutex<Vec<Request>>>::default();
    let seen = Arc::clone(&requests);
    let session = http::session_over(move |request| {
        let request = Request::read(request);
        seen.lock().unwrap().push(request.clone());
        answer(&request)
    });
    let (_stop, stopped) = watch::channel(false);
    let aws = Connections::new(4, stopped).account(&session, None, &[]);
    (aws, requests)
}

fn regions(names: &[&str]) -> Vec<Region> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn the_member(account: &str) -> Member {
    Member {
        account: account.parse().unwrap(),
        regions: regions(&["eu-central-1"]),
        role: "provision/Deploy".to_owned(),
        external_id: None,
        session: "provision-alice".to_owned(),
        only_reads: false,
    }
}

async fn list_keys(aws: &Aws) -> Result<(), AwsError> {
    let region: Region = "eu-central-1".parse().unwrap();
    let client = aws.kms(&region);
    let operation = Operation {
        service: "kms",
        name: "ListKeys",
        region: Some(region),
    };
    aws.call(operation, || client.list_keys().send()).await?;
    Ok(())
}

fn no_keys() -> HttpResponse {
    http::response(200, r#"{"Keys": [], "Truncated": false}"#)
}

#[tokio::test]
async fn a_member_is_reached_in_a_session_of_its_role() {
    for only_reads in [false, true] {
        let (base, requests) = base(|request| match request.is_for_a_session() {
            true => session(OTHER, "ASIAOTHER", HOUR),
            false => no_keys(),
        });
        let asked = Member {
            external_id: Some("an-external-id".to_owned().into()),
            only_reads,
            ..the_member(OTHER)
        };
        let aws = base.member(&asked).await.unwrap();
        assert_eq!(aws.account().unwrap().as_str(), OTHER);
        assert_eq!(aws.partition(), Some(Partition::Aws));
        assert_eq!(aws.regions(), asked.regions);
        let caller = Caller {
            account: OTHER.parse().unwrap(),
            arn: format!("arn:aws:sts::{OTHER}:assumed-role/Deploy/s")
                .parse()
                .unwrap(),
            user_id: Some("AROA1:s".to_owned()),
        };
        assert_eq!(
            aws.caller().await.unwrap(),
            caller,
            "STS has said it already"
        );
        list_keys(&aws).await.unwrap();
        list_keys(&aws).await.unwrap();

        let requests = requests.lock().unwrap();
        let keys: Vec<&str> = requests.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, ["ANOTREAL", "ASIAOTHER", "ASIAOTHER"]);
        let assumed = &requests[0];
        assert_eq!(assumed.host, "sts.eu-central-1.amazonaws.com");
        let role = format!("arn:aws:iam::{OTHER}:role/provision/Deploy");
        let fields = [
            ("RoleArn", Some(role)),
            ("RoleSessionName", Some("provision-alice".to_owned())),
            ("ExternalId", Some("an-external-id".to_owned())),
            ("DurationSeconds", Some("3600".to_owned())),
            ("Policy", only_reads.then(member::reading_policy)),
        ];
        for (name, value) in fields {
            assert_eq!(assumed.field(name), value, "{name}");
        }
    }
}

#[tokio::test]
async fn a_session_in_another_account_than_the_one_asked_for_is_refused() {
    let cases = [
        ("333333333333", "another account", "another account"),
        ("", "another account", "no account"),
        ("a b", "is not an ARN", "no ARN"),
    ];
    for (account, message, why) in cases {
        let (base, requests) = base(move |_| session(account, "ASIAWRONG", HOUR));
        let error = base.member(&the_member(OTHER)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused, "{why}");
        assert!(error.message.contains(message), "{why}: {}", error.message);
        assert_eq!(error.account.as_ref().unwrap().as_str(), OTHER, "{why}");
        assert!(!concerns_the_caller(&error), "{why}");
        assert_eq!(requests.lock().unwrap().len(), 1, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_region_is_asked_once_if_the_first_one_may_be_why() {
    let (first, other) = (
        "sts.eu-central-1.amazonaws.com",
        "sts.eu-west-1.amazonaws.com",
    );
    let cases: [(&str, u16, bool, &[&str], &str); 6] = [
        (
            "RegionDisabledException",
            403,
            true,
            &[first, other],
            "STS is off in the account",
        ),
        (
            "InvalidClientTokenId",
            403,
            true,
            &[first, other],
            "a region that does not know the caller",
        ),
        (
            "InternalFailure",
            500,
            true,
            &[first, first, first, first, other],
            "a fault of AWS, which the SDK repeats",
        ),
        (
            "RegionDisabledException",
            403,
            false,
            &[first, other],
            "both are off",
        ),
        (
            "AccessDenied",
            403,
            true,
            &[first],
            "a denial is one everywhere",
        ),
        ("ExpiredToken", 403, true, &[first], "so is an end"),
    ];
    for (code, status, is_first_alone, expected, why) in cases {
        let (base, requests) =
            base(
                move |request| match request.host == first || !is_first_alone {
                    true => refused(code, status),
                    false => session(OTHER, "ASIAOTHER", HOUR),
                },
            );
        let answer = base.member(&the_member(OTHER)).await;
        let requests = requests.lock().unwrap();
        let hosts: Vec<&str> = requests.iter().map(|it| it.host.as_str()).collect();
        assert_eq!(hosts, expected, "{why}");
        let is_reached = is_first_alone && hosts.ends_with(&[other]);
        assert_eq!(answer.is_ok(), is_reached, "{why}: {answer:?}");
    }
}

#[test]
fn sts_is_asked_in_regions_that_every_account_has() {
    let (aws, china, gov) = (Partition::Aws, Partition::China, Partition::UsGov);
    let cases: [(&[&str], Option<&str>, Partition, &[&str], &str); 7] = [
        (
            &["eu-west-1", "eu-west-2"],
            Some("us-east-2"),
            aws,
            &["eu-west-1", "us-east-2"],
            "the account's main region, then the caller's",
        ),
        (
            &["eu-west-1", "eu-west-2"],
            Some("eu-west-1"),
            aws,
            &["eu-west-1", "eu-west-2"],
            "the caller's is the same",
        ),
        (
            &["eu-south-2", "eu-west-2"],
            Some("me-south-1"),
            aws,
            &["eu-west-2", "us-east-1"],
            "those that must be enabled know not everybody",
        ),
        (
            &["eu-south-2"],
            None,
            aws,
            &["us-east-1"],
            "there is no other",
        ),
        (
            &[],
            Some("eu-west-1"),
            aws,
            &["eu-west-1", "us-east-1"],
            "no regions",
        ),
        (
            &["cn-northwest-1"],
            Some("us-east-1"),
            china,
            &["cn-northwest-1", "cn-north-1"],
            "another partition knows nobody",
        ),
        (
            &["us-gov-east-1"],
            None,
            gov,
            &["us-gov-east-1", "us-gov-west-1"],
            "likewise",
        ),
    ];
    for (own, session, partition, expected, why) in cases {
        let session = session.map(|name| name.parse().unwrap());
        let found = member::sts_regions(&regions(own), session, partition);
        assert_eq!(found, regions(expected), "{why}");
    }
}

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

/// The SDK's cache of credentials holds 64 and then drops any of them: one cache for all would ask STS
/// again and again.
#[tokio::test]
async fn seventy_accounts_at_once_assume_one_role_each() {
    let (base, requests) = base(|request| match request.field("RoleArn") {
        Some(role) => {
            let account = account_of(&role);
            session(account, &format!("ASIA{account}"), HOUR)
        }
        None => no_keys(),
    });
    let accounts = (0..70).map(|number| format!("{number:012}"));
    let ways = accounts.map(|account| {
        let base = base.clone();
        async move {
            let aws = base.member(&the_member(&account)).await.unwrap();
            for _ in 0..2 {
                let calls = join_all((0..5).map(|_| list_keys(&aws))).await;
                assert!(calls.iter().all(Result::is_ok), "{calls:?}");
            }
        }
    });
    join_all(ways).await;
    let requests = requests.lock().unwrap();
    let (sessions, calls): (Vec<&Request>, Vec<&Request>) =
        requests.iter().partition(|it| it.is_for_a_session());
    let roles: std::collections::BTreeSet<_> = sessions.iter().map(|it| &it.body).collect();
    assert_eq!((sessions.len(), roles.len()), (70, 70));
    for number in 0..70 {
        let key = format!("ASIA{number:012}");
        let signed = calls.iter().filter(|it| it.key == key).count();
        assert_eq!(signed, 10, "{key}");
    }
}

/// STS API Reference, "AssumeRole", `Policy`: at most 2,048 characters. How far AWS's compression fills its
/// own limit is in `PackedPolicySize` alone; what users saw refused had thousands of characters.
#[test]
fn the_policy_of_a_session_that_only_reads_allows_reads_alone() {
    let policy = member::reading_policy();
    assert!(policy.len() <= 2048, "{}", policy.len());
    assert!(policy.chars().all(|c| (' '..='\u{ff}').contains(&c)));
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0]["Effect"], "Allow");
    let actions = statements[0]["Action"].as_array().unwrap();
    for action in actions {
        let (service, name) = action.as_str().unwrap().split_once(':').unwrap();
        assert!(Operation::is_read(name), "{service}:{name}");
        assert_ne!(service, "sts", "its reads give credentials");
    }
}

/// Organizations is asked by the caller alone.
#[test]
fn every_service_of_an_account_may_be_read() {
    let ids = super::services::SERVICES.iter();
    let prefixes = ids.map(|id| match *id {
        "EventBridge" => "events".to_owned(),
        id => id.to_lowercase(),
    });
    let mut prefixes: Vec<String> = prefixes.collect();
    prefixes.retain(|it| it != "sts" && it != "organizations");
    prefixes.sort_unstable();
    assert_eq!(prefixes, member::READ_SERVICES);
}

#[tokio::test]
async fn aws_is_asked_for_the_state_of_regions_that_must_be_enabled() {
    let listed = r#"{"Regions": [
        {"RegionName": "eu-south-1", "RegionOptStatus": "ENABLED"},
        {"RegionName": "eu-south-2", "RegionOptStatus": "ENABLING"}
    ]}"#;
    let cases: [(&[&str], &[&str], usize, &str); 4] = [
        (
            &["eu-west-1", "us-east-1"],
            &[],
            0,
            "every account has them",
        ),
        (&["eu-west-1", "eu-south-1"], &[], 1, "enabled"),
        (
            &["eu-south-1", "eu-south-2", "af-south-1"],
            &["eu-south-2", "af-south-1"],
            1,
            "enabling takes minutes to hours; af-south-1 is not among those that are enabled",
        ),
        (
            &["cn-north-1", "us-gov-west-1"],
            &[],
            0,
            "no region of theirs must be enabled",
        ),
    ];
    for (own, disabled, calls, why) in cases {
        let (base, requests) = base(move |_| http::response(200, listed));
        let aws = base.within(&regions(own));
        assert_eq!(aws.regions(), regions(own), "{why}");
        let found = aws.disabled_regions().await.unwrap();
        assert_eq!(found, regions(disabled), "{why}");
        assert_eq!(requests.lock().unwrap().len(), calls, "{why}");
    }
}
