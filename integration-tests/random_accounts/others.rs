//! The resources of others, with names, tags and aliases near those of a deployment of ours.

use std::collections::BTreeSet;

use aws_sdk_eventbridge::types::Target;
use aws_sdk_firehose::types::{CompressionFormat, ExtendedS3DestinationConfiguration};
use aws_sdk_kms::types::OriginType;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use super::REGIONS;
use super::deployment::Deployment;
use crate::harness::MAIN;
use crate::harness::random::Random;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
const READ: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Action":"s3:GetObject","Resource":"*"}]}"#;

/// What others own, in the names of [`contents`](crate::harness::contents).
#[derive(Default)]
pub struct Others {
    names: BTreeSet<String>,
    in_the_way: bool,
}

impl Others {
    /// Whether others own the resource of this name.
    pub fn own(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.names.iter()
    }

    /// Whether a resource of others has a name that the deployment needs.
    pub fn are_in_the_way(&self) -> bool {
        self.in_the_way
    }
}

type Tags = Vec<(String, String)>;

/// Tags that are nearly those of the deployment.
fn near_tags(deployment: &Deployment<'_>, random: &mut Random) -> Tags {
    let [(system_tag, system), (name_tag, name)] = deployment.tags();
    let other = if name == "default" {
        "-blue"
    } else {
        "default"
    };
    let all: [&[(&str, &str)]; 8] = [
        &[],
        &[("team", "observability")],
        &[(system_tag, system)],
        &[(name_tag, name)],
        &[(system_tag, system), (name_tag, other)],
        &[(system_tag, "audit-trail"), (name_tag, name)],
        &[(system_tag, "StackState"), (name_tag, name)],
        &[("Provision:System", system), ("Provision:Deployment", name)],
    ];
    owned(random.one_of(&all))
}

/// Tags near the deployment's own, and often exactly those: for resources whose names are not ours.
fn any_tags(deployment: &Deployment<'_>, random: &mut Random) -> Tags {
    if random.once_in(2) {
        return owned(&deployment.tags());
    }
    near_tags(deployment, random)
}

