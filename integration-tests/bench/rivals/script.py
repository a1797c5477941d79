"""Creates the same resources with boto3, as an engineer would write it: one call after the other.

    script.py plan|apply|destroy ACCOUNT

`apply` reads each resource and writes what is missing or different; `plan` only prints it.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError

from documents import TAGS, document

COMMAND, ACCOUNT = sys.argv[1:]
REGION = "eu-west-1"
BUCKET = f"stackstate-logs-{ACCOUNT}"
ALIAS = "alias/stackstate-integration"
STREAM = "stackstate-eventbridge-stream"
STREAM_ARN = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/{STREAM}"
RULE = "StsEventBridgeRule"
TARGET = "StsEventBridgeFirehose"
ROLES = {
    "StackStateAwsIntegrationRole": (
        "integration-role-trust-external", "STSIntegration", "integration-role-policy"),
    f"StackStateFirehoseRole-{REGION}": (
        "firehose-role-trust", "default", "firehose-role-policy"),
    f"StackStateEventBridgeRole-{REGION}": (
        "eventbridge-role-trust", "default", "eventbridge-role-policy"),
}
TAG_LIST = [{"Key": key, "Value": value} for key, value in TAGS.items()]
KMS_TAGS = [{"TagKey": key, "TagValue": value} for key, value in TAGS.items()]

session = boto3.Session(region_name=REGION)
iam, kms, s3 = session.client("iam"), session.client("kms"), session.client("s3")
firehose, events = session.client("firehose"), session.client("events")


def found(call, **arguments):
    """The answer, or None if there is no such resource."""
    try:
        return call(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("NoSuchEntity", "404") or "NotFound" in code or code.startswith("NoSuch"):
            return None
        raise


def change(what, call, **arguments):
    """Makes a change, or prints what it would be."""
    print(f"{'would ' if COMMAND == 'plan' else ''}{call.__name__}: {what}")
    return None if COMMAND == "plan" else call(**arguments)


def by_key(tags):
    return sorted(tags, key=lambda tag: tag.get("Key", tag.get("TagKey")))


def role(name, trust, policy_name, policy):
    trust, policy = document(trust, ACCOUNT, REGION), document(policy, ACCOUNT, REGION)
    present = found(iam.get_role, RoleName=name)
    if present is None:
        change(name, iam.create_role, RoleName=name, Tags=TAG_LIST,
               AssumeRolePolicyDocument=json.dumps(trust))
        present_policy = None
    else:
        if present["Role"]["AssumeRolePolicyDocument"] != trust:
            change(name, iam.update_assume_role_policy, RoleName=name,
                   PolicyDocument=json.dumps(trust))
        if by_key(present["Role"].get("Tags", [])) != by_key(TAG_LIST):
            change(name, iam.tag_role, RoleName=name, Tags=TAG_LIST)
        present_policy = found(iam.get_role_policy, RoleName=name, PolicyName=policy_name)
    if present_policy is None or present_policy["PolicyDocument"] != policy:
        change(name, iam.put_role_policy, RoleName=name, PolicyName=policy_name,
               PolicyDocument=json.dumps(policy))


def key():
    """Returns the key's ARN, or `?` if a plan would create the key."""
    policy = document("key-policy", ACCOUNT, REGION)
    present = found(kms.describe_key, KeyId=ALIAS)
    if present is None:
        created = change(ALIAS, kms.create_key, Description="StackState Integration Key",
                         Policy=json.dumps(policy), Tags=KMS_TAGS)
        metadata = created["KeyMetadata"] if created else {"KeyId": "?", "Arn": "?"}
        change(ALIAS, kms.enable_key_rotation, KeyId=metadata["KeyId"])
        change(ALIAS, kms.create_alias, AliasName=ALIAS, TargetKeyId=metadata["KeyId"])
        return metadata["Arn"]
    metadata = present["KeyMetadata"]
    key_id = metadata["KeyId"]
    if json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]) != policy:
        change(ALIAS, kms.put_key_policy, KeyId=key_id, PolicyName="default",
               Policy=json.dumps(policy))
    if not kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]:
        change(ALIAS, kms.enable_key_rotation, KeyId=key_id)
    if by_key(kms.list_resource_tags(KeyId=key_id)["Tags"]) != by_key(KMS_TAGS):
        change(ALIAS, kms.tag_resource, KeyId=key_id, Tags=KMS_TAGS)
    return metadata["Arn"]


