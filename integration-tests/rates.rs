//! A deployment in seventeen regions, in an account that is throttled as AWS publishes.
//!
//! The proxy counts the calls of each operation in each region, and answers a call that comes too soon
//! with the service's own error. `docs/rates.md` has the table; `UPDATE_DOCS=1` writes the page again.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::faults::say;
use crate::harness::{Account, Call, MAIN};

/// The regions that every account of the commercial partition has from the beginning.
const REGIONS: [&str; 17] = [
    "eu-west-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// How long Firehose does not know a new role. The program repeats the call meanwhile, as often as it may.
const SPREADING: Duration = Duration::from_secs(4);
const NO_ROLE: &str = r#"{"__type": "InvalidArgumentException",
    "message": "Firehose is unable to assume role. Please check the role provided."}"#;

/// How many trails one region has. The checks before a write ask for all of them together, more often than
/// CloudTrail allows in a second, unless the program spreads the calls.
const TRAILS: u32 = 20;

/// How many calls more than AWS's quota may reach the proxy within a second: the program sends five a second
/// where the quota is small, and on a busy machine those of one second may come together with those of the
/// next.
const LATE: u32 = 5;

/// A bucket of tokens, of which each call takes one.
struct Limit {
    /// What takes tokens from the same bucket.
    counted: String,
    /// How many tokens the bucket holds.
    burst: f64,
    /// How many tokens come back in a second.
    refill: f64,
    /// AWS's quota, if AWS publishes one.
    quota: Option<u32>,
    /// The limit for the table.
    shown: String,
}

/// The limit for an operation: AWS's quota, or for IAM and S3, where AWS publishes none, a harsh one.
///
/// IAM counts with several buckets of tokens (AWS Security Blog, "How to monitor and query IAM resources
/// at scale – Part 2"), of unknown sizes.
fn limit(call: &Call, operation: &str) -> Option<Limit> {
    let quota = |quota: u32, counted: &str| Limit {
        counted: counted.to_owned(),
        burst: f64::from(quota),
        refill: f64::from(quota),
        quota: Some(quota),
        shown: quota.to_string(),
    };
    let harsh = |burst: f64, refill: f64| Limit {
        counted: format!("writes: {}", call.is_write),
        burst,
        refill,
        quota: None,
        shown: format!("not published, here {refill} after {burst}"),
    };
    Some(match call.service.as_str() {
        // Firehose Developer Guide, "Amazon Data Firehose Quota".
        "firehose" => quota(5, operation),
        // EventBridge User Guide, "Amazon EventBridge quotas".
        "events" => Limit {
            shown: "50, all operations together".to_owned(),
            ..quota(50, "")
        },
        // CloudTrail User Guide, "Quotas in AWS CloudTrail".
        "cloudtrail" => quota(10, operation),
        // KMS Developer Guide, "Request quotas".
        "kms" => {
            let quotas: [(u32, &[&str]); 6] = [
                (2000, &["DescribeKey", "ListResourceTags"]),
                (1000, &["GetKeyPolicy", "GetKeyRotationStatus"]),
                (500, &["ListAliases", "ListKeys"]),
                (100, &["ListGrants"]),
                (
                    15,
                    &[
                        "DeleteAlias",
                        "EnableKeyRotation",
                        "PutKeyPolicy",
                        "ScheduleKeyDeletion",
                    ],
                ),
                (10, &["TagResource"]),
            ];
            let found = quotas.iter().find(|(_, names)| names.contains(&operation));
            quota(found.map_or(5, |(quota, _)| *quota), operation)
        }
        "iam" if call.is_write => harsh(20.0, 10.0),
        "iam" => harsh(50.0, 40.0),
        "s3" if call.is_write => harsh(3.0, 2.0),
        "s3" => harsh(10.0, 5.0),
        _ => return None,
    })
}

/// The answer of a service to a call that comes too soon.
fn throttled(call: &Call) -> (String, String) {
    let (status, body) = match call.service.as_str() {
        // An answer to HEAD has no body.
        "s3" if call.line.starts_with("HEAD") => ("503 Slow Down", ""),
        "s3" => (
            "503 Slow Down",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code>\
             <Message>Please reduce your request rate.</Message></Error>",
        ),
        "iam" => (
            "400 Bad Request",
            "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>\
             <Message>Rate exceeded</Message></Error></ErrorResponse>",
        ),
        _ => (
            "400 Bad Request",
            r#"{"__type": "ThrottlingException", "message": "Rate exceeded"}"#,
        ),
    };
    (status.to_owned(), body.to_owned())
}

/// The name of an operation; for S3 the method and the part of the bucket.
fn operation(call: &Call) -> String {
    match (call.service.as_str(), call.operation.split_once(' ')) {
        ("s3", Some((method, target))) => {
            let part = target.split_once('?').map_or("", |(_, query)| query);
            let part = part.split(['&', '=']).next().unwrap_or_default();
            format!("{method} {part}").trim_end().to_owned()
        }
        _ => call.operation.clone(),
    }
}

/// The calls of one operation.
#[derive(Default)]
struct Counted {
    limit: String,
    quota: Option<u32>,
    /// When the calls came, by region.
    times: BTreeMap<String, Vec<Instant>>,
    throttled: u32,
}

