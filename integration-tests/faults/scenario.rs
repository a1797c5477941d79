//! The scenarios: a command, and the account before the command runs.

use std::path::{Path, PathBuf};

use aws_sdk_kms::types::Tag as KmsTag;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use provision::aws::Aws;
use provision::engine::ownership::{DEPLOYMENT_TAG, SYSTEM_TAG};

use super::account::{Account, Command, Ending, region};
use super::connector::Aim;
use super::drift::{self, ANYONE};

/// A command, and the account before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// An apply in an account without resources of ours.
    Apply,
    /// An apply with every kind of drift.
    Mend,
    /// A destroy.
    Destroy,
    /// A destroy that also empties the bucket.
    Empty,
    /// An apply of Audit Trail in an account without resources of ours.
    AuditTrail,
    /// An apply of Audit Trail with every kind of drift.
    MendAuditTrail,
    /// A destroy of Audit Trail.
    RemoveAuditTrail,
}

impl Scenario {
    /// Every scenario, in the order of the table.
    pub const ALL: [Scenario; 7] = [
        Scenario::Apply,
        Scenario::Mend,
        Scenario::Destroy,
        Scenario::Empty,
        Scenario::AuditTrail,
        Scenario::MendAuditTrail,
        Scenario::RemoveAuditTrail,
    ];

    /// The scenario's name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Scenario::Apply => "fresh apply",
            Scenario::Mend => "apply that corrects drift",
            Scenario::Destroy => "destroy",
            Scenario::Empty => "destroy --empty-bucket",
            Scenario::AuditTrail => "Audit Trail, fresh apply",
            Scenario::MendAuditTrail => "Audit Trail, apply that corrects drift",
            Scenario::RemoveAuditTrail => "Audit Trail, destroy",
        }
    }

    /// The command of the scenario.
    pub fn command(self) -> Command {
        match self {
            Scenario::Apply | Scenario::Mend | Scenario::AuditTrail | Scenario::MendAuditTrail => {
                Command::Apply
            }
            Scenario::Destroy | Scenario::RemoveAuditTrail => Command::Destroy {
                empty_bucket: false,
            },
            Scenario::Empty => Command::Destroy { empty_bucket: true },
        }
    }

    /// The settings file: one for each trust of the integration role, each used in half of the
    /// scenarios of StackState, and one for Audit Trail.
    pub fn settings(self) -> PathBuf {
        let name = match self {
            Scenario::Apply | Scenario::Destroy => "external",
            Scenario::Mend | Scenario::Empty => "ec2",
            Scenario::AuditTrail | Scenario::MendAuditTrail | Scenario::RemoveAuditTrail => {
                "audit-trail"
            }
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("integration-tests/faults");
        folder.join(format!("settings/{name}.toml"))
    }

    /// Prepares a new account, also with resources of others. Returns their names, which no request
    /// that writes may name.
    pub async fn prepare(self, account: &Account) -> Vec<String> {
        let (aws, _) = account.aws(Aim::Nothing);
        let mut foreign = add_foreign(account, &aws).await;
        let is_audit_trail = self.settings() == Scenario::AuditTrail.settings();
        if is_audit_trail {
            foreign.push(add_identities(&aws).await);
        }
        if matches!(self, Scenario::Apply | Scenario::AuditTrail) {
            return foreign;
        }
        let (ending, _) = account.run(Command::Apply, Aim::Nothing).await;
        assert!(matches!(ending, Ending::Well), "{ending:?}");
        match self {
            Scenario::Mend => {
                drift::roles(&aws).await;
                drift::key(&aws).await;
                drift::bucket(account, &aws).await;
                drift::events(&aws).await;
            }
            Scenario::MendAuditTrail => drift::audit_trail(account, &aws).await,
            Scenario::Empty => add_objects(account, &aws).await,
            Scenario::Apply
            | Scenario::Destroy
            | Scenario::AuditTrail
            | Scenario::RemoveAuditTrail => {}
        }
        foreign
    }
}

/// Adds resources of another deployment and of no deployment, with names and tags as similar to ours
/// as possible.
async fn add_foreign(account: &Account, aws: &Aws) -> Vec<String> {
    let tag = |key, value| {
        let tag = KmsTag::builder().tag_key(key).tag_value(value);
        tag.build().expect("a tag")
    };
    let kms = aws.kms(&region(0));
    let key = kms.create_key().description("of another deployment");
    let key = key
        .tags(tag(SYSTEM_TAG, "stackstate"))
        .tags(tag(DEPLOYMENT_TAG, "-other"));
    let key = key.send().await.expect("CreateKey").key_metadata;
    let key = key.expect("metadata").key_id;

    let role = "StackStateFirehoseRole-of-another";
    let create = aws.iam().create_role().role_name(role);
    let create = create.assume_role_policy_document(ANYONE);
    create.send().await.expect("CreateRole");

    let bucket = format!("stackstate-logs-{}-other", account.id);
    let location = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::EuWest1)
        .build();
    let create = aws.s3(&region(0)).create_bucket().bucket(&bucket);
    let create = create.create_bucket_configuration(location);
    create.send().await.expect("CreateBucket");

    let rule = "StsEventBridgeRuleOfAnother";
    let put = aws.eventbridge(&region(0)).put_rule().name(rule);
    let put = put.event_pattern(r#"{"source":["aws.ec2"]}"#);
    put.send().await.expect("PutRule");
    vec![key, role.to_owned(), bucket, rule.to_owned()]
}

/// Adds the identities that Audit Trail's policy is attached to, all with a policy of others. Returns
/// the ARN of the policy of others.
async fn add_identities(aws: &Aws) -> String {
    let iam = aws.iam();
    let policy = iam.create_policy().policy_name("AuditTrailRole-of-another");
    let policy = policy.policy_document(drift::READ_ALL).send().await;
    let policy = policy.expect("CreatePolicy").policy.expect("a policy");
    let arn = policy.arn.expect("an ARN");

    let user = iam.create_user().user_name("audit-trail");
    user.send().await.expect("CreateUser");
    let attach = iam.attach_user_policy().user_name("audit-trail");
    let attach = attach.policy_arn(&arn).send().await;
    attach.expect("AttachUserPolicy");

    let group = iam.create_group().group_name("auditors");
    group.send().await.expect("CreateGroup");
    let attach = iam.attach_group_policy().group_name("auditors");
    let attach = attach.policy_arn(&arn).send().await;
    attach.expect("AttachGroupPolicy");

    let role = iam.create_role().role_name("app");
    let role = role.assume_role_policy_document(ANYONE);
    role.send().await.expect("CreateRole");
    let attach = iam.attach_role_policy().role_name("app");
    let attach = attach.policy_arn(&arn).send().await;
    attach.expect("AttachRolePolicy");
    arn
}

/// Adds two versions of one object, and another object with a delete marker.
async fn add_objects(account: &Account, aws: &Aws) {
    let s3 = aws.s3(&region(0));
    let bucket = format!("stackstate-logs-{}", account.id);
    for key in ["twice", "twice", "deleted"] {
        let put = s3
            .put_object()
            .bucket(&bucket)
            .key(key)
            .body(b"{}".to_vec().into());
        put.send().await.expect("PutObject");
    }
    let delete = s3.delete_object().bucket(&bucket).key("deleted");
    delete.send().await.expect("DeleteObject");
}
