//! The tags of the bucket where S3 does not take them as the emulators do.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_s3::types::CreateBucketConfiguration;
use rustix::process::Signal;

use crate::deployment::Deployment;
use crate::harness::{Account, Call, MAIN, Moment};

const ADDRESS: &str = "s3_bucket.logs@eu-west-1";

/// S3's answer to tags in `CreateBucket` in the partitions aws-eusc and aws-us-gov (issues 45566 and
/// 45684 of hashicorp/terraform-provider-aws).
fn unsupported() -> (String, String) {
    let body = "<Error><Code>UnsupportedArgument</Code><Message>The request contained an \
                unsupported argument.</Message></Error>";
    ("400 Bad Request".to_owned(), body.to_owned())
}

/// Refuses tags in the request that makes a bucket.
fn refuse_tags_at_creation(account: &Account) {
    account.stand_in(|call| refuses_tags(call).then(unsupported));
}

fn refuses_tags(call: &Call) -> bool {
    call.body.contains("<Tags>") && call.body.contains("CreateBucketConfiguration")
}

/// What the error of a bucket without tags says.
const WAY_OUT: &str = "S3 made the bucket without tags: if the next run is blocked because \
                       provision does not manage the bucket, `--adopt` takes it over";

fn writes(calls: &[Call], bucket: &str) -> Vec<String> {
    let calls = calls.iter().filter(|it| it.is_write && it.service == "s3");
    let lines = calls.map(|it| it.operation.replace(bucket, "BUCKET"));
    lines.collect()
}

#[test]
fn where_a_bucket_cannot_be_created_with_tags_it_is_tagged_before_anything_else() {
    let account = Account::new(&[MAIN]);
    refuse_tags_at_creation(&account);
    let applied = account.apply(&[]);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let writes = writes(&applied.calls, &bucket);
    let first = ["PUT /BUCKET/", "PUT /BUCKET/", "PUT /BUCKET/?tagging"];
    assert_eq!(writes[..3], first, "{writes:#?}");
    account.plan(&[]).has_no_changes();
    account.destroy(&[]);
}

#[test]
fn a_bucket_that_was_left_without_tags_is_taken_over_with_adopt() {
    let account = Account::new(&[MAIN]);
    refuse_tags_at_creation(&account);
    // A run that is killed between the creation and the tags leaves the bucket as this one does.
    account.watch(|call, moment| {
        moment == Moment::Answered || !call.operation.ends_with("?tagging") || !call.is_write
    });
    account
        .provision(&["apply", "--yes"])
        .exits(1)
        .says(WAY_OUT);
    account.watch(|_, _| true);
    let plan = account.plan(&[]);
    assert_eq!(plan.action(ADDRESS), "blocked");
    assert!(plan.reason(ADDRESS).contains("`--adopt` takes it over"));
    account.apply(&["--adopt"]);
    account.plan(&[]).has_no_changes();
}

#[test]
fn whoever_may_not_tag_the_bucket_reads_which_permission_lacks_and_that_the_bucket_is_there() {
    let account = Account::new(&[MAIN]);
    account.stand_in(|call| {
        if call.is_write && call.operation.ends_with("?tagging") {
            let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
            return Some(("403 Forbidden".to_owned(), body.to_owned()));
        }
        refuses_tags(call).then(unsupported)
    });
    let failed = account.provision(&["apply", "--yes"]).exits(1);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let writes = writes(&failed.calls, &bucket);
    let all = ["PUT /BUCKET/", "PUT /BUCKET/", "PUT /BUCKET/?tagging"];
    assert_eq!(writes, all, "the bucket is not created again");
    let failed = failed.says("Allow s3:PutBucketTagging").says(WAY_OUT);
    assert!(!failed.stderr.contains("attribute-based"));
}