def bucket(key_arn):
    blocked = {name: True for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy",
                                       "RestrictPublicBuckets")}
    encryption = {"Rules": [{
        "ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn},
        "BucketKeyEnabled": True,
    }]}
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    lifecycle = {"Rules": [{
        "ID": "provision-expire-after-one-day", "Status": "Enabled", "Filter": {"Prefix": ""},
        "Expiration": {"Days": 1}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }]}
    policy = document("bucket-policy", ACCOUNT, REGION)
    # The call that reads, the part of its answer, the wanted value, and the call that writes.
    settings = [
        (s3.get_bucket_tagging, lambda it: by_key(it["TagSet"]), by_key(TAG_LIST),
         s3.put_bucket_tagging, {"Tagging": {"TagSet": TAG_LIST}}),
        (s3.get_public_access_block, lambda it: it["PublicAccessBlockConfiguration"], blocked,
         s3.put_public_access_block, {"PublicAccessBlockConfiguration": blocked}),
        (s3.get_bucket_ownership_controls, lambda it: it["OwnershipControls"], ownership,
         s3.put_bucket_ownership_controls, {"OwnershipControls": ownership}),
        (s3.get_bucket_versioning, lambda it: it.get("Status"), "Enabled",
         s3.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Enabled"}}),
        (s3.get_bucket_encryption, lambda it: it["ServerSideEncryptionConfiguration"], encryption,
         s3.put_bucket_encryption, {"ServerSideEncryptionConfiguration": encryption}),
        (s3.get_bucket_lifecycle_configuration, lambda it: it["Rules"], lifecycle["Rules"],
         s3.put_bucket_lifecycle_configuration, {"LifecycleConfiguration": lifecycle}),
        (s3.get_bucket_policy, lambda it: json.loads(it["Policy"]), policy,
         s3.put_bucket_policy, {"Policy": json.dumps(policy)}),
    ]
    exists = found(s3.head_bucket, Bucket=BUCKET) is not None
    if not exists:
        change(BUCKET, s3.create_bucket, Bucket=BUCKET,
               CreateBucketConfiguration={"LocationConstraint": REGION, "Tags": TAG_LIST})
        # CreateBucket has set the tags.
        settings = settings[1:]
    for read, part, wanted, write, arguments in settings:
        present = found(read, Bucket=BUCKET) if exists else None
        if present is None or part(present) != wanted:
            change(BUCKET, write, Bucket=BUCKET, **arguments)


def stream(key_arn):
    firehose_role = f"arn:aws:iam::{ACCOUNT}:role/StackStateFirehoseRole-{REGION}"
    wanted = {
        "RoleARN": firehose_role,
        "BucketARN": f"arn:aws:s3:::{BUCKET}",
        "Prefix": f"AWSLogs/{ACCOUNT}/EventBridge/{REGION}/",
        "ErrorOutputPrefix": f"AWSLogs/{ACCOUNT}/EventBridge/{REGION}/",
        "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 8},
        "CompressionFormat": "GZIP",
        "EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": key_arn}},
    }
    present = found(firehose.describe_delivery_stream, DeliveryStreamName=STREAM)
    if present is None:
        change(STREAM, firehose.create_delivery_stream, DeliveryStreamName=STREAM,
               DeliveryStreamType="DirectPut", Tags=TAG_LIST,
               ExtendedS3DestinationConfiguration=wanted)
        return
    description = present["DeliveryStreamDescription"]
    destination = description["Destinations"][0]
    now = destination["ExtendedS3DestinationDescription"]
    if any(now.get(name) != value for name, value in wanted.items()):
        change(STREAM, firehose.update_destination, DeliveryStreamName=STREAM,
               CurrentDeliveryStreamVersionId=description["VersionId"],
               DestinationId=destination["DestinationId"], ExtendedS3DestinationUpdate=wanted)
    tags = firehose.list_tags_for_delivery_stream(DeliveryStreamName=STREAM)["Tags"]
    if by_key(tags) != by_key(TAG_LIST):
        change(STREAM, firehose.tag_delivery_stream, DeliveryStreamName=STREAM, Tags=TAG_LIST)


def rule():
    pattern = document("event-pattern", ACCOUNT, REGION)
    present = found(events.describe_rule, Name=RULE)
    if present is None or json.loads(present["EventPattern"]) != pattern:
        change(RULE, events.put_rule, Name=RULE, State="ENABLED",
               EventPattern=json.dumps(pattern), **({} if present else {"Tags": TAG_LIST}))
    if present:
        tags = events.list_tags_for_resource(ResourceARN=present["Arn"])["Tags"]
        if by_key(tags) != by_key(TAG_LIST):
            change(RULE, events.tag_resource, ResourceARN=present["Arn"], Tags=TAG_LIST)
    target = {"Id": TARGET, "Arn": STREAM_ARN,
              "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/StackStateEventBridgeRole-{REGION}"}
    targets = events.list_targets_by_rule(Rule=RULE)["Targets"] if present else []
    if targets != [target]:
        change(TARGET, events.put_targets, Rule=RULE, Targets=[target])


def apply():
    if session.client("sts").get_caller_identity()["Account"] != ACCOUNT:
        sys.exit("these are credentials of another account")
    for name, documents in ROLES.items():
        role(name, *documents)
    key_arn = key()
    bucket(key_arn)
    stream(key_arn)
    rule()


def destroy():
    if session.client("sts").get_caller_identity()["Account"] != ACCOUNT:
        sys.exit("these are credentials of another account")
    if found(events.list_targets_by_rule, Rule=RULE):
        change(TARGET, events.remove_targets, Rule=RULE, Ids=[TARGET])
        change(RULE, events.delete_rule, Name=RULE)
    if found(firehose.describe_delivery_stream, DeliveryStreamName=STREAM):
        change(STREAM, firehose.delete_delivery_stream, DeliveryStreamName=STREAM)
    for name in reversed(ROLES):
        policies = found(iam.list_role_policies, RoleName=name)
        if policies is None:
            continue
        for policy in policies["PolicyNames"]:
            change(name, iam.delete_role_policy, RoleName=name, PolicyName=policy)
        change(name, iam.delete_role, RoleName=name)
    if found(s3.head_bucket, Bucket=BUCKET):
        change(BUCKET, s3.delete_bucket, Bucket=BUCKET)
    present = found(kms.describe_key, KeyId=ALIAS)
    if present:
        key_id = present["KeyMetadata"]["KeyId"]
        change(ALIAS, kms.delete_alias, AliasName=ALIAS)
        change(ALIAS, kms.schedule_key_deletion, KeyId=key_id, PendingWindowInDays=30)


if COMMAND == "destroy":
    destroy()
else:
    apply()
