//! The resources of a layout, which of them are wanted, and how they depend on each other.

use std::collections::BTreeSet;

use super::*;
use crate::engine::attributes::Attributes;
use crate::engine::node::Observations;
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::names::{IamIdentity, Partition};
use crate::systems::named;
use iam_policy::Policy;

fn addresses(nodes: &[Node], wanted: bool) -> Vec<String> {
    let nodes = nodes.iter().filter(|node| node.is_wanted() == wanted);
    nodes.map(|node| node.address().to_string()).collect()
}

#[test]
fn the_account_and_each_region_get_the_documented_resources() {
    let nodes = laid_out(&settings(&["eu-west-1", "us-east-1"]));
    assert_eq!(
        addresses(&nodes, true),
        [
            "iam_role.integration",
            "kms_key.integration@eu-west-1",
            "s3_bucket.logs@eu-west-1",
            "iam_role.firehose-eu-west-1",
            "iam_role.eventbridge-eu-west-1",
            "firehose_stream.eventbridge@eu-west-1",
            "event_rule.stackstate@eu-west-1",
            "event_target.firehose@eu-west-1",
            "iam_role.firehose-us-east-1",
            "iam_role.eventbridge-us-east-1",
            "firehose_stream.eventbridge@us-east-1",
            "event_rule.stackstate@us-east-1",
            "event_target.firehose@us-east-1",
        ]
    );
    let profile = "iam_instance_profile.integration";
    assert_eq!(
        addresses(&nodes, false),
        [profile],
        "looked for all the same"
    );
    assert_eq!(
        addresses(&laid_out(&on_ec2(&["eu-west-1"])), false),
        [""; 0]
    );
    let nodes = laid_out(&unencrypted(&["eu-west-1"]));
    let unwanted = [profile, "kms_key.integration@eu-west-1"];
    assert_eq!(addresses(&nodes, false), unwanted);
}

#[test]
fn resources_that_earlier_settings_left_behind_are_unwanted() {
    let settings = settings(&["eu-west-1"]);
    let site = site(&settings);
    let roles = [
        "StackStateFirehoseRole-us-east-1",
        "StackStateEventBridgeRole-us-east-1",
        "StackStateEventBridgeRole-eu-west-1",
        "StackStateFirehoseRole-ap-south-1-of-another-deployment",
        "StackStateFirehoseRole-cn-north-1",
        "StackStateFirehoseRole-eu-west-3",
    ];
    let roles = roles.map(ToOwned::to_owned);
    let elsewhere = Attributes::from([("region".to_owned(), "us-west-2".into())]);
    let bucket = Present::new(elsewhere, Owner::Ours, Phase::Stable);
    let bucket_address = Names::bucket_address(&settings.regions[0]);
    let mut observed = Observations::from([(bucket_address, Observed::Present(bucket))]);
    let left_behind = |goal, observed: &Observations| {
        let systems = named(&settings, goal).unwrap();
        systems[0].left_behind(&site, &roles, observed).unwrap()
    };
    let of_roles = [
        "iam_role.firehose-eu-west-3",
        "iam_role.eventbridge-eu-west-3",
        "iam_role.firehose-us-east-1",
        "iam_role.eventbridge-us-east-1",
    ];
    let nodes = left_behind(Goal::Present, &observed);
    assert_eq!(
        addresses(&nodes, false),
        of_roles,
        "whose the roles are is not known yet"
    );
    let role = |owner| Observed::Present(Present::new(Attributes::new(), owner, Phase::Stable));
    let theirs = Owner::Foreign("it carries no tags".to_owned());
    observed.insert(nodes[0].address().clone(), role(theirs));
    observed.insert(nodes[3].address().clone(), role(Owner::Ours));
    let regional = [
        "iam_role.firehose-eu-west-3",
        "iam_role.eventbridge-eu-west-3",
        "iam_role.firehose-us-east-1",
        "iam_role.eventbridge-us-east-1",
        "firehose_stream.eventbridge@us-east-1",
        "event_rule.stackstate@us-east-1",
        "event_target.firehose@us-east-1",
    ];
    let nodes = left_behind(Goal::Present, &observed);
    assert_eq!(addresses(&nodes, false), regional);
    assert_eq!(addresses(&nodes, true), [""; 0]);

    let nodes = left_behind(Goal::Absent, &observed);
    let address = "kms_key.integration@us-west-2";
    assert_eq!(
        addresses(&nodes, false),
        [&regional[..], &[address]].concat()
    );
    assert_eq!(addresses(&nodes, true), [""; 0]);
    let key = find(&nodes, address);
    let outlived = key.outlives.as_ref().map(ToString::to_string);
    assert_eq!(outlived.as_deref(), Some("s3_bucket.logs@eu-west-1"));
}

