//! Ways for the data to leave the account, or to be written by others.

use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
use crate::harness::{Account, MAIN, OTHER};
use crate::{exposures, squatted};

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            name: "lets AWS's log delivery do everything in the bucket",
            may: "`s3:PutBucketPolicy`",
            play: || wide_log_delivery().boxed_local(),
        },
        Attack {
            name: "takes the bucket's name first, in an account of its own",
            may: "nothing",
            play: || a_taken_name(MAIN).boxed_local(),
        },
        Attack {
            name: "takes the bucket's name first, in an account of its own and another region",
            may: "nothing",
            play: || a_taken_name(OTHER).boxed_local(),
        },
        Attack {
            name: "replicates our bucket, notifies and lists it elsewhere, and opens its access control list",
            may: "`s3:PutReplicationConfiguration`, `s3:PutBucketNotification`, `s3:PutInventoryConfiguration`, `s3:PutBucketAcl`",
            play: || a_leaking_bucket().boxed_local(),
        },
        Attack {
            name: "prepares our stream, with our tags and a backup into a bucket of its own",
            may: "`firehose:CreateDeliveryStream`",
            play: || a_backup().boxed_local(),
        },
        Attack {
            name: "adds a target of its own to our rule",
            may: "`events:PutTargets`",
            play: || a_further_target().boxed_local(),
        },
    ]
}

/// The statement is drift, and the apply removes it.
async fn wide_log_delivery() -> Played {
    let account = Account::applied(&[MAIN]);
    let bucket = format!("stackstate-logs-{}", account.id);
    let s3 = account.s3(MAIN);
    let policy = s3.get_bucket_policy().bucket(&bucket).send().await;
    let policy = policy.unwrap().policy.unwrap();
    let mut policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    policy["Statement"]
        .as_array_mut()
        .unwrap()
        .push(serde_json::json!({
            "Sid": "AWSLogDeliveryWrite1",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": "s3:*",
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
        }));
    let put = s3.put_bucket_policy().bucket(&bucket);
    put.policy(policy.to_string()).send().await.unwrap();
    let words =
        "- statement \"AWSLogDeliveryWrite1\": Allow s3:* to Service delivery.logs.amazonaws.com";
    let mut stage = Stage::guard(account, words, |_| false).await;
    let run = stage.account.provision(&["apply", "--yes"]);
    let after = s3.get_bucket_policy().bucket(&bucket).send().await;
    let after = after.unwrap().policy.unwrap();
    stage.expect(!after.contains("AWSLogDeliveryWrite1"), || after.clone());
    stage.judge(&run, 0).await
}

async fn a_taken_name(region: &'static str) -> Played {
    let account = Account::applied(&[MAIN]);
    squatted::squat(&account, region).await;
    // S3 answers for another account, so the buckets are not guarded.
    let words = "it leads to s3_bucket.logs@eu-west-1, which belongs to another account";
    let stage = Stage::guard(account, words, |name| !name.starts_with("bucket")).await;
    stage.run(&["apply", "--yes", "--adopt"], 1).await
}

async fn a_leaking_bucket() -> Played {
    let account = Account::applied(&[MAIN]);
    exposures::open_the_bucket(&account).await;
    let words = "s3_bucket.logs@eu-west-1 leads to others: replication to";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["apply", "--yes", "--tag", "cost=8"], 1).await
}

async fn a_backup() -> Played {
    let account = Account::new(&[MAIN]);
    exposures::make_a_stream_with_a_backup(&account).await;
    let words = "the stream also writes every record to arn:aws:s3:::theirs";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["apply", "--yes"], 1).await
}

/// The target is drift, and the apply removes it.
async fn a_further_target() -> Played {
    let account = Account::applied(&[MAIN]);
    let events = account.events(MAIN);
    let arn = "arn:aws:events:eu-west-1:999999999999:event-bus/theirs";
    let target = aws_sdk_eventbridge::types::Target::builder();
    let target = target.id("added").arn(arn).build().unwrap();
    let put = events.put_targets().rule("StsEventBridgeRule");
    put.targets(target).send().await.unwrap();
    let words = "further_target[added]";
    let mut stage = Stage::guard(account, words, |_| false).await;
    let run = stage.account.provision(&["apply", "--yes"]);
    let left = events.list_targets_by_rule().rule("StsEventBridgeRule");
    let left = left.send().await.unwrap().targets.unwrap_or_default();
    stage.expect(left.len() == 1, || format!("{left:?}"));
    stage.judge(&run, 0).await
}
