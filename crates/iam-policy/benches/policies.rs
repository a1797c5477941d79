//! How long it takes to read, compare, diff, fit and lint policies.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use iam_policy::lint::{Document, Home, lint};
use iam_policy::{Kind, Policy, diff, fit, json, same_meaning};
use serde_json::{Value, json};

const DEPLOYER: &str = include_str!("documents/deployer.json");
/// The same policy after some changes.
const LATER: &str = include_str!("documents/deployer-later.json");
const TRUST: &str = include_str!("documents/trust.json");

criterion_group!(benches, reading, comparing, fitting, linting, long);
criterion_main!(benches);

fn policy(text: &str) -> Policy {
    Policy::parse(text).expect("a policy")
}

fn reading(criterion: &mut Criterion) {
    criterion.bench_function("parse a permission policy", |bencher| {
        bencher.iter(|| Policy::parse(black_box(DEPLOYER)));
    });
    for (name, text) in [("permission", DEPLOYER), ("trust", TRUST)] {
        let document = json::parse(text).expect("JSON");
        criterion.bench_function(&format!("read a {name} policy from JSON"), |bencher| {
            bencher.iter_batched(
                || document.clone(),
                Policy::from_value,
                criterion::BatchSize::SmallInput,
            );
        });
    }
}

fn comparing(criterion: &mut Criterion) {
    let before = policy(DEPLOYER);
    let mut reversed = before.document().clone();
    let statements = reversed["Statement"].as_array_mut();
    statements.expect("a list of statements").reverse();
    let reversed = Policy::from_value(reversed).expect("a policy");
    assert!(same_meaning(&before, &reversed));
    criterion.bench_function("compare a policy with itself, reversed", |bencher| {
        bencher.iter(|| same_meaning(black_box(&before), black_box(&reversed)));
    });

    let after = policy(LATER);
    assert!(!diff(Some(&before), Some(&after)).is_empty());
    criterion.bench_function("diff a policy and its next version", |bencher| {
        bencher.iter(|| diff(Some(black_box(&before)), Some(black_box(&after))));
    });
}

/// The limit is so low that statements have to be merged.
fn fitting(criterion: &mut Criterion) {
    let given = policy(DEPLOYER);
    let limit = given.size() - 1;
    assert!(fit(&given, limit).is_ok());
    criterion.bench_function("fit a policy to a limit", |bencher| {
        bencher.iter(|| fit(black_box(&given), limit));
    });
}

fn linting(criterion: &mut Criterion) {
    for (name, kind, text) in [
        ("permission", Kind::Managed, DEPLOYER),
        ("trust", Kind::Trust, TRUST),
    ] {
        let json = json::parse(text).expect("JSON");
        criterion.bench_function(&format!("lint a {name} policy"), |bencher| {
            bencher.iter(|| lint(&Document::new(kind, Home::default(), black_box(&json))));
        });
    }
}

/// A policy of one shape and of at least so many bytes.
type Shape = fn(usize) -> Value;

/// One long list or many short ones, of which a check could hold each entry against each other.
const SHAPES: [(&str, Shape); 7] = [
    ("actions", |length| {
        one_statement(length, "Action", |n| json!(format!("s3:Get{n}")))
    }),
    ("resources", |length| {
        one_statement(length, "Resource", |n| {
            json!(format!("arn:aws:s3:::bucket-{n}/key"))
        })
    }),
    ("wildcards", |length| {
        one_statement(length, "Resource", |n| {
            json!(format!("arn:aws:s3:::bucket-{n}/*"))
        })
    }),
    ("open wildcards", |length| {
        one_statement(length, "Resource", |n| json!(format!("arn:aws:s3:::*{n}")))
    }),
    ("values", |length| {
        one_statement(length, "Condition", |n| json!(format!("value-{n}*")))
    }),
    ("keys", many_keys),
    ("denials", denials),
];

