//! `explain` works in a folder without settings, without credentials and without a network.

use crate::harness::{Account, MAIN};

#[test]
fn everything_is_explained_without_settings_and_calls() {
    let account = Account::new(&[MAIN]);
    std::fs::remove_file(account.path("provision.toml")).ok();
    let cases = [
        (vec!["explain"], 0, "`provision explain codes` lists them"),
        (vec!["explain", "codes"], 0, "service-without-source"),
        (vec!["explain", "attributes"], 0, "public_access_block"),
        (vec!["explain", "all-actions"], 0, "what to do"),
        (
            vec!["explain", "role/StackStateFirehoseRole-REGION"],
            0,
            "iam_role.firehose-REGION",
        ),
        (vec!["explain", "versioning"], 0, "in place, by apply"),
        (vec!["explain", "versoning"], 1, "Near are versioning"),
    ];
    for (args, code, text) in cases {
        let output = account.provision(&args).exits(code).says(text);
        assert!(output.calls.is_empty(), "{output}");
    }
}
