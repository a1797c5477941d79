//! `policy lint`: its files, settings, outputs and exit codes.

use std::io::Write;
use std::process::Stdio;

use crate::harness::{Account, MAIN, OTHER};

/// A policy whose worst finding has the severity `security`.
const ADMINISTRATOR: &str = r#"{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}
}"#;
const HARMLESS: &str = r#"{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
}"#;
const TWICE: &str =
    "{\"Version\": \"2012-10-17\",\n  \"Version\": \"2012-10-17\", \"Statement\": []}";

#[test]
fn each_file_is_checked_by_itself_and_the_worst_finding_decides_the_exit_code() {
    let account = Account::new(&[MAIN]);
    account.write("admin.json", ADMINISTRATOR);
    account.write("harmless.json", HARMLESS);
    account.write("twice.json", TWICE);
    let cases: [(&[&str], i32, &str); 8] = [
        (&["harmless.json"], 0, "nothing is found"),
        (
            &["admin.json"],
            2,
            "security matters in a file of one's own",
        ),
        (&["admin.json", "--fail-on=error"], 0, "and may be allowed"),
        (&["admin.json", "--fail-on=security"], 2, "or asked for"),
        (
            &["admin.json", "--fail-on=warning"],
            2,
            "and is worse than a warning",
        ),
        (&["twice.json"], 2, "an error"),
        (&["harmless.json", "twice.json"], 2, "one of two"),
        (
            &["harmless.json", "--fail-on=suggestion"],
            0,
            "nothing at all",
        ),
    ];
    for (args, code, reason) in cases {
        let output = account.provision(&[&["policy", "lint"], args].concat());
        assert_eq!(output.code(), Some(code), "{reason}: {output}");
        assert!(output.calls.is_empty(), "{reason}: {output}");
    }
    let both = account.provision(&["policy", "lint", "twice.json", "admin.json"]);
    both.exits(2)
        .says("duplicate-key")
        .says("2:11 the document: the key")
        .says("all-actions")
        .says("2 findings in 2 documents: 1 error, 1 security.");
    let admin = account.provision(&["policy", "lint", "admin.json"]);
    admin.exits(2).says("`--fail-on error` lets it pass");
    account.write("two.json", &format!("{HARMLESS}\n{HARMLESS}\n"));
    let two = account.provision(&["policy", "lint", "two.json"]);
    two.exits(2)
        .says("the second of 2 JSON documents begins here; put each into a file of its own");
}

#[test]
fn the_standard_input_is_checked_as_a_file_is() {
    let account = Account::new(&[MAIN]);
    let mut command = account.command(&["policy", "lint", "--json", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(ADMINISTRATOR.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["documents"][0]["name"], "standard input");
    assert_eq!(
        document["documents"][0]["findings"][0]["code"],
        "all-actions"
    );
    assert_eq!(document["summary"]["security"], 1);
}

#[test]
fn the_documents_of_the_settings_are_checked_without_a_call_to_aws() {
    let account = Account::new(&[MAIN, OTHER]);
    let args = ["policy", "lint", "--account", &account.id, "--json"];
    let found = account.provision(&args).exits(0);
    assert!(found.calls.is_empty(), "{found}");
    let document = found.json();
    let names: Vec<&str> = document["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    for name in ["key-policy", "bucket-policy"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for region in [MAIN, OTHER] {
        let name = format!("firehose-role-policy@{region}");
        assert!(names.contains(&name.as_str()), "{names:?}");
    }
    assert!(document["summary"]["security"].as_u64() > Some(0));
    assert_eq!(document["summary"]["error"], 0);
    // Both regions' documents are told at once, and nobody is advised to edit what is built in.
    let text = account.provision(&args[..4]).exits(0);
    let text = text
        .says(
            "firehose-role-trust@eu-west-1, firehose-role-trust@us-east-1 (trust policy, built in)",
        )
        .says("Set profile = \"hardened\" under [stackstate]: the hardened profile mends this.");
    assert!(!text.stdout.contains("policies/stackstate"), "{text}");
    let mut lines = text.stdout.lines();
    assert!(
        lines.all(|it| it.len() <= 80 || it.contains("https://")),
        "{text}"
    );
}

#[test]
fn a_document_that_replaces_a_built_in_one_is_a_file_of_ones_own() {
    let account = Account::new(&[MAIN]);
    std::fs::create_dir(account.path("own")).unwrap();
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": "sts:AssumeRole", "Principal": {"Service": "firehose.amazonaws.com"}}}"#;
    account.write("own/firehose-role-trust.json", trust);
    let args = ["policy", "lint", "--account", &account.id, "--policies=own"];
    let text = account.provision(&args).exits(2);
    text.says("from own/firehose-role-trust.json")
        .says("Fix: Add the condition that the service's guide documents");
}

#[test]
fn sarif_names_files_and_lines() {
    let account = Account::new(&[MAIN]);
    account.write("admin.json", ADMINISTRATOR);
    let log = account.provision(&["policy", "lint", "admin.json", "--sarif"]);
    let log = log.exits(2).json();
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "all-actions");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "admin.json");
    assert_eq!(place["region"]["startLine"], 3);
}