fn owned(tags: &[(&str, &str)]) -> Tags {
    let pairs = tags.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// A name near `name`, different for each `number`.
fn near(name: &str, number: u64, random: &mut Random) -> String {
    match random.below(4) {
        0 => format!("{name}-{number}"),
        1 => format!("{number}{name}"),
        2 => format!("{name}-blue{number}"),
        _ => format!("my-{name}{number}"),
    }
}

/// Makes some of the removed resources again with tags of others, and `count` resources under near
/// names.
pub async fn populate(
    deployment: &Deployment<'_>,
    removed: &BTreeSet<String>,
    count: u64,
    random: &mut Random,
) -> Others {
    let mut others = Others::default();
    for name in removed {
        if random.once_in(3) {
            let tags = near_tags(deployment, random);
            take_the_name(deployment, name, &tags, random, &mut others).await;
        }
    }
    for number in 0..count {
        let made = match random.below(8) {
            0 | 1 => role_near(deployment, number, random).await,
            2 => policy_near(deployment, number, random).await,
            3 | 4 => keys_near(deployment, number, random, &mut others).await,
            5 => bucket_near(deployment, number, random).await,
            6 => rule_near(deployment, number, random).await,
            _ => stream_near(deployment, number, random).await,
        };
        others.names.insert(made);
    }
    others
}

/// Makes one resource of each kind under a near name. None of them is taken for ours, or left under our
/// names by a destroy.
pub async fn one_of_each(deployment: &Deployment<'_>, random: &mut Random) -> Others {
    let mut others = Others::default();
    let names = &mut others.names;
    let role = near(&deployment.roles()[0], 1, random);
    let tags = any_tags(deployment, random);
    names.insert(make_role(deployment, &role, &tags).await);
    names.insert(policy_near(deployment, 2, random).await);
    let tags = near_tags(deployment, random);
    let key = make_key(deployment, MAIN, "theirs", &tags, random).await;
    names.insert(
        make_alias(
            deployment,
            MAIN,
            "alias/stackstate-integration-theirs",
            &key,
        )
        .await,
    );
    names.insert(format!("key {key} in {MAIN}"));
    names.insert(bucket_near(deployment, 3, random).await);
    names.insert(rule_near(deployment, 4, random).await);
    names.insert(stream_near(deployment, 5, random).await);
    others
}

/// Makes a resource under the exact name of one of ours, which was removed.
async fn take_the_name(
    deployment: &Deployment<'_>,
    name: &str,
    tags: &Tags,
    random: &mut Random,
    others: &mut Others,
) {
    let words: Vec<&str> = name.split(' ').collect();
    let made = match words[..] {
        ["role", name] => make_role(deployment, name, tags).await,
        ["bucket", name] => make_bucket(deployment, name, tags, random).await,
        ["rule", name, _, region] => make_rule(deployment, name, region, tags).await,
        ["stream", name, _, region] => make_stream(deployment, name, region, tags).await,
        ["policy", arn] => {
            let (_, name) = arn.rsplit_once('/').expect("a name");
            make_policy(deployment, name, tags).await
        }
        [alias, _, region] if alias.starts_with("alias/") => {
            let key = make_key(deployment, region, "theirs", tags, random).await;
            let made = make_alias(deployment, region, alias, &key).await;
            others.names.insert(format!("key {key} in {region}"));
            made
        }
        // A profile of others does not have the role.
        ["instance", "profile", name] => make_profile(deployment, name, tags).await,
        _ => panic!("{name} is of no kind"),
    };
    others.names.insert(made);
    others.in_the_way = true;
}

async fn role_near(deployment: &Deployment<'_>, number: u64, random: &mut Random) -> String {
    if random.once_in(4) {
        // By its name the role leads to a region that was deployed earlier, but for the tags.
        let region = random.one_of(&["ap-south-1", "sa-east-1", "us-west-1", "us-west-2"]);
        let kind = random.one_of(&["Firehose", "EventBridge"]);
        let name = deployment.name(&format!("StackState{kind}Role-{region}"));
        let exists = deployment.account.iam().get_role().role_name(&name).send();
        if exists.await.is_err() {
            let tags = near_tags(deployment, random);
            return make_role(deployment, &name, &tags).await;
        }
    }
    let name = near(&random.one_of(&deployment.roles()), number, random);
    let name: String = name.chars().take(64).collect();
    let tags = any_tags(deployment, random);
    make_role(deployment, &name, &tags).await
}

async fn make_role(deployment: &Deployment<'_>, name: &str, tags: &Tags) -> String {
    let iam = deployment.account.iam();
    let tags = tags.iter().map(|(key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
        tag.build().unwrap()
    });
    let role = iam.create_role().role_name(name);
    let role = role.assume_role_policy_document(TRUST);
    let role = role.set_tags(Some(tags.collect()));
    role.send().await.unwrap();
    let inline = iam.put_role_policy().role_name(name).policy_name("default");
    inline.policy_document(READ).send().await.unwrap();
    format!("role {name}")
}

async fn make_profile(deployment: &Deployment<'_>, name: &str, tags: &Tags) -> String {
    let tags = tags.iter().map(|(key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
        tag.build().unwrap()
    });
    let profile = deployment.account.iam().create_instance_profile();
    let profile = profile.instance_profile_name(name);
    let profile = profile.set_tags(Some(tags.collect()));
    profile.send().await.unwrap();
    format!("instance profile {name}")
}

async fn policy_near(deployment: &Deployment<'_>, number: u64, random: &mut Random) -> String {
    let name = near("AuditTrailRole", number, random);
    let tags = any_tags(deployment, random);
    make_policy(deployment, &name, &tags).await
}

async fn make_policy(deployment: &Deployment<'_>, name: &str, tags: &Tags) -> String {
    let tags = tags.iter().map(|(key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
        tag.build().unwrap()
    });
    let policy = deployment.account.iam().create_policy().policy_name(name);
    let policy = policy.set_tags(Some(tags.collect()));
    let policy = policy.policy_document(READ).send().await.unwrap();
    format!("policy {}", policy.policy.unwrap().arn.unwrap())
}

/// A key that carries our tags and differs from ours in one thing at least, with or without an alias.
async fn keys_near(
    deployment: &Deployment<'_>,
    number: u64,
    random: &mut Random,
    others: &mut Others,
) -> String {
    let region = random.one_of(&REGIONS);
    let tags = any_tags(deployment, random);
    let description = random.one_of(&["", "StackState Integration Key", "theirs"]);
    let key = make_key(deployment, region, description, &tags, random).await;
    if random.once_in(2) {
        let alias = near("stackstate-integration", number, random);
        let alias = format!("alias/{alias}");
        let made = make_alias(deployment, region, &alias, &key).await;
        others.names.insert(made);
    }
    format!("key {key} in {region}")
}

/// The key's policy is KMS's own, so the key is never plainly one that the program made.
async fn make_key(
    deployment: &Deployment<'_>,
    region: &str,
    description: &str,
    tags: &Tags,
    random: &mut Random,
) -> String {
    let tags = tags.iter().map(|(key, value)| {
        let tag = aws_sdk_kms::types::Tag::builder();
        tag.tag_key(key).tag_value(value).build().unwrap()
    });
    let key = deployment.account.kms(region).create_key();
    let key = key.description(description);
    let key = key.set_tags(Some(tags.collect()));
    let key = match random.below(4) {
        0 => key.origin(OriginType::External),
        1 => key.multi_region(true),
        _ => key,
    };
    key.send().await.unwrap().key_metadata.unwrap().key_id
}

async fn make_alias(deployment: &Deployment<'_>, region: &str, alias: &str, key: &str) -> String {
    let create = deployment.account.kms(region).create_alias();
    let create = create.alias_name(alias).target_key_id(key);
    create.send().await.unwrap();
    format!("{alias} in {region}")
}

async fn bucket_near(deployment: &Deployment<'_>, number: u64, random: &mut Random) -> String {
    let name = near(&deployment.bucket(), number, random);
    let tags = any_tags(deployment, random);
    make_bucket(deployment, &name, &tags, random).await
}

async fn make_bucket(
    deployment: &Deployment<'_>,
    name: &str,
    tags: &Tags,
    random: &mut Random,
) -> String {
    let s3 = deployment.account.s3(MAIN);
    let place = CreateBucketConfiguration::builder();
    let place = place.location_constraint(BucketLocationConstraint::EuWest1);
    let create = s3.create_bucket().bucket(name);
    let create = create.create_bucket_configuration(place.build());
    create.send().await.unwrap();
    let tags = tags.iter().map(|(key, value)| {
        let tag = aws_sdk_s3::types::Tag::builder().key(key).value(value);
        tag.build().unwrap()
    });
    let tags: Vec<_> = tags.collect();
    if !tags.is_empty() {
        let tagging = aws_sdk_s3::types::Tagging::builder();
        let tagging = tagging.set_tag_set(Some(tags)).build().unwrap();
        let put = s3.put_bucket_tagging().bucket(name).tagging(tagging);
        put.send().await.unwrap();
    }
    if random.once_in(2) {
        let put = s3.put_object().bucket(name).key("theirs");
        put.body(b"{}".to_vec().into()).send().await.unwrap();
    }
    format!("bucket {name}")
}

async fn rule_near(deployment: &Deployment<'_>, number: u64, random: &mut Random) -> String {
    let name = near("StsEventBridgeRule", number, random);
    let region = random.one_of(&REGIONS);
    let tags = any_tags(deployment, random);
    make_rule(deployment, &name, region, &tags).await
}

async fn make_rule(deployment: &Deployment<'_>, name: &str, region: &str, tags: &Tags) -> String {
    let events = deployment.account.events(region);
    let tags = tags.iter().map(|(key, value)| {
        let tag = aws_sdk_eventbridge::types::Tag::builder();
        tag.key(key).value(value).build().unwrap()
    });
    let rule = events.put_rule().name(name);
    let rule = rule.schedule_expression("rate(1 day)");
    let rule = rule.set_tags(Some(tags.collect()));
    rule.send().await.unwrap();
    let arn = format!("arn:aws:sqs:{region}:{}:theirs", deployment.account.id);
    let target = Target::builder().id("StsEventBridgeFirehose").arn(arn);
    let put = events.put_targets().rule(name);
    let put = put.targets(target.build().unwrap()).send().await.unwrap();
    assert_eq!(put.failed_entry_count(), 0);
    format!("rule {name} in {region}")
}

async fn stream_near(deployment: &Deployment<'_>, number: u64, random: &mut Random) -> String {
    let name = near("stackstate-eventbridge-stream", number, random);
    let region = random.one_of(&REGIONS);
    let tags = any_tags(deployment, random);
    make_stream(deployment, &name, region, &tags).await
}

async fn make_stream(deployment: &Deployment<'_>, name: &str, region: &str, tags: &Tags) -> String {
    let id = &deployment.account.id;
    let tags = tags.iter().map(|(key, value)| {
        let tag = aws_sdk_firehose::types::Tag::builder();
        tag.key(key).value(value).build().unwrap()
    });
    let tags: Vec<_> = tags.collect();
    let destination = ExtendedS3DestinationConfiguration::builder()
        // The emulator does not fill it in, as AWS does.
        .compression_format(CompressionFormat::Uncompressed)
        .role_arn(format!("arn:aws:iam::{id}:role/theirs"))
        .bucket_arn("arn:aws:s3:::theirs");
    let create = deployment.account.firehose(region).create_delivery_stream();
    let create = create.delivery_stream_name(name);
    let create = create.set_tags((!tags.is_empty()).then_some(tags));
    let create = create.extended_s3_destination_configuration(destination.build().unwrap());
    create.send().await.unwrap();
    format!("stream {name} in {region}")
}
