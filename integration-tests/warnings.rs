//! What destroys data goes only with a consent of its own, and stands above the question.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, CreateBucketConfiguration,
    ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN};

const BUCKET: &str = "s3_bucket.logs@eu-west-1";
const EXPIRE: &str = "--expire-existing-objects";
const TOLD: &str = "its objects expire a day after they were written, also those that it holds now: \
                    1 object version or delete marker";

async fn put_object(account: &Account) {
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let put = account.s3(MAIN).put_object().bucket(bucket).key("precious");
    put.body(b"{}".to_vec().into()).send().await.unwrap();
}

/// The bucket lets everything expire after 30 days, as somebody may want it who looks into the logs.
async fn expire_after_30_days(account: &Account) {
    let expiration = LifecycleExpiration::builder().days(30).build();
    let rule = LifecycleRule::builder()
        .id("theirs")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .expiration(expiration);
    let rules = BucketLifecycleConfiguration::builder().rules(rule.build().unwrap());
    let put = account.s3(MAIN).put_bucket_lifecycle_configuration();
    let put = put.bucket(Deployment::of(account, &[MAIN]).bucket());
    let put = put.lifecycle_configuration(rules.build().unwrap());
    put.send().await.unwrap();
}

/// Somebody's bucket under our name.
async fn make_bucket(account: &Account) {
    let location = BucketLocationConstraint::from(MAIN);
    let location = CreateBucketConfiguration::builder().location_constraint(location);
    let create = account.s3(MAIN).create_bucket();
    let create = create.create_bucket_configuration(location.build());
    let create = create.bucket(Deployment::of(account, &[MAIN]).bucket());
    create.send().await.unwrap();
}

#[tokio::test]
async fn objects_of_an_adopted_bucket_expire_only_with_a_consent_of_its_own() {
    let account = Account::new(&[MAIN]);
    make_bucket(&account).await;
    // Nothing in an empty bucket can expire.
    assert_eq!(account.plan(&["--adopt"]).action(BUCKET), "adopt");
    put_object(&account).await;
    for args in [&["--adopt"][..], &[EXPIRE], &[]] {
        let plan = account.plan(args);
        assert_eq!(plan.action(BUCKET), "blocked", "{args:?}");
        let told = plan.reason(BUCKET).contains(TOLD);
        assert_eq!(told, args != [EXPIRE], "{args:?}");
    }
    let refused = account.provision(&["apply", "--yes", "--adopt"]).exits(1);
    refused.writes_nothing().says(EXPIRE);
    let both = ["--adopt", EXPIRE];
    let plan = account.plan(&both);
    assert_eq!(plan.action(BUCKET), "adopt");
    assert_eq!(plan.warnings(), [(Some(BUCKET), TOLD)]);
    account.apply(&both).says(TOLD);
    account.plan(&[]).has_no_changes();
}

#[tokio::test]
async fn objects_that_a_longer_rule_keeps_expire_only_with_a_consent_of_their_own() {
    let account = Account::applied(&[MAIN]);
    put_object(&account).await;
    // Each object expires by the wanted rule already.
    account.plan(&[]).has_no_changes();
    expire_after_30_days(&account).await;
    let plan = account.plan(&[]);
    assert_eq!(plan.changes(), [(BUCKET, "blocked")]);
    assert!(
        plan.reason(BUCKET).contains(TOLD),
        "{}",
        plan.reason(BUCKET)
    );
    let blocked = account.provision(&["apply", "--yes"]).exits(1);
    blocked.writes_nothing();
    account.apply(&[EXPIRE]).says(TOLD);
    account.plan(&[]).has_no_changes();
}

/// A caller who may not list the bucket cannot know that it is empty.
#[tokio::test]
async fn a_bucket_that_may_not_be_listed_may_hold_something() {
    let account = Account::applied(&[MAIN]);
    expire_after_30_days(&account).await;
    account.stand_in(|call| {
        let denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        let is_asked = call.operation.contains("?versions");
        is_asked.then(|| ("403 Forbidden".to_owned(), denied.to_owned()))
    });
    let plan = account.plan(&[]);
    assert_eq!(plan.changes(), [(BUCKET, "blocked")]);
    let told = "what could not be read (s3:ListObjectVersions answers AccessDenied)";
    assert!(
        plan.reason(BUCKET).contains(told),
        "{}",
        plan.reason(BUCKET)
    );
    account.apply(&[EXPIRE]);
}

#[test]
fn a_changed_postfix_names_the_deployment_that_it_leaves_behind() {
    let account = Account::applied(&[MAIN]);
    let told = "the role StackStateAwsIntegrationRole belongs to another deployment, which stays as it \
                is: if the postfix was changed, `provision destroy --postfix=` removes the old one";
    let changed = ["--postfix", "-blue"];
    assert_eq!(account.plan(&changed).warnings(), [(None, told)]);
    account.apply(&changed).says(told);
    // Two deployments side by side are no mistake.
    assert_eq!(account.plan(&changed).warnings(), []);
    assert_eq!(account.plan(&[]).warnings(), []);
    let blue = "`provision destroy --postfix=-blue` removes the old one";
    let plan = account.plan(&["--postfix", "-green"]);
    let [(None, first), (None, second)] = plan.warnings()[..] else {
        panic!("{:?}", plan.warnings());
    };
    assert_eq!(first, told);
    assert!(second.ends_with(blue), "{second}");
    account.destroy(&["--postfix="]);
    assert_eq!(account.plan(&["--postfix", "-green"]).warnings().len(), 1);
}