#[test]
fn accepted_findings_are_listed_apart_and_do_not_fail_the_command() {
    let account = Account::new(&[MAIN]);
    account.write("admin.json", ADMINISTRATOR);
    account.write(
        "accepting.toml",
        "[lint]\naccept = { all-actions = \"it is the administrator\" }\n",
    );
    let accepting = ["policy", "lint", "admin.json", "--config", "accepting.toml"];
    account
        .provision(&[&accepting[..], &["--fail-on=security"]].concat())
        .exits(0)
        .says("Accepted in the settings:")
        .says("it is the administrator")
        .says("Nothing found in 1 document; not counted: 1 finding, accepted in the settings.");
    let log = account.provision(&[&accepting[..], &["--sarif"]].concat());
    let suppression = &log.exits(0).json()["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(suppression["justification"], "it is the administrator");
}

#[test]
fn a_file_that_cannot_be_checked_does_not_end_the_batch_and_has_its_own_exit_code() {
    let account = Account::new(&[MAIN]);
    account.write("admin.json", ADMINISTRATOR);
    account.write("harmless.json", HARMLESS);
    account.write(
        "table.json",
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:*", "Resource": "*"}}"#,
    );
    account.write("large.json", &" ".repeat(1100 * 1024));
    std::fs::write(account.path("bytes.json"), [0xff, 0xfe, b'{']).unwrap();
    let cases = [
        ("missing.json", "No such file"),
        (".", "unreadable-file"),
        ("large.json", "it has more than 1024 KiB"),
        ("bytes.json", "it is not text in UTF-8"),
        ("table.json", "the kinds are managed, inline, trust, key"),
    ];
    for (file, problem) in cases {
        let args = ["policy", "lint", file, "harmless.json", "admin.json"];
        account
            .provision(&args)
            .exits(3)
            .says(problem)
            .says("all-actions");
        let document = account.provision(&[&args[..], &["--json"]].concat());
        let documents = document.exits(3).json()["documents"].clone();
        assert_eq!(documents.as_array().map(Vec::len), Some(3), "{file}");
        assert_eq!(documents[0]["findings"][0]["severity"], "error", "{file}");
    }
    // With its kind named the policy is checked, and worse findings than that it is unknown come up.
    let named = account.provision(&["policy", "lint", "table.json", "--kind=endpoint"]);
    named.exits(0).says("Nothing found in 1 document.");
    account.write("mark.json", &format!("\u{feff}{HARMLESS}"));
    let marked = account.provision(&["policy", "lint", "mark.json"]);
    marked.exits(2).says("byte-order mark");
    let marked = account.provision(&["policy", "diff", "mark.json", "harmless.json"]);
    marked.exits(2).says("byte-order mark");
}

#[test]
fn bad_input_is_reported_before_anything_is_checked() {
    let account = Account::new(&[MAIN]);
    account.write("harmless.json", HARMLESS);
    account.write("misspelt.toml", "[lint]\naccept = { all-action = \"x\" }\n");
    account.write("silent.toml", "[lint]\naccept = { all-actions = \" \" }\n");
    account.write("unknown.toml", "[lint]\nignore = []\n");
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &["harmless.json", "--config", "misspelt.toml"],
            &[
                "misspelt.toml:2:25: lint.accept.all-action: no finding has this code",
                "Hint",
            ],
        ),
        (
            &["harmless.json", "--config", "silent.toml"],
            &["silent.toml:2:26: lint.accept.all-actions: there is no reason"],
        ),
        (
            &["harmless.json", "--config", "unknown.toml"],
            &["unknown.toml:2:1: unknown key `ignore` in [lint]"],
        ),
        (&["--kind=key"], &["FILE"]),
    ];
    for (args, texts) in cases {
        let mut output = account
            .provision(&[&["policy", "lint"], args].concat())
            .exits(1);
        assert!(output.calls.is_empty(), "{output}");
        assert_eq!(output.stdout, "", "{output}");
        for text in texts {
            output = output.says(text);
        }
    }
    // The same settings make a plan fail.
    account
        .provision(&["plan", "--config", "misspelt.toml", "--trust=ec2"])
        .exits(1)
        .says("lint.accept.all-action");
}

#[test]
fn the_external_id_is_in_no_output() {
    let account = Account::new(&[MAIN]);
    let trust = r#"{"Version": "2012-10-17", "Statement": {
      "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "210987654321"},
      "Condition": {"Bool": {"sts:ExternalId": "hunter2"}}}}"#;
    account.write("trust.json", trust);
    for output in ["--json", "--sarif", "--color=always"] {
        let found = account.provision(&["policy", "lint", "trust.json", output]);
        assert!(!found.to_string().contains("hunter2"), "{found}");
    }
}

#[test]
fn a_plan_ends_with_the_number_of_security_findings() {
    let account = Account::new(&[MAIN]);
    let lint = account.provision(&["policy", "lint", "--json"]).exits(0);
    let count = lint.json()["summary"]["security"].as_u64().unwrap();
    assert!(count > 0, "the vendor's documents have some");
    let last = format!("Security: {count} findings; `provision policy lint` explains.");
    let plan = account.provision(&["plan"]).exits(0);
    assert_eq!(plan.stdout.lines().last(), Some(&*last), "{plan}");

    let hardened = account.provision(&["plan", "--policy-profile=hardened"]);
    let hardened = hardened.exits(0);
    assert!(!hardened.stdout.contains("Security:"), "{hardened}");
}
