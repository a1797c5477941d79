//! AWS's log delivery writes the VPC flow logs of this account, and of no other if hardened.

use crate::deployment::{ACCOUNT, BUCKET, KEY, MAIN, OTHER, STRANGER};
use crate::requests::{Request, check, request};

const SERVICE: &str = "delivery.logs.amazonaws.com";

/// A request of log delivery for a flow log of `account` in `region`.
fn delivery(why: &str, action: &str, resource: &str, region: &str, account: &str) -> Request {
    let source = format!("arn:aws:logs:{region}:{account}:*");
    let request = request(why, SERVICE, action, resource);
    request
        .with("aws:SourceAccount", account)
        .with("aws:SourceArn", &source)
}

#[test]
fn log_delivery_writes_flow_logs_of_this_account_and_if_hardened_of_no_other() {
    const ACL: (&str, &str) = ("s3:x-amz-acl", "bucket-owner-full-control");
    let mut cases = Vec::new();
    for region in [MAIN, OTHER] {
        let object = format!("{BUCKET}/AWSLogs/{ACCOUNT}/vpcflowlogs/{region}/2026/01/02/log.gz");
        let put = |why, account| {
            delivery(why, "s3:PutObject", &object, region, account).on("bucket-policy")
        };
        cases.extend([
            put("our flow log", ACCOUNT).with(ACL.0, ACL.1).allowed(),
            put("another account's flow log", STRANGER)
                .with(ACL.0, ACL.1)
                .refused_if_hardened(),
            put("an object without the bucket owner's control", ACCOUNT).refused(),
        ]);
        let over_http = put("plain HTTP", ACCOUNT).with(ACL.0, ACL.1);
        cases.push(over_http.with("aws:SecureTransport", "false").refused());
        for action in ["s3:GetBucketAcl", "s3:ListBucket", "s3:GetBucketVersioning"] {
            let look =
                |why, account| delivery(why, action, BUCKET, region, account).on("bucket-policy");
            cases.push(look("our flow log", ACCOUNT).allowed());
            cases.push(look("another account's flow log", STRANGER).refused_if_hardened());
        }
        for action in [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
        ] {
            let encrypt =
                |why, account| delivery(why, action, KEY, region, account).on("key-policy");
            cases.push(encrypt("our flow log", ACCOUNT).allowed());
            cases.push(encrypt("another account's flow log", STRANGER).refused_if_hardened());
        }
    }
    let elsewhere = format!("{BUCKET}/elsewhere");
    let elsewhere = delivery(
        "a key outside of the prefix",
        "s3:PutObject",
        &elsewhere,
        MAIN,
        ACCOUNT,
    );
    cases.push(elsewhere.on("bucket-policy").with(ACL.0, ACL.1).refused());
    let delete = format!("{BUCKET}/AWSLogs/{ACCOUNT}/vpcflowlogs/{MAIN}/log.gz");
    let delete = delivery(
        "log delivery only writes",
        "s3:DeleteObject",
        &delete,
        MAIN,
        ACCOUNT,
    );
    cases.push(delete.on("bucket-policy").refused());
    let trail = request(
        "another service",
        "cloudtrail.amazonaws.com",
        "s3:GetBucketAcl",
        BUCKET,
    );
    cases.push(trail.on("bucket-policy").refused());
    check(&cases);
}
