//! What AWS's log delivery adds to the bucket policy is kept, and what only looks like that is drift.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, Moment};

const ADDRESS: &str = "s3_bucket.logs@eu-west-1";
const KEPT: &str = "1 statement of AWS's log delivery in the policy, kept";

/// The bucket policy in AWS.
async fn policy(account: &Account) -> Json {
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let get = account.s3(MAIN).get_bucket_policy().bucket(bucket);
    let policy = get.send().await.unwrap();
    serde_json::from_str(policy.policy().unwrap()).unwrap()
}

/// Changes the statements of the bucket policy by hand.
async fn change(account: &Account, change: impl FnOnce(&mut Vec<Json>)) {
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let mut policy = policy(account).await;
    change(policy["Statement"].as_array_mut().unwrap());
    let put = account.s3(MAIN).put_bucket_policy().bucket(bucket);
    put.policy(policy.to_string()).send().await.unwrap();
}

async fn sids(account: &Account) -> Vec<String> {
    let policy = policy(account).await;
    let statements = policy["Statement"].as_array().unwrap().iter();
    let sids = statements.map(|it| it["Sid"].as_str().unwrap().to_owned());
    sids.collect()
}

/// The statement with which AWS lets its log delivery write below `folder`.
fn delivery(account: &Account, sid: &str, folder: &str) -> Json {
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let id = &account.id;
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": format!("arn:aws:s3:::{bucket}/{folder}AWSLogs/{id}/*"),
        "Condition": {
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceAccount": id,
            },
            "ArnLike": {"aws:SourceArn": format!("arn:aws:logs:{MAIN}:{id}:*")},
        },
    })
}

/// A change of a statement that AWS wrote, and why the result is none of AWS's.
type Forgery = (&'static str, fn(&mut Json));

const FORGERIES: [Forgery; 4] = [
    ("everything is allowed, without a condition", |it| {
        it["Action"] = json!("s3:*");
        it.as_object_mut().unwrap().remove("Condition");
    }),
    ("another account's logs are allowed", |it| {
        it["Condition"]["StringEquals"]["aws:SourceAccount"] = json!("210987654321");
    }),
    ("another service is allowed, too", |it| {
        it["Principal"]["Service"] = json!(["delivery.logs.amazonaws.com", "s3.amazonaws.com"]);
    }),
    ("everyone is allowed", |it| it["Principal"] = json!("*")),
];

#[tokio::test]
async fn only_what_aws_writes_for_its_log_delivery_is_kept() {
    let account = Account::applied(&[MAIN]);
    let own = sids(&account).await;
    let written = delivery(&account, "AWSLogDeliveryWrite1", "flows/");
    change(&account, |it| it.push(written)).await;
    account.plan(&[]).has_no_changes();
    account.provision(&["plan"]).exits(0).says(KEPT);

    for (reason, forge) in FORGERIES {
        let mut added = delivery(&account, "Added", "more/");
        forge(&mut added);
        change(&account, |it| it.push(added)).await;
        let plan = account.provision(&["plan"]);
        plan.says("- statement \"Added\"").says(KEPT);
        account.mends(reason, ADDRESS, "update", &["bucket_policy"]);
        let expected = [own.as_slice(), &["AWSLogDeliveryWrite1".to_owned()]].concat();
        assert_eq!(sids(&account).await, expected, "{reason}");
    }
}

#[tokio::test]
async fn the_hardened_profile_keeps_only_what_names_this_account_as_source() {
    const HARDENED: [&str; 2] = ["--policy-profile", "hardened"];
    let account = Account::new(&[MAIN]);
    account.apply(&HARDENED);
    let mut older = delivery(&account, "AWSLogDeliveryWrite1", "older/");
    older["Condition"] = json!({
        "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}
    });
    let newer = delivery(&account, "AWSLogDeliveryWrite2", "newer/");
    change(&account, |it| it.extend([older, newer])).await;
    let plan = account.provision(&[&["plan"], &HARDENED[..]].concat());
    plan.says("- statement \"AWSLogDeliveryWrite1\"").says(KEPT);
    account.apply(&HARDENED).has_done(1);
    let sids = sids(&account).await;
    assert!(
        !sids.contains(&"AWSLogDeliveryWrite1".to_owned()),
        "{sids:?}"
    );
    assert!(
        sids.contains(&"AWSLogDeliveryWrite2".to_owned()),
        "{sids:?}"
    );
    account.plan(&HARDENED).has_no_changes();
}

/// VPC User Guide, "Amazon S3 bucket permissions for flow logs": where whoever makes a flow log may
/// change the bucket policy, AWS's own policy overwrites it, with the Sids of the vendor's.
#[tokio::test]
async fn a_plan_says_that_a_flow_log_replaced_the_policy_and_an_apply_writes_both() {
    for (folder, kept) in [("flows/", 1), ("", 0)] {
        let account = Account::applied(&[MAIN]);
        let write = delivery(&account, "AWSLogDeliveryWrite", folder);
        let mut look = delivery(&account, "AWSLogDeliveryAclCheck", folder);
        look["Action"] = json!(["s3:Get*", "s3:List*"]);
        look["Resource"] = json!(format!(
            "arn:aws:s3:::{}",
            Deployment::of(&account, &[MAIN]).bucket()
        ));
        look["Condition"]["StringEquals"] = json!({"aws:SourceAccount": account.id});
        let resource = write["Resource"].clone();
        change(&account, |it| *it = vec![write, look]).await;
        let plan = account.provision(&["plan"]);
        let plan = plan.says("AWS's log delivery has replaced the bucket policy");
        let plan = plan.says("the statement \"DisableInsecureConnections\", a Deny");
        if kept == 1 {
            plan.says(KEPT);
        }
        account.mends("a flow log was made", ADDRESS, "update", &["bucket_policy"]);
        let policy = policy(&account).await;
        let written = policy["Statement"].as_array().unwrap().iter();
        let written: Vec<&Json> = written.filter(|it| it["Resource"] == resource).collect();
        assert_eq!(written.len(), 1, "{policy:#}");
        // Under the path of our own statement, ours lets log delivery do the same.
        let sid = ["AWSLogDeliveryWrite", "AWSLogDeliveryWrite1"][kept];
        assert_eq!(written[0]["Sid"], sid);
        assert_eq!(sids(&account).await.len(), 3 + kept, "{policy:#}");
        account.plan(&[]).has_no_changes();
    }
}

#[tokio::test]
async fn what_aws_adds_after_the_plan_was_made_is_not_overwritten() {
    let account = Arc::new(Account::applied(&[MAIN]));
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let delete = account.s3(MAIN).delete_bucket_policy().bucket(&bucket);
    delete.send().await.unwrap();
    let delivery = delivery(&account, "AWSLogDeliveryWrite", "flows/");
    let late = json!({"Version": "2012-10-17", "Statement": [delivery]}).to_string();
    let (runtime, s3) = (Handle::current(), account.s3(MAIN));
    let reads = format!("GET /{bucket}/?policy");
    account.watch(move |call, moment| {
        // The plan reads the policy once, and the update once more.
        if call.operation == reads && call.earlier == 1 && moment == Moment::Arrived {
            let put = s3.put_bucket_policy().bucket(&bucket).policy(&late);
            runtime.block_on(put.send()).unwrap();
        }
        true
    });
    // This thread must stay free for the change by hand.
    let program = Arc::clone(&account);
    let applied = spawn_blocking(move || program.apply(&[])).await.unwrap();
    applied.has_done(1);
    account.watch(|_, _| true);
    let sids = sids(&account).await;
    assert!(
        sids.contains(&"AWSLogDeliveryWrite1".to_owned()),
        "{sids:?}"
    );
    account.plan(&[]).has_no_changes();
}
