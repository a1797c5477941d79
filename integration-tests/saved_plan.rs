//! A saved plan is applied exactly, or refused with the name of what has changed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, inventory};

const ROLE: &str = "StackStateAwsIntegrationRole";
const APPLY: [&str; 3] = ["apply", "plan.json", "--yes"];

/// An account with a saved plan of its first deployment.
fn planned() -> Account {
    let account = Account::new(&[MAIN]);
    account
        .provision(&["plan", "--out", "plan.json"])
        .exits(0)
        .writes_nothing();
    account
}

#[tokio::test]
async fn a_saved_plan_is_applied_once() {
    let account = planned();
    account.provision(&APPLY).exits(0).says("Outcome: 8 done.");
    Deployment::of(&account, &[MAIN]).check().await;
    // The plan was to create what exists now.
    let again = account.provision(&APPLY).exits(1).writes_nothing();
    again.says("iam_role.integration: the plan was create, and would now be keep");
}

#[test]
fn only_its_owner_can_read_the_file() {
    let account = planned();
    let mode = fs::metadata(account.path("plan.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    // An existing file that anyone can read is replaced by one that only the owner can read.
    fs::set_permissions(account.path("plan.json"), fs::Permissions::from_mode(0o644)).unwrap();
    account.provision(&["plan", "--out", "plan.json"]).exits(0);
    let mode = fs::metadata(account.path("plan.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_symbolic_link_is_not_followed() {
    let account = Account::new(&[MAIN]);
    account.write("precious", "precious");
    symlink(account.path("precious"), account.path("plan.json")).unwrap();
    let refused = account.provision(&["plan", "--out", "plan.json"]).exits(1);
    refused
        .says("cannot save the plan as plan.json")
        .says("symbolic link");
    assert_eq!(
        fs::read_to_string(account.path("precious")).unwrap(),
        "precious"
    );
}

#[tokio::test]
async fn a_resource_that_changed_is_named_and_nothing_is_written() {
    let account = Account::applied(&[MAIN]);
    let iam = account.iam();
    let update = iam.update_role().role_name(ROLE).max_session_duration(7200);
    update.send().await.unwrap();
    account.provision(&["plan", "--out", "plan.json"]).exits(0);

    let update = iam.update_role().role_name(ROLE).max_session_duration(9000);
    update.send().await.unwrap();
    let events = account.events(MAIN);
    events
        .disable_rule()
        .name("StsEventBridgeRule")
        .send()
        .await
        .unwrap();
    let refused = account.provision(&APPLY).exits(1).writes_nothing();
    refused
        .says("nothing was changed")
        .says("iam_role.integration: what to update has changed")
        .says("event_rule.stackstate@eu-west-1: the plan was keep, and would now be update");

    events
        .enable_rule()
        .name("StsEventBridgeRule")
        .send()
        .await
        .unwrap();
    let update = iam.update_role().role_name(ROLE).max_session_duration(7200);
    update.send().await.unwrap();
    account.provision(&APPLY).exits(0).says("Outcome: 1 done.");
    account.plan(&[]).has_no_changes();
}

#[tokio::test]
async fn changed_settings_are_named_without_their_values() {
    let account = planned();
    account.write("documents/event-pattern.json", r#"{"source":["aws.s3"]}"#);
    let cases: [(&str, &[&str], &str); 6] = [
        (
            "a tag",
            &["--tag", "cost=7"],
            "the setting `tags.cost` is another one",
        ),
        (
            "a region",
            &["--region", "us-east-1"],
            "the setting `regions` is another one",
        ),
        (
            "encryption",
            &["--encryption", "none"],
            "the setting `stackstate.encryption`",
        ),
        (
            "an agent",
            &["--agent-principal", "111122223333"],
            "`stackstate.agent_principals`",
        ),
        (
            "an external ID",
            &["--external-id", "another-one"],
            "the setting `stackstate.external_id`",
        ),
        (
            "a document",
            &["--policies", "documents"],
            "the document `event-pattern.json`",
        ),
    ];
    for (reason, flags, named) in cases {
        let refused = account.provision(&[&APPLY[..], flags].concat()).exits(1);
        let refused = refused
            .writes_nothing()
            .says("nothing was changed")
            .says(named);
        assert!(refused.calls.is_empty(), "{reason}: {refused}");
    }
    let mut command = account.command(&APPLY);
    command.env("STS_EXTERNAL_ID", "another-one");
    let refused = account.run(command).exits(1).writes_nothing();
    let refused = refused.says("the setting `stackstate.external_id` is another one");
    assert!(!refused.to_string().contains("another-one"), "{refused}");
    assert!(inventory::of(&account, &[MAIN]).await.is_empty());
    account.provision(&APPLY).exits(0);
}

#[test]
fn a_file_with_a_changed_byte_is_refused() {
    let account = planned();
    let path = account.path("plan.json");
    let original = fs::read(&path).unwrap();
    // In each twentieth of the file, one digit or letter is changed.
    for part in 0..20 {
        let mut bytes = original.clone();
        let start = part * bytes.len() / 20;
        let place = bytes[start..].iter().position(u8::is_ascii_lowercase);
        let place = start + place.expect("a letter");
        bytes[place] = if bytes[place] == b'x' { b'y' } else { b'x' };
        fs::write(&path, &bytes).unwrap();
        let refused = account.provision(&APPLY).exits(1);
        let refused = refused.says("cannot use the saved plan plan.json");
        assert!(refused.calls.is_empty(), "byte {place}: {refused}");
    }
    let truncated = &original[..original.len() / 2];
    fs::write(&path, truncated).unwrap();
    account
        .provision(&APPLY)
        .exits(1)
        .says("it is no saved plan");
    fs::write(&path, &original).unwrap();
    account.provision(&APPLY).exits(0);
}

#[tokio::test]
async fn a_saved_plan_to_adopt_needs_the_flag_again() {
    let account = Account::new(&[MAIN]);
    let trust = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let role = account.iam().create_role().role_name(ROLE);
    role.assume_role_policy_document(trust)
        .send()
        .await
        .unwrap();
    account
        .provision(&["plan", "--adopt", "--out", "plan.json"])
        .exits(0);
    let refused = account.provision(&APPLY).exits(1).writes_nothing();
    assert!(
        refused.calls.is_empty(),
        "nothing is read either: {refused}"
    );
    refused.says("Look at the plan, and run `provision apply --adopt plan.json` if you agree");
    account
        .provision(&[&APPLY[..], &["--adopt"]].concat())
        .exits(0)
        .says("iam_role.integration: adopted");
    Deployment::of(&account, &[MAIN]).check().await;
}

#[test]
fn a_plan_for_another_account_is_refused() {
    let account = planned();
    let another = Account::new(&[MAIN]);
    let text = fs::read_to_string(account.path("plan.json")).unwrap();
    another.write("plan.json", &text);
    let mut command = another.command(&APPLY);
    command.env("STS_EXTERNAL_ID", &account.external_id);
    let refused = another.run(command).exits(1).writes_nothing();
    refused
        .says("the saved plan is for the account")
        .says(&another.id)
        .says(&account.id);
}
