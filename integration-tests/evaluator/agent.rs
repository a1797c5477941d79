//! The integration role allows what the agent needs, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::deployment::{ACCOUNT, AGENT, BUCKET, EXTERNAL_ID, KEY, MAIN, OTHER, STRANGER};
use crate::documents::{PROFILES, of_profile};
use crate::requests::{Case, Request, check, request};

const ROLE: &str = "arn:aws:iam::123456789012:role/StackStateAwsIntegrationRole";
const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/StackStateAwsIntegrationRole/agent";

fn assumed_by(why: &str, account: &str) -> Request {
    let principal = format!("arn:aws:iam::{account}:role/agent");
    let request = request(why, principal, "sts:AssumeRole", ROLE).by_administrator();
    request.on("integration-role-trust-external")
}

#[test]
fn the_role_is_assumed_only_with_the_external_id() {
    const ID: &str = "sts:ExternalId";
    let instance = request("an instance", "ec2.amazonaws.com", "sts:AssumeRole", ROLE);
    let lambda = request("a function", "lambda.amazonaws.com", "sts:AssumeRole", ROLE);
    check(&[
        assumed_by("as configured", AGENT)
            .with(ID, EXTERNAL_ID)
            .allowed(),
        assumed_by("the agent's own test of the role", AGENT).refused(),
        assumed_by("another customer's ID", AGENT)
            .with(ID, "another-id")
            .refused(),
        assumed_by("another account with the right ID", STRANGER)
            .with(ID, EXTERNAL_ID)
            .refused(),
        assumed_by("an administrator of the account", ACCOUNT)
            .with(ID, EXTERNAL_ID)
            .refused(),
        instance.on("integration-role-trust-ec2").allowed(),
        lambda.on("integration-role-trust-ec2").refused(),
    ]);
}

/// The condition key for the account that owns the requested bucket.
const OWNER: &str = "s3:ResourceAccount";

fn in_bucket(why: &str, action: &str, object: &str) -> Request {
    let request = request(why, SESSION, action, format!("{BUCKET}{object}"));
    let request = request.by("integration-role-policy").on("bucket-policy");
    request.with(OWNER, ACCOUNT)
}

#[test]
fn the_bucket_is_read_and_emptied_only_over_tls() {
    const TLS: &str = "aws:SecureTransport";
    let mut cases = Vec::new();
    for region in [MAIN, OTHER] {
        for log in ["EventBridge", "vpcflowlogs"] {
            let object = format!("/AWSLogs/{ACCOUNT}/{log}/{region}/2026-01-02-03-04-05");
            for action in ["s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObject"] {
                let over = |tls| in_bucket(log, action, &object).with(TLS, tls);
                cases.extend([over("true").allowed(), over("false").refused()]);
            }
            let put = in_bucket("the agent only reads", "s3:PutObject", &object);
            cases.push(put.with(TLS, "true").refused());
        }
    }
    for action in ["s3:ListBucket", "s3:GetBucketVersioning"] {
        let over = |tls| in_bucket("the bucket", action, "").with(TLS, tls);
        cases.extend([over("true").allowed(), over("false").refused()]);
    }
    check(&cases);
}

#[test]
fn no_bucket_of_another_account_is_read_or_emptied_if_hardened() {
    let log = format!("{BUCKET}/AWSLogs/{ACCOUNT}/EventBridge/{MAIN}/object");
    let cases = [
        ("s3:GetObject", log.as_str()),
        ("s3:GetObjectVersion", &log),
        ("s3:DeleteObject", &log),
        ("s3:ListBucket", BUCKET),
        ("s3:GetBucketVersioning", BUCKET),
        ("s3:GetBucketNotification", "arn:aws:s3:::another-bucket"),
        ("s3:GetBucketTagging", "arn:aws:s3:::another-bucket"),
    ];
    let cases = cases.map(|(action, resource)| {
        let why = "somebody else took the name after a destroy, and lets us in";
        let request = request(why, SESSION, action, resource).by("integration-role-policy");
        request.with(OWNER, STRANGER).refused_if_hardened()
    });
    check(&cases);
}