#[test]
fn removal_lays_out_the_same_resources_and_needs_no_document() {
    let mut settings = with_audit_trail(settings(&["eu-west-1", "us-east-1"]));
    let audit_trail = settings.audit_trail.as_mut().unwrap();
    audit_trail.attach_to = vec![IamIdentity::User("audit".to_owned())];
    let all = |nodes: &[Node]| -> Vec<String> {
        let addresses = nodes.iter().map(|node| node.address().to_string());
        addresses.collect()
    };
    let present = all(&laid_out(&settings));

    let folder = tempfile::tempdir().unwrap();
    stackstate(&mut settings).policies = Some(folder.path().join("missing"));
    let systems = named(&settings, Goal::Absent).unwrap();
    for system in &systems {
        system.check(Partition::Aws).unwrap();
        assert!(system.texts().is_empty(), "{system:?}");
    }
    let layout = layout(&settings, Goal::Absent).unwrap();
    assert!(layout.written.is_empty());
    assert_eq!(addresses(&layout.nodes, true), [""; 0]);
    assert_eq!(all(&layout.nodes), present);

    let failure = named(&settings, Goal::Present).unwrap_err().to_string();
    assert!(
        failure.starts_with("cannot read the policies in "),
        "{failure}"
    );
}

#[test]
fn every_resource_stands_once_and_after_its_needs() {
    let regions = ["eu-west-1", "us-east-1", "ap-south-1"];
    for settings in [settings(&regions), unencrypted(&regions), on_ec2(&regions)] {
        let nodes = laid_out(&settings);
        let mut seen = BTreeSet::new();
        for node in &nodes {
            let own = node.address();
            for (needed, _) in &node.needs {
                assert!(seen.contains(needed), "{own} stands before {needed}");
            }
            let parent = node.resource.parent();
            assert!(parent.is_none_or(|parent| seen.contains(parent)), "{own}");
            assert!(seen.insert(own), "{own} stands twice");
        }
        // A wanted resource needs no unwanted one.
        for node in nodes.iter().filter(|node| node.is_wanted()) {
            for (needed, _) in &node.needs {
                assert!(
                    find(&nodes, &needed.to_string()).is_wanted(),
                    "{}",
                    node.address()
                );
            }
        }
        let outlives = nodes.iter().filter_map(|node| node.outlives.as_ref());
        assert_eq!(
            outlives.map(ToString::to_string).collect::<Vec<_>>(),
            ["s3_bucket.logs@eu-west-1"],
            "the key alone outlives something"
        );
    }
}

#[test]
fn every_role_has_the_boundary_and_keeps_the_kept_policies() {
    let boundary = "arn:aws:iam::123456789012:policy/boundary";
    let mut settings = settings(&["eu-west-1"]);
    stackstate(&mut settings).permissions_boundary = Some(boundary.parse().unwrap());
    let nodes = laid_out(&settings);
    let roles = nodes
        .iter()
        .filter(|node| node.address().kind == "iam_role");
    let roles: Vec<String> = roles.map(|node| node.address().to_string()).collect();
    assert_eq!(roles.len(), 3);
    for role in roles {
        assert_eq!(
            desired(&nodes, &role, "permissions_boundary"),
            json!(boundary)
        );
    }
}

#[test]
fn the_shipped_documents_have_the_length_of_the_vendors() {
    let cases = [
        ("integration-role-policy", 3640, 21),
        ("firehose-role-policy", 694, 2),
        ("eventbridge-role-policy", 192, 1),
        ("integration-role-trust-external", 202, 1),
        ("key-policy", 876, 3),
        ("bucket-policy", 785, 3),
    ];
    for (name, size, statements) in cases {
        let text = documented(name);
        let policy = Policy::parse(text).unwrap();
        assert_eq!(policy.size(), size, "{name}");
        assert_eq!(policy.statements().len(), statements, "{name}");
    }
}
