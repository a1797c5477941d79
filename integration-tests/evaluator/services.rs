//! Firehose and EventBridge deliver for this account, and for no other if hardened.

use crate::deployment::{ACCOUNT, BUCKET, KEY, MAIN, OTHER, STRANGER};
use crate::requests::{Request, check, request};

#[test]
fn each_service_assumes_its_role_and_if_hardened_for_this_account_alone() {
    let mut cases = Vec::new();
    for region in [MAIN, OTHER] {
        let firehose = |why: &str| {
            let role = format!("arn:aws:iam::{ACCOUNT}:role/StackStateFirehoseRole-{region}");
            let request = request(why, "firehose.amazonaws.com", "sts:AssumeRole", role);
            request.on(&format!("firehose-role-trust@{region}"))
        };
        // Firehose presents the stream's account as the external ID.
        let stream_of = |why, account| firehose(why).with("sts:ExternalId", account);
        let events = |why: &str, account: &str, rule: &str| {
            let role = format!("arn:aws:iam::{ACCOUNT}:role/StackStateEventBridgeRole-{region}");
            let rule = format!("arn:aws:events:{region}:{account}:rule/{rule}");
            let request = request(why, "events.amazonaws.com", "sts:AssumeRole", role)
                .on(&format!("eventbridge-role-trust@{region}"));
            request
                .with("aws:SourceAccount", account)
                .with("aws:SourceArn", &rule)
        };
        let rule = "StsEventBridgeRule";
        cases.extend([
            stream_of("our stream", ACCOUNT).allowed(),
            stream_of("another account's stream", STRANGER).refused_if_hardened(),
            firehose("a request without an external ID").refused_if_hardened(),
            events("our rule", ACCOUNT, rule).allowed(),
            events("another account's rule", STRANGER, rule).refused_if_hardened(),
            events("another rule of the account", ACCOUNT, "other").refused_if_hardened(),
        ]);
        let role = format!("arn:aws:iam::{ACCOUNT}:role/StackStateFirehoseRole-{region}");
        let other = request(
            "another service",
            "lambda.amazonaws.com",
            "sts:AssumeRole",
            role,
        );
        cases.push(other.on(&format!("firehose-role-trust@{region}")).refused());
    }
    check(&cases);
}

fn firehose(region: &str) -> String {
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/StackStateFirehoseRole-{region}/firehose")
}

fn in_bucket(why: &str, region: &str, action: &str, object: &str) -> Request {
    let request = request(why, firehose(region), action, format!("{BUCKET}{object}"));
    let request = request.by(&format!("firehose-role-policy@{region}"));
    request
        .on("bucket-policy")
        .with("aws:SecureTransport", "true")
        .with("s3:ResourceAccount", ACCOUNT)
}

#[test]
fn firehose_writes_into_no_bucket_of_another_account_if_hardened() {
    let mut cases = Vec::new();
    for region in [MAIN, OTHER] {
        let object = format!("{BUCKET}/AWSLogs/{ACCOUNT}/EventBridge/{region}/object");
        for (action, resource) in [
            ("s3:GetBucketLocation", BUCKET),
            ("s3:ListBucket", BUCKET),
            ("s3:ListBucketMultipartUploads", BUCKET),
            ("s3:AbortMultipartUpload", &object),
            ("s3:GetObject", &object),
            ("s3:PutObject", &object),
            ("s3:PutObjectAcl", &object),
        ] {
            let why = "somebody else took the name after a destroy, and lets us in";
            let request = request(why, firehose(region), action, resource)
                .by(&format!("firehose-role-policy@{region}"));
            let request = request.with("s3:ResourceAccount", STRANGER);
            cases.push(request.refused_if_hardened());
        }
    }
    check(&cases);
}

#[test]
fn firehose_writes_only_under_the_prefixes_of_its_region() {
    let mut cases = Vec::new();
    for (region, elsewhere) in [(MAIN, OTHER), (OTHER, MAIN)] {
        for action in [
            "s3:GetBucketLocation",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
        ] {
            cases.push(in_bucket("the bucket", region, action, "").allowed());
        }
        let under = |log: &str, region: &str| format!("/AWSLogs/{ACCOUNT}/{log}/{region}/object");
        let events = under("EventBridge", region);
        let failed = under("EventBridge-failed", region);
        for action in [
            "s3:AbortMultipartUpload",
            "s3:GetObject",
            "s3:PutObject",
            "s3:PutObjectAcl",
        ] {
            cases.push(in_bucket("events", region, action, &events).allowed());
            let failed = in_bucket("failed records", region, action, &failed);
            cases.push(failed.allowed_if_hardened());
        }
        for (why, object) in [
            ("another region's events", under("EventBridge", elsewhere)),
            (
                "another region's failed records",
                under("EventBridge-failed", elsewhere),
            ),
            ("flow logs", under("vpcflowlogs", region)),
        ] {
            cases.push(in_bucket(why, region, "s3:PutObject", &object).refused());
        }
        cases.push(in_bucket("Firehose only writes", region, "s3:DeleteObject", &events).refused());
        let request = request(
            "plain HTTP",
            firehose(region),
            "s3:PutObject",
            format!("{BUCKET}{events}"),
        );
        let request = request
            .by(&format!("firehose-role-policy@{region}"))
            .on("bucket-policy");
        cases.push(request.with("aws:SecureTransport", "false").refused());
    }
    check(&cases);
}

#[test]
fn firehose_encrypts_only_through_s3_in_the_buckets_region() {
    let mut cases = Vec::new();
    for region in [MAIN, OTHER] {
        for action in ["kms:GenerateDataKey", "kms:Decrypt"] {
            let encrypts = |why: &str, service: &str| {
                let request = request(why, firehose(region), action, KEY);
                let request = request
                    .by_without_encryption_context(&format!("firehose-role-policy@{region}"))
                    .with("kms:CallerAccount", ACCOUNT);
                request.with("kms:ViaService", service)
            };
            let s3 = "s3.eu-west-1.amazonaws.com";
            let sqs = "sqs.eu-west-1.amazonaws.com";
            cases.extend([
                encrypts("as deployed", s3).on("key-policy").allowed(),
                encrypts("another service", sqs).on("key-policy").refused(),
                // An alias as a resource grants nothing, so the vendor's key policy cannot be
                // narrower.
                encrypts("only the role's own policy allows it", s3)
                    .on_key_that_leaves_it_to_iam()
                    .allowed_if_hardened(),
            ]);
        }
    }
    check(&cases);
}

#[test]
fn eventbridge_puts_records_only_into_our_stream() {
    let mut cases = Vec::new();
    for region in [MAIN, OTHER] {
        let session =
            format!("arn:aws:sts::{ACCOUNT}:assumed-role/StackStateEventBridgeRole-{region}/x");
        let put = |why: &str, action: &str, stream: &str| {
            let stream = format!("arn:aws:firehose:{region}:{ACCOUNT}:deliverystream/{stream}");
            let request = request(why, session.as_str(), action, stream);
            request.by(&format!("eventbridge-role-policy@{region}"))
        };
        for action in ["firehose:PutRecord", "firehose:PutRecordBatch"] {
            cases.push(put("our stream", action, "stackstate-eventbridge-stream").allowed());
            cases.push(put("another stream", action, "other").refused());
        }
        let delete = "firehose:DeleteDeliveryStream";
        cases.push(
            put(
                "EventBridge only writes",
                delete,
                "stackstate-eventbridge-stream",
            )
            .refused(),
        );
    }
    check(&cases);
}