#[test]
fn of_api_gateway_only_what_the_agent_reads_is_read_if_hardened() {
    let get = |why: &str, path: &str| {
        let resource = format!("arn:aws:apigateway:eu-west-1::{path}");
        request(why, SESSION, "apigateway:GET", resource).by("integration-role-policy")
    };
    let others = [
        ("the values of all API keys", "/apikeys"),
        ("the value of one API key", "/apikeys/a1b2c3"),
        ("client certificates", "/clientcertificates"),
        ("authorizers", "/restapis/a1b2c3d4e5/authorizers/x1y2z3"),
        ("domain names", "/domainnames"),
    ];
    check(&others.map(|(why, path)| get(why, path).refused_if_hardened()));
}

#[test]
fn the_logs_are_decrypted_only_through_s3() {
    let decrypt = |why: &str, service: &str| {
        let request = request(why, SESSION, "kms:Decrypt", KEY).by("integration-role-policy");
        let request = request.on("key-policy").with("kms:CallerAccount", ACCOUNT);
        request.with("kms:ViaService", service)
    };
    let directly = request(
        "a call that does not come through S3",
        SESSION,
        "kms:Decrypt",
        KEY,
    )
    .on("key-policy");
    check(&[
        decrypt("a log", "s3.eu-west-1.amazonaws.com").allowed(),
        decrypt("another service", "dynamodb.eu-west-1.amazonaws.com").refused(),
        decrypt("a bucket in another region", "s3.us-east-1.amazonaws.com").refused(),
        directly
            .by("integration-role-policy")
            .with("kms:CallerAccount", ACCOUNT)
            .refused(),
    ]);
}

