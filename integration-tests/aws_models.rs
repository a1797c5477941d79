//! A request that AWS would refuse for its shape fails the test that sends it, whatever the emulator
//! answers. The rows are bounds of AWS's API references, which the SDK for Rust does not know.

use std::fmt::Debug;

use aws_sdk_eventbridge::types::Target;
use aws_sdk_firehose::types::{BufferingHints, ExtendedS3DestinationConfiguration};
use aws_sdk_iam::types::Tag;
use aws_sdk_kms::types::KeySpec;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};

use crate::harness::{Account, MAIN, models};

/// Sends with a client of a test, and expects that this fails the test with `reason`.
async fn fails<T, E>(send: impl Future<Output = Result<T, E>> + Send + 'static, reason: &str)
where
    T: Debug + Send + 'static,
    E: Debug + Send + 'static,
{
    let sent = tokio::spawn(send).await;
    let panic = sent.expect_err(reason).into_panic();
    let said = panic.downcast::<String>().expect("a text");
    assert!(said.contains(reason), "{reason} is missing in {said}");
}

#[tokio::test]
async fn a_request_of_the_sdk_that_aws_would_refuse_fails_the_test() {
    let account = Account::new(&[MAIN]);
    let (iam, kms, s3) = (account.iam(), account.kms(MAIN), account.s3(MAIN));
    let (events, firehose) = (account.events(MAIN), account.firehose(MAIN));
    let cloudtrail = account.cloudtrail(MAIN);

    let role = || iam.create_role().assume_role_policy_document("{}");
    let reason = "CreateRole.RoleName is missing";
    fails(role().send(), reason).await;
    let role = || role().role_name("r");
    let reason = r"CreateRole.RoleName: 'a/b' does not match [\\w+=,.@-]+";
    fails(role().role_name("a/b").send(), reason).await;
    let reason = "CreateRole.Description: the length, 1001 is above the maximum of 1000";
    fails(role().description("d".repeat(1001)).send(), reason).await;
    let reason = "CreateRole.MaxSessionDuration: the number 60 is below the minimum of 3600";
    fails(role().max_session_duration(60).send(), reason).await;
    let tag = |key: &str, value| Tag::builder().key(key).value(value).build().unwrap();
    let reason = "CreateRole.Tags[1].Key: the length, 0 is below the minimum of 1";
    fails(role().tags(tag("ä", "")).tags(tag("", "")).send(), reason).await;
    let reason = "CreateRole.Tags[0].Key: 'a*' does not match";
    fails(role().tags(tag("a*", "")).send(), reason).await;

    let reason = "CreateKey.KeySpec: 'RSA' is none of RSA_2048";
    let key = kms.create_key().key_spec(KeySpec::from("RSA"));
    fails(key.send(), reason).await;
    let reason = "ScheduleKeyDeletion.PendingWindowInDays: the number 0 is below the minimum of 1";
    let deletion = kms.schedule_key_deletion().key_id("k");
    fails(deletion.pending_window_in_days(0).send(), reason).await;

    let reason = "PutTargets.Targets: the number of entries, 0 is below the minimum of 1";
    let targets = events.put_targets().rule("r").set_targets(Some(vec![]));
    fails(targets.send(), reason).await;
    let reason = "PutTargets.Targets[0].Id: 'a b' does not match";
    let target = Target::builder().id("a b").arn("arn:t").build().unwrap();
    fails(
        events.put_targets().rule("r").targets(target).send(),
        reason,
    )
    .await;

    let hints = BufferingHints::builder().size_in_mbs(129).build();
    let destination = ExtendedS3DestinationConfiguration::builder()
        .role_arn("arn:aws:iam::123456789012:role/r")
        .bucket_arn("arn:aws:s3:::b")
        .buffering_hints(hints);
    let stream = firehose
        .create_delivery_stream()
        .delivery_stream_name("s")
        .extended_s3_destination_configuration(destination.build().unwrap());
    let reason = "BufferingHints.SizeInMBs: the number 129 is above the maximum of 128";
    fails(stream.send(), reason).await;

    let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::from("On"));
    let put = s3.put_bucket_versioning().bucket("b");
    let reason = "VersioningConfiguration.Status: 'On' is none of Enabled, Suspended";
    let put = put.versioning_configuration(versioning.build());
    fails(put.send(), reason).await;
    let reason = "ListBuckets.MaxBuckets: the number 0 is below the minimum of 1";
    fails(s3.list_buckets().max_buckets(0).send(), reason).await;

    let reason = "GetEventSelectors.TrailName is missing";
    fails(cloudtrail.get_event_selectors().send(), reason).await;
}

