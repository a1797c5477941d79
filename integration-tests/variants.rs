//! The settings that change the deployment: postfix, trust, encryption, boundary.

use std::collections::BTreeSet;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, inventory};

const BLUE: [&str; 2] = ["--postfix", "-blue"];

#[tokio::test]
async fn two_deployments_exist_side_by_side() {
    let account = Account::applied(&[MAIN]);
    let default_alone = inventory::of(&account, &[MAIN]).await;
    let first = Deployment::of(&account, &[MAIN]);
    let second = Deployment {
        postfix: "-blue",
        ..Deployment::of(&account, &[MAIN])
    };
    account.apply(&BLUE).has_done(8);
    first.check().await;
    second.check().await;
    account.plan(&[]).has_no_changes();
    account.plan(&BLUE).has_no_changes();

    account.destroy(&BLUE).has_done(8);
    assert_eq!(inventory::of(&account, &[MAIN]).await, default_alone);
    first.check().await;

    account.apply(&BLUE);
    account.destroy(&[]).has_done(8);
    second.check().await;
    account.plan(&BLUE).has_no_changes();
    account.destroy(&BLUE);
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
}

#[tokio::test]
async fn trust_changes_to_an_ec2_instance_and_back() {
    const EC2: [&str; 2] = ["--trust", "ec2"];
    const PROFILE: &str = "iam_instance_profile.integration";
    let account = Account::applied(&[MAIN]);
    let external = Deployment::of(&account, &[MAIN]);
    let ec2 = Deployment {
        trusts_ec2: true,
        ..Deployment::of(&account, &[MAIN])
    };

    let plan = account.plan(&EC2);
    let expected = [("iam_role.integration", "update"), (PROFILE, "create")];
    assert_eq!(plan.changes(), expected);
    assert_eq!(plan.attributes("iam_role.integration"), ["trust_policy"]);
    account.apply(&EC2);
    ec2.check().await;
    account.plan(&EC2).has_no_changes();

    // An instance profile without a role gives an instance no credentials.
    let remove = account.iam().remove_role_from_instance_profile();
    let remove = remove.instance_profile_name("StackStateAwsIntegrationRole");
    let remove = remove.role_name("StackStateAwsIntegrationRole");
    remove.send().await.unwrap();
    assert_eq!(account.plan(&EC2).changes(), [(PROFILE, "update")]);
    account.apply(&EC2);
    ec2.check().await;

    let plan = account.plan(&[]);
    let expected = [("iam_role.integration", "update"), (PROFILE, "delete")];
    assert_eq!(plan.changes(), expected);
    account.apply(&[]);
    external.check().await;
    account.plan(&[]).has_no_changes();
}

#[tokio::test]
async fn a_deployment_that_trusts_an_instance_is_created_and_removed() {
    let account = Account::new(&[MAIN]);
    // Principals and external ID are not used with this trust.
    let settings = format!("regions = [\"{MAIN}\"]\n[stackstate]\ntrust = \"ec2\"\n");
    account.write("provision.toml", &settings);
    account.apply(&[]);
    let deployment = Deployment {
        trusts_ec2: true,
        tags: &[],
        ..Deployment::of(&account, &[MAIN])
    };
    deployment.check().await;
    account.destroy(&[]);
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
}

#[tokio::test]
async fn a_deployment_without_a_key_is_created_and_removed() {
    const NONE: [&str; 2] = ["--encryption", "none"];
    let account = Account::new(&[MAIN, OTHER]);
    let deployment = Deployment {
        encrypted: false,
        ..Deployment::of(&account, &[MAIN, OTHER])
    };
    account.apply(&NONE).has_done(12);
    deployment.check().await;
    account.plan(&NONE).has_no_changes();
    let found = inventory::of(&account, &[MAIN, OTHER]).await;
    assert!(!found.iter().any(|it| it.contains("key ")), "{found:?}");
    account.destroy(&NONE);
    assert_eq!(
        inventory::of(&account, &[MAIN, OTHER]).await,
        BTreeSet::new()
    );
}

#[tokio::test]
async fn a_key_that_is_no_longer_wanted_is_kept_while_the_bucket_exists() {
    const NONE: [&str; 2] = ["--encryption", "none"];
    const KEY: &str = "kms_key.integration@eu-west-1";
    let account = Account::applied(&[MAIN]);
    let kept = "kept until s3_bucket.logs@eu-west-1 is deleted";

    let plan = account.plan(&NONE);
    let expected = [
        ("s3_bucket.logs@eu-west-1", "update"),
        ("iam_role.firehose-eu-west-1", "update"),
        ("firehose_stream.eventbridge@eu-west-1", "update"),
    ];
    assert_eq!(plan.changes(), expected);
    assert!(plan.reason(KEY).contains(kept), "{}", plan.reason(KEY));
    account.apply(&NONE).says(kept);
    let unencrypted = Deployment {
        encrypted: false,
        ..Deployment::of(&account, &[MAIN])
    };
    unencrypted.check().await;
    account.plan(&NONE).has_no_changes();
    let found = inventory::of(&account, &[MAIN]).await;
    assert!(
        found.contains("alias/stackstate-integration in eu-west-1"),
        "{found:?}"
    );

    account.apply(&[]);
    Deployment::of(&account, &[MAIN]).check().await;
    account.plan(&[]).has_no_changes();

    account.apply(&NONE);
    account.destroy(&NONE);
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
}

#[tokio::test]
async fn every_role_gets_the_permissions_boundary() {
    let account = Account::new(&[MAIN]);
    let iam = account.iam();
    let policy = iam.create_policy().policy_name("boundary").policy_document(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    );
    let boundary = policy.send().await.unwrap().policy.unwrap().arn.unwrap();
    let flags = ["--permissions-boundary", boundary.as_str()];
    let bounded = Deployment {
        boundary: Some(&boundary),
        ..Deployment::of(&account, &[MAIN])
    };
    account.apply(&flags);
    bounded.check().await;

    let delete = iam.delete_role_permissions_boundary();
    delete
        .role_name("StackStateFirehoseRole-eu-west-1")
        .send()
        .await
        .unwrap();
    let plan = account.plan(&flags);
    assert_eq!(plan.changes(), [("iam_role.firehose-eu-west-1", "update")]);
    let changed = plan.attributes("iam_role.firehose-eu-west-1");
    assert_eq!(changed, ["permissions_boundary"]);
    account.apply(&flags);
    bounded.check().await;

    account.apply(&["--remove-restrictions"]);
    Deployment::of(&account, &[MAIN]).check().await;
    account.plan(&[]).has_no_changes();
}
