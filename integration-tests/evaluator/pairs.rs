//! Two policies that mean the same to `policy diff` decide every request alike.
//!
//! Policies are made at random from few words, and partners are made of them by rewriting and by changing
//! something. Of each pair that is called the same, the evaluator decides random requests by both.

use iam_policy::{Policy, same_meaning};
use serde_json::{Value as Json, json};

use crate::chance::Chance;
use crate::deployment::{ACCOUNT, STRANGER};
use crate::rewriting::{changed, rewritten};
use crate::tool::evaluate;

const ACTIONS: [&str; 11] = [
    "s3:GetObject",
    "S3:getobject",
    "s3:Get*",
    "s3:*",
    "s3:**",
    "*",
    "s3:PutObject",
    "s3:P?tObject*",
    "s3:GetObjectTagging",
    "s3:DeleteObject",
    "s3:*Object",
];
const RESOURCES: [&str; 10] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/**",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::b/${AWS:UserName}",
    "arn:aws:s3:::b/?",
    "arn:aws:s3:::b/?*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::c/x",
];
/// The keys of conditions, each with the operators that are tried and the values of policies and requests.
const CONDITIONS: [(&str, &[&str], &[&str]); 5] = [
    (
        "aws:UserAgent",
        &[
            "StringEquals",
            "StringLike",
            "StringNotEquals",
            "StringNotLike",
            "StringNotEqualsIfExists",
            "StringEqualsIgnoreCase",
            "StringEqualsIfExists",
        ],
        &["a", "A", "ab", "a*", "?"],
    ),
    (
        "aws:SourceIp",
        &["IpAddress", "NotIpAddress", "NotIpAddressIfExists"],
        &[
            "192.0.2.7",
            "192.0.2.7/32",
            "192.0.2.0/24",
            "2001:db8::1/128",
            "2001:DB8:0:0::1/128",
        ],
    ),
    (
        "aws:CurrentTime",
        &["DateLessThan", "DateGreaterThanEquals", "DateNotEquals"],
        // The evaluator takes epoch time for milliseconds, and AWS documents seconds.
        &["2024-03-01T00:00:01Z", "2025-01-01T00:00:00Z"],
    ),
    ("aws:SecureTransport", &["Bool", "Null"], &["true", "false"]),
    (
        "aws:MultiFactorAuthAge",
        &["NumericLessThan", "NumericEquals", "NumericNotEquals"],
        &["10", "10.0", "3600"],
    ),
];
/// What requests have for each of the keys.
const CONTEXT: [(&str, &[&str]); 5] = [
    ("aws:UserAgent", &["a", "A", "ab", "b"]),
    ("aws:SourceIp", &["192.0.2.7", "192.0.2.9", "198.51.100.1"]),
    (
        "aws:CurrentTime",
        &[
            "2024-03-01T00:00:01Z",
            "2024-06-01T00:00:00Z",
            "2026-01-01T00:00:00Z",
        ],
    ),
    ("aws:SecureTransport", &["true", "false"]),
    ("aws:MultiFactorAuthAge", &["5", "10", "4000"]),
];
const ASKED: [&str; 4] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:GetObjectTagging",
    "s3:DeleteObject",
];

/// A policy of an identity, or of a bucket.
fn policy(chance: &mut Chance, is_of_bucket: bool) -> Json {
    let count = 1 + chance.below(3);
    let statements: Vec<Json> = (0..count)
        .map(|_| statement(chance, is_of_bucket))
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn statement(chance: &mut Chance, is_of_bucket: bool) -> Json {
    let effect = if chance.one_in(4) { "Deny" } else { "Allow" };
    let element = |chance: &mut Chance, name: &str| match chance.one_in(8) {
        true => format!("Not{name}"),
        false => name.to_owned(),
    };
    let (action, resource) = (element(chance, "Action"), element(chance, "Resource"));
    let mut statement = json!({
        "Effect": effect,
        action: chance.some_of(&ACTIONS),
        resource: chance.some_of(&RESOURCES),
    });
    if is_of_bucket {
        let root = format!("arn:aws:iam::{ACCOUNT}:root");
        let user = format!("arn:aws:iam::{ACCOUNT}:user/x");
        let principals = [
            json!("*"),
            json!({"AWS": "*"}),
            json!({"AWS": ACCOUNT}),
            json!({"AWS": root}),
            json!({"AWS": [user, STRANGER]}),
        ];
        statement["Principal"] = chance.one_of(&principals).clone();
    }
    if chance.one_in(2) {
        let (key, operators, values) = *chance.one_of(&CONDITIONS);
        let operator = *chance.one_of(operators);
        let values = match operator {
            "Null" => json!("false"),
            _ => chance.some_of(values),
        };
        statement["Condition"] = json!({operator: {key: values}});
    }
    statement
}

/// A request on an object, with a value of some of the keys.
fn request(chance: &mut Chance, is_of_bucket: bool) -> Json {
    let object = *chance.one_of(&["b/x", "b/y", "b/xy", "b/X", "c/x"]);
    let mut context = json!({"aws:username": "x"});
    for (key, values) in CONTEXT {
        if !chance.one_in(3) {
            context[key] = (*chance.one_of(values)).into();
        }
    }
    let account = if is_of_bucket && chance.one_in(3) {
        STRANGER
    } else {
        ACCOUNT
    };
    json!({
        "principal": format!("arn:aws:iam::{account}:user/x"),
        "action": chance.one_of(&ASKED),
        "resource": format!("arn:aws:s3:::{object}"),
        "account": ACCOUNT,
        "context": context,
    })
}

/// Two policies of the same kind.
struct Pair {
    is_of_bucket: bool,
    policies: [Json; 2],
}

impl Pair {
    fn of(chance: &mut Chance) -> Self {
        let is_of_bucket = chance.one_in(3);
        let one = policy(chance, is_of_bucket);
        let mut other = one.clone();
        for _ in 0..=chance.below(3) {
            other = rewritten(chance, &other);
        }
        if chance.one_in(2) {
            other = changed(chance, &other, &ACTIONS, &RESOURCES);
        }
        Pair {
            is_of_bucket,
            policies: [one, other],
        }
    }

    fn is_called_the_same(&self) -> bool {
        let [one, other] = self.policies.each_ref().map(|it| {
            Policy::from_value(it.clone()).unwrap_or_else(|error| panic!("{error}: {it}"))
        });
        same_meaning(&one, &other)
    }

    /// A request as each of the two policies has to decide it. Beside a bucket's policy, a principal has
    /// every permission of its own account or none.
    fn ask(&self, chance: &mut Chance) -> [Json; 2] {
        let request = request(chance, self.is_of_bucket);
        let all = json!({"Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        let own = if chance.one_in(2) {
            json!([all])
        } else {
            json!([])
        };
        self.policies.each_ref().map(|policy| {
            let mut asked = request.clone();
            if self.is_of_bucket {
                asked["resourcePolicy"] = policy.clone();
                asked["identity"] = own.clone();
            } else {
                asked["identity"] = json!([policy]);
            }
            asked
        })
    }
}

/// For each pair, the first of so many random requests that the two policies decide differently.
fn differences(pairs: &[Pair], requests: usize, chance: &mut Chance) -> Vec<Option<String>> {
    let mut asked = Vec::new();
    for pair in pairs {
        for _ in 0..requests {
            asked.extend(pair.ask(chance));
        }
    }
    let verdicts = evaluate(asked.clone());
    assert_eq!(verdicts.len(), asked.len());
    let decided: Vec<_> = asked.iter().zip(&verdicts).collect();
    let of_pairs = decided.chunks(2 * requests);
    of_pairs
        .map(|of_pair| {
            of_pair.chunks(2).find_map(|both| {
                let [(asked, one), (_, other)] = both else {
                    panic!("two verdicts on each request");
                };
                for verdict in [one, other] {
                    let is_result = verdict["result"].is_string();
                    assert!(
                        is_result && verdict["ignored"] == json!([]),
                        "{verdict}: {asked}"
                    );
                }
                (one["result"] != other["result"])
                    .then(|| format!("{} and {} on {asked}", one["result"], other["result"]))
            })
        })
        .collect()
}

#[test]
fn what_diff_calls_the_same_decides_every_request_alike() {
    let mut chance = Chance::new(20_261_128);
    let mut same = Vec::new();
    let mut tried = 0;
    while same.len() < 240 {
        tried += 1;
        let pair = Pair::of(&mut chance);
        if pair.policies[0] != pair.policies[1] && pair.is_called_the_same() {
            same.push(pair);
        }
    }
    let found = differences(&same, 8, &mut chance);
    for (pair, difference) in same.iter().zip(&found) {
        let [one, other] = &pair.policies;
        assert_eq!(*difference, None, "\n{one:#}\n{other:#}");
    }
    println!(
        "{} of {tried} pairs are called the same, none byte for byte",
        same.len()
    );
}

/// The test above can fail: its requests tell policies apart of which something was changed.
#[test]
fn the_requests_tell_apart_most_of_what_diff_calls_different() {
    let mut chance = Chance::new(7);
    let mut different = Vec::new();
    while different.len() < 60 {
        let pair = Pair::of(&mut chance);
        if !pair.is_called_the_same() {
            different.push(pair);
        }
    }
    let found = differences(&different, 12, &mut chance);
    let told_apart = found.iter().filter(|it| it.is_some()).count();
    assert!(told_apart >= 20, "{told_apart} of {}", found.len());

    let wrong = [
        ("s3:Get*", "s3:GetObject"),
        ("s3:*", "s3:*Object"),
        ("*", "s3:P?tObject*"),
    ];
    let wrong = wrong.map(|actions| Pair {
        is_of_bucket: false,
        policies: <[&str; 2]>::from(actions).map(|action| {
            json!({"Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})
        }),
    });
    let found = differences(&wrong, 24, &mut chance);
    assert!(found.iter().all(Option::is_some), "{found:?}");
}
