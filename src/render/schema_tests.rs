//! Tests that the JSON form of a plan fits its schema.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value as Json, json};

use crate::engine::address::Address;
use crate::engine::attributes::Value;
use crate::engine::known::Known;
use crate::engine::node::{Node, Observations};
use crate::engine::observed::{Observed, Present};
use crate::engine::ownership::Owner;
use crate::engine::plan;
use crate::fakes::deployment::{
    EXTERNAL_ID, laid_out, on_ec2, settings, site, to_be_removed, with_postfix,
};
use crate::fakes::{consent, settled};
use crate::settings::Settings;

fn schema() -> Json {
    serde_json::from_str(include_str!("../../docs/plan.schema.json")).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn problems(validator: &Validator, document: &Json) -> Vec<String> {
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn key() -> Address {
    Address::regional("kms_key", "integration", &"eu-west-1".parse().unwrap())
}

fn known() -> Known {
    Known::from([(key(), "arn:aws:kms:eu-west-1:123456789012:key/k".to_owned())])
}

/// The plan of these settings. `state` turns the settled state of each resource into the observed
/// one.
fn document(settings: &Settings, adopt: bool, state: impl Fn(&Node, Present) -> Observed) -> Json {
    let nodes = laid_out(settings);
    let observed: Observations = nodes
        .iter()
        .filter(|node| node.is_wanted())
        .map(|node| (node.address().clone(), state(node, settled(node, &known()))))
        .collect();
    super::json::plan(
        &site(settings),
        &plan::plan(&nodes, &observed, consent(adopt)),
    )
}

fn two_regions() -> Settings {
    settings(&["eu-west-1", "us-east-1"])
}

fn drifted(_: &Node, mut present: Present) -> Observed {
    present.attributes.pop_first();
    let added = Value::from(json!({"x": [1]}));
    present.attributes.insert("added".to_owned(), added);
    Observed::Present(present)
}

fn foreign(node: &Node, present: Present) -> Observed {
    match drifted(node, present) {
        Observed::Present(present) if present.owner == Owner::Ours => Observed::Present(Present {
            owner: Owner::Foreign("it carries no tags".to_owned()),
            ..present
        }),
        other => other,
    }
}

/// Plans that contain every action, each with its description.
fn plans() -> Vec<(&'static str, Json)> {
    let existing = |_: &Node, present| Observed::Present(present);
    let missing = |_: &Node, _| Observed::Missing;
    let gone = {
        let nodes = to_be_removed(&two_regions());
        let observed = laid_out(&two_regions())
            .iter()
            .filter(|node| node.is_wanted())
            .map(|node| {
                (
                    node.address().clone(),
                    Observed::Present(settled(node, &known())),
                )
            })
            .collect();
        let mut plan = plan::plan(&nodes, &observed, consent(false));
        plan.steps.reverse();
        super::json::plan(&site(&two_regions()), &plan)
    };
    vec![
        ("a first apply", document(&two_regions(), false, missing)),
        ("no changes", document(&two_regions(), false, existing)),
        ("drift", document(&two_regions(), false, drifted)),
        ("a destroy", gone),
        ("an adoption", document(&two_regions(), true, foreign)),
        ("someone else's", document(&two_regions(), false, foreign)),
        (
            "obstructed resources",
            document(&two_regions(), false, |_, _| {
                Observed::Obstructed("two have our tags".to_owned())
            }),
        ),
        (
            "the other trust in another partition",
            document(&on_ec2(&["us-gov-west-1"]), false, missing),
        ),
        (
            "names with a postfix",
            document(&with_postfix(&["cn-north-1"], "-blue"), false, missing),
        ),
    ]
}

#[test]
fn the_schema_is_valid_and_describes_every_field() {
    let schema = schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let mut objects = vec![("the plan".to_owned(), &schema)];
    let mut fields = 0;
    while let Some((place, part)) = objects.pop() {
        assert!(part["description"].is_string(), "{place} is not described");
        if part["type"] == "object" {
            assert_eq!(part["additionalProperties"], false, "{place} is open");
            let required: BTreeSet<_> = part["required"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Json::as_str)
                .collect();
            let names = part["properties"].as_object().unwrap().keys();
            assert_eq!(required, names.map(String::as_str).collect(), "{place}");
        }
        for group in ["properties", "$defs"] {
            let parts = part[group].as_object().into_iter().flatten();
            objects.extend(parts.map(|(name, part)| (format!("{place}.{name}"), part)));
        }
        objects.extend(part.get("items").map(|items| (format!("{place}[]"), items)));
        fields += 1;
    }
    assert!(fields > 20, "all of the schema was visited: {fields}");
}

#[test]
fn real_plans_of_every_action_fit() {
    let validator = validator();
    let mut seen = BTreeSet::new();
    for (why, plan) in plans() {
        assert_eq!(problems(&validator, &plan), Vec::<String>::new(), "{why}");
        let resources = plan["resources"].as_array().unwrap();
        assert!(!resources.is_empty(), "{why}");
        for resource in resources {
            seen.insert(resource["action"].as_str().unwrap().to_owned());
        }
        let summary = plan["summary"].as_object().unwrap().values();
        let counted: u64 = summary.map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(counted, resources.len() as u64, "{why}");
        assert!(!plan.to_string().contains(EXTERNAL_ID), "{why}");
    }
    let all = ["adopt", "blocked", "create", "delete", "keep", "update"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

#[test]
fn broken_plans_do_not_fit() {
    let validator = validator();
    let good = plans().swap_remove(0).1;
    assert!(validator.is_valid(&good));
    let create = "/resources/0";
    let cases = [
        ("", "more", json!(1), "a field that is not described"),
        ("", "format_version", json!(2), "another form"),
        ("", "account", json!("12345678901"), "eleven digits"),
        ("", "account", json!(123_456_789_012_u64), "a number"),
        ("", "partition", json!("AWS"), "no partition"),
        ("", "regions", json!(["eu-west-1", "eu-west-1"]), "twice"),
        ("", "regions", json!(["Ireland"]), "no region"),
        ("", "resources", json!({}), "no list"),
        ("/summary", "create", json!(-1), "fewer than none"),
        ("/summary", "create", json!("1"), "no number"),
        ("/summary", "destroy", json!(1), "no such action"),
        (create, "action", json!("replace"), "no such action"),
        (create, "address", json!("integration"), "no kind"),
        (create, "kind", json!("IAM role"), "no kind"),
        (create, "region", json!(""), "no region"),
        (create, "name", json!(""), "no name"),
        (create, "arn", json!("role/x"), "no ARN"),
        (create, "reason", json!(""), "an empty reason is none"),
        (create, "changes", json!([]), "a create of nothing"),
        (create, "changes", json!(null), "no list"),
        (create, "owner", json!("x"), "not described"),
        (create, "action", json!("blocked"), "blocked for no reason"),
        (create, "action", json!("adopt"), "taken from nobody"),
        (create, "action", json!("keep"), "kept with changes"),
        ("/resources/0/changes/0", "attribute", json!(""), "no name"),
        ("/resources/0/changes/0", "was", json!(1), "not described"),
        (
            "/resources/0/changes/0",
            "note",
            json!(""),
            "an empty note is none",
        ),
    ];
    for (place, field, value, why) in cases {
        let mut broken = good.clone();
        broken.pointer_mut(place).unwrap()[field] = value.clone();
        assert!(
            !validator.is_valid(&broken),
            "{place}/{field} {value}: {why}"
        );
    }
    for place in ["", "/summary", create, "/resources/0/changes/0"] {
        let fields = good.pointer(place).unwrap().as_object().unwrap().keys();
        for field in fields {
            let mut broken = good.clone();
            let object = broken.pointer_mut(place).unwrap().as_object_mut().unwrap();
            object.remove(field);
            assert!(!validator.is_valid(&broken), "without {place}/{field}");
        }
    }
}

#[test]
fn unknown_and_absent_values_are_null() {
    let (_, plan) = plans().swap_remove(0);
    let resources = plan["resources"].as_array().unwrap();
    let find = |address: &str| {
        resources
            .iter()
            .find(|it| it["address"] == address)
            .unwrap()
    };
    let bucket = find("s3_bucket.logs@eu-west-1");
    let changes = bucket["changes"].as_array().unwrap();
    let key = changes
        .iter()
        .find(|it| it["attribute"] == "encryption.key");
    let unknown = json!({
        "attribute": "encryption.key",
        "before": null,
        "after": null,
        "after_unknown": true,
        "note": null,
    });
    assert_eq!(key, Some(&unknown));
    assert_eq!(find("kms_key.integration@eu-west-1")["arn"], json!(null));
    assert_eq!(find("iam_role.integration")["region"], json!(null));
    assert_eq!(plan["summary"]["create"], json!(13));
}
