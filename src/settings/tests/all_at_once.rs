//! Everything that is wrong is told in one run, each mistake with its place.

use super::*;

/// What a person reads about a file.
fn told(toml: &str, args: &[&str]) -> String {
    format!("Error: {}", error(toml, args))
}

#[test]
fn every_mistake_of_a_file_is_told_from_its_top() {
    let file = "\
acount = \"123456789012\"
regions = [\"eu-west-11\", \"cn-north-1\", \"eu-west-1\"]
postfix = \"-two\"
tags = { team = 7, \"a*b\" = \"c\" }
retries = 3

[stackstate]
agent_principals = \"210987654321\"
external_id = \"uniquesecret!1\" # the old one was uniquesecret1
externalid = \"uniquesecret!1\"
trust = \"extern\"
profile = \"documented\"
postfix = \"-Two\"
lint = { accept = {} }

[audit-trail]
attach_to = []
";
    insta::assert_snapshot!(told(file, &["--keep-policy=a/b"]));
}

#[test]
fn syntax_errors_are_told_with_what_else_can_be_read() {
    let file = "\
account = 12345678901
regions = [\"eu-west-1\"

[stackstate]
external_id = uniquesecret1
trust \"ec2\"
postfix = \"-two
encryption = \"aes\"
";
    insta::assert_snapshot!(told(file, &[]));
}

#[test]
fn a_positional_section_is_refused() {
    for (file, what) in [
        ("stackstate = [[\"210987654321\"], \"id\"]", "a list"),
        ("stackstate = \"yes\"", "a string"),
        ("stackstate = true", "true or false"),
        ("[[stackstate]]\ntrust = \"ec2\"", "a list"),
    ] {
        let failure = error(file, &["--region=eu-west-1"]);
        let message = format!("stackstate: the value must be a section, and is {what}");
        assert!(failure.message.ends_with(&message), "{failure}");
    }
}

#[test]
fn what_a_wrong_trust_may_not_need_is_not_missed() {
    let failure = error("[stackstate]\ntrust = \"ecz\"\n", &["--region=eu-west-1"]);
    let hint = failure.hint.as_deref();
    assert_eq!(hint, Some("Did you mean \"ec2\"?"), "{failure}");
    assert!(failure.also.is_empty(), "{failure}");
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let in_file = told("[stackstate]\nencryption = \"none\"\n", &[]);
    let folder = tempfile::tempdir().unwrap();
    let without_file = |args: &[&str], need: Need| {
        let (general, stackstate) = plan_flags(args);
        let home = |name: &str| match name {
            "HOME" => Some(folder.path().display().to_string()),
            _ => None,
        };
        let draft = load(&general, &stackstate, need, folder.path(), &home);
        let failure = draft.and_then(|draft| draft.complete(None)).unwrap_err();
        format!("Error: {failure}")
    };
    let told = [
        in_file,
        without_file(&[], Need::Trust),
        without_file(
            &["--external-id=0123456789abcdef", "--region=eu-west-1"],
            Need::Trust,
        ),
        without_file(&[], Need::Names),
    ];
    insta::assert_snapshot!(told.join("\n---\n"));
}

#[test]
fn the_hint_names_the_file_that_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[stackstate]\ntrust = \"ec2\"\n";
    fs::write(folder.path().join("other.toml"), text).unwrap();
    let (general, stackstate) = plan_flags(&["--config=other.toml"]);
    let draft = load(
        &general,
        &stackstate,
        Need::Trust,
        folder.path(),
        &environment,
    );
    let hint = draft.unwrap().complete(None).unwrap_err().hint.unwrap();
    assert!(
        hint.contains("other.toml") && !hint.contains("provision.toml"),
        "{hint}"
    );
}
