//! What the stub answers, to requests as they cross the network.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fleet_stub::{Fleet, Kind, Member, Organization, Recording, Script, State, Stub, of_kinds};
use serde_json::{Value as Json, json};

const CALLER: &str = "100000000000";
const ONE: &str = "100000000001";
const OTHER: &str = "100000000002";

/// One rule, and one bucket.
fn recording() -> Arc<Recording> {
    let answer = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nx-amz-a: b\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let rule = "events eu-west-1 POST   AWSEvents.DescribeRule {\"Name\":\"R\"}";
    let bucket = "s3 eu-west-1 GET logs-THE--ACCOUNT policy  ";
    let applied = json!({
        rule: answer("{\"Arn\": \"arn:THE--ACCOUNT:R\", \"State\": \"ENABLED\"}"),
        bucket: answer("of THE--ACCOUNT"),
    });
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("recording.json");
    std::fs::write(&path, json!([{}, applied]).to_string()).unwrap();
    let recording = Recording::load(&path).unwrap();
    assert_eq!(recording.len(), (0, 2));
    recording.save(&path).unwrap();
    assert_eq!(Recording::load(&path).unwrap(), recording);
    Arc::new(recording)
}

fn stub(accounts: usize, script: Script) -> Stub {
    let started = Stub::start(Fleet {
        organization: Organization::of(100_000_000_000, accounts),
        recording: recording(),
        script,
        latency: Duration::ZERO,
        emulator: None,
        tls: None,
    });
    started.unwrap()
}

fn applied() -> Script {
    of_kinds([].into(), Kind::Holds(State::Applied))
}

/// The status and the body of the answer to a request of `service`.
fn ask(
    stub: &Stub,
    key: &str,
    service: &str,
    line: &str,
    headers: &str,
    body: &str,
) -> (u16, String) {
    let address = stub.url().replace("http://", "");
    let mut server = TcpStream::connect(address).unwrap();
    let request = format!(
        "{line} HTTP/1.1\r\nauthorization: AWS4-HMAC-SHA256 Credential={key}/20261128/eu-west-1/\
         {service}/aws4_request, SignedHeaders=host, Signature=0\r\n{headers}content-length: {}\
         \r\n\r\n{body}",
        body.len()
    );
    server.write_all(request.as_bytes()).unwrap();
    server.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    server.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or(("HTTP/1.1 0", ""));
    let status = head.split(' ').nth(1).unwrap();
    (status.parse().unwrap(), body.to_owned())
}

fn session(account: &str) -> String {
    format!("ASIA{account}TEST")
}

fn describe_rule(stub: &Stub, account: &str) -> (u16, String) {
    let headers = "x-amz-target: AWSEvents.DescribeRule\r\n";
    ask(
        stub,
        &session(account),
        "events",
        "POST /",
        headers,
        "{\"Name\":\"R\"}",
    )
}

fn assume(stub: &Stub, key: &str, account: &str) -> (u16, String) {
    let body = format!(
        "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A{account}%3Arole%2Fprovision%2FDeploy&\
         RoleSessionName=provision&DurationSeconds=900"
    );
    ask(stub, key, "sts", "POST /", "", &body)
}

#[test]
fn every_account_gets_the_recorded_answer_with_its_own_id() {
    let stub = stub(2, applied());
    for account in [ONE, OTHER] {
        let (status, rule) = describe_rule(&stub, account);
        assert_eq!(status, 200);
        assert!(rule.contains(&format!("arn:{account}:R")), "{rule}");
        let by_path = format!("GET /logs-{account}/?policy");
        let by_host = format!("host: logs-{account}.s3.eu-west-1.amazonaws.com\r\n");
        let key = session(account);
        let expected = (200, format!("of {account}"));
        assert_eq!(
            ask(&stub, &key, "s3", &by_path, "", ""),
            expected,
            "by path"
        );
        assert_eq!(
            ask(&stub, &key, "s3", "GET /?policy", &by_host, ""),
            expected,
            "by host"
        );
    }
    let unknown = ask(&stub, &session(ONE), "s3", "GET /other?policy", "", "");
    assert_eq!(unknown.0, 501);
    let counts = stub.counts();
    assert_eq!((counts.unknown.len(), counts.foreign.len()), (1, 0));
    assert_eq!((counts.most_calls(CALLER), counts.requests.all), (4, 7));
}

#[test]
fn a_request_that_another_account_signed_is_refused_and_counted() {
    let stub = stub(2, applied());
    let (caller, one) = (format!("AKIA{CALLER}TEST"), session(ONE));
    let about_other = format!("GET /logs-{OTHER}?policy");
    let token = format!("x-amz-security-token: session-token-of-{OTHER}\r\n");
    let own = format!("GET /logs-{ONE}?policy");
    let list = "x-amz-target: AWSOrganizationsV20161128.ListAccounts\r\n";
    let cases = [
        (
            assume(&stub, &caller, ONE),
            200,
            "the caller assumes a role",
        ),
        (assume(&stub, &one, OTHER), 403, "a member assumes a role"),
        (ask(&stub, &one, "s3", &own, "", ""), 200, "its own bucket"),
        (
            ask(&stub, &one, "s3", &about_other, "", ""),
            403,
            "the bucket of another account",
        ),
        (
            ask(&stub, &one, "s3", &own, &token, ""),
            403,
            "the session token of another account",
        ),
        (
            ask(&stub, &session("999999999999"), "s3", "GET /", "", ""),
            403,
            "a stranger",
        ),
        (
            ask(&stub, &caller, "organizations", "POST /", list, "{}"),
            200,
            "the caller lists",
        ),
        (
            ask(&stub, &one, "organizations", "POST /", list, "{}"),
            403,
            "a member lists",
        ),
    ];
    for ((status, body), expected, why) in cases {
        assert_eq!(status, expected, "{why}: {body}");
    }
    assert_eq!(stub.counts().foreign.len(), 5);
    assert_eq!(stub.counts().assumed, [(ONE.to_owned(), 1)].into());
}

