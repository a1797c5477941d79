//! Roles are read in one call for all of them, and one by one where that call does not serve.

use crate::harness::{Account, MAIN, OTHER};

/// What IAM answers about an account with more roles than fit, of which it shows none.
pub const TRUNCATED: &str = "<GetAccountAuthorizationDetailsResponse>\
    <GetAccountAuthorizationDetailsResult><IsTruncated>true</IsTruncated><Marker>more</Marker>\
    <RoleDetailList/></GetAccountAuthorizationDetailsResult>\
    </GetAccountAuthorizationDetailsResponse>";

const PAGE: &str = "GetAccountAuthorizationDetails";
const ROLE: &str = "StackStateAwsIntegrationRole";
const READ_ALL: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const EXTRA: &str = r#"{"Version":"2012-10-17","Statement":
    {"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

/// Two regions, and a role with an inline and an attached policy of others.
async fn drifted() -> Account {
    let account = Account::applied(&[MAIN, OTHER]);
    let put = account.iam().put_role_policy().role_name(ROLE);
    let put = put.policy_name("extra").policy_document(EXTRA);
    put.send().await.unwrap();
    let attach = account.iam().attach_role_policy().role_name(ROLE);
    attach.policy_arn(READ_ALL).send().await.unwrap();
    account
}

#[tokio::test]
async fn the_same_is_found_however_roles_are_read() {
    let cases: [(&str, fn(&Account)); 3] = [
        ("all roles are on the page", |_| {}),
        ("the account has more roles", |account| {
            account.answer(PAGE, TRUNCATED);
        }),
        ("nobody may read all of IAM", |account| {
            account.refuse(PAGE, "AccessDenied", "not you");
        }),
    ];
    let account = drifted().await;
    for (reason, answers) in cases {
        answers(&account);
        let plan = account.plan(&["--region", MAIN]);
        let attached = format!("attached_policy[{READ_ALL}]");
        assert_eq!(
            plan.attributes("iam_role.integration"),
            [attached.as_str(), "inline_policy[extra]"],
            "{reason}"
        );
        // A region that the settings no longer name is found by its roles.
        let deleted = plan.action("iam_role.firehose-us-east-1");
        assert_eq!(deleted, "delete", "{reason}");
    }
    account.apply(&[]);
    account.plan(&[]).has_no_changes();
}
