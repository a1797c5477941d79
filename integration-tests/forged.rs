//! An attacker writes into everything that the program prints, and neither forges a line nor controls
//! the terminal.

use aws_sdk_iam::types::Tag;
use serde_json::Value as Json;

use crate::harness::{Account, MAIN, Output};

const ROLE: &str = "StackStateAwsIntegrationRole";
/// A line that the program never prints, and what a terminal acts upon. Escape itself is no character
/// of XML.
pub const FORGED: &str = "x\nFORGED: 8 done.\u{85}FORGED\u{2028}FORGED\u{202e}\u{9b}2J\u{200b}";

/// Fails if a line was forged, or if a character could deceive a person.
#[track_caller]
pub fn is_honest(output: &Output) {
    let text = format!(
        "{}\n{}\n{}",
        output.stdout,
        output.stderr,
        output.log.join("\n")
    );
    let forged = text
        .split(['\n', '\u{85}', '\u{2028}'])
        .find(|line| line.starts_with("FORGED"));
    assert_eq!(forged, None, "{output}");
    let hidden =
        |it: char| it != '\n' && (it.is_control() || "\u{2028}\u{202e}\u{200b}".contains(it));
    assert_eq!(text.find(hidden), None, "{output}");
    assert!(text.contains("FORGED"), "nothing of it was shown: {output}");
}

#[tokio::test]
async fn neither_a_tag_nor_a_policy_in_the_account_forges_a_line() {
    let account = Account::applied(&[MAIN]);
    let tag = Tag::builder().key("team").value(FORGED).build().unwrap();
    // AWS allows no control characters in a tag or a policy.
    let iam = aws_sdk_iam::Client::new(&account.unchecked());
    let role = iam.tag_role().role_name(ROLE);
    role.tags(tag).send().await.unwrap();
    // The emulator wants one colon in an action.
    let action = format!("s3:{}", FORGED.replace(':', ""));
    let statement = serde_json::json!({
        "Sid": FORGED, "Effect": "Allow", "Action": action, "Resource": "*",
    });
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [statement]});
    let put = iam.put_role_policy().role_name(ROLE);
    let put = put.policy_name("added").policy_document(policy.to_string());
    put.send().await.unwrap();

    is_honest(&account.provision(&["plan"]).exits(0));
    let plan = account.provision(&["plan", "--json"]).exits(0);
    is_honest(&plan);
    // What a program reads is what stands in AWS.
    let document: Json = serde_json::from_str(&plan.stdout).unwrap();
    let changes = document["resources"].as_array().unwrap().iter();
    let mut changes = changes.flat_map(|it| it["changes"].as_array().unwrap());
    assert!(changes.any(|it| it["before"] == FORGED), "{plan}");
    is_honest(&account.provision(&["apply", "--yes", "--json"]).exits(0));
}

#[test]
fn no_error_of_aws_forges_a_line() {
    let account = Account::new(&[MAIN]);
    account.refuse("CreateRole", &format!("Code{FORGED}"), FORGED);
    account.refuse_in_json("CreateKey", "Code", &FORGED.replace('\n', "\\n\\u001b[2J"));
    for args in [&["apply", "--yes"][..], &["apply", "--yes", "--json"]] {
        is_honest(&account.provision(args).exits(1));
    }
    account.refuse("GetCallerIdentity", &format!("Code{FORGED}"), FORGED);
    for args in [
        &["plan"][..],
        &["plan", "--json"],
        &["destroy", "--yes", "--json"],
    ] {
        is_honest(&account.provision(args).exits(1));
    }
}
