//! Whatever is written in place of settings, loading neither panics nor shows the external ID.

use proptest::prelude::*;

use super::*;

#[test]
fn broken_toml_is_placed_but_its_text_is_not_shown() {
    let cases = [
        ("12345secret", "no quotes"),
        ("\"12345secret", "no closing quote"),
        ("12345", "a number"),
        ("12345.0", "another number"),
        ("[\"12345secret\"]", "a list"),
        ("{ id = \"12345secret\" }", "a table"),
        ("\"12345secret\" \"x\"", "two values"),
        ("'12345secret\"", "quotes that differ"),
        ("\"\\q12345secret\"", "no such escape"),
        ("12345-secret", "half a date"),
    ];
    for (value, reason) in cases {
        let file = GOOD.replace("\"${STS_EXTERNAL_ID}\"", value);
        let failure = error(&file, &[]);
        let shown = format!("{failure} {failure:?}");
        let failures = [&failure].into_iter().chain(&failure.also);
        assert!(
            failures
                .clone()
                .all(|it| it.message.starts_with("provision.toml:8:")),
            "{reason}: {failure}"
        );
        assert!(!shown.contains("12345"), "{reason}: {shown}");
    }
}

#[test]
fn a_secret_is_neither_debugged_nor_serialized() {
    let draft = load_with(GOOD, &["--external-id=hunter2hunter2"], Need::Trust).unwrap();
    assert!(!format!("{draft:?}").contains("hunter2"));
    let serialized = serde_json::to_string(&draft.settings).unwrap();
    assert!(!serialized.contains("hunter2"), "{serialized}");
    assert!(!format!("{:?}", plan_flags(&["--external-id=hunter2"])).contains("hunter2"));
}

proptest! {
    #[test]
    fn loading_any_text_never_panics(text in any::<String>(), value in "\\PC{0,20}") {
        let _ = load_with(&text, &[], Need::Trust);
        for key in ["external_id", "postfix", "permissions_boundary", "policies", "trust"] {
            let _ = load_with(&format!("[stackstate]\n{key} = {value:?}"), &[], Need::Trust);
        }
    }

    #[test]
    fn no_error_shows_the_external_id(
        before in "[\"'!$\\[{ 0-9a-z.=\\\\-]{0,4}",
        after in "[\"'!$\\]} 0-9a-z.=#\\\\\n-]{0,4}",
        other in prop_oneof![Just("x = 1"), Just("trust = 1"), Just("trust = \"a\""), Just("=")],
    ) {
        let secret = "1234567890123456";
        for file in [
            format!("[stackstate]\nexternal_id = {before}{secret}{after}\n{other}"),
            format!("[stackstate]\n{other}\nexternal_id = {before}{secret}{after}"),
            format!("stackstate = {{ external_id = {before}{secret}{after}, {other} }}"),
        ] {
            if let Err(failure) = load_with(&file, &[], Need::Trust) {
                prop_assert!(!format!("{failure:?}").contains(secret), "{failure}");
            }
        }
    }

    #[test]
    fn external_ids_in_the_form_of_aws_are_not_changed(id in "[\\w&&[:ascii:]+=,.@:/-]{2,60}") {
        let settings = settings(GOOD, &[&format!("--external-id={id}")]);
        prop_assert_eq!(external_id(&settings).0, id);
    }
}

#[test]
fn an_external_id_that_others_can_guess_or_read_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("provision.toml");
    let long = "0123456789abcdef";
    let cases: [(&str, u32, &[&str], &[&str], &str); 6] = [
        (long, 0o600, &[], &[], "long, and for its owner alone"),
        (long, 0o640, &[], &[], "for a group, which somebody chose"),
        (
            long,
            0o644,
            &[],
            &["everybody on this machine"],
            "for everybody",
        ),
        ("0123456789abcde", 0o600, &[], &["fewer than 16"], "short"),
        (
            "${LONG}",
            0o644,
            &[],
            &[],
            "the file has the name of a variable alone",
        ),
        (
            long,
            0o644,
            &["--external-id=fedcba9876543210"],
            &[],
            "the file's does not count",
        ),
    ];
    for (written, mode, args, expected, why) in cases {
        let text = format!(
            "regions = [\"eu-west-1\"]\n[stackstate]\nagent_principals = [\"210987654321\"]\n\
             external_id = \"{written}\"\n"
        );
        std::fs::write(&path, text).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&path, mode).unwrap();
        let (general, flags) = plan_flags(args);
        let environment = |name: &str| (name == "LONG").then(|| long.to_owned());
        let draft = load(&general, &flags, Need::Trust, folder.path(), &environment);
        let draft = draft.unwrap();
        let warnings = draft.warnings();
        assert_eq!(warnings.len(), expected.len(), "{why}: {warnings:?}");
        for (warning, expected) in warnings.iter().zip(expected) {
            assert!(warning.contains(expected), "{why}: {warning}");
            assert!(!warning.contains(written), "{why}: {warning}");
        }
    }
}
