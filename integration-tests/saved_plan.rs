//! A saved plan is applied exactly, or refused with the name of what has changed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::deployment::Deployment;
use crate::harness::session::Session;
use crate::harness::{AGENT, Account, MAIN, OTHER, inventory, unwrapped};

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
    account.provision(&APPLY).exits(0).has_done(8);
    Deployment::of(&account, &[MAIN]).check().await;
    let again = account.provision(&APPLY).exits(0).writes_nothing();
    let again = again
        .says("The saved plan is applied already: nothing to do.")
        .says("For the agent");
    assert!(!again.stdout.contains("iam_role"), "{again}");
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

/// Nobody waits for a plan that cannot be saved, and loses no other file.
#[test]
fn a_file_that_cannot_be_written_is_told_before_aws_is_asked() {
    let account = Account::new(&[MAIN]);
    let printed = account.provision(&["plan", "--json"]).exits(0);
    account.write("printed.json", &printed.stdout);
    fs::create_dir(account.path("folder")).unwrap();
    let cases = [
        ("provision.toml", "another file is there"),
        ("printed.json", "another file is there"),
        ("folder", "it is a folder"),
        ("missing/plan.json", "there is no folder missing"),
    ];
    for (file, why) in cases {
        let text = || fs::read_to_string(account.path(file)).ok();
        let before = text();
        let refused = account.provision(&["plan", "--out", file]).exits(1);
        let refused = refused.says(&format!("cannot save the plan as {file}"));
        let refused = refused.says(why).says("Name a new file");
        assert!(refused.calls.is_empty(), "{file}: {refused}");
        assert_eq!(text(), before, "{file}");
    }
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
        .says("event_rule.stackstate@eu-west-1: planned: no change; now: update");

    events
        .enable_rule()
        .name("StsEventBridgeRule")
        .send()
        .await
        .unwrap();
    let update = iam.update_role().role_name(ROLE).max_session_duration(7200);
    update.send().await.unwrap();
    account.provision(&APPLY).exits(0).has_done(1);
    account.plan(&[]).has_no_changes();
}

