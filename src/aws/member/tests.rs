//! How another account is reached.

use super::stub::{HOUR, OTHER, base, list_keys, no_keys, refused, regions, session, the_member};
use super::{READ_SERVICES, reading_policy, sts_regions};
use crate::aws::{Caller, ErrorKind, Member, Operation, concerns_the_caller};
use crate::fakes::http;
use crate::names::Partition;

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
            ("Policy", only_reads.then(reading_policy)),
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
        let found = sts_regions(&regions(own), session, partition);
        assert_eq!(found, regions(expected), "{why}");
    }
}

/// STS API Reference, "AssumeRole", `Policy`: at most 2,048 characters.
#[test]
fn the_policy_of_a_session_that_only_reads_allows_reads_alone() {
    let policy = reading_policy();
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
    let ids = crate::aws::services::SERVICES.iter();
    let prefixes = ids.map(|id| match *id {
        "EventBridge" => "events".to_owned(),
        id => id.to_lowercase(),
    });
    let mut prefixes: Vec<String> = prefixes.collect();
    prefixes.retain(|it| it != "sts" && it != "organizations");
    prefixes.sort_unstable();
    assert_eq!(prefixes, READ_SERVICES);
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
