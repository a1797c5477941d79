//! The log bucket: its name, and who may write into it.

use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
use crate::harness::{Account, MAIN};

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            name: "allows AWS's log delivery everything in the bucket's policy",
            may: "`s3:PutBucketPolicy`",
            play: || a_wide_log_delivery().boxed_local(),
        },
        Attack {
            name: "takes the bucket's name first, in another account",
            may: "nothing: has an account",
            play: || a_taken_name().boxed_local(),
        },
        Attack {
            name: "takes the bucket's name first, in another account and region",
            may: "nothing: has an account",
            play: || a_name_taken_elsewhere().boxed_local(),
        },
        Attack {
            name: "adds a replication rule to a bucket that is to be adopted",
            may: "`s3:PutReplicationConfiguration`",
            play: || a_replicated_bucket().boxed_local(),
        },
        Attack {
            name: "sends a second copy of the stream's records elsewhere",
            may: "`firehose:UpdateDestination`",
            play: || a_backup().boxed_local(),
        },
    ]
}

/// The statement is drift, and the apply removes it.
async fn a_wide_log_delivery() -> Played {
    let account = Account::applied(&[MAIN]);
    let bucket = format!("stackstate-logs-{}", account.id);
    let s3 = account.s3(MAIN);
    let before = s3.get_bucket_policy().bucket(&bucket).send().await;
    let before = before.unwrap().policy.unwrap();
    let mut policy: serde_json::Value = serde_json::from_str(&before).unwrap();
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.push(serde_json::json!({
        "Sid": "AWSLogDeliveryWrite1",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:*",
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
    }));
    let put = s3.put_bucket_policy().bucket(&bucket);
    put.policy(policy.to_string()).send().await.unwrap();
    let run = account.provision(&["apply", "--yes"]);
    let after = s3.get_bucket_policy().bucket(&bucket).send().await;
    let after = after.unwrap().policy.unwrap();
    let stage = Stage::guard(account, |_| true).await;
    let words = "- statement \"AWSLogDeliveryWrite1\": Allow s3:*";
    let mut played = stage.ends(&run, 0, words).await;
    if after.contains("AWSLogDeliveryWrite1") {
        played.lost.push(format!("the policy is {after}"));
    }
    played
}

async fn a_taken_name() -> Played {
    todo!()
}

async fn a_name_taken_elsewhere() -> Played {
    todo!()
}

async fn a_replicated_bucket() -> Played {
    todo!()
}

async fn a_backup() -> Played {
    todo!()
}
