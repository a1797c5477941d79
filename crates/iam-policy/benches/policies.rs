//! How long it takes to read, compare, diff, fit and lint policies.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use iam_policy::lint::{Document, Home, lint};
use iam_policy::{Kind, Policy, diff, fit, json, same_meaning};

const DEPLOYER: &str = include_str!("documents/deployer.json");
/// The same policy after some changes.
const LATER: &str = include_str!("documents/deployer-later.json");
const TRUST: &str = include_str!("documents/trust.json");

criterion_group!(benches, reading, comparing, fitting, linting);
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
