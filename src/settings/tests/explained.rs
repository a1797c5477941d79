//! Where each value comes from.

use super::*;
use crate::render::config;

/// The settings as `provision config` prints them.
fn shown(toml: &str, args: &[&str], width: usize) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("provision.toml"), toml).unwrap();
    let (general, stackstate) = plan_flags(args);
    let environment = |name: &str| match name {
        "AWS_PROFILE" => Some("team".to_owned()),
        "AWS_DEFAULT_REGION" => Some("eu-north-1".to_owned()),
        other => environment(other),
    };
    let draft = load(
        &general,
        &stackstate,
        Need::Names,
        folder.path(),
        &environment,
    );
    let draft = draft.unwrap();
    let origins = draft.origins();
    let settings = draft.with_default(Some("eu-north-1")).unwrap();
    let explained = origins.explain(&settings, &general, &environment).unwrap();
    let json = config::document(Some("provision.toml"), &explained).to_string();
    let text = config::text(&explained, width);
    for secret in ["from-the-environment", "hunter2hunter2"] {
        assert!(!text.contains(secret) && !json.contains(secret), "{text}");
    }
    assert!(toml::from_str::<toml::Table>(&text).is_ok(), "{text}");
    text
}

#[test]
fn each_setting_is_shown_with_its_origin() {
    let audit_trail =
        "[audit_trail]\nattach_to = [\"user/a\"]\n[lint]\naccept = { all-actions = \"known\" }\n";
    let all = format!("{GOOD}{audit_trail}");
    let flags = [
        "--region=us-gov-west-1",
        "--tag=cost=a=b",
        "--external-id=hunter2hunter2",
        "--postfix=-two",
        "--concurrency=8",
    ];
    let texts = [
        shown(&all, &flags, 100),
        shown(GOOD, &[], 60),
        shown("[stackstate]\nencryption = \"none\"\n", &[], 80),
        shown("[stackstate]\ntrust = \"ec2\"\n", &[], 80),
        shown(super::fleet::FLEET, &[], 90),
        shown(
            "[stackstate]\nagent_principals = [\"210987654321\"]\nexternal_id = \"${NOT_SET}\"\n",
            &[],
            80,
        ),
    ];
    insta::assert_snapshot!(texts.join("---\n"));
}
