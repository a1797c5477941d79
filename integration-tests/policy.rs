//! `policy list`, `show` and `diff`: the documents that apply writes, and what differs in meaning.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value as Json;

use crate::harness::{Account, MAIN, OTHER};

/// The flag for the account, with which no call to AWS is needed.
fn named(account: &Account) -> [String; 2] {
    ["--account".to_owned(), account.id.clone()]
}

#[test]
fn the_list_has_every_document_that_apply_writes() {
    let account = Account::new(&[MAIN, OTHER]);
    let [flag, id] = named(&account);
    let listed = account.provision(&["policy", "list", "--json", &flag, &id]);
    let listed = listed.exits(0);
    assert!(listed.calls.is_empty(), "AWS is not asked: {listed}");
    let documents = listed.json();
    let documents = documents["documents"].as_array().unwrap().clone();
    let text = |document: &Json, key: &str| document[key].as_str().unwrap().to_owned();
    let carriers = |documents: &[Json]| {
        let mut carriers: Vec<String> = documents.iter().map(|it| text(it, "carrier")).collect();
        carriers.sort();
        carriers
    };
    // Every policy and pattern of a plan, by its resource.
    let plan = account.provision(&["plan", "--json"]).exits(0).json();
    let mut expected = Vec::new();
    for resource in plan["resources"].as_array().unwrap() {
        for change in resource["changes"].as_array().unwrap() {
            let is_document = change["after"].get("Statement").is_some()
                || change["attribute"] == "event_pattern";
            if is_document {
                expected.push(text(resource, "address"));
            }
        }
    }
    expected.sort();
    assert_eq!(carriers(&documents), expected);
    for document in &documents {
        let size = document["characters"].as_u64().unwrap();
        assert!(size > 0 && size <= document["limit"].as_u64().unwrap());
    }
    let table = account.provision(&["policy", "list", &flag, &id]).exits(0);
    for document in &documents {
        assert!(table.stdout.contains(&text(document, "name")), "{table}");
    }
}

#[test]
fn a_region_that_is_not_in_the_list_is_accepted_with_a_warning() {
    let account = Account::new(&[MAIN]);
    let [flag, id] = named(&account);
    let args = ["policy", "list", "--json", &flag, &id, "--region"];
    for (region, warnings) in [(MAIN, 0), ("eu-west-8", 1)] {
        let listed = account.provision(&[&args[..], &[region]].concat()).exits(0);
        listed.json();
        let warning = "Warning: eu-west-8 is not among the AWS regions";
        assert_eq!(listed.stderr.matches(warning).count(), warnings, "{listed}");
    }
}

#[test]
fn a_document_is_shown_as_apply_writes_it() {
    let account = Account::new(&[MAIN, OTHER]);
    let plan = account.provision(&["plan", "--json"]).exits(0).json();
    let written = |address: &str, attribute: &str| {
        let resources = plan["resources"].as_array().unwrap();
        let resource = resources.iter().find(|it| it["address"] == address);
        let changes = resource.unwrap()["changes"].as_array().unwrap();
        let change = changes.iter().find(|it| it["attribute"] == attribute);
        change.unwrap()["after"].clone()
    };
    let cases = [
        (
            "integration-role-trust-external",
            "iam_role.integration",
            "trust_policy",
        ),
        ("key-policy", "kms_key.integration@eu-west-1", "key_policy"),
        (
            "firehose-role-policy@us-east-1",
            "iam_role.firehose-us-east-1",
            "inline_policy[default]",
        ),
        (
            "firehose-role-policy",
            "iam_role.firehose-eu-west-1",
            "inline_policy[default]",
        ),
        (
            "eventbridge-role-trust@us-east-1",
            "iam_role.eventbridge-us-east-1",
            "trust_policy",
        ),
    ];
    for (name, address, attribute) in cases {
        let shown = account.provision(&["policy", "show", name]).exits(0);
        assert_eq!(shown.json(), written(address, attribute), "{name}");
        shown.says(&format!("of {address}")).says("characters");
    }
    let unknown = account.provision(&["policy", "show", "no-such"]).exits(1);
    unknown
        .says("no document is called \"no-such\"")
        .says("key-policy");
}

#[test]
fn without_an_external_id_only_the_trust_policy_is_left_out() {
    let account = Account::new(&[MAIN]);
    let [flag, id] = named(&account);
    for args in [&["list"][..], &["show", "integration-role-trust-external"]] {
        let args = [&["policy"], args, &[&flag, &id]].concat();
        let mut command = account.command(&args);
        command.env_remove("STS_EXTERNAL_ID");
        let output = account.run(command);
        assert_eq!(output.code(), Some(i32::from(args[1] == "show")));
        output.says("integration-role-trust-external is left out");
    }
}

#[test]
fn policies_are_compared_by_meaning() {
    let account = Account::new(&[MAIN]);
    let one = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}]}"#;
    let reordered = r#"{"Statement": {"Resource": ["*"], "Effect": "Allow",
        "Action": ["S3:putobject", "s3:GetObject"]}, "Version": "2012-10-17"}"#;
    let other = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": "*"}]}"#;
    account.write("one.json", one);
    account.write("reordered.json", reordered);
    account.write("other.json", other);
    account.write("broken.json", "{\"Statement\": [");
    account.write("pattern.json", "{\"source\": [\"aws.ec2\"]}");
    let diff = |before: &str, after: &str| account.provision(&["policy", "diff", before, after]);

    let same = diff("one.json", "reordered.json").exits(0);
    assert!(same.calls.is_empty(), "AWS is not asked: {same}");
    same.says("The policies are equivalent.");
    let different = diff("one.json", "other.json").exits(1);
    assert_eq!(
        different.stdout,
        "~ statement \"A\"\n  - action s3:PutObject\n  + action s3:DeleteObject\n"
    );
    account.write("large.json", &" ".repeat(1100 * 1024));
    fs::write(account.path("bytes.json"), [0xff, 0xfe, b'{']).unwrap();
    let no_policies = [
        ("large.json", "it has more than 1024 KiB"),
        ("bytes.json", "it is not text in UTF-8"),
        ("broken.json", "line 1, column 15"),
        ("pattern.json", "source: unknown element"),
        ("missing.json", "cannot read missing.json"),
    ];
    for (file, problem) in no_policies {
        diff("one.json", file).exits(2).says(problem);
        diff(file, "one.json").exits(2).says(problem);
    }
}

#[test]
fn only_one_of_two_policies_can_be_read_from_the_standard_input() {
    let account = Account::new(&[MAIN]);
    let both = account.provision(&["policy", "diff", "-", "-"]).exits(2);
    both.says("only one of the two can be the standard input");
}

#[test]
fn a_policy_can_be_read_from_the_standard_input() {
    let account = Account::new(&[MAIN]);
    let policy = fs::read("policies/stackstate/key-policy.json").unwrap();
    account.write("key-policy.json", &String::from_utf8_lossy(&policy));
    let mut command = account.command(&["policy", "diff", "-", "key-policy.json"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&policy).unwrap();
    let finished = child.wait_with_output().unwrap();
    assert!(finished.status.success());
    assert_eq!(finished.stdout, b"The policies are equivalent.\n");
}
