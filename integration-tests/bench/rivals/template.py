"""The CloudFormation template of the stack, with the same documents as every contender."""

from documents import TAGS, document

TAG_LIST = [{"Key": key, "Value": value} for key, value in TAGS.items()]


def reference(name, attribute="Arn"):
    return {"Fn::GetAtt": [name, attribute]}


def template(account, region):
    def filled(name):
        return document(name, account, region)

    def role(name, trust, policy_name, policy):
        return "AWS::IAM::Role", {
            "RoleName": name,
            "AssumeRolePolicyDocument": filled(trust),
            "Policies": [{"PolicyName": policy_name, "PolicyDocument": filled(policy)}],
            "Tags": TAG_LIST,
        }

    prefix = f"AWSLogs/{account}/EventBridge/{region}/"
    resources = {
        "IntegrationRole": role("StackStateAwsIntegrationRole", "integration-role-trust-external",
                                "STSIntegration", "integration-role-policy"),
        "FirehoseRole": role(f"StackStateFirehoseRole-{region}", "firehose-role-trust",
                             "default", "firehose-role-policy"),
        "EventBridgeRole": role(f"StackStateEventBridgeRole-{region}", "eventbridge-role-trust",
                                "default", "eventbridge-role-policy"),
        "Key": ("AWS::KMS::Key", {
            "Description": "StackState Integration Key",
            "EnableKeyRotation": True,
            "KeyPolicy": filled("key-policy"),
            "Tags": TAG_LIST,
        }),
        "Alias": ("AWS::KMS::Alias", {
            "AliasName": "alias/stackstate-integration", "TargetKeyId": {"Ref": "Key"},
        }),
        "Bucket": ("AWS::S3::Bucket", {
            "BucketName": f"stackstate-logs-{account}",
            "VersioningConfiguration": {"Status": "Enabled"},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True, "IgnorePublicAcls": True,
                "BlockPublicPolicy": True, "RestrictPublicBuckets": True,
            },
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [{
                "BucketKeyEnabled": True,
                "ServerSideEncryptionByDefault": {
                    "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": reference("Key"),
                },
            }]},
            "LifecycleConfiguration": {"Rules": [{
                "Id": "provision-expire-after-one-day", "Status": "Enabled", "Prefix": "",
                "ExpirationInDays": 1,
                "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
            }]},
            "Tags": TAG_LIST,
        }),
        "BucketPolicy": ("AWS::S3::BucketPolicy", {
            "Bucket": {"Ref": "Bucket"}, "PolicyDocument": filled("bucket-policy"),
        }),
        "Stream": ("AWS::KinesisFirehose::DeliveryStream", {
            "DeliveryStreamName": "stackstate-eventbridge-stream",
            "DeliveryStreamType": "DirectPut",
            "ExtendedS3DestinationConfiguration": {
                "RoleARN": reference("FirehoseRole"),
                "BucketARN": reference("Bucket"),
                "Prefix": prefix,
                "ErrorOutputPrefix": prefix,
                "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 8},
                "CompressionFormat": "GZIP",
                "EncryptionConfiguration": {
                    "KMSEncryptionConfig": {"AWSKMSKeyARN": reference("Key")},
                },
            },
            "Tags": TAG_LIST,
        }),
        "Rule": ("AWS::Events::Rule", {
            "Name": "StsEventBridgeRule",
            "State": "ENABLED",
            "EventPattern": filled("event-pattern"),
            "Targets": [{
                "Id": "StsEventBridgeFirehose",
                "Arn": reference("Stream"),
                "RoleArn": reference("EventBridgeRole"),
            }],
            "Tags": TAG_LIST,
        }),
    }
    return {"Resources": {
        name: {"Type": kind, "Properties": properties}
        for name, (kind, properties) in resources.items()
    }}
