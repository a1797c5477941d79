//! Measures the work that needs no AWS call: planning, comparing policies, linting.
//!
//! `make bench` runs these benchmarks and writes the results into `docs/benchmarks.md`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use iam_policy::{Policy, diff, same_meaning};
use provision::checks::documents;
use provision::engine::action::Action;
use provision::engine::address::Address;
use provision::engine::attributes::Value;
use provision::engine::identity::Identity;
use provision::engine::known::Known;
use provision::engine::node::{Node, Observations};
use provision::engine::observed::{Consent, Observed, Phase, Present};
use provision::engine::ownership::{Owner, Tags};
use provision::engine::plan::plan;
use provision::kinds::iam::role::{IamRole, RoleSpec};
use provision::settings::{self, GeneralFlags, Need, Settings, StackStateFlags};
use provision::systems::{self, Goal, Site};

const RESOURCES: usize = 1_000;
/// The largest document, as the vendor prints it and in the hardened profile.
const DOCUMENTED: &str = include_str!("../policies/audit-trail/permissions.json");
const HARDENED: &str = include_str!("../policies/audit-trail/hardened/permissions.json");
const INTEGRATION: &str = include_str!("../policies/stackstate/integration-role-policy.json");
const TRUST: &str = include_str!("../policies/stackstate/integration-role-trust-ec2.json");

criterion_group!(benches, planning, comparing, linting);
criterion_main!(benches);

/// Plans roles with the integration's policy. Every tenth role is missing, and every tenth has drifted.
fn planning(criterion: &mut Criterion) {
    let (policy, trust) = (policy(INTEGRATION), policy(TRUST));
    let role = |name: String| IamRole {
        identity: Identity {
            address: Address::global("iam_role", &name),
            arn: Some(format!("arn:aws:iam::111122223333:role/{name}")),
            name,
            tags: Tags::new("stackstate", "default", &BTreeMap::new()),
        },
        policy_name: "STSIntegration",
        spec: Some(RoleSpec {
            trust: Some(trust.clone().into()),
            policy: policy.clone().into(),
            boundary: None,
            keep_policies: Vec::new(),
        }),
    };
    let nodes: Vec<Node> = (0..RESOURCES)
        .map(|n| Node::new(role(format!("role-{n}"))))
        .collect();
    let mut observed = Observations::new();
    for (n, node) in nodes.iter().enumerate().filter(|(n, _)| n % 10 != 0) {
        let wanted = node.resource.wanted().expect("a role with a specification");
        let mut attributes = wanted.desired(None, &Known::new());
        if n % 10 == 1 {
            attributes.insert("max_session_seconds".to_owned(), Value::from("7200"));
        }
        let present = Present::new(attributes, Owner::Ours, Phase::Stable);
        observed.insert(node.address().clone(), Observed::Present(present));
    }
    let planned = plan(&nodes, &observed, Consent::default());
    assert_eq!(planned.count(Action::Create), RESOURCES / 10);
    assert_eq!(planned.count(Action::Update), RESOURCES / 10);
    criterion.bench_function("plan 1,000 resources", |bencher| {
        bencher.iter(|| plan(black_box(&nodes), black_box(&observed), Consent::default()));
    });
}

fn comparing(criterion: &mut Criterion) {
    let documented = policy(DOCUMENTED);
    let mut reordered = documented.document().clone();
    let statements = reordered["Statement"].as_array_mut();
    statements.expect("a list of statements").reverse();
    let reordered = Policy::from_value(reordered).expect("a policy");
    assert!(same_meaning(&documented, &reordered));
    criterion.bench_function("compare Audit Trail's policy, reordered", |bencher| {
        bencher.iter(|| same_meaning(black_box(&documented), black_box(&reordered)));
    });

    let hardened = policy(HARDENED);
    assert!(!diff(Some(&documented), Some(&hardened)).is_empty());
    criterion.bench_function("diff Audit Trail's policy, hardened", |bencher| {
        bencher.iter(|| diff(Some(black_box(&documented)), Some(black_box(&hardened))));
    });
}

/// Lints every document of both systems in three regions.
fn linting(criterion: &mut Criterion) {
    let settings = both_systems();
    let systems = systems::named(&settings, Goal::Present).expect("the shipped documents");
    let site = Site {
        partition: settings.partition().expect("a region"),
        account: settings.account.clone().expect("an account"),
        regions: settings.regions.clone(),
    };
    let lint = || {
        let layout = systems::lay_out(black_box(&systems), &site)?;
        documents::report(&settings, &layout, &site)
    };
    let report = lint().expect("documents that can be read");
    assert!(
        report
            .documents
            .iter()
            .any(|document| !document.found.is_empty())
    );
    criterion.bench_function("lint all documents, 3 regions", |bencher| {
        bencher.iter(lint);
    });
}

fn both_systems() -> Settings {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("provision.toml");
    let text = "account = \"111122223333\"\n\
                regions = [\"eu-west-1\", \"us-east-1\", \"ap-southeast-2\"]\n\
                [stackstate]\ntrust = \"ec2\"\n\
                [audit_trail]\nattach_to = [\"role/app\"]\n";
    std::fs::write(&file, text).expect("a file that can be written");
    let (general, stackstate) = (GeneralFlags::default(), StackStateFlags::default());
    let folder: &Path = folder.path();
    let draft = settings::load(&general, &stackstate, Need::Trust, folder, &|_| None);
    let settings = draft.and_then(|draft| draft.complete(None));
    settings.expect("settings that are complete")
}

fn policy(text: &str) -> Policy {
    Policy::parse(text).expect("a policy")
}
