//! Tests that many permissions are merged into few documents that allow the same.

use super::*;

#[test]
fn the_documents_fit_and_allow_the_same_for_any_number_of_regions() {
    let regions = [
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ca-central-1",
        "sa-east-1",
        "ap-south-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-east-1",
        "af-south-1",
        "me-south-1",
        "me-central-1",
    ];
    let cases = [
        (settings(&regions[..1]), 1),
        (both(&regions[..1]), 2),
        (both(&regions[..3]), 2),
        (both(&regions), 7),
    ];
    for (settings, documents_at_most) in cases {
        let count = settings.regions.len();
        let all = all_of_apply(&settings);
        let documents = documents(&all).unwrap();
        assert!(
            documents.len() <= documents_at_most,
            "{count}: {}",
            documents.len()
        );
        let mut granted = BTreeSet::new();
        for document in &documents {
            assert!(
                document.size() <= Kind::Managed.limit(),
                "{count}: {}",
                document.size()
            );
            let statements = document.statements();
            let sids: BTreeSet<_> = statements.iter().filter_map(|it| it.sid()).collect();
            assert!(
                documents.len() == 1 || sids.len() == statements.len(),
                "{sids:?}"
            );
            granted.extend(statements.iter().flat_map(|it| grants(it.document())));
        }
        let whole = policy(&all).unwrap();
        let statements = whole.statements().iter();
        let wanted: BTreeSet<_> = statements.flat_map(|it| grants(it.document())).collect();
        assert_eq!(granted, wanted, "{count}");
    }
}

/// Every combination of an action and a resource of a statement, with its condition.
fn grants(statement: &serde_json::Value) -> Vec<(String, String, String)> {
    let list = |name: &str| -> Vec<String> {
        match &statement[name] {
            serde_json::Value::Array(items) => items.iter().map(ToString::to_string).collect(),
            single => vec![single.to_string()],
        }
    };
    let condition = statement["Condition"].to_string();
    let resources = list("Resource");
    list("Action")
        .iter()
        .flat_map(|action| {
            let each = resources.iter();
            each.map(|it| (action.clone(), it.clone(), condition.clone()))
        })
        .collect()
}

fn one(purpose: &'static str, action: &'static str, resource: &str) -> Permission {
    allow(purpose, &[resource], &[], &[action]).remove(0)
}

#[test]
fn merged_statements_allow_nothing_more() {
    let role = "arn:aws:iam::1:role/a";
    let other = "arn:aws:iam::1:role/b";
    let user = "arn:aws:iam::1:user/a";
    let cases: [(&str, [Permission; 2], usize); 6] = [
        (
            "the same resource",
            [
                one("P", "iam:GetRole", role),
                one("P", "iam:DeleteRole", role),
            ],
            1,
        ),
        (
            "the same action",
            [
                one("P", "iam:GetRole", role),
                one("P", "iam:GetRole", other),
            ],
            1,
        ),
        (
            "resources of different kinds",
            [one("P", "iam:GetRole", role), one("P", "iam:GetUser", user)],
            1,
        ),
        (
            "different resources of one kind",
            [
                one("P", "iam:GetRole", role),
                one("P", "iam:DeleteRole", other),
            ],
            2,
        ),
        (
            "everything",
            [one("P", "iam:GetRole", role), one("P", "kms:ListKeys", "*")],
            2,
        ),
        (
            "another purpose",
            [one("P", "iam:GetRole", role), one("Q", "iam:GetRole", role)],
            2,
        ),
    ];
    for (reason, permissions, count) in cases {
        let policy = policy(&permissions).unwrap();
        assert_eq!(policy.statements().len(), count, "{reason}");
        let sids: BTreeSet<_> = policy.statements().iter().map(|it| it.sid()).collect();
        assert_eq!(sids.len(), count, "{reason}: a Sid stands once");
        assert!(
            policy
                .statements()
                .iter()
                .all(|it| it.effect() == Effect::Allow)
        );
    }
}
