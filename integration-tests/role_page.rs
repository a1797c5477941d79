//! Roles are read in one call for all of them, or one by one if that call is denied or cut off.

use std::collections::BTreeSet;

use crate::harness::{Account, MAIN, OTHER, inventory};

/// IAM's answer for an account with more roles than fit on a page, with none of them.
pub const TRUNCATED: &str = "<GetAccountAuthorizationDetailsResponse>\
    <GetAccountAuthorizationDetailsResult><IsTruncated>true</IsTruncated><Marker>more</Marker>\
    <RoleDetailList/></GetAccountAuthorizationDetailsResult>\
    </GetAccountAuthorizationDetailsResponse>";

const PAGE: &str = "GetAccountAuthorizationDetails";
const ROLE: &str = "StackStateAwsIntegrationRole";
const READ_ALL: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const EXTRA: &str = r#"{"Version":"2012-10-17","Statement":
    {"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

/// A deployment in two regions, with a role that has an inline and an attached policy of others.
async fn drifted() -> Account {
    let account = Account::applied(&[MAIN, OTHER]);
    let put = account.iam().put_role_policy().role_name(ROLE);
    let put = put.policy_name("extra").policy_document(EXTRA);
    put.send().await.unwrap();
    let attach = account.iam().attach_role_policy().role_name(ROLE);
    attach.policy_arn(READ_ALL).send().await.unwrap();
    account
}

/// IAM's answer for an account with more roles than fit on a page. Of our roles it has the
/// integration role.
async fn page_with_one_role(account: &Account) -> String {
    let get = account.iam().get_role_policy().role_name(ROLE);
    let own = get.policy_name("STSIntegration").send().await.unwrap();
    let role = format!(
        "<member><RoleName>{ROLE}</RoleName><RolePolicyList>\
         <member><PolicyName>STSIntegration</PolicyName><PolicyDocument>{}</PolicyDocument></member>\
         <member><PolicyName>extra</PolicyName><PolicyDocument>{EXTRA}</PolicyDocument></member>\
         </RolePolicyList><AttachedManagedPolicies><member><PolicyArn>{READ_ALL}</PolicyArn></member>\
         </AttachedManagedPolicies></member>",
        own.policy_document()
    );
    TRUNCATED.replace(
        "<RoleDetailList/>",
        &format!("<RoleDetailList>{role}</RoleDetailList>"),
    )
}

#[tokio::test]
async fn a_plan_is_the_same_however_roles_are_read() {
    let account = drifted().await;
    let one_of_ours = page_with_one_role(&account).await;
    let cases: [(&str, &dyn Fn(&Account)); 4] = [
        ("all roles are on the page", &|_| {}),
        ("some of ours are on the page", &|account| {
            account.answer(PAGE, &one_of_ours);
        }),
        ("the account has more roles", &|account| {
            account.answer(PAGE, TRUNCATED);
        }),
        ("reading all of IAM is denied", &|account| {
            account.refuse(PAGE, "AccessDenied", "not you");
        }),
    ];
    for (reason, answers) in cases {
        answers(&account);
        let plan = account.plan(&["--region", MAIN]);
        let attached = format!("attached_policy[{READ_ALL}]");
        assert_eq!(
            plan.attributes("iam_role.integration"),
            [attached.as_str(), "inline_policy[extra]"],
            "{reason}"
        );
        // A region that is no longer in the settings is found by its roles.
        let deleted = plan.action("iam_role.firehose-us-east-1");
        assert_eq!(deleted, "delete", "{reason}");
    }
    account.apply(&[]);
    account.plan(&[]).has_no_changes();
}

#[tokio::test]
async fn what_blocks_a_roles_deletion_is_found_however_roles_are_read() {
    let account = drifted().await;
    let iam = account.iam();
    let create = iam.create_instance_profile();
    let create = create.instance_profile_name("theirs");
    create.send().await.unwrap();
    let add = iam.add_role_to_instance_profile().role_name(ROLE);
    add.instance_profile_name("theirs").send().await.unwrap();
    // Policies in `keep_policies` are removed together with their role.
    let keep = ["--keep-policy", "inline/extra", "--keep-policy", READ_ALL];
    let blocked = || {
        account
            .provision(&["destroy"])
            .exits(1)
            .writes_nothing()
            .says("also used by instance-profile/theirs, which provision does not manage");
    };
    blocked();
    account.refuse(PAGE, "AccessDenied", "not you");
    blocked();
    account.destroy(&[&keep[..], &["--detach-foreign"]].concat());
    let left = inventory::of(&account, &[MAIN, OTHER]).await;
    assert_eq!(left, BTreeSet::from(["instance profile theirs".to_owned()]));
}

/// A page of many roles may show a role as it was some seconds ago, while the role itself is read as it
/// is (IAM User Guide, "Changes that I make are not always immediately visible").
#[tokio::test]
async fn what_differs_on_a_page_is_read_at_the_role_itself() {
    let account = Account::applied(&[MAIN]);
    let outdated = format!(
        "<RoleDetailList><member><RoleName>{ROLE}</RoleName><RolePolicyList/>\
         <AttachedManagedPolicies/></member></RoleDetailList>"
    );
    account.answer(PAGE, &TRUNCATED.replace("<RoleDetailList/>", &outdated));
    account.plan(&[]).has_no_changes();
    let delete = account.iam().delete_role_policy().role_name(ROLE);
    let delete = delete.policy_name("STSIntegration");
    delete.send().await.unwrap();
    let plan = account.plan(&[]);
    assert_eq!(
        plan.attributes("iam_role.integration"),
        ["inline_policy[STSIntegration]"],
        "what is gone at the role itself is drift"
    );
}
