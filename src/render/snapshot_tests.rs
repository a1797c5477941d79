//! Snapshots of the text and the JSON output of a plan.

use serde_json::json;

use super::{preflight, wrap};
use crate::checks::preflight::{Check, Denied, Verdict};
use crate::engine::address::Address;
use crate::engine::attributes::Value;
use crate::engine::known::Known;
use crate::engine::node::Observations;
use crate::engine::observed::{Observed, Present};
use crate::engine::ownership::Owner;
use crate::engine::plan::{self, Plan};
use crate::fakes::deployment::{laid_out, settings, site};
use crate::fakes::{consent, settled};
use crate::settings::Settings;
use iam_policy::Policy;

/// The plan of settled resources, each changed by `change`.
fn changed(settings: &Settings, change: impl Fn(&str, &mut Present)) -> Plan {
    let nodes = laid_out(settings);
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd".to_owned();
    let keys = nodes.iter().filter(|node| node.address().kind == "kms_key");
    let known: Known = keys
        .map(|node| (node.address().clone(), key.clone()))
        .collect();
    let observed: Observations = nodes
        .iter()
        .filter(|node| node.is_wanted())
        .map(|node| {
            let mut present = settled(node, &known);
            change(&node.address().to_string(), &mut present);
            (node.address().clone(), Observed::Present(present))
        })
        .collect();
    plan::plan(&nodes, &observed, consent(false))
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

fn text(settings: &Settings, plan: &Plan) -> String {
    let styled = super::text::plan(&site(settings), plan);
    anstream::adapter::strip_str(&styled).to_string()
}

#[test]
fn a_first_plan_as_a_person_reads_it() {
    let settings = settings(&["eu-west-1"]);
    let plan = plan::plan(&laid_out(&settings), &Observations::new(), consent(false));
    insta::assert_snapshot!(text(&settings, &plan));
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