/// Policies far beyond AWS's limits: the time grows with the length alone, and 1 MB takes less than two
/// seconds.
fn long(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("long");
    group.sample_size(10);
    for kilobytes in [100, 1_000] {
        for kind in Kind::ALL {
            let document = long_policy(kind, kilobytes * 1_000);
            group.bench_function(format!("lint a {kind} of {kilobytes} KB"), |bencher| {
                bencher.iter(|| lint(&Document::new(kind, Home::default(), black_box(&document))));
            });
        }
        for (shape, make) in SHAPES {
            let document = make(kilobytes * 1_000);
            group.bench_function(format!("lint {shape} of {kilobytes} KB"), |bencher| {
                let document =
                    || Document::new(Kind::Managed, Home::default(), black_box(&document));
                bencher.iter(|| lint(&document()));
            });
        }
        let one = Policy::from_value(long_policy(Kind::Key, kilobytes * 1_000)).expect("a policy");
        let other = Policy::from_value(long_policy(Kind::Bucket, kilobytes * 1_000));
        let other = other.expect("a policy");
        group.bench_function(format!("diff two policies of {kilobytes} KB"), |bencher| {
            bencher.iter(|| diff(Some(black_box(&one)), Some(black_box(&other))));
        });
    }
}

/// A policy of many statements, each with names, wildcards, misspelt names and unknown condition keys.
fn long_policy(kind: Kind, length: usize) -> Value {
    let services = ["s3", "ec2", "iam", "kms", "lambda", "sqs"];
    let mut statements = Vec::new();
    let mut written = 0;
    while written < length {
        let n = statements.len();
        let service = kind.service().unwrap_or(services[n % services.len()]);
        let mut statement = json!({
            "Sid": format!("S{n}"),
            "Effect": if n % 3 == 0 { "Deny" } else { "Allow" },
            "Action": [
                format!("{service}:Get*"), format!("{service}:List{n}*"),
                format!("{service}:Put{n}"), format!("service{n}:Get"),
            ],
            "Resource": [
                format!("arn:aws:{service}:eu-west-1:123456789012:key/{n}"),
                format!("arn:aws:{service}:::b{n}/*"),
            ],
            "Condition": {
                "StringEquals": {
                    "aws:PrincipalTag/a": "b", format!("aws:Unknown{n}"): "x", "kms:ViaService": "y",
                },
                "ArnLike": {format!("prefix{n}:key"): format!("arn:aws:s3:::b{n}")},
            },
        });
        if !kind.grants_to_identity() {
            let role = format!("arn:aws:iam::123456789012:role/r{n}");
            statement["Principal"] = json!({"AWS": [role, "123456789012"]});
        }
        written += statement.to_string().len();
        statements.push(statement);
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A statement that allows changing policies, passing roles and using keys, with one long list.
fn one_statement(length: usize, element: &str, item: impl Fn(usize) -> Value) -> Value {
    let size = item(10_000).to_string().len() + 1;
    let items: Value = (0..length / size).map(item).collect();
    let mut statement = json!({
        "Effect": "Allow",
        "Action": ["iam:PassRole", "lambda:*", "s3:*", "kms:PutKeyPolicy"],
        "Resource": "arn:aws:s3:::bucket",
    });
    statement[element] = match element {
        "Condition" => json!({"StringLike": {"aws:PrincipalTag/a": items}}),
        _ => items,
    };
    json!({"Version": "2012-10-17", "Statement": statement})
}

/// One statement under thousands of conditions.
fn many_keys(length: usize) -> Value {
    let keys: serde_json::Map<_, _> = (0..length / 40)
        .map(|n| {
            (
                format!("aws:RequestTag/tag{n}"),
                json!(format!("value-{n}")),
            )
        })
        .collect();
    let mut policy = one_statement(0, "Action", |_| json!("s3:GetObject"));
    policy["Statement"]["Action"] = json!("s3:PutObject");
    policy["Statement"]["Condition"] = json!({"StringEquals": keys});
    policy
}

/// As many statements that deny as statements that allow.
fn denials(length: usize) -> Value {
    let statement = |n: usize| {
        json!({
            "Effect": if n.is_multiple_of(2) { "Allow" } else { "Deny" },
            "Action": "s3:Put*",
            "Resource": format!("arn:aws:s3:::bucket-{n}"),
        })
    };
    let statements: Value = (0..length / 80).map(statement).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}
