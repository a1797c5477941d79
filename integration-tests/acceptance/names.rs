//! What a run makes in the account, by name, and the settings files that the program gets.

use std::fmt;

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use provision::aws::Aws;
use provision::names::{AccountId, Partition, Region};
use serde::{Deserialize, Serialize};

/// One run's place in the account, and the end of all its names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Names {
    pub account: String,
    pub partition: String,
    /// The main region, and perhaps another one.
    pub regions: Vec<String>,
    pub postfix: String,
    pub started: String,
}

/// A resource that a run makes.
#[derive(Debug, Clone)]
pub enum Thing {
    Role(String),
    Policy(String),
    User(String),
    Alias(Region, String),
    Bucket(Region, String),
    Stream(Region, String),
    Rule(Region, String),
}

/// The two deployments of StackState, by the end of their postfix.
pub const DEPLOYMENTS: [&str; 2] = ["-a", "-b"];
/// How the deployment of Audit Trail is called beside them.
pub const AUDIT_TRAIL: &str = "audit-trail";

impl Names {
    pub fn new(account: &AccountId, partition: Partition, regions: &[Region]) -> Self {
        let random = getrandom::u32().expect("the system gives random numbers");
        Names {
            account: account.to_string(),
            partition: partition.to_string(),
            regions: regions.iter().map(ToString::to_string).collect(),
            postfix: format!("-acc-{random:08x}"),
            started: crate::record::now(),
        }
    }

    pub fn regions(&self) -> Vec<Region> {
        let regions = self.regions.iter().map(|name| name.parse());
        regions.collect::<Result<_, _>>().expect("names of regions")
    }

    pub fn main(&self) -> Region {
        self.regions().swap_remove(0)
    }

    /// An ARN in the account, or of IAM if there is no region.
    pub fn arn(&self, service: &str, region: Option<&Region>, rest: &str) -> String {
        let region = region.map_or("", Region::name);
        let (partition, account) = (&self.partition, &self.account);
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }

    pub fn alias(&self, deployment: &str) -> String {
        format!("alias/stackstate-integration{}{deployment}", self.postfix)
    }

    pub fn bucket(&self, deployment: &str) -> String {
        format!(
            "stackstate-logs-{}{}{deployment}",
            self.account, self.postfix
        )
    }

    pub fn stream(&self, deployment: &str) -> String {
        format!("stackstate-eventbridge-stream{}{deployment}", self.postfix)
    }

    pub fn rule(&self, deployment: &str) -> String {
        format!("StsEventBridgeRule{}{deployment}", self.postfix)
    }

    pub fn integration_role(&self, deployment: &str) -> String {
        format!("StackStateAwsIntegrationRole{}{deployment}", self.postfix)
    }

    pub fn firehose_role(&self, region: &Region, deployment: &str) -> String {
        format!(
            "StackStateFirehoseRole-{region}{}{deployment}",
            self.postfix
        )
    }

    /// The user that Audit Trail's policy is attached to.
    pub fn user(&self) -> String {
        format!("provision-acceptance{}", self.postfix)
    }

    pub fn policy(&self) -> String {
        format!("AuditTrailRole{}", self.postfix)
    }

    /// The stream that is made with the alias as its key.
    pub fn alias_stream(&self) -> String {
        format!("provision-acceptance-alias{}", self.postfix)
    }

    /// What the program makes for a deployment of StackState.
    pub fn of_deployment(&self, deployment: &str) -> Vec<Thing> {
        let main = self.main();
        let mut things = vec![
            Thing::Role(self.integration_role(deployment)),
            Thing::Alias(main.clone(), self.alias(deployment)),
            Thing::Bucket(main, self.bucket(deployment)),
        ];
        for region in self.regions() {
            let events = format!(
                "StackStateEventBridgeRole-{region}{}{deployment}",
                self.postfix
            );
            things.extend([
                Thing::Role(self.firehose_role(&region, deployment)),
                Thing::Role(events),
                Thing::Stream(region.clone(), self.stream(deployment)),
                Thing::Rule(region, self.rule(deployment)),
            ]);
        }
        things
    }

