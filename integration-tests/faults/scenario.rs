//! What an account is like before a command runs in it.

use aws_sdk_kms::types::Tag as KmsTag;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use provision::aws::Aws;
use provision::names::Region;
use provision::resource::{DEPLOYMENT_TAG, SYSTEM_TAG};
use provision::settings::TrustKind;

use crate::account::{Account, Command, Ending, REGIONS};
use crate::connector::Aim;
use crate::drift;

/// A command, and the account that it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// An apply in an account that has nothing of ours.
    Apply,
    /// An apply that finds every kind of drift.
    Mend,
    /// A destroy.
    Destroy,
    /// A destroy that also empties the bucket.
    Empty,
}

impl Scenario {
    /// Every scenario, in the order of the table.
    pub const ALL: [Scenario; 4] = [
        Scenario::Apply,
        Scenario::Mend,
        Scenario::Destroy,
        Scenario::Empty,
    ];

    /// The scenario as the table names it.
    pub fn name(self) -> &'static str {
        match self {
            Scenario::Apply => "fresh apply",
            Scenario::Mend => "apply that mends drift",
            Scenario::Destroy => "destroy",
            Scenario::Empty => "destroy --empty-bucket",
        }
    }

    /// The command that is run.
    pub fn command(self) -> Command {
        match self {
            Scenario::Apply | Scenario::Mend => Command::Apply,
            Scenario::Destroy => Command::Destroy {
                empty_bucket: false,
            },
            Scenario::Empty => Command::Destroy { empty_bucket: true },
        }
    }

    /// The trust of the integration role: that with an instance profile in half of them.
    pub fn trust(self) -> TrustKind {
        match self {
            Scenario::Apply | Scenario::Destroy => TrustKind::External,
            Scenario::Mend | Scenario::Empty => TrustKind::Ec2,
        }
    }

    /// Makes the account so, with things of others in it, whose names nobody may write to. The
    /// account must be new.
    pub async fn prepare(self, account: &Account) -> Vec<String> {
        let (aws, _) = account.aws(Aim::Nothing);
        let foreign = add_foreign(account, &aws).await;
        if self == Scenario::Apply {
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
            Scenario::Empty => add_objects(account, &aws).await,
            Scenario::Apply | Scenario::Destroy => {}
        }
        foreign
    }
}

/// One of the regions of every run.
pub fn region(index: usize) -> Region {
    REGIONS[index].parse().expect("a region")
}

/// A trust policy that no document of ours is.
pub const ANYONE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// Things of another deployment and of nobody, named and tagged as nearly as ours as can be.
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

/// Two versions of one object, and another one behind a delete marker.
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
