//! Snapshots of the text and the JSON output of a plan.

use std::collections::BTreeMap;

use serde_json::json;

use super::{preflight, wrap};
use crate::checks::documents::security_findings;
use crate::checks::preflight::{Check, Denied, Verdict};
use crate::engine::address::Address;
use crate::engine::attributes::Value;
use crate::engine::known::Known;
use crate::engine::node::Observations;
use crate::engine::observed::{Observed, Present};
use crate::engine::ownership::Owner;
use crate::engine::plan::{self, Plan};
use crate::fakes::deployment::{laid_out, layout, settings, site, to_be_removed, with_audit_trail};
use crate::fakes::{consent, settled};
use crate::names::IamIdentity;
use crate::render::plan::View;
use crate::render::wrap::{width_of, words};
use crate::settings::Settings;
use crate::systems::{Goal, Layout};
use iam_policy::Policy;

/// The plan of settled resources, each changed by `change`.
fn changed(settings: &Settings, change: impl Fn(&str, &mut Present)) -> Plan {
    let observed = observed(settings, change);
    plan::plan(&laid_out(settings), &observed, consent(false))
}

fn existing(settings: &Settings) -> Observations {
    observed(settings, |_, _| {})
}

fn observed(settings: &Settings, change: impl Fn(&str, &mut Present)) -> Observations {
    let nodes = laid_out(settings);
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd".to_owned();
    let keys = nodes.iter().filter(|node| node.address().kind == "kms_key");
    let known: Known = keys
        .map(|node| (node.address().clone(), key.clone()))
        .collect();
    nodes
        .iter()
        .filter(|node| node.is_wanted())
        .map(|node| {
            let mut present = settled(node, &known);
            change(&node.address().to_string(), &mut present);
            (node.address().clone(), Observed::Present(present))
        })
        .collect()
}

/// Drift of every sort, a foreign resource among it.
fn drift(address: &str, present: &mut Present) {
    let attributes = &mut present.attributes;
    let mut set = |name: &str, value: Value| attributes.insert(name.to_owned(), value);
    match address {
        "iam_role.integration" => {
            set("inline_policy[added]", policy("iam:*"));
            set("trust_policy", trust_of_others());
            set("tags[provision:system]", "stackstate".into());
        }
        "s3_bucket.logs@eu-west-1" => {
            set("versioning", "Suspended".into());
            attributes.remove("lifecycle");
        }
        "firehose_stream.eventbridge@eu-west-1" => {
            present.owner = Owner::Foreign("it is tagged team=\u{1b}[2Jx".to_owned());
        }
        _ => {}
    }
}

fn policy(action: &str) -> Value {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Added", "Effect": "Allow", "Action": action, "Resource": "*"}],
    });
    Value::Policy(Policy::from_value(document).unwrap())
}

fn trust_of_others() -> Value {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": ["arn:aws:iam::210987654321:root", "999999999999"]},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "an-older-external-id"}},
        }],
    });
    Value::Policy(Policy::from_value(document).unwrap())
}

/// The first is the main region.
const REGIONS: [&str; 10] = [
    "eu-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-central-1",
    "eu-north-1",
    "ap-south-1",
    "ap-southeast-1",
    "ca-central-1",
];

fn text(settings: &Settings, plan: &Plan) -> String {
    shown(settings, plan, 80, false)
}

fn shown(settings: &Settings, plan: &Plan, width: usize, details: bool) -> String {
    let view = View {
        site: &site(settings),
        findings: &BTreeMap::new(),
        width,
        details,
    };
    let styled = view.text(plan);
    anstream::adapter::strip_str(&styled).to_string()
}

