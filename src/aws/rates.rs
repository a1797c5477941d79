//! How often each operation is called at most, by the quotas that AWS publishes for each account and
//! region.
//!
//! AWS publishes none for IAM, S3's buckets and their settings: IAM says only that several token
//! buckets count each call (AWS Security Blog, "How to monitor and query IAM resources at scale –
//! Part 2"). Such a call is made at once, and repeated if AWS throttles it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::operation::Operation;
use crate::names::Region;

/// AWS counts calls in a second. It is a tenth longer here, because calls may come closer together at
/// AWS than they were sent.
const SECOND: Duration = Duration::from_millis(1100);

/// The least that AWS allows of any operation that is called.
const LEAST: usize = 5;

/// AWS's quota for an operation, in calls a second, and the name of what it counts; `None` where AWS
/// publishes none.
fn quota(operation: &Operation) -> Option<(&'static str, usize)> {
    let Operation { service, name, .. } = *operation;
    Some(match service {
        // Firehose Developer Guide, "Amazon Data Firehose Quota": a hard limit for each operation.
        "firehose" => (name, 5),
        // EventBridge User Guide, "Amazon EventBridge quotas": all operations but PutEvents.
        "events" => ("every operation", 50),
        // CloudTrail User Guide, "Quotas in AWS CloudTrail": get, describe, and list APIs.
        "cloudtrail" => (name, 10),
        // KMS Developer Guide, "Request quotas".
        "kms" => (
            name,
            match name {
                "DescribeKey" | "ListResourceTags" => 2000,
                "GetKeyPolicy" | "GetKeyRotationStatus" => 1000,
                "ListAliases" | "ListKeys" => 500,
                "ListGrants" => 100,
                "DeleteAlias" | "EnableKeyRotation" | "PutKeyPolicy" | "ScheduleKeyDeletion" => 15,
                "TagResource" => 10,
                _ => LEAST,
            },
        ),
        // IAM User Guide, "IAM and AWS STS quotas": AssumeRole, GetCallerIdentity and others together.
        "sts" => ("every operation", 600),
        _ => return None,
    })
}

/// The calls of the last second in one account.
#[derive(Debug, Default)]
pub(super) struct Rates {
    /// When the last calls that a quota allows began, by service, what the quota counts, and region.
    begun: Mutex<HashMap<Counted, VecDeque<Instant>>>,
}

type Counted = (&'static str, &'static str, Option<Region>);

impl Rates {
    /// Counts a call that begins now.
    ///
    /// A quarter of a quota is taken, because others in the account use the same one, and AWS's
    /// services do on behalf of the account. A small quota is taken whole.
    ///
    /// # Errors
    /// How long the call has to wait before it is tried again.
    pub(super) fn begin(&self, operation: &Operation) -> Result<(), Duration> {
        let Some((counted, quota)) = quota(operation) else {
            return Ok(());
        };
        let counted = (operation.service, counted, operation.region.clone());
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = begun.entry(counted).or_default();
        if begun.len() == (quota / 4).max(LEAST) {
            let early = (begun[0] + SECOND).saturating_duration_since(Instant::now());
            if !early.is_zero() {
                return Err(early);
            }
            begun.pop_front();
        }
        begun.push_back(Instant::now());
        Ok(())
    }
}