#[test]
fn a_session_names_its_account_and_ends() {
    let stub = stub(1, applied());
    let (_, given) = assume(&stub, &format!("AKIA{CALLER}TEST"), ONE);
    for part in [
        format!("<AccessKeyId>{}</AccessKeyId>", session(ONE)),
        format!("<SessionToken>session-token-of-{ONE}</SessionToken>"),
        format!("<Arn>arn:aws:sts::{ONE}:assumed-role/Deploy/provision</Arn>"),
        "Z</Expiration>".to_owned(),
    ] {
        assert!(given.contains(&part), "{part} in {given}");
    }
    let (_, caller) = ask(
        &stub,
        &session(ONE),
        "sts",
        "POST /",
        "",
        "Action=GetCallerIdentity",
    );
    assert!(
        caller.contains(&format!("<Account>{ONE}</Account>")),
        "{caller}"
    );
}

#[test]
fn accounts_are_listed_in_pages_of_twenty_with_their_paths() {
    let mut organization = Organization::of(100_000_000_000, 44);
    organization.members.push(Member {
        id: "300000000000".to_owned(),
        state: "SUSPENDED".to_owned(),
        units: Vec::new(),
    });
    let stub = Stub::start(Fleet {
        organization,
        recording: recording(),
        script: applied(),
        latency: Duration::ZERO,
        emulator: None,
        tls: None,
    });
    let (stub, mut token, mut pages) = (stub.unwrap(), Json::Null, Vec::new());
    loop {
        let headers = "x-amz-target: AWSOrganizationsV20161128.ListAccounts\r\n";
        let body = json!({"NextToken": token}).to_string();
        let key = format!("AKIA{CALLER}TEST");
        let (_, page) = ask(&stub, &key, "organizations", "POST /", headers, &body);
        let page: Json = serde_json::from_str(&page).unwrap();
        token = page["NextToken"].clone();
        pages.push(page["Accounts"].as_array().unwrap().clone());
        if token.is_null() {
            break;
        }
    }
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [20, 20, 6]);
    let all = pages.concat();
    assert_eq!(
        all[0]["Paths"],
        json!([format!("o-a1b2c3d4e5/r-ab12/{CALLER}/")])
    );
    let path = format!("o-a1b2c3d4e5/r-ab12/ou-ab12-workload/{ONE}/");
    assert_eq!(all[1]["Paths"], json!([path]));
    assert_eq!(all[45]["State"], "SUSPENDED");
}

#[test]
fn accounts_behave_as_their_kind() {
    let here = "eu-west-1".to_owned();
    let cases = [
        (
            Kind::Holds(State::Applied),
            200,
            200,
            "ENABLED",
            "as recorded",
        ),
        (
            Kind::Holds(State::Drifted),
            200,
            200,
            "DISABLED",
            "somebody disabled the rule",
        ),
        (
            Kind::Holds(State::Fresh),
            200,
            501,
            "NotImplemented",
            "nothing was recorded",
        ),
        (Kind::NotAssumable, 403, 200, "ENABLED", "the role alone"),
        (
            Kind::ReadDenied,
            200,
            400,
            "AccessDeniedException",
            "in JSON",
        ),
        (
            Kind::Throttled,
            400,
            400,
            "Rate exceeded",
            "the first request",
        ),
        (
            Kind::NotEnabled(here.clone()),
            403,
            400,
            "UnrecognizedClient",
            "the region",
        ),
        (
            Kind::NotEnabled("us-east-1".to_owned()),
            200,
            501,
            "NotImplemented",
            "another region, where nothing is",
        ),
        (
            Kind::Denied(here),
            200,
            400,
            "explicit deny in a service control policy",
            "the region",
        ),
    ];
    for (kind, assumed, read, text, why) in cases {
        let stub = stub(
            2,
            of_kinds(
                [(ONE.to_owned(), kind.clone())].into(),
                Kind::Holds(State::Applied),
            ),
        );
        let session = assume(&stub, &format!("AKIA{CALLER}TEST"), ONE);
        assert_eq!(session.0, assumed, "{kind:?}: {why}: {}", session.1);
        let (status, body) = describe_rule(&stub, ONE);
        assert_eq!(status, read, "{kind:?}: {why}: {body}");
        assert!(body.contains(text), "{kind:?}: {why}: {body}");
        assert_eq!(
            describe_rule(&stub, OTHER).0,
            200,
            "{kind:?}: another account"
        );
    }
}

#[test]
fn calls_are_throttled_twice_and_slow_accounts_answer_late() {
    let delay = Duration::from_millis(30);
    let kinds = [
        (ONE.to_owned(), Kind::Throttled),
        (OTHER.to_owned(), Kind::Slow(delay)),
    ];
    let stub = stub(2, of_kinds(kinds.into(), Kind::Holds(State::Applied)));
    for (attempt, expected) in [(1, 503), (2, 503), (3, 200)] {
        let line = format!("GET /logs-{ONE}?policy");
        let (status, _) = ask(&stub, &session(ONE), "s3", &line, "", "");
        assert_eq!(status, expected, "attempt {attempt}");
    }
    let begun = Instant::now();
    assert_eq!(describe_rule(&stub, OTHER).0, 200);
    assert!(begun.elapsed() >= delay);
}