/// All that a first plan of both systems prints: the numbers of findings are those of the built-in documents,
/// and an identity gets the policy of Audit Trail.
fn first_plan(regions: usize, width: usize) -> String {
    let mut settings = with_audit_trail(settings(&REGIONS[..regions]));
    let attached = IamIdentity::User("audit-trail-integration".to_owned());
    settings.audit_trail.as_mut().unwrap().attach_to = vec![attached];
    let Layout { nodes, written } = layout(&settings, Goal::Present).unwrap();
    let site = site(&settings);
    let findings = security_findings(&settings.accepted, &nodes, &written, &site);
    let plan = plan::plan(&nodes, &Observations::new(), consent(false));
    let view = View {
        site: &site,
        findings: &findings,
        width,
        details: false,
    };
    let styled = view.text(&plan) + &super::text::security(findings.values().sum(), width);
    anstream::adapter::strip_str(&styled).to_string()
}

#[test]
fn a_first_plan_as_a_person_reads_it() {
    for (regions, name) in [(1, "one_region"), (2, "two_regions"), (10, "ten_regions")] {
        for width in [60, 80, 120] {
            let text = first_plan(regions, width);
            let lines = text.lines().count();
            assert!(lines <= 40 || regions > 2, "{lines} lines:\n{text}");
            insta::assert_snapshot!(format!("a_first_plan_in_{name}_in_{width}_columns"), text);
        }
    }
}

/// A plan in which nothing is wanted any more, and all is there.
fn deletions(settings: &Settings) -> Plan {
    let nodes = to_be_removed(settings);
    let observed = existing(settings);
    let mut plan = plan::plan(&nodes, &observed, consent(false));
    plan.steps.reverse();
    plan
}

#[test]
fn a_destroy_says_once_why_it_deletes() {
    let settings = with_audit_trail(settings(&REGIONS[..2]));
    insta::assert_snapshot!(text(&settings, &deletions(&settings)));
}

#[test]
fn what_is_deleted_since_the_settings_lack_it_says_so() {
    let (two, one) = (settings(&REGIONS[..2]), settings(&REGIONS[..1]));
    let mut nodes = laid_out(&one);
    let left = to_be_removed(&two).into_iter();
    let left = left.filter(|node| node.address().to_string().contains(REGIONS[1]));
    nodes.extend(left.map(|mut node| {
        node.unwanted = Some("`regions` does not name us-east-1".to_owned());
        node
    }));
    let plan = plan::plan(&nodes, &existing(&two), consent(false));
    insta::assert_snapshot!(text(&one, &plan));
}

#[test]
fn drift_of_every_kind_is_shown_part_by_part() {
    let settings = with_audit_trail(settings(&REGIONS[..2]));
    for width in [60, 80, 120] {
        let plan = changed(&settings, drift_everywhere);
        let text = shown(&settings, &plan, width, false);
        assert!(
            !text.contains("{\"") && !text.contains("[{"),
            "JSON: {text}"
        );
        insta::assert_snapshot!(format!("drift_of_every_kind_in_{width}_columns"), text);
    }
}

/// Values that somebody else may have set, of every form that an attribute has.
fn drift_everywhere(address: &str, present: &mut Present) {
    drift(address, present);
    let rule = |id: &str, days: u8| json!({"id": id, "status": "Enabled", "prefix": "", "expire_days": days});
    let attributes = &mut present.attributes;
    let mut set = |name: &str, value: Value| attributes.insert(name.to_owned(), value);
    match address.split('@').next().unwrap_or_default() {
        "s3_bucket.logs" => {
            let rules = [
                rule("provision-expire-after-one-day", 30),
                rule("theirs", 7),
            ];
            set("lifecycle", json!(rules).into());
            let block = json!({
                "block_public_acls": false,
                "ignore_public_acls": true,
                "block_public_policy": true,
                "restrict_public_buckets": true,
            });
            set("public_access_block", block.into());
        }
        "event_rule.stackstate" => {
            let pattern =
                json!({"source": ["aws.ec2", "aws.iam"], "detail": {"x": [{"prefix": "y"}]}});
            set("event_pattern", pattern.into());
        }
        "event_target.firehose" => {
            let arn = "arn:aws:sqs:us-east-1:210987654321:a-queue-of-somebody-else";
            set("further_target[theirs]", arn.into());
            set("input_path", "$.detail".into());
        }
        "firehose_stream.eventbridge" => {
            set("compression", "UNCOMPRESSED".into());
            set("prefix", "elsewhere/".into());
        }
        "kms_key.integration" => {
            set("rotation", false.into());
            set("key_policy", policy("kms:*"));
        }
        "iam_policy.AuditTrailRole" => {
            set("document", policy("*"));
        }
        "iam_role.firehose-us-east-1" => {
            set("tags[provision:system]", "stackstate".into());
            set("max_session_seconds", 43_200.into());
        }
        _ => {}
    }
}

