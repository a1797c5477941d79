//! The plans whose pages are looked at.

use provision::engine::node::Observations;
use provision::engine::observed::Consent;
use provision::engine::plan::plan;
use provision::render::json;
use provision::settings::{GeneralFlags, Need, StackStateFlags, load};
use provision::systems::{Goal, Site, lay_out, named};
use serde_json::{Value as Json, json};

const ACCOUNT: &str = "123456789012";
pub const REGIONS: [&str; 10] = [
    "eu-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "eu-central-1",
    "ap-southeast-2",
];
/// What a name in AWS must not do to the page.
pub const HOSTILE: &str =
    "</style></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u{202e}x";

/// Each plan with the name of its page.
pub fn all() -> [(&'static str, Json); 4] {
    [
        ("first.html", first(&REGIONS[..2])),
        ("large.html", first(&REGIONS)),
        ("drift.html", drift(first(&REGIONS[..2]))),
        ("hostile.html", hostile(drift(first(&REGIONS[..2])), "")),
    ]
}

/// The first plan of StackState in these regions and of Audit Trail.
pub fn first(regions: &[&str]) -> Json {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!(
        "regions = {regions:?}\n[stackstate]\nagent_principals = [\"210987654321\"]\n\
         external_id = \"known-only-to-both-1\"\n[audit_trail]\nattach_to = [\"user/auditor\"]\n"
    );
    std::fs::write(folder.path().join("provision.toml"), text).expect("a settings file");
    let flags = (GeneralFlags::default(), StackStateFlags::default());
    let draft = load(&flags.0, &flags.1, Need::Trust, folder.path(), &|_| None);
    let settings = draft
        .and_then(|draft| draft.complete(None))
        .expect("settings");
    let site = Site {
        partition: settings.partition().expect("a partition"),
        account: ACCOUNT.parse().expect("an account"),
        regions: settings.regions.clone(),
    };
    let systems = named(&settings, Goal::Present).expect("systems");
    let nodes = lay_out(&systems, &site).expect("a layout").nodes;
    json::plan(
        &site,
        &plan(&nodes, &Observations::new(), Consent::default()),
    )
}

/// A plan with every action, made by hand from a first one.
fn drift(mut plan: Json) -> Json {
    for resource in plan["resources"].as_array_mut().expect("a list") {
        let address = resource["address"].as_str().expect("a text").to_owned();
        let changed = match address.as_str() {
            "iam_role.integration" => vec!["inline_policy[STSIntegration]", "trust_policy"],
            "s3_bucket.logs@eu-west-1" => vec!["lifecycle", "public_access_block", "versioning"],
            "event_rule.stackstate@eu-west-1" => vec!["event_pattern"],
            "iam_policy.AuditTrailRole" => vec!["document"],
            _ => Vec::new(),
        };
        let action = match address.as_str() {
            "iam_policy.AuditTrailRole" => "adopt",
            "firehose_stream.eventbridge@eu-west-1" => "blocked",
            _ if !changed.is_empty() => "update",
            address if address.ends_with("us-east-1") => "delete",
            _ => "keep",
        };
        resource["action"] = action.into();
        match action {
            "delete" => {
                resource["reason"] =
                    "us-east-1 is no longer among the regions of the settings".into();
            }
            "blocked" => {
                resource["reason"] = "it exists and is not ours; `--adopt` takes it over".into()
            }
            "adopt" => resource["reason"] = "exists, not managed by provision".into(),
            _ => {}
        }
        let changes = resource["changes"].as_array_mut().expect("a list");
        changes.retain(|it| {
            action == "delete" || changed.contains(&it["attribute"].as_str().unwrap())
        });
        for change in changes {
            let after = change["after"].take();
            change["before"] = before(change["attribute"].as_str().unwrap(), &after);
            change["after"] = if action == "delete" {
                Json::Null
            } else {
                after
            };
            change["after_unknown"] = false.into();
        }
    }
    plan
}

/// The value from which an attribute has drifted to be put right.
fn before(attribute: &str, after: &Json) -> Json {
    let mut before = after.clone();
    match attribute {
        "versioning" => before = "Suspended".into(),
        "lifecycle" => before[0]["expire_days"] = 30.into(),
        "public_access_block" => before["block_public_policy"] = false.into(),
        "event_pattern" => before["source"][0] = "aws.glue".into(),
        "trust_policy" => {
            before["Statement"][0]["Principal"] = json!({"AWS": "arn:aws:iam::999999999999:root"});
        }
        _ if after["Statement"][1].is_object() => {
            before["Statement"][1]["Action"] = json!(["iam:*"]);
        }
        _ => {}
    }
    before
}

/// The plan with every text of others ending in what must stay a text.
fn hostile(value: Json, name: &str) -> Json {
    match value {
        Json::Object(members) => {
            let members = members.into_iter();
            members
                .map(|(name, value)| (name.clone(), hostile(value, &name)))
                .collect()
        }
        Json::Array(items) => items.into_iter().map(|it| hostile(it, name)).collect(),
        Json::String(text) => {
            let ours = [
                "action",
                "account",
                "partition",
                "regions",
                "Effect",
                "Version",
                "attribute",
                "kind",
            ];
            let ours = ours.contains(&name) || name == "region";
            Json::String(if ours { text } else { text + HOSTILE })
        }
        other => other,
    }
}