    /// What the program makes for Audit Trail.
    pub fn of_audit_trail(&self) -> Vec<Thing> {
        vec![Thing::Policy(self.arn(
            "iam",
            None,
            &format!("policy/{}", self.policy()),
        ))]
    }

    /// What is made without the program.
    pub fn of_scratch(&self) -> Vec<Thing> {
        vec![
            Thing::Stream(self.main(), self.alias_stream()),
            Thing::User(self.user()),
        ]
    }

    pub fn all(&self) -> Vec<Thing> {
        let of_deployments = DEPLOYMENTS.iter().flat_map(|it| self.of_deployment(it));
        let others = [self.of_audit_trail(), self.of_scratch()];
        of_deployments.chain(others.into_iter().flatten()).collect()
    }

    fn of_all_systems(&self) -> String {
        let Names {
            account, postfix, ..
        } = self;
        format!("account = {account:?}\ntags = {{ acceptance = {postfix:?} }}\n")
    }

    /// The settings of a deployment of StackState, whose agent is in the account itself.
    pub fn stackstate(&self, deployment: &str, regions: &[String], profile: &str) -> String {
        format!(
            "regions = {regions:?}\n{}[stackstate]\nagent_principals = [{:?}]\n\
             external_id = \"${{STS_EXTERNAL_ID}}\"\nprofile = {profile:?}\npostfix = \"{}{deployment}\"\n",
            self.of_all_systems(),
            self.account,
            self.postfix,
        )
    }

    /// The settings of Audit Trail.
    pub fn audit_trail(&self, profile: &str) -> String {
        let boundary = match profile {
            "hardened" => format!(
                "permissions_boundary = \"arn:{}:iam::aws:policy/PowerUserAccess\"\n",
                self.partition
            ),
            _ => String::new(),
        };
        format!(
            "{}[audit_trail]\nattach_to = [\"user/{}\"]\npolicy_name = {:?}\nprofile = {profile:?}\n{boundary}",
            self.of_all_systems(),
            self.user(),
            self.policy(),
        )
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thing::Role(name) => write!(f, "IAM role {name}"),
            Thing::Policy(arn) => write!(f, "IAM policy {arn}"),
            Thing::User(name) => write!(f, "IAM user {name}"),
            Thing::Alias(region, name) => write!(f, "KMS key {name} in {region}"),
            Thing::Bucket(region, name) => write!(f, "S3 bucket {name} in {region}"),
            Thing::Stream(region, name) => write!(f, "Firehose stream {name} in {region}"),
            Thing::Rule(region, name) => write!(f, "EventBridge rule {name} in {region}"),
        }
    }
}

impl Thing {
    /// Whether AWS has it.
    pub async fn exists(&self, aws: &Aws) -> Result<bool, String> {
        let iam = aws.iam();
        match self {
            Thing::Role(name) => found(iam.get_role().role_name(name).send().await),
            Thing::Policy(arn) => found(iam.get_policy().policy_arn(arn).send().await),
            Thing::User(name) => found(iam.get_user().user_name(name).send().await),
            Thing::Alias(region, name) => {
                found(aws.kms(region).describe_key().key_id(name).send().await)
            }
            Thing::Bucket(region, name) => {
                found(aws.s3(region).head_bucket().bucket(name).send().await)
            }
            Thing::Stream(region, name) => {
                let describe = aws.firehose(region).describe_delivery_stream();
                found(describe.delivery_stream_name(name).send().await)
            }
            Thing::Rule(region, name) => found(
                aws.eventbridge(region)
                    .describe_rule()
                    .name(name)
                    .send()
                    .await,
            ),
        }
    }
}

/// Whether a read found what it asked for.
fn found<T, E, R>(answer: Result<T, SdkError<E, R>>) -> Result<bool, String>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
{
    match answer {
        Ok(_) => Ok(true),
        Err(error) => match error.code() {
            Some(
                "NoSuchEntity"
                | "NotFoundException"
                | "ResourceNotFoundException"
                | "NotFound"
                | "NoSuchBucket",
            ) => Ok(false),
            _ => Err(failed(error)),
        },
    }
}

/// AWS's code and message, or why there is no answer.
pub fn failed<E, R>(error: SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
{
    if let Some(code) = error.code() {
        return format!("{code}: {}", error.message().unwrap_or_default());
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}