/// The actions of the agent's `aws_topology` check, each with a resource that it may be used on.
const READS: [(&str, &[&str]); 25] = [
    (
        "arn:aws:cloudwatch:eu-west-1:123456789012:dataset/a",
        &["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
    ),
    (
        "*",
        &[
            "cloudtrail:LookupEvents",
            "iam:ListAccountAliases",
            "autoscaling:DescribeAutoScalingGroups",
            "ec2:DescribeInstances",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            "ec2:DescribeVpnGateways",
            "ec2:DescribeNetworkInterfaces",
            "elasticloadbalancing:DescribeInstanceHealth",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "ecs:ListClusters",
            "ecs:ListServices",
            "servicediscovery:ListServices",
            "firehose:ListDeliveryStreams",
            "s3:ListAllMyBuckets",
            "route53:ListHostedZones",
            "route53domains:GetDomainDetail",
            "route53domains:ListDomains",
            "route53domains:ListTagsForDomain",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctions",
            "sns:ListTopics",
            "sqs:ListQueues",
            "dynamodb:ListTables",
            "kinesis:ListStreams",
            "states:ListActivities",
            "states:ListStateMachines",
        ],
    ),
    (
        "arn:aws:redshift:eu-west-1:123456789012:cluster:a",
        &["redshift:DescribeClusters"],
    ),
    (
        "arn:aws:ecs:eu-west-1:123456789012:cluster/a",
        &["ecs:DescribeClusters"],
    ),
    (
        "arn:aws:ecs:eu-west-1:123456789012:service/a/b",
        &["ecs:DescribeServices"],
    ),
    (
        "arn:aws:ecs:eu-west-1:123456789012:task/a/b",
        &["ecs:DescribeTasks"],
    ),
    (
        "arn:aws:ecs:eu-west-1:123456789012:cluster/b",
        &["ecs:ListContainerInstances"],
    ),
    (
        "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/a",
        &["servicediscovery:GetNamespace"],
    ),
    (
        "arn:aws:servicediscovery:eu-west-1:123456789012:service/a",
        &[
            "servicediscovery:GetService",
            "servicediscovery:ListInstances",
        ],
    ),
    (
        "arn:aws:ecs:eu-west-1:123456789012:container-instance/a/b",
        &["ecs:DescribeContainerInstances", "ecs:ListTasks"],
    ),
    (
        "arn:aws:firehose:eu-west-1:123456789012:deliverystream/a",
        &[
            "firehose:DescribeDeliveryStream",
            "firehose:ListTagsForDeliveryStream",
        ],
    ),
    (
        "arn:aws:s3:::another-bucket",
        &[
            "s3:GetBucketNotification",
            "s3:GetBucketVersioning",
            "s3:GetBucketTagging",
            "s3:ListBucket",
        ],
    ),
    (
        "arn:aws:rds:eu-west-1:123456789012:cluster:a",
        &["rds:DescribeDBClusters"],
    ),
    (
        "arn:aws:rds:eu-west-1:123456789012:db:a",
        &["rds:DescribeDBInstances"],
    ),
    (
        "arn:aws:route53:::hostedzone/a",
        &[
            "route53:GetHostedZone",
            "route53:ListResourceRecordSets",
            "route53:ListTagsForResource",
        ],
    ),
    (
        "arn:aws:lambda:eu-west-1:123456789012:function:a",
        &[
            "lambda:GetFunction",
            "lambda:ListAliases",
            "lambda:ListTags",
        ],
    ),
    (
        "arn:aws:sns:eu-west-1:123456789012:a",
        &[
            "sns:GetTopicAttributes",
            "sns:ListSubscriptionsByTopic",
            "sns:ListTagsForResource",
        ],
    ),
    (
        "arn:aws:sqs:eu-west-1:123456789012:a",
        &["sqs:GetQueueAttributes", "sqs:ListQueueTags"],
    ),
    (
        "arn:aws:dynamodb:eu-west-1:123456789012:table/a",
        &["dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"],
    ),
    (
        "arn:aws:kinesis:eu-west-1:123456789012:stream/a",
        &["kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream"],
    ),
    (
        "arn:aws:apigateway:eu-west-1::/restapis",
        &["apigateway:GET"],
    ),
    (
        "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/resources",
        &["apigateway:GET"],
    ),
    (
        "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/resources/f6/methods/GET",
        &["apigateway:GET"],
    ),
    (
        "arn:aws:cloudformation:eu-west-1:123456789012:stack/a/b",
        &[
            "cloudformation:DescribeStackResources",
            "cloudformation:DescribeStacks",
        ],
    ),
    (
        "arn:aws:states:eu-west-1:123456789012:stateMachine:a",
        &["states:DescribeStateMachine", "states:ListTagsForResource"],
    ),
];

#[test]
fn every_action_of_the_agents_check_is_allowed() {
    let reads = READS.iter().flat_map(|(resource, actions)| {
        let actions = actions.iter();
        actions.map(|action| {
            let request = request("a read", SESSION, action, *resource);
            match action.starts_with("s3:") {
                true => request.with(OWNER, ACCOUNT),
                false => request,
            }
        })
    });
    let cases: Vec<Case> = reads
        .map(|request| request.by("integration-role-policy").allowed())
        .collect();
    check(&cases);

    let tried: BTreeSet<&str> = READS
        .iter()
        .flat_map(|(_, it)| it.iter().copied())
        .collect();
    for profile in PROFILES {
        let policy = of_profile(profile).get("integration-role-policy");
        let statements = policy["Statement"].as_array().expect("a list").iter();
        let of_the_account = statements.filter(|it| it["Sid"] != "EventsS3Access");
        let actions = of_the_account.flat_map(|it| it["Action"].as_array().expect("a list"));
        let written: BTreeSet<&str> = actions.filter_map(Json::as_str).collect();
        assert_eq!(tried, written, "exactly the actions of the vendor's policy");
    }
}

#[test]
fn no_change_of_the_account_is_allowed() {
    let instance = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1";
    let other_bucket = "arn:aws:s3:::another-bucket/object";
    let cases = [
        (
            "the end of an EC2 instance",
            "ec2:TerminateInstances",
            instance,
        ),
        (
            "a change of its own role's policy",
            "iam:PutRolePolicy",
            ROLE,
        ),
        (
            "the deletion of an object in a bucket of others",
            "s3:DeleteObject",
            other_bucket,
        ),
        (
            "an object in a bucket of others",
            "s3:GetObject",
            other_bucket,
        ),
    ];
    let cases = cases.map(|(why, action, resource)| {
        let request = request(why, SESSION, action, resource);
        request.by("integration-role-policy").refused()
    });
    check(&cases);
}
