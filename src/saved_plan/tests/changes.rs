//! Tests that changes between saving and applying a plan are named.

use serde_json::json;

use super::*;
use crate::fakes::deployment::{AGENT, stackstate, trust};
use crate::settings::{Encryption, Secret, Trust};

#[test]
fn a_plan_that_does_not_warn_of_what_is_lost_now_is_stale() {
    let bucket = |message: &str| json!({"address": "s3_bucket.logs@eu-west-1", "message": message});
    let other = |message: &str| json!({"address": null, "message": message});
    let cases = [
        ("nothing is warned of", json!([]), json!([]), None),
        (
            "the bucket was empty and holds something now",
            json!([]),
            json!([bucket("3 objects go")]),
            Some("s3_bucket.logs@eu-west-1: now: 3 objects go"),
        ),
        (
            "more events arrived in the bucket, as they do each minute",
            json!([bucket("3 objects go")]),
            json!([bucket("4 objects go")]),
            None,
        ),
        (
            "what was warned of is gone",
            json!([bucket("3 objects go")]),
            json!([]),
            None,
        ),
        (
            "another deployment was left behind",
            json!([other("x")]),
            json!([other("y")]),
            Some("now: y"),
        ),
        (
            "the same deployment",
            json!([other("x")]),
            json!([other("x")]),
            None,
        ),
    ];
    for (why, before, now, expected) in cases {
        let (_folder, path) = saved();
        let mut plan = document();
        plan["warnings"] = before;
        write(&path, &plan, &inputs(), Made::default()).unwrap();
        plan["warnings"] = now;
        let checked = read(&path).unwrap().check_plan(&plan).err();
        let causes = checked.map_or_else(Vec::new, |failure| failure.causes);
        assert_eq!(causes, Vec::from_iter(expected), "{why}");
    }
}

/// Changes the settings after the plan was saved.
type Edit = fn(&mut Settings);

#[test]
fn each_setting_and_document_that_changed_is_named() {
    let (_folder, path) = saved();
    let saved = read(&path).unwrap();
    let changed = |change: Edit| {
        let mut settings = settings(&REGIONS);
        change(&mut settings);
        match saved.check_inputs(&inputs_of(&settings)) {
            Ok(()) => Vec::new(),
            Err(failure) => failure.causes,
        }
    };
    let none: &[&str] = &[];
    let cases: [(Edit, &[&str], &str); 12] = [
        (|_| (), none, "nothing changed"),
        (
            |it| it.connection.concurrency = 1,
            none,
            "it changes nothing in AWS",
        ),
        (
            |it| stackstate(it).trust = trust_of("another-id", &[AGENT]),
            &["`stackstate.external_id` has changed"],
            "the external ID",
        ),
        (
            |it| stackstate(it).trust = trust(&["arn:aws:iam::210987654321:root"]),
            none,
            "the same agent, written differently",
        ),
        (
            |it| stackstate(it).trust = trust(&[AGENT, "333333333333"]),
            &["`stackstate.agent_principals` has changed"],
            "one more agent",
        ),
        (
            |it| stackstate(it).trust = Trust::Ec2,
            &[
                "`stackstate.agent_principals` has changed",
                "`stackstate.external_id` has changed",
                "`stackstate.trust` has changed",
            ],
            "another trust",
        ),
        (
            |it| it.regions.reverse(),
            &["`regions` has changed"],
            "another main region",
        ),
        (
            |it| it.regions.truncate(1),
            &["`regions` has changed"],
            "a region less",
        ),
        (
            |it| it.account = Some("123456789012".parse().unwrap()),
            &["`account` has changed"],
            "the account is named now",
        ),
        (
            |it| it.tags = BTreeMap::from([("team".to_owned(), "a".to_owned())]),
            &["`tags.team` has changed"],
            "a tag",
        ),
        (
            |it| stackstate(it).encryption = Encryption::None,
            &["`stackstate.encryption` has changed"],
            "no encryption",
        ),
        (
            |it| stackstate(it).postfix = "-b".to_owned(),
            &["`stackstate.postfix` has changed"],
            "other names",
        ),
    ];
    for (change, causes, why) in cases {
        assert_eq!(changed(change), causes, "{why}");
    }

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key-policy.json"), "{}").unwrap();
    let mut replaced = settings(&REGIONS);
    stackstate(&mut replaced).policies = Some(folder.path().to_owned());
    let systems = named(&replaced, Goal::Present).unwrap();
    // The path of the folder is another one where the program runs elsewhere, as with `-C`.
    let inputs = Inputs::of(&replaced, &systems).unwrap();
    assert_eq!(
        saved.check_inputs(&inputs).unwrap_err().to_string(),
        "the settings are no longer those that the saved plan was made from; nothing was changed\n\
         Caused by:\n  1: the document `key-policy.json` has changed\n\
         Hint: Make a new plan with `provision plan --out FILE` and look at it"
    );
}

fn trust_of(external_id: &str, principals: &[&str]) -> Trust {
    match trust(principals) {
        Trust::External {
            principals,
            external_id_source,
            ..
        } => Trust::External {
            principals,
            external_id: Secret::from(external_id.to_owned()),
            external_id_source,
        },
        other => other,
    }
}

#[test]
fn each_resource_whose_step_differs_is_named() {
    let (_folder, path) = saved();
    let saved = read(&path).unwrap();
    let mut now = document();
    let resources = now["resources"].as_array_mut().unwrap();
    resources[0]["action"] = "keep".into();
    resources[1]["changes"][0]["after"] = "something else".into();
    resources.remove(2);
    resources.push(json!({"address": "fake.new", "action": "delete"}));
    assert_eq!(
        saved.check_plan(&now).unwrap_err().to_string(),
        "what is in AWS has changed since the plan was saved; nothing was changed\n\
         Caused by:\n  \
         1: fake.new: planned: no change; now: delete\n  \
         2: iam_role.integration: planned: create; now: no change\n  \
         3: kms_key.integration@eu-west-1: what to create has changed\n  \
         4: s3_bucket.logs@eu-west-1: planned: create; now: no change\n\
         Hint: Make a new plan with `provision plan --out FILE` and look at it"
    );

    let mut now = document();
    now["resources"].as_array_mut().unwrap().reverse();
    assert_eq!(
        saved.check_plan(&now),
        Ok(()),
        "the order of the steps does not matter"
    );

    for (field, other) in [("account", "999999999999"), ("partition", "aws-cn")] {
        let mut now = document();
        let was = now[field].clone();
        now[field] = other.into();
        assert_eq!(
            saved.check_place(&now).unwrap_err().to_string(),
            format!(
                "the saved plan is for the {field} {was}, and the credentials belong to \
                 {other:?}\nHint: Choose the credentials that the plan was made with"
            )
        );
    }
}