impl Counted {
    /// The most calls in any one second, in one region.
    fn most(&self) -> u32 {
        let second = Duration::from_secs(1);
        let windows = self.times.values().flat_map(|times| {
            times.iter().map(move |from| {
                let within = times.iter().filter(|it| **it >= *from);
                within.filter(|it| **it - *from < second).count()
            })
        });
        let most = windows.max().unwrap_or(0);
        most.try_into().expect("some calls")
    }
}

#[derive(Default)]
struct Throttling {
    /// The tokens that are left, and when they were counted.
    tokens: BTreeMap<(String, String, String), (f64, Instant)>,
    operations: BTreeMap<String, Counted>,
}

impl Throttling {
    /// Counts a call, and answers it if it comes too soon.
    fn answer(&mut self, call: &Call) -> Option<(String, String)> {
        let now = Instant::now();
        let name = operation(call);
        let limit = limit(call, &name);
        let counted = self.operations.entry(format!("{}:{name}", call.service));
        let counted = counted.or_default();
        let times = counted.times.entry(call.region.clone()).or_default();
        times.push(now);
        let Some(limit) = limit else {
            counted.limit = "not limited here".to_owned();
            return None;
        };
        counted.limit = limit.shown;
        counted.quota = limit.quota;
        let bucket = (call.service.clone(), limit.counted, call.region.clone());
        let (left, since) = self.tokens.entry(bucket).or_insert((limit.burst, now));
        *left = (*left + limit.refill * (now - *since).as_secs_f64()).min(limit.burst);
        *since = now;
        if *left < 1.0 {
            counted.throttled += 1;
            return Some(throttled(call));
        }
        *left -= 1.0;
        let spreads = name == "CreateDeliveryStream" && now - times[0] < SPREADING;
        spreads.then(|| ("400 Bad Request".to_owned(), NO_ROLE.to_owned()))
    }
}

const HEAD: &str = "| operation | calls a second that are allowed |";

/// The page's table.
fn table(operations: &BTreeMap<String, Counted>) -> String {
    let mut table =
        format!("{HEAD} most in one second | calls | throttled |\n|---|---|--:|--:|--:|\n");
    for (name, counted) in operations {
        let Counted {
            limit, throttled, ..
        } = counted;
        let most = counted.most();
        let calls = counted.times.values().map(Vec::len).sum::<usize>();
        writeln!(
            table,
            "| {name} | {limit} | {most} | {calls} | {throttled} |"
        )
        .expect("a string grows");
    }
    table
}

/// What does not change from run to run: the operations for which AWS publishes a quota, each with its quota.
/// Which reads of IAM are made depends on how long a run takes, since what is old is read again.
fn lasting(page: &str) -> Vec<(&str, &str)> {
    let rows = page.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        Some((cells.next()?, cells.next()?))
    });
    rows.filter(|(_, limit)| limit.starts_with(|c: char| c.is_ascii_digit()))
        .collect()
}

/// From now on the main region has [`TRAILS`], none of which logs.
fn add_trails(account: &Account) {
    let id = account.id.clone();
    account.answer_with("DescribeTrails", move |call| {
        let count = if call.region == MAIN { TRAILS } else { 0 };
        let trails = (0..count).map(|number| {
            let arn = format!("arn:aws:cloudtrail:{MAIN}:{id}:trail/trail-{number}");
            json!({"Name": format!("trail-{number}"), "TrailARN": arn, "HomeRegion": MAIN})
        });
        let trails: Vec<_> = trails.collect();
        (
            "200 OK".to_owned(),
            json!({"trailList": trails}).to_string(),
        )
    });
    account.answer("GetTrailStatus", r#"{"IsLogging": false}"#);
}

#[test]
fn a_run_in_seventeen_regions_ends_well_where_aws_throttles() {
    let account = Account::new(&REGIONS);
    add_trails(&account);
    let throttling = Arc::new(Mutex::new(Throttling::default()));
    let shared = Arc::clone(&throttling);
    account.stand_in(move |call| shared.lock().expect("no panic").answer(call));
    account.apply(&[]);
    account.apply(&[]).writes_nothing();
    account.destroy(&[]);

    let throttling = throttling.lock().expect("no panic");
    let table = table(&throttling.operations);
    say(&format!("\n{table}"));
    for (name, counted) in &throttling.operations {
        let Some(quota) = counted.quota else {
            continue;
        };
        let (most, throttled) = (counted.most(), counted.throttled);
        assert!(
            most <= quota + LATE && throttled <= LATE,
            "{name}: {most} calls in a second, {throttled} throttled"
        );
    }
    let trails = &throttling.operations["cloudtrail:GetTrailStatus"].times[MAIN];
    assert!(trails.len() >= TRAILS as usize, "every trail was asked for");
    for service in ["iam:", "s3:"] {
        let all = throttling.operations.iter();
        let all = all.filter(|(name, _)| name.starts_with(service));
        let hit: u32 = all.map(|(_, counted)| counted.throttled).sum();
        assert!(hit > 0, "nothing of {service} was throttled");
    }

    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rates.md");
    let text = fs::read_to_string(&page).expect("the page");
    if env::var_os("UPDATE_DOCS").is_some() {
        let (head, _) = text.split_once(HEAD).expect("a table");
        fs::write(&page, format!("{head}{table}")).expect("the page");
    } else {
        let how = "`UPDATE_DOCS=1 make rates` writes the page";
        assert_eq!(lasting(&text), lasting(&table), "{how}");
    }
}
