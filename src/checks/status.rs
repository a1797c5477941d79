//! What is deployed where, since when, and what arrived there last.

use aws_smithy_types::DateTime;
use futures_util::future::{join, join_all};

use crate::aws::{Aws, AwsError, Operation};
use crate::engine::action::Action;
use crate::engine::node::Node;
use crate::engine::plan::Plan;
use crate::kinds::firehose::stream;
use crate::kinds::iam::{iam_operation, policy, role};
use crate::kinds::s3::versions::{Objects, Written};
use crate::names::{AccountId, Region};
use crate::systems::{Delivery, Trials};

/// The parts below which Firehose writes: year, month, day and hour (Firehose Developer Guide, "Custom prefixes
/// for Amazon S3 objects").
const LEVELS: usize = 4;

/// What is deployed in a region, or in no region.
#[derive(Debug)]
pub struct Part {
    /// The region; `None` for the resources of IAM.
    pub region: Option<Region>,
    /// How many of the wanted resources exist and are ours.
    pub exists: usize,
    /// How many resources are wanted.
    pub wanted: usize,
    /// How many of those that exist differ from the settings.
    pub differs: usize,
    /// When what is deployed was created.
    pub since: Result<Option<DateTime>, AwsError>,
    /// What arrived last, if events of the region are delivered.
    pub last: Option<Result<Option<Written>, AwsError>>,
}

/// The part of the account, and one for each region.
pub async fn parts(
    aws: &Aws,
    account: &AccountId,
    nodes: &[Node],
    plan: &Plan,
    trials: &[Trials],
) -> Vec<Part> {
    let regions = aws.regions().iter().cloned().map(Some);
    let all = std::iter::once(None).chain(regions).map(async |region| {
        let steps = || {
            plan.steps
                .iter()
                .filter(|step| step.address.region == region)
        };
        let count = |actions: &[Action]| {
            let found = steps().filter(|step| actions.contains(&step.decision.action));
            found.count()
        };
        let exists = count(&[Action::Keep, Action::Update]);
        let deliveries = trials.iter().flat_map(|it| &it.deliveries);
        let mut own = deliveries.filter(|it| Some(&it.region) == region.as_ref());
        let last = async {
            match own.next() {
                Some(delivery) if exists > 0 => Some(last(aws, account, delivery).await),
                _ => None,
            }
        };
        let here = nodes.iter().filter(|node| node.address().region == region);
        let (since, last) = join(since(aws, here, plan), last).await;
        Part {
            exists,
            wanted: exists + count(&[Action::Create, Action::Adopt, Action::Blocked]),
            differs: count(&[Action::Update]),
            since,
            last,
            region,
        }
    });
    let parts = join_all(all).await.into_iter();
    parts.filter(|part| part.wanted > 0).collect()
}

/// When the first of these resources that exists was created, of those whose creation AWS tells with one call:
/// the stream, the integration role, Audit Trail's policy.
async fn since(
    aws: &Aws,
    nodes: impl Iterator<Item = &Node>,
    plan: &Plan,
) -> Result<Option<DateTime>, AwsError> {
    for node in nodes {
        let address = node.address();
        let is_there = |action| [Action::Keep, Action::Update].contains(&action);
        let mut steps = plan.steps.iter();
        if !steps.any(|step| step.address == *address && is_there(step.decision.action)) {
            continue;
        }
        let identity = node.resource.identity();
        let created = match (address.kind, &address.region) {
            (stream::KIND, Some(region)) => of_stream(aws, region, &identity.name).await?,
            (role::KIND, None) if address.name == "integration" => {
                let read = || aws.iam().get_role().role_name(&identity.name).send();
                let answer = aws.call(iam_operation("GetRole"), read).await?;
                answer.role.map(|role| role.create_date)
            }
            (policy::KIND, None) => {
                let arn = identity.as_resource();
                let read = || aws.iam().get_policy().policy_arn(arn).send();
                let answer = aws.call(iam_operation("GetPolicy"), read).await?;
                answer.policy.and_then(|policy| policy.create_date)
            }
            _ => continue,
        };
        return Ok(created);
    }
    Ok(None)
}

async fn of_stream(aws: &Aws, region: &Region, name: &str) -> Result<Option<DateTime>, AwsError> {
    let operation = Operation {
        service: "firehose",
        name: "DescribeDeliveryStream",
        region: Some(region.clone()),
    };
    let client = aws.firehose(region);
    let read = || {
        client
            .describe_delivery_stream()
            .delivery_stream_name(name)
            .send()
    };
    let answer = aws.call(operation, read).await?;
    let stream = answer.delivery_stream_description;
    Ok(stream.and_then(|stream| stream.create_timestamp))
}

/// The newest object that was delivered, also if the agent has read and deleted it: a version of it stays for a
/// day. The folders are the hours, so that one call for each level finds the last one.
async fn last(
    aws: &Aws,
    account: &AccountId,
    delivery: &Delivery,
) -> Result<Option<Written>, AwsError> {
    let objects = Objects {
        bucket: &delivery.bucket,
        account,
        region: &delivery.bucket_region,
    };
    let mut folder = delivery.prefix.clone();
    for _ in 0..LEVELS {
        let folders = objects.list(aws, &folder, true).await?.folders;
        // What lies beside the hours was not written by the stream.
        let is_number = |it: &String| {
            let name = it.strip_prefix(&folder).map(|it| it.trim_end_matches('/'));
            name.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()))
        };
        match folders.into_iter().filter(is_number).max() {
            Some(newest) => folder = newest,
            None => return Ok(None),
        }
    }
    let written = objects.list(aws, &folder, false).await?.written;
    Ok(written.into_iter().max_by_key(|it| it.at.secs()))
}