#[tokio::test]
async fn changed_settings_are_named_without_their_values() {
    let account = planned();
    account.write("documents/event-pattern.json", r#"{"source":["aws.s3"]}"#);
    let cases: [(&str, &[&str], &str); 6] = [
        ("a tag", &["--tag", "cost=7"], "`tags.cost` has changed"),
        (
            "a region",
            &["--region", "us-east-1"],
            "`regions` has changed",
        ),
        (
            "encryption",
            &["--encryption", "none"],
            "`stackstate.encryption` has changed",
        ),
        (
            "an agent",
            &["--agent-principal", "111122223333"],
            "`stackstate.agent_principals`",
        ),
        (
            "an external ID",
            &["--external-id", "another-one"],
            "`stackstate.external_id`",
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
    let refused = refused.says("`stackstate.external_id` has changed");
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
        .says("this is not a saved plan");
    fs::write(&path, &original).unwrap();
    account.provision(&APPLY).exits(0);
}

#[tokio::test]
async fn a_saved_plan_needs_no_flag_again() {
    let account = Account::new(&[MAIN]);
    let trust = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let role = account
        .iam()
        .create_role()
        .role_name(format!("{ROLE}-blue"));
    role.assume_role_policy_document(trust)
        .send()
        .await
        .unwrap();
    account.write("other.toml", "");
    let agent = [
        "--agent-principal",
        AGENT,
        "--external-id",
        "${STS_EXTERNAL_ID}",
    ];
    let flags = [
        "--config",
        "other.toml",
        "--postfix",
        "-blue",
        "--region",
        OTHER,
        "--tag",
        "a=two words",
    ];
    let plan = ["plan", "--adopt", "--out", "my plan.json"];
    let planned = account
        .provision(&[&plan[..], &flags, &agent].concat())
        .exits(0);
    planned.says("provision apply 'my plan.json'");
    let shown = account.provision(&["show", "my plan.json"]).exits(0);
    assert!(shown.calls.is_empty(), "{shown}");
    shown
        .says("A plan to apply, made with --adopt")
        .says("--postfix=-blue")
        .says("'--tag=a=two words'")
        .says("iam_role.integration")
        .says("Plan: + 7 to create, ~ 1 to adopt.")
        .says("1 statement, 1 finding")
        .says("findings; `provision policy lint` explains.");
    let json = account
        .provision(&["show", "my plan.json", "--json"])
        .exits(0)
        .json();
    assert_eq!(json["summary"]["adopt"], 1);
    // Nobody is asked, so nobody has seen what the file agrees to.
    let refused = account
        .provision(&["apply", "my plan.json", "--yes"])
        .exits(1);
    assert!(
        refused.calls.is_empty(),
        "nothing is read either: {refused}"
    );
    refused
        .says("was made with --adopt --config=other.toml")
        .says("which `--yes` alone does not agree to");
    let mut session = Session::start(account.quiet_command(&["apply", "my plan.json"]));
    let question = format!("(7 create, 1 adopt) in account {} ({OTHER})", account.id);
    let asked = session.until_asked();
    assert!(unwrapped(asked).contains(&question), "{asked}");
    session.answer("yes");
    let (code, screen) = session.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(
        unwrapped(&screen).contains("7 created, 1 adopted"),
        "{screen}"
    );
    let plan = account.plan(&[&flags[..], &agent].concat());
    plan.has_no_changes();
}

#[test]
fn a_literal_external_id_is_not_in_the_file_and_is_asked_for_again() {
    let account = Account::new(&[MAIN]);
    let id = ["--external-id", "a-literal-id"];
    let planned = account.provision(&[&["plan", "--out", "plan.json"][..], &id].concat());
    let planned = planned.exits(0);
    planned.says("The file does not hold the value of --external-id: pass --external-id again.");
    let text = fs::read_to_string(account.path("plan.json")).unwrap();
    assert!(!text.contains(id[1]), "{text}");
    let refused = account.provision(&APPLY).exits(1).writes_nothing();
    refused.says("`stackstate.external_id` has changed");
    account.provision(&[&APPLY[..], &id].concat()).exits(0);
}

/// The harness fails if the external ID is in a file of the folder.
#[tokio::test]
async fn a_secret_in_a_text_from_aws_is_not_in_the_file() {
    let account = Account::applied(&[MAIN]);
    let key = account.kms(MAIN).list_aliases().send().await.unwrap();
    let key = key
        .aliases()
        .iter()
        .find(|it| it.alias_name() == Some("alias/stackstate-integration"));
    let update = account.kms(MAIN).update_key_description();
    let update = update.key_id(key.unwrap().target_key_id().unwrap());
    update
        .description(&account.external_id)
        .send()
        .await
        .unwrap();
    account.provision(&["plan", "--out", "plan.json"]).exits(0);
    account
        .provision(&["show", "plan.json"])
        .exits(0)
        .says("[hidden]");
    account.provision(&APPLY).exits(0);
}

#[test]
fn the_command_names_the_way_to_aws_which_the_file_does_not() {
    let account = Account::new(&[MAIN]);
    let way = ["--endpoint-url", &account.endpoint()];
    let planned = account.provision(&[&["plan", "--out", "plan.json"][..], &way].concat());
    let command = format!("provision apply plan.json --endpoint-url={}", way[1]);
    planned.exits(0).says(&command);
    let text = fs::read_to_string(account.path("plan.json")).unwrap();
    assert!(!text.contains(way[1]), "{text}");
}

/// A variable takes the place of a flag of any command, also of the one that applies a plan.
#[test]
fn a_plan_that_was_made_with_variables_is_applied_with_them() {
    let account = Account::new(&[MAIN]);
    let with_variables = |args: &[&str]| {
        let mut command = account.command(args);
        command.env("PROVISION_POSTFIX", "-blue");
        account.run(command)
    };
    with_variables(&["plan", "--out", "plan.json"]).exits(0);
    let refused = account.provision(&APPLY).exits(1).writes_nothing();
    refused.says("`stackstate.postfix` has changed");
    with_variables(&APPLY).exits(0).has_done(8);
}

#[test]
fn the_command_names_the_folder_that_the_plan_was_made_in() {
    let account = Account::new(&[MAIN]);
    let settings = fs::read_to_string(account.path("provision.toml")).unwrap();
    account.write("infra/provision.toml", &settings);
    fs::remove_file(account.path("provision.toml")).unwrap();
    let planned = account.provision(&["-C", "infra", "plan", "--out", "plan.json"]);
    planned
        .exits(0)
        .says("provision apply plan.json --chdir=infra");
    let apply = ["apply", "plan.json", "--chdir=infra", "--yes"];
    account.provision(&apply).exits(0).has_done(8);
}

#[test]
fn variables_count_for_a_saved_plan_too() {
    let account = planned();
    for (variable, value, words) in [
        ("PROVISION_ACCOUNT", "999999999999", "`account` has changed"),
        (
            "PROVISION_ENDPOINT_URL",
            "http://192.0.2.1",
            "PROVISION_ENDPOINT_URL",
        ),
    ] {
        let mut command = account.command(&APPLY);
        command.env(variable, value);
        let refused = account.run(command).exits(1).says(words);
        assert!(refused.calls.is_empty(), "{variable}: {refused}");
    }
}

#[tokio::test]
async fn a_destroy_is_planned_saved_and_applied() {
    let account = Account::applied(&[MAIN]);
    let args = [
        "plan",
        "--destroy",
        "--key-deletion-days",
        "7",
        "--out",
        "plan.json",
    ];
    let planned = account.provision(&args).exits(0).writes_nothing();
    planned
        .says("Plan: - 8 to delete.")
        .says("Warning: kms_key.integration@eu-west-1: AWS deletes the key on 20");
    let shown = account.provision(&["show", "plan.json"]).exits(0);
    shown.says("A plan to destroy, made with --key-deletion-days=7.");
    // The account is in the file, so that nobody has to name it again.
    let agreed = [&APPLY[..], &["--destroy", "--key-deletion-days", "7"]].concat();
    let refused = account.provision(&APPLY).exits(1).writes_nothing();
    refused.says("was made with --destroy --key-deletion-days=7, which `--yes` alone");
    let destroyed = account.provision(&agreed).exits(0);
    assert!(
        destroyed.writes().contains(&"ScheduleKeyDeletion"),
        "{destroyed}"
    );
    assert!(inventory::of(&account, &[MAIN]).await.is_empty());
    account
        .provision(&agreed)
        .exits(0)
        .writes_nothing()
        .says("The saved plan is applied already: nothing to do.");
}

#[test]
fn an_option_that_has_no_effect_on_a_saved_plan_is_named() {
    let account = planned();
    let destroys = ["plan", "--destroy", "--out", "destroy.json"];
    account.provision(&destroys).exits(0);
    let cases: [(&[&str], &str, &str); 6] = [
        (
            &["plan.json", "--adopt"],
            "--adopt",
            "the plan adopts nothing",
        ),
        (
            &["plan.json", "--destroy"],
            "--destroy",
            "it destroys nothing",
        ),
        (
            &["plan.json", "--key-deletion-days", "7"],
            "--key-deletion-days=7",
            "it deletes no key",
        ),
        (
            &["destroy.json", "--destroy", "--empty-bucket"],
            "--empty-bucket",
            "that it destroys is said again",
        ),
        (
            &["destroy.json", "--no-preflight"],
            "--no-preflight",
            "a destroy has no preflight",
        ),
        (
            &["destroy.json", "--ignore-preflight", "--yes", "--destroy"],
            "--ignore-preflight",
            "nor has one that nobody is asked about",
        ),
    ];
    for (args, option, why) in cases {
        let refused = account.provision(&[&["apply"], args].concat()).exits(1);
        let refused = refused.says(&format!(
            "{option} has no effect: the saved plan {}",
            args[0]
        ));
        assert!(refused.calls.is_empty(), "{why}: {refused}");
    }
}

#[test]
fn options_of_a_destroy_belong_to_a_plan_of_a_destroy() {
    let account = Account::new(&[MAIN]);
    for args in [
        &["plan", "--empty-bucket"][..],
        &["plan", "--key-deletion-days", "7"],
        &["plan", "--destroy", "--adopt"],
        &["apply", "--empty-bucket"],
        &["apply", "--destroy"],
    ] {
        let refused = account.provision(args).exits(1);
        assert!(refused.calls.is_empty(), "{refused}");
    }
}

#[test]
fn what_plan_prints_as_json_is_told_from_a_saved_plan() {
    let account = Account::new(&[MAIN]);
    let printed = account.provision(&["plan", "--json"]).exits(0);
    account.write("plan.json", &printed.stdout);
    for args in [&APPLY[..], &["show", "plan.json"]] {
        let refused = account.provision(args).exits(1);
        assert!(refused.calls.is_empty(), "{refused}");
        refused
            .says("this is what `provision plan --json` prints, which is for reading")
            .says("Make one with `provision plan --out FILE`");
    }
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