#[test]
fn no_line_is_longer_than_the_terminal_unless_it_is_one_word() {
    let settings = with_audit_trail(settings(&REGIONS));
    let first = plan::plan(&laid_out(&settings), &Observations::new(), consent(false));
    let plans = [
        first,
        changed(&settings, drift_everywhere),
        changed(&settings, foreign_everywhere),
        deletions(&settings),
    ];
    for plan in &plans {
        for (width, details) in (60..=120).flat_map(|width| [(width, false), (width, true)]) {
            for line in shown(&settings, plan, width, details).lines() {
                // A sign belongs to what follows it.
                let words =
                    words(line).len() - usize::from(line.trim().starts_with(['+', '-', '~']));
                assert!(width_of(line) <= width || words == 1, "{width}: {line:?}");
            }
        }
    }
}

fn foreign_everywhere(address: &str, present: &mut Present) {
    present.owner = Owner::Foreign(format!("it is tagged owner=the-team-of-{address}"));
    present.note = Some(["word"; 40].join(" "));
    present.keeps =
        vec!["keeps arn:aws:iam::aws:policy/service-role/AWSSomething: s3:* on *".to_owned()];
}

#[test]
fn details_show_every_attribute_and_the_trust_policy_first() {
    let settings = settings(&["eu-west-1"]);
    let plan = plan::plan(&laid_out(&settings), &Observations::new(), consent(false));
    insta::assert_snapshot!(shown(&settings, &plan, 80, true));
}

#[test]
fn drift_and_a_blocked_resource_as_a_person_reads_them() {
    let settings = settings(&["eu-west-1"]);
    insta::assert_snapshot!(text(&settings, &changed(&settings, drift)));
}

#[test]
fn drift_and_a_blocked_resource_as_a_program_reads_them() {
    let settings = settings(&["eu-west-1"]);
    let plan = super::json::plan(&site(&settings), &changed(&settings, drift));
    insta::assert_snapshot!(format!("{plan:#}"));
}

#[test]
fn nothing_to_do_as_a_person_reads_it() {
    let settings = settings(&["eu-west-1", "us-east-1"]);
    insta::assert_snapshot!(text(&settings, &changed(&settings, |_, _| {})));
}

#[test]
fn what_a_plan_says_beside_the_changes_fits_a_narrow_terminal() {
    let words = ["word"; 40].join(" ");
    let settings = settings(&["eu-west-1"]);
    let plan = changed(&settings, |_, present| {
        present.note = Some(words.clone());
        present.keeps = vec![words.clone()];
    });
    let text = text(&settings, &plan);
    let mut lines = text.lines().filter(|line| line.starts_with("    "));
    let too_long = lines.find(|line| line.chars().count() > 80);
    assert_eq!(too_long, None, "{text}");
    assert_eq!(text.matches("word").count(), 80 * plan.steps.len());
}

/// The policies in which AWS shows the unique ids of deleted principals.
const WITH_PRINCIPALS: [(&str, &str); 4] = [
    ("iam_role.integration", "trust_policy"),
    ("iam_role.firehose-eu-west-1", "trust_policy"),
    ("kms_key.integration@eu-west-1", "key_policy"),
    ("s3_bucket.logs@eu-west-1", "bucket_policy"),
];