/// A request as it is sent over HTTP.
fn request(line: &str, service: &str, headers: &str, body: &str) -> Vec<u8> {
    let scope = format!("Credential=123456789012/20260101/{MAIN}/{service}/aws4_request, ");
    let signed = format!("authorization: AWS4-HMAC-SHA256 {scope}SignedHeaders=host\r\n");
    format!("{line} HTTP/1.1\r\n{signed}{headers}\r\n{body}").into_bytes()
}

#[test]
fn what_an_sdk_cannot_send_is_found_as_well() {
    let query = |service, body| request("POST /", service, "", body);
    let json = |target, body| {
        let headers = format!("x-amz-target: TrentService.{target}\r\n");
        request("POST /", "kms", &headers, body)
    };
    let s3 = |line, headers, body| request(line, "s3", headers, body);
    let delete = "<Delete><Object><Key>k</Key></Object></Delete>";
    let rows = [
        (
            query("iam", "Action=GetUser&Version=2010-05-08"),
            vec![],
            "no member is required",
        ),
        (
            query("iam", "Action=GetUsers&Version=2010-05-08"),
            vec!["iam has no operation 'GetUsers'"],
            "no such operation",
        ),
        (
            query("iam", "Action=GetUser&Version=2011-06-15"),
            vec!["iam has no version '2011-06-15'"],
            "STS's version",
        ),
        (
            query("iam", "Action=GetUser&Version=2010-05-08&Name=u"),
            vec!["GetUser.Name is not in the model"],
            "the member is UserName",
        ),
        (
            request("POST /listRegions", "account", "", r#"{"MaxResults": 51}"#),
            vec!["ListRegions.MaxResults: the number 51 is above the maximum of 50"],
            "JSON with the operation in the path",
        ),
        (
            request("POST /regions", "account", "", "{}"),
            vec!["account has no POST /regions"],
            "no such path",
        ),
        (
            json("DescribeKey", r#"{"KeyId": null}"#),
            vec!["DescribeKey.KeyId is missing"],
            "null is not there",
        ),
        (
            json("DescribeKey", r#"{"KeyId": 1}"#),
            vec!["DescribeKey.KeyId: 1 is no text"],
            "another type",
        ),
        (
            json("ListKeys", r#"{"Limit": 1001, "From": "k"}"#),
            vec![
                "ListKeys.Limit: the number 1001 is above the maximum of 1000",
                "ListKeys.From is not in the model",
            ],
            "all that is wrong is told",
        ),
        (
            s3("POST /b?delete", "content-md5: x\r\n", delete),
            vec![],
            "lists of S3 are flattened",
        ),
        (
            s3("POST /b?delete", "", delete),
            vec!["DeleteObjects has no checksum"],
            "S3 demands one: API Reference, DeleteObjects, Content-MD5",
        ),
        (
            s3("PUT /b/k?partNumber=one&uploadId=u", "", ""),
            vec!["UploadPart.PartNumber: 'one' is no number"],
            "not a PutObject, by its query",
        ),
        (
            s3("GET /b?analytics&id=i", "", ""),
            vec![],
            "not the list of the same path",
        ),
        (
            s3("GET /b?policies", "x-amz-owner: 1\r\n", ""),
            vec![
                "ListObjects.policies is not in the model",
                "ListObjects.x-amz-owner is not in the model",
            ],
            "another query would name another operation",
        ),
        (
            s3("PATCH /b", "", ""),
            vec!["s3 has no PATCH /b"],
            "no such method",
        ),
    ];
    for (request, wrong, reason) in rows {
        assert_eq!(models::refused(&request), wrong, "{reason}");
    }
}

#[tokio::test]
async fn a_request_that_the_proxy_answers_is_checked_too() {
    let account = Account::new(&[MAIN]);
    account.calls_as("arn:aws:iam::123456789012:user/u");
    let client = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_iam::Config::builder()
        .behavior_version(aws_sdk_iam::config::BehaviorVersion::latest())
        .http_client(client)
        .endpoint_url(account.endpoint())
        .region(aws_sdk_iam::config::Region::new(MAIN))
        .credentials_provider(aws_sdk_iam::config::Credentials::for_tests());
    account.answer("TagRole", "<TagRoleResponse/>");
    let iam = aws_sdk_iam::Client::from_conf(config.build());
    let tagging = iam.tag_role().role_name("a/b").set_tags(Some(vec![]));
    tagging
        .send()
        .await
        .expect("the proxy answers all the same");
    let wrong = r"TagRole.RoleName: 'a/b' does not match [\w+=,.@-]+";
    assert_eq!(account.refused_by_the_models(), [wrong]);
}
