//! Many accounts at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use futures_util::future::join_all;
use tokio::sync::watch;

use super::stub::{HOUR, Request, account_of, base, list_keys, no_keys, session, the_member};
use crate::aws::{Aws, Connections, Operation};
use crate::fakes::http;
use crate::names::Region;

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
    let roles: BTreeSet<_> = sessions.iter().map(|it| &it.body).collect();
    assert_eq!((sessions.len(), roles.len()), (70, 70));
    for number in 0..70 {
        let key = format!("ASIA{number:012}");
        let signed = calls.iter().filter(|it| it.key == key).count();
        assert_eq!(signed, 10, "{key}");
    }
}

/// A number below `end`, from a sequence that a seed begins (xorshift).
fn number(state: &Mutex<u64>, end: u64) -> u64 {
    let mut state = state.lock().unwrap();
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % end
}

/// Calls four services of an account, each on something that has the account in its name.
async fn call_all(aws: &Aws, account: &str) {
    let region: Region = "eu-central-1".parse().unwrap();
    let operation = |service, name| Operation {
        service,
        name,
        region: Some(region.clone()),
    };
    let (kms, firehose, iam, s3) = (
        aws.kms(&region),
        aws.firehose(&region),
        aws.iam(),
        aws.s3(&region),
    );
    let key = aws.call(operation("kms", "DescribeKey"), || {
        let key = format!("arn:aws:kms:eu-central-1:{account}:key/k");
        kms.describe_key().key_id(key).send()
    });
    let stream = aws.call(operation("firehose", "DescribeDeliveryStream"), || {
        let stream = firehose.describe_delivery_stream();
        stream.delivery_stream_name(account).send()
    });
    let role = aws.call(operation("iam", "GetRole"), || {
        iam.get_role().role_name(account).send()
    });
    let bucket = aws.call(operation("s3", "HeadBucket"), || {
        s3.head_bucket().bucket(account).send()
    });
    let (key, stream, role, bucket) = tokio::join!(key, stream, role, bucket);
    let refused = [
        key.is_err(),
        stream.is_err(),
        role.is_err(),
        bucket.is_err(),
    ];
    assert_eq!(refused, [true; 4], "the account has nothing");
}

/// Some sessions end within a minute, so that they are renewed before each call.
#[tokio::test]
async fn no_request_is_signed_with_another_accounts_key() {
    let accounts = ["111111111111", "222222222222", "333333333333"];
    for seed in 1..=100 {
        let random = Arc::new(Mutex::new(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed)));
        let (turns, ends) = (Arc::clone(&random), Arc::clone(&random));
        let signed = Arc::<Mutex<BTreeMap<String, usize>>>::default();
        let counted = Arc::clone(&signed);
        let answer = move |request: &HttpRequest| {
            let request = Request::read(request);
            *counted
                .lock()
                .unwrap()
                .entry(request.key.clone())
                .or_default() += 1;
            if let Some(role) = request.field("RoleArn") {
                assert_eq!(request.key, "ANOTREAL", "seed {seed}: {request:?}");
                let account = account_of(&role);
                let length = match number(&ends, 3) {
                    0 => HOUR,
                    _ => Duration::from_secs(60),
                };
                return session(account, &format!("ASIA{account}"), length);
            }
            let account = request.key.strip_prefix("ASIA").unwrap_or_default();
            let place = format!("{} {} {}", request.host, request.path, request.body);
            let named = accounts.iter().filter(|it| place.contains(**it));
            assert_eq!(
                named.collect::<Vec<_>>(),
                [&account],
                "seed {seed}: {request:?}"
            );
            http::response(404, "")
        };
        let session =
            http::session_between(answer, move || usize::try_from(number(&turns, 6)).unwrap());
        let (_stop, stopped) = watch::channel(false);
        let base = Connections::new(5, stopped).account(&session, None, &[]);
        let ways = accounts.map(|account| {
            let base = base.clone();
            async move {
                let aws = base.member(&the_member(account)).await.unwrap();
                tokio::join!(call_all(&aws, account), call_all(&aws, account));
            }
        });
        join_all(ways).await;
        let signed = signed.lock().unwrap();
        let of_accounts = accounts.map(|account| signed[&format!("ASIA{account}")]);
        assert_eq!(of_accounts, [8; 3], "seed {seed}");
    }
}