fn deleted_principals(address: &str, present: &mut Present) {
    for (_, name) in WITH_PRINCIPALS.iter().filter(|(at, _)| *at == address) {
        let Some(Value::Policy(policy)) = present.attributes.get(*name) else {
            panic!("{address} has no {name}");
        };
        let mut document = policy.document().clone();
        let first = &mut document["Statement"][0];
        first["Principal"] = json!({"AWS": ["AROAKSCDLFT9R5DQP782U", "AIDAJQABLZS4A3QDU576Q"]});
        let policy = Policy::from_value(document).unwrap();
        present
            .attributes
            .insert((*name).to_owned(), Value::Policy(policy));
    }
}

#[test]
fn deleted_principals_are_named_beside_the_change() {
    let settings = settings(&["eu-west-1"]);
    let plan = changed(&settings, deleted_principals);
    insta::assert_snapshot!(text(&settings, &plan));

    let json = super::json::plan(&site(&settings), &plan);
    let mut told = Vec::new();
    for resource in json["resources"].as_array().unwrap() {
        for change in resource["changes"].as_array().unwrap() {
            let before = change["before"].to_string();
            assert!(
                before.contains("AROAKSCDLFT9R5DQP782U"),
                "the unique id is not hidden"
            );
            told.push((
                resource["address"].as_str().unwrap().to_owned(),
                change["attribute"].as_str().unwrap().to_owned(),
                change["note"].as_str().unwrap().to_owned(),
            ));
        }
    }
    told.sort();
    let note = "principals deleted: AIDAJQABLZS4A3QDU576Q, AROAKSCDLFT9R5DQP782U";
    let mut expected =
        WITH_PRINCIPALS.map(|(at, name)| (at.to_owned(), name.to_owned(), note.to_owned()));
    expected.sort();
    assert_eq!(told, expected);
}

/// Checks of every sort: what apply may do, what it may not, and what cannot be known.
fn checks() -> Vec<Check> {
    let denied = |name: &str, action| Denied {
        address: Address::global("iam_role", name),
        action,
        resource: format!("arn:aws:iam::123456789012:role/{name}"),
        reason: "no policy allows it".to_owned(),
    };
    let names = [
        "integration",
        "firehose-eu-west-1",
        "firehose-us-east-1",
        "eventbridge-eu-west-1",
    ];
    let mut simulated = Check::new(
        "permissions",
        Verdict::Wrong,
        "5 of 30 calls would be denied (IAM simulation)",
    );
    simulated.denied = names.map(|name| denied(name, "iam:CreateRole")).to_vec();
    simulated
        .denied
        .push(denied("integration", "iam:PutRolePolicy"));
    vec![
        Check::new(
            "caller",
            Verdict::Ok,
            "arn:aws:iam::123456789012:user/ops/alice",
        ),
        Check::new("plan", Verdict::Ok, "8 to create"),
        simulated,
        Check::new(
            "trails",
            Verdict::Warning,
            "no CloudTrail trail logs management events in eu-west-1: the rule there sees no API calls",
        ),
        Check::new(
            "exposures",
            Verdict::Unknown,
            "could not read where s3_bucket.logs@eu-west-1 leads: s3:GetBucketReplication answers AccessDenied",
        ),
    ]
}

#[test]
fn checks_as_a_person_reads_them() {
    let mut texts = String::new();
    for width in [60, 80] {
        let all = checks();
        let shown = preflight::text(&all, width) + "\n" + &preflight::verdict(&all, width);
        // An ARN is not broken, because it is copied.
        let lines = shown.lines().filter(|line| !line.contains("arn:"));
        assert!(lines.map(wrap::width_of).all(|it| it <= width), "{shown}");
        texts.push_str(&format!("{width} columns\n{shown}\n"));
    }
    let (unknown, well) = (checks().split_off(4), checks());
    texts.push_str(&preflight::verdict(&unknown, 80));
    texts.push_str(&preflight::verdict(&well[..2], 80));
    insta::assert_snapshot!(anstream::adapter::strip_str(&texts));
}
