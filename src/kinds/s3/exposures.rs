//! Where the content of a bucket leads beside its policy: replication, notifications, inventories and
//! grants in its access control list.
//!
//! Access points are not looked at. What the policy of an access point allows also needs the policy of
//! the bucket to allow it (S3 User Guide, "Configuring IAM policies for using access points"), and that
//! policy is ours.

use aws_sdk_s3::types::{Destination, InventoryConfiguration};
use futures_util::future::try_join4;

use super::bucket::S3Bucket;
use super::read::optional;
use super::s3_operation;
use crate::aws::{Aws, AwsError};
use crate::engine::observed::Present;
use crate::names::Region;

impl S3Bucket {
    /// Each exposure in words, with what it leads to.
    pub(super) async fn read_exposures(
        &self,
        aws: &Aws,
        present: &Present,
    ) -> Result<Vec<String>, AwsError> {
        let region = &self.region_of(present);
        let all = try_join4(
            self.replications(aws, region),
            self.notifications(aws, region),
            self.inventories(aws, region),
            self.grants(aws, region),
        );
        let (replications, notifications, inventories, grants) = all.await?;
        Ok([replications, notifications, inventories, grants].concat())
    }

    async fn replications(&self, aws: &Aws, region: &Region) -> Result<Vec<String>, AwsError> {
        let client = aws.s3(region);
        let answer = optional(aws.call(s3_operation("GetBucketReplication", region), || {
            let request = client.get_bucket_replication().bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.send()
        }));
        let rules = answer.await?.and_then(|it| it.replication_configuration);
        let rules = rules.map(|it| it.rules).unwrap_or_default();
        let destinations = rules.iter().filter_map(|rule| rule.destination());
        Ok(destinations.map(replication).collect())
    }

    async fn notifications(&self, aws: &Aws, region: &Region) -> Result<Vec<String>, AwsError> {
        let client = aws.s3(region);
        let operation = s3_operation("GetBucketNotificationConfiguration", region);
        let answer = aws.call(operation, || {
            let request = client.get_bucket_notification_configuration();
            let request = request.bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.send()
        });
        let answer = answer.await?;
        let topics = answer.topic_configurations().iter();
        let topics = topics.map(|it| it.topic_arn());
        let queues = answer.queue_configurations().iter();
        let queues = queues.map(|it| it.queue_arn());
        let functions = answer.lambda_function_configurations().iter();
        let functions = functions.map(|it| it.lambda_function_arn());
        let arns = topics.chain(queues).chain(functions);
        Ok(arns.map(|arn| format!("notifications to {arn}")).collect())
    }

    async fn inventories(&self, aws: &Aws, region: &Region) -> Result<Vec<String>, AwsError> {
        let client = aws.s3(region);
        let listed = aws.list(
            s3_operation("ListBucketInventoryConfigurations", region),
            |token| {
                let request = client.list_bucket_inventory_configurations();
                let request = request.bucket(&self.identity.name);
                let request = request.expected_bucket_owner(self.account.to_string());
                request.set_continuation_token(token).send()
            },
            |answer| {
                let inventories = answer.inventory_configuration_list.unwrap_or_default();
                (inventories, answer.next_continuation_token)
            },
        );
        Ok(listed.await?.iter().filter_map(inventory).collect())
    }

    async fn grants(&self, aws: &Aws, region: &Region) -> Result<Vec<String>, AwsError> {
        let client = aws.s3(region);
        let answer = aws.call(s3_operation("GetBucketAcl", region), || {
            let request = client.get_bucket_acl().bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.send()
        });
        let answer = answer.await?;
        let owner = answer.owner().and_then(|owner| owner.id());
        let grants = answer.grants().iter().filter_map(|grant| {
            let grantee = grant.grantee()?;
            if grantee.id().is_some() && grantee.id() == owner {
                return None;
            }
            let names = [grantee.uri(), grantee.id(), grantee.email_address()];
            let name = names.into_iter().flatten().next().unwrap_or("somebody");
            let permission = grant.permission().map_or("something", |it| it.as_str());
            Some(format!(
                "its access control list allows {permission} to {name}"
            ))
        });
        Ok(grants.collect())
    }
}

fn replication(destination: &Destination) -> String {
    let account = destination.account();
    let account = account.map(|account| format!(" of the account {account}"));
    format!(
        "replication to {}{}",
        destination.bucket(),
        account.unwrap_or_default()
    )
}

fn inventory(inventory: &InventoryConfiguration) -> Option<String> {
    let bucket = inventory.destination()?.s3_bucket_destination()?.bucket();
    Some(format!("an inventory in {bucket}"))
}
