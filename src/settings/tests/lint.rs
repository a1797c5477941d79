//! The section `[lint]`.

use super::*;

#[test]
fn findings_are_accepted_by_code_and_with_a_reason() {
    let text = format!("{GOOD}\n[lint]\naccept = {{ \"all-actions\" = \" known \" }}\n");
    let accepted = settings(&text, &[]).accepted;
    assert_eq!(
        accepted,
        Accepted::from([("all-actions", "known".to_owned())])
    );
    assert_eq!(
        settings(GOOD, &[]).accepted,
        Accepted::new(),
        "none without the section"
    );
}

#[test]
fn an_unknown_code_and_a_missing_reason_are_refused() {
    let cases = [
        (
            "all-action",
            "known",
            "no finding has this code",
            "misspelt",
        ),
        ("", "known", "no finding has this code", "empty"),
        ("all-actions", " ", "there is no reason", "a blank reason"),
    ];
    for (code, reason, problem, why) in cases {
        let text = format!("{GOOD}\n[lint]\naccept = {{ \"{code}\" = \"{reason}\" }}\n");
        let code = if code.is_empty() { "\"\"" } else { code };
        let expected = format!("provision.toml: lint.accept.{code}: {problem}");
        assert_eq!(placeless(&error(&text, &[])), expected, "{why}");
    }
}

#[test]
fn accepted_findings_are_not_among_the_digest_entries() {
    let text = format!("{GOOD}\n[lint]\naccept = {{ \"all-actions\" = \"known\" }}\n");
    let entries = |text: &str| settings(text, &[]).digest_entries().unwrap();
    assert_eq!(entries(&text), entries(GOOD));
}