#[test]
fn a_run_that_is_stopped_before_the_tags_says_that_the_bucket_is_there() {
    let account = Account::new(&[MAIN]);
    refuse_tags_at_creation(&account);
    let command = account.command(&["apply", "--yes", "--concurrency=1"]);
    let stopped = account.run_watched(command, |process, call, moment| {
        let is_made = call.body.contains("CreateBucketConfiguration") && !refuses_tags(call);
        if is_made && moment == Moment::Answered {
            process.send(Signal::INT);
            process.until_it_says("Interrupted: waiting for calls in flight.");
        }
        true
    });
    stopped.exits(130).says(WAY_OUT);
    account.apply(&["--adopt"]);
    account.plan(&[]).has_no_changes();
}

/// "Bucket configurations have an eventual consistency model" (Amazon S3 User Guide, "What is Amazon
/// S3?"), so S3 may not know a new bucket everywhere.
#[test]
fn a_new_bucket_that_s3_does_not_find_yet_is_tagged_a_moment_later() {
    let account = Account::new(&[MAIN]);
    let early = AtomicUsize::new(0);
    account.stand_in(move |call| {
        let is_tagging = call.is_write && call.operation.ends_with("?tagging");
        if is_tagging && early.fetch_add(1, Ordering::Relaxed) < 2 {
            let body = "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>";
            return Some(("404 Not Found".to_owned(), body.to_owned()));
        }
        refuses_tags(call).then(unsupported)
    });
    account.apply(&[]);
    account.plan(&[]).has_no_changes();
}

#[test]
fn any_other_refusal_of_the_creation_ends_the_step() {
    let account = Account::new(&[MAIN]);
    account.stand_in(|call| {
        let body = "<Error><Code>InvalidArgument</Code><Message>no</Message></Error>";
        let refused = call.body.contains("CreateBucketConfiguration");
        refused.then(|| ("400 Bad Request".to_owned(), body.to_owned()))
    });
    let failed = account.provision(&["apply", "--yes"]).exits(1);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let writes = writes(&failed.calls, &bucket);
    assert_eq!(writes, ["PUT /BUCKET/"], "the bucket is asked for once");
    failed.says("InvalidArgument: no");
}

/// In us-east-1 S3 answers a creation of a bucket that the account has already with success (API
/// Reference, "CreateBucket"), so nothing is tagged there that may be somebody else's.
#[test]
fn in_us_east_1_a_bucket_is_never_made_without_tags() {
    let account = Account::new(&["us-east-1"]);
    account.stand_in(|call| call.body.contains("<Tags>").then(unsupported));
    let failed = account.provision(&["apply", "--yes"]).exits(1);
    let bucket = Deployment::of(&account, &["us-east-1"]).bucket();
    assert_eq!(writes(&failed.calls, &bucket), ["PUT /BUCKET/"]);
    failed.says("UnsupportedArgument");
}

/// API Reference, "PutBucketTagging": a bucket with attribute-based access control takes no tags by
/// this operation. The code of S3's answer is not documented.
#[tokio::test]
async fn a_bucket_with_access_control_by_attributes_is_refused_with_the_way_out() {
    let account = Account::new(&[MAIN]);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let location = CreateBucketConfiguration::builder().location_constraint(MAIN.into());
    let create = account.s3(MAIN).create_bucket().bucket(&bucket);
    let create = create.create_bucket_configuration(location.build());
    create.send().await.unwrap();
    account.stand_in(|call| {
        let body = "<Error><Code>MethodNotAllowed</Code><Message>The specified method is not \
                    allowed against this resource.</Message></Error>";
        let refused = call.is_write && call.operation.ends_with("?tagging");
        refused.then(|| ("405 Method Not Allowed".to_owned(), body.to_owned()))
    });
    let failed = account.provision(&["apply", "--yes", "--adopt"]).exits(1);
    failed
        .says("MethodNotAllowed: The specified method is not allowed against this resource.")
        .says("Hint: If attribute-based access control is enabled on the bucket")
        .says(&format!("--resource-arn arn:aws:s3:::{bucket}"))
        .says(
            "--tags 'Key=provision:system,Value=stackstate' 'Key=provision:deployment,Value=default'",
        );
}
