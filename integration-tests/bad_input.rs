//! Bad input leads to one error that names the place and the accepted form, before any AWS call.

use crate::harness::{Account, MAIN};

/// Fails unless the program prints an error with all of `expected`, and sends no request.
fn refuses(account: &Account, args: &[&str], expected: &[&str]) {
    let mut failed = account.provision(&[&["plan"], args].concat()).exits(1);
    assert!(failed.calls.is_empty(), "{failed}");
    assert_eq!(failed.stdout, "", "{failed}");
    assert_eq!(failed.stderr.matches("Error: ").count(), 1, "{failed}");
    for text in expected {
        failed = failed.says(text);
    }
}

#[test]
fn bad_flags_are_refused() {
    let account = Account::new(&[MAIN]);
    let long = "x".repeat(129);
    let cases: &[(&[&str], &[&str])] = &[
        (&["--account", "12345678901"], &["--account", "12 digits"]),
        (
            &["--agent-principal", "12345"],
            &["--agent-principal", "12 digits"],
        ),
        (
            &["--agent-principal", "arn:aws:iam:210987654321:root"],
            &["--agent-principal", "arn:aws:iam::"],
        ),
        (
            &["--agent-principal", "arn:aws-cn:iam::210987654321:root"],
            &["--agent-principal", "aws-cn"],
        ),
        (&["--region", "eu-west-99"], &["--region", "eu-west-99"]),
        (
            &["--region", MAIN, "--region", MAIN],
            &["--region", "listed twice"],
        ),
        (
            &["--region", MAIN, "--region", "cn-north-1"],
            &["--region", "partition"],
        ),
        (&["--postfix", "Blue"], &["--postfix"]),
        (&["--postfix", "-a_b"], &["--postfix"]),
        (
            &["--postfix", "-012345678901234567890"],
            &["--postfix", "20"],
        ),
        (
            &["--permissions-boundary", "boundary"],
            &["--permissions-boundary", "arn:aws:iam::"],
        ),
        (&["--keep-policy", "a b"], &["--keep-policy"]),
        (&["--tag", "aws:team=a"], &["--tag", "aws:"]),
        (&["--tag", "team"], &["--tag", "KEY=VALUE"]),
        (&["--tag", &format!("{long}=a")], &["--tag", "128"]),
        (&["--tag", "te?am=a"], &["--tag", "te?am"]),
        (
            &["--endpoint-url", "http://example.com"],
            &["--endpoint-url", "https"],
        ),
        (&["--config", "missing.toml"], &["missing.toml"]),
        (
            &["--external-id", "${NOT_SET_ANYWHERE}"],
            &["--external-id", "NOT_SET_ANYWHERE"],
        ),
    ];
    for (args, expected) in cases {
        refuses(&account, args, expected);
    }
}

#[test]
fn an_external_id_that_aws_refuses_is_not_shown() {
    let account = Account::new(&[MAIN]);
    let mut command = account.command(&["plan"]);
    command.env("STS_EXTERNAL_ID", "uniquesecret!1");
    let failed = account.run(command).exits(1);
    assert!(failed.calls.is_empty(), "{failed}");
    assert!(!failed.to_string().contains("uniquesecret"), "{failed}");
    failed.says("STS_EXTERNAL_ID").says("'!'").says("2 to 1224");
    let mut command = account.command(&["plan"]);
    command.env_remove("STS_EXTERNAL_ID");
    let failed = account.run(command).exits(1);
    assert!(failed.calls.is_empty(), "{failed}");
    failed.says("STS_EXTERNAL_ID").says("external_id");
}

#[test]
fn a_bad_settings_file_is_refused() {
    let account = Account::new(&[MAIN]);
    let many: String = (0..51)
        .map(|index| format!("key{index} = \"a\"\n"))
        .collect();
    let stackstate = "[stackstate]\nagent_principals = [\"210987654321\"]\nexternal_id = \"ab\"\n";
    let cases: &[(&str, &[&str])] = &[
        (
            &format!("region = [\"eu-west-1\"]\n{stackstate}"),
            &["provision.toml:1:1", "`region`", "`regions`"],
        ),
        (
            &format!("{stackstate}\npostfixx = \"a\"\n"),
            &["provision.toml:5:1", "`postfixx`", "`postfix`"],
        ),
        (
            &format!("regions = \"eu-west-1\"\n{stackstate}"),
            &["provision.toml:1:11", "[\"eu-west-1\"]"],
        ),
        ("regions = [\"eu-west-1\"\n", &["provision.toml:"]),
        (
            &format!("regions = [\"mars-north-1\"]\n{stackstate}"),
            &["provision.toml:1:12", "regions", "mars-north-1"],
        ),
        (
            &format!("account = \"1234\"\n{stackstate}"),
            &["provision.toml:1:11", "account", "12 digits"],
        ),
        (
            "regions = [\"eu-west-1\"]\n[stackstate]\nexternal_id = \"ab\"\n",
            &["principals are missing"],
        ),
        (&format!("{stackstate}[tags]\n{many}"), &["tags", "50"]),
    ];
    for (text, expected) in cases {
        account.write("provision.toml", text);
        refuses(&account, &[], expected);
    }
}

#[test]
fn bad_documents_that_replace_shipped_ones_are_refused() {
    let statement = |action: &str, count: usize| {
        let actions = vec![format!("\"{action}\""); count].join(",");
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*",
            "Action":[{actions}],"Resource":"*"}}]}}"#
        )
    };
    let inline = statement("s3:GetObject", 700).replace(r#""Principal":"*","#, "");
    let trust = statement("sts:AssumeRole", 500).replace(r#","Resource":"*""#, "");
    let sources = vec!["\"aws.s3\""; 500].join(",");
    let cases = [
        ("key-policy", "{", vec!["is not JSON", "line 1"]),
        (
            "key-policy",
            r#"{"Version":"2012-10-17","Version":"2012-10-17"}"#,
            vec!["Version"],
        ),
        (
            "bucket-policy",
            r#"{"Statement":[{"Effect":"Allow","Principal":"*",
            "Action":"s3:*","Resource":"${Bucket}"}]}"#,
            vec!["cannot be filled in", "${Bucket}"],
        ),
        (
            "firehose-role-policy",
            &inline,
            vec!["of 10240 that AWS allows"],
        ),
        (
            "firehose-role-trust",
            &trust,
            vec!["of 8192 that AWS allows"],
        ),
        (
            "key-policy",
            &statement("kms:GetKeyPolicy", 2_000),
            vec!["of 32768 that AWS allows"],
        ),
        (
            "event-pattern",
            &format!(r#"{{"source":[{sources}]}}"#),
            vec!["of 4096 that AWS allows"],
        ),
        ("event-pattern", "[]", vec!["is not an event pattern"]),
        (
            "unknown",
            "{}",
            vec!["replaces no document", "key-policy.json"],
        ),
    ];
    for (index, (name, text, mut expected)) in cases.into_iter().enumerate() {
        let account = Account::new(&[MAIN]);
        let folder = format!("documents-{index}");
        let file = format!("{folder}/{name}.json");
        account.write(&file, text);
        expected.push(&file);
        refuses(&account, &["--policies", &folder], &expected);
    }
}
