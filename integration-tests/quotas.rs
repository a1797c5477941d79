//! Quotas that AWS raises on request: the plan notes them, and AWS has the last word.

use crate::harness::{Account, MAIN};

const PATTERN: &str = "the event pattern has 2112 characters, and AWS allows 2048 unless the quota \
                       \"Event pattern size\" of EventBridge was raised (Service Quotas)";

/// EventBridge User Guide, "Amazon EventBridge quotas": 2,048 characters, adjustable.
#[test]
fn a_long_event_pattern_is_noted_and_its_refusal_names_the_quota() {
    let account = Account::new(&[MAIN]);
    let source = "x".repeat(2_097);
    let pattern = format!(r#"{{"source":["{source}"]}}"#);
    account.write("documents/event-pattern.json", &pattern);
    let documents = ["--policies", "documents"];
    let plan = account.provision(&[&["plan"], &documents[..]].concat());
    plan.exits(0).says(PATTERN);
    account.refuse_in_json("PutRule", "ValidationException", "the pattern is too long");
    let failed = account.provision(&[&["apply", "--yes"], &documents[..]].concat());
    let failed = failed.exits(1).says("s:PutRule failed");
    failed
        .says("ValidationException: the pattern is too long")
        .says(&format!(
            "Shorten the pattern, or have it allowed: {PATTERN}"
        ));
}

/// IAM User Guide, "IAM and AWS STS quotas": 10 managed policies of a user, and 20 on request.
#[tokio::test]
async fn a_user_with_ten_attached_policies_gets_ours_if_aws_takes_it() {
    let account = Account::new(&[MAIN]);
    let settings = "[audit_trail]\nattach_to = [\"user/audit-trail\"]\n";
    account.write("provision.toml", settings);
    let iam = account.iam();
    let user = iam.create_user().user_name("audit-trail");
    user.send().await.unwrap();
    let document = r#"{"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;
    for number in 0..10 {
        let name = format!("other-{number}");
        let policy = iam.create_policy().policy_name(&name);
        policy.policy_document(document).send().await.unwrap();
        let attach = iam.attach_user_policy().user_name("audit-trail");
        let arn = format!("arn:aws:iam::{}:policy/{name}", account.id);
        attach.policy_arn(arn).send().await.unwrap();
    }
    let plan = account.provision(&["plan"]).exits(0);
    plan.says(
        "user/audit-trail has 10 other policies attached, and AWS allows 10 with this one unless",
    )
    .says("\"Managed policies per user\"");
    account.apply(&[]).has_done(2);
    account.plan(&[]).has_no_changes();
}
