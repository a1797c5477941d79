//! For every rule a policy that breaks it and one that comes near.

use serde_json::{Value, json};

use super::{codes, document, tls_only, with};
use crate::lint::{Severity, rules};
use crate::policy::Kind::{self, Bucket, Inline, Key, Managed, Trust};

/// A code, the kind of policy, the policy, and why it does or does not break the rule.
type Case = (&'static str, Kind, Value, &'static str);

fn condition(operator: &str, key: &str, value: &str) -> Value {
    json!({"Condition": {operator: {key: value}}})
}

fn statements(list: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": list})
}

fn filler(length: usize) -> Value {
    with(
        Managed,
        json!({"Resource": format!("arn:aws:s3:::{}", "b".repeat(length))}),
    )
}

fn service(name: &str, condition: Value) -> Value {
    with(
        Trust,
        json!({"Principal": {"Service": name}, "Condition": condition}),
    )
}

fn third_party(principal: &str, condition: Value) -> Value {
    with(
        Trust,
        json!({"Principal": {"AWS": principal}, "Condition": condition}),
    )
}

fn everybody(kind: Kind, condition: Value) -> Value {
    with(kind, json!({"Principal": "*", "Condition": condition}))
}

fn with_name(sids: [&str; 2]) -> Value {
    let statement = |sid: &str| json!({"Sid": sid, "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    statements(json!([statement(sids[0]), statement(sids[1])]))
}

fn plain_http_denied(changes: Value) -> Value {
    let mut statement = tls_only();
    super::change(&mut statement, &changes);
    statements(json!([statement]))
}

fn form() -> Vec<(Case, Case)> {
    vec![
        (
            (
                "unknown-element",
                Managed,
                document(Managed, json!({"Statements": []})),
                "a plural",
            ),
            (
                "unknown-element",
                Managed,
                document(Managed, json!({"Id": "x"})),
                "an element that few policies have",
            ),
        ),
        (
            (
                "unknown-element",
                Managed,
                with(Managed, json!({"action": "s3:Get*"})),
                "the wrong case",
            ),
            (
                "unknown-element",
                Managed,
                with(Managed, json!({"Sid": "x"})),
                "the right case",
            ),
        ),
        (
            (
                "unknown-element",
                Trust,
                with(Trust, json!({"Principal": {"Aws": "123456789012"}})),
                "a kind of principal in the wrong case",
            ),
            (
                "unknown-element",
                Trust,
                with(
                    Trust,
                    json!({"Principal": {"Federated": "accounts.google.com"}}),
                ),
                "a kind of principal",
            ),
        ),
        (
            (
                "missing-element",
                Managed,
                json!({"Version": "2012-10-17"}),
                "no statement at all",
            ),
            (
                "missing-element",
                Managed,
                document(
                    Managed,
                    json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}),
                ),
                "one statement without a list",
            ),
        ),
        (
            (
                "missing-element",
                Inline,
                with(Inline, json!({"Effect": null})),
                "no effect",
            ),
            (
                "missing-element",
                Inline,
                with(Inline, json!({"Effect": "Deny"})),
                "the other effect",
            ),
        ),
        (
            (
                "missing-element",
                Managed,
                with(Managed, json!({"Action": null})),
                "no action",
            ),
            (
                "missing-element",
                Managed,
                with(
                    Managed,
                    json!({"Action": null, "NotAction": "s3:*", "Effect": "Deny"}),
                ),
                "its twin",
            ),
        ),
        (
            (
                "missing-element",
                Managed,
                with(Managed, json!({"Resource": null})),
                "an identity needs to be told what it may act on",
            ),
            (
                "missing-element",
                Trust,
                with(Trust, json!({})),
                "a role's trust is about that role",
            ),
        ),
        (
            (
                "missing-element",
                Key,
                with(Key, json!({"Principal": null})),
                "a key's policy has to say who may",
            ),
            (
                "missing-element",
                Managed,
                with(Managed, json!({})),
                "an identity is the principal itself",
            ),
        ),
        (
            (
                "unsupported-element",
                Managed,
                with(Managed, json!({"Principal": "*", "Effect": "Deny"})),
                "an identity is the principal itself",
            ),
            (
                "unsupported-element",
                Bucket,
                with(Bucket, json!({})),
                "a bucket's policy names principals",
            ),
        ),
        (
            (
                "unsupported-element",
                Trust,
                with(Trust, json!({"Resource": "*"})),
                "a role's trust is about that role",
            ),
            (
                "unsupported-element",
                Key,
                with(Key, json!({"Resource": "*"})),
                "a key's policy has a resource",
            ),
        ),
        (
            (
                "element-pair",
                Managed,
                with(Managed, json!({"NotAction": "s3:*"})),
                "Action and NotAction",
            ),
            (
                "element-pair",
                Managed,
                statements(json!([
                    {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
                    {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
                ])),
                "in two statements",
            ),
        ),
        (
            (
                "wrong-type",
                Managed,
                with(Managed, json!({"Action": 7})),
                "a number as action",
            ),
            (
                "wrong-type",
                Managed,
                with(Managed, json!({"Action": ["s3:GetObject"]})),
                "a list of strings",
            ),
        ),
        (
            (
                "wrong-type",
                Managed,
                document(Managed, json!({"Version": 2012})),
                "a number as version",
            ),
            (
                "wrong-type",
                Managed,
                with(
                    Managed,
                    json!({"Condition": {"Bool": {"aws:SecureTransport": true}}}),
                ),
                "a boolean in a condition",
            ),
        ),
        (
            (
                "wrong-type",
                Managed,
                json!([]),
                "a document that is a list",
            ),
            (
                "wrong-type",
                Key,
                everybody(
                    Key,
                    json!({"StringEquals": {"kms:CallerAccount": ["1", "2"]}}),
                ),
                "a list in a condition",
            ),
        ),
        (
            (
                "wrong-type",
                Trust,
                with(Trust, json!({"Principal": "123456789012"})),
                "a principal without its kind",
            ),
            (
                "wrong-type",
                Bucket,
                with(Bucket, json!({"Principal": "*", "Effect": "Deny"})),
                "the one principal without a kind",
            ),
        ),
        (
            (
                "wrong-type",
                Managed,
                with(
                    Managed,
                    json!({"Condition": {"StringEquals": {"aws:username": {"a": 1}}}}),
                ),
                "an object as a value",
            ),
            (
                "wrong-type",
                Managed,
                with(
                    Managed,
                    json!({"Condition": {"NumericEquals": {"s3:max-keys": 7}}}),
                ),
                "a number in a condition",
            ),
        ),
        (
            (
                "invalid-effect",
                Managed,
                with(Managed, json!({"Effect": "allow"})),
                "a small letter",
            ),
            (
                "invalid-effect",
                Managed,
                with(Managed, json!({"Effect": "Allow"})),
                "the word itself",
            ),
        ),
        (
            (
                "empty-element",
                Managed,
                with(Managed, json!({"Action": []})),
                "an empty list",
            ),
            (
                "empty-element",
                Managed,
                with(Managed, json!({"Action": ["s3:GetObject"]})),
                "a list of one",
            ),
        ),
        (
            (
                "empty-element",
                Managed,
                with(Managed, json!({"Condition": {}})),
                "an empty condition",
            ),
            (
                "empty-element",
                Managed,
                with(
                    Managed,
                    condition("StringEquals", "aws:PrincipalTag/team", ""),
                ),
                "an empty text is a value to compare with",
            ),
        ),
        (
            (
                "empty-element",
                Managed,
                document(Managed, json!({"Statement": []})),
                "no statement in the list",
            ),
            (
                "empty-element",
                Managed,
                with(Managed, json!({"Sid": "x"})),
                "a Sid with a character",
            ),
        ),
        (
            (
                "keys-differ-in-case",
                Managed,
                with(
                    Managed,
                    json!({"Condition": {"StringLike": {"aws:username": "a", "AWS:UserName": "b"}}}),
                ),
                "AWS ignores the case of keys",
            ),
            (
                "keys-differ-in-case",
                Managed,
                with(
                    Managed,
                    json!({"Condition": {"StringLike": {"aws:username": "a"}, "StringNotLike": {"AWS:UserName": "b"}}}),
                ),
                "under different operators",
            ),
        ),
    ]
}

fn header() -> Vec<(Case, Case)> {
    vec![
        (
            (
                "missing-version",
                Managed,
                document(Managed, json!({"Version": null})),
                "none",
            ),
            (
                "missing-version",
                Managed,
                document(Managed, json!({"Version": "2008-10-17"})),
                "the old one is one",
            ),
        ),
        (
            (
                "old-version",
                Trust,
                document(Trust, json!({"Version": "2008-10-17"})),
                "the old one",
            ),
            (
                "old-version",
                Trust,
                document(Trust, json!({})),
                "the current one",
            ),
        ),
        (
            (
                "invalid-version",
                Managed,
                document(Managed, json!({"Version": "2024-01-01"})),
                "a date of the writer's own",
            ),
            (
                "invalid-version",
                Managed,
                document(Managed, json!({"Version": "2008-10-17"})),
                "the old one exists",
            ),
        ),
        (
            (
                "duplicate-sid",
                Managed,
                with_name(["a", "a"]),
                "the same twice",
            ),
            (
                "duplicate-sid",
                Managed,
                with_name(["a", "A"]),
                "IAM tells case apart",
            ),
        ),
        (
            (
                "invalid-sid",
                Inline,
                with(Inline, json!({"Sid": "read logs"})),
                "a space",
            ),
            (
                "invalid-sid",
                Bucket,
                with(Bucket, json!({"Sid": "read logs"})),
                "S3 takes a space",
            ),
        ),
        (
            (
                "policy-too-long",
                Managed,
                filler(6_200),
                "over the limit of a managed policy",
            ),
            (
                "policy-too-long",
                Inline,
                filler(6_200),
                "within that of an inline policy",
            ),
        ),
        (
            (
                "policy-nearly-too-long",
                Managed,
                filler(5_600),
                "more than nine tenths",
            ),
            (
                "policy-nearly-too-long",
                Managed,
                filler(5_300),
                "less than nine tenths",
            ),
        ),
    ]
}

fn names() -> Vec<(Case, Case)> {
    let action = |action: &str| with(Managed, json!({"Action": action, "Effect": "Deny"}));
    let resource = |resource: &str| with(Managed, json!({"Resource": resource}));
    let principal =
        |kind: &str, name: &str| with(Key, json!({"Principal": {kind: name}, "Effect": "Deny"}));
    vec![
        (
            (
                "malformed-action",
                Managed,
                action("GetObject"),
                "no service",
            ),
            ("malformed-action", Managed, action("*"), "all actions"),
        ),
        (
            (
                "malformed-action",
                Managed,
                action("s*:GetObject"),
                "a wildcard in the service",
            ),
            (
                "malformed-action",
                Managed,
                action("s3:Get*Tagging?"),
                "wildcards in the name",
            ),
        ),
        (
            (
                "malformed-action",
                Managed,
                action("s3: GetObject"),
                "a space",
            ),
            (
                "malformed-action",
                Managed,
                action("execute-api:Invoke"),
                "a hyphen in the service",
            ),
        ),
        (
            (
                "foreign-action",
                Bucket,
                with(Bucket, json!({"Action": ["s3:GetObject", "kms:Decrypt"]})),
                "a bucket's policy cannot allow the use of a key",
            ),
            (
                "foreign-action",
                Managed,
                with(
                    Managed,
                    json!({"Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "*"}),
                ),
                "an identity's policy can",
            ),
        ),
        (
            (
                "foreign-action",
                Trust,
                with(Trust, json!({"Action": "iam:PassRole"})),
                "passing a role is not assuming it",
            ),
            (
                "foreign-action",
                Trust,
                with(Trust, json!({"Action": "STS:AssumeRole"})),
                "the case of the service is ignored",
            ),
        ),
        (
            ("malformed-arn", Managed, resource("bucket/*"), "no ARN"),
            ("malformed-arn", Managed, resource("*"), "everything"),
        ),
        (
            (
                "malformed-arn",
                Managed,
                resource("arn:aws:s3::bucket"),
                "a colon is missing",
            ),
            (
                "malformed-arn",
                Managed,
                resource("arn:aws:s3:::${aws:username}/*"),
                "a variable with a colon of its own",
            ),
        ),
        (
            (
                "malformed-arn",
                Managed,
                resource("arn:aws:S3:::bucket"),
                "a service in capitals",
            ),
            (
                "malformed-arn",
                Managed,
                resource("arn:aws:*:::bucket"),
                "any service",
            ),
        ),
        (
            (
                "unknown-partition",
                Managed,
                resource("arn:amazon:s3:::bucket"),
                "no such partition",
            ),
            (
                "unknown-partition",
                Managed,
                resource("arn:*:s3:::bucket"),
                "any partition",
            ),
        ),
        (
            (
                "wrong-partition",
                Managed,
                resource("arn:aws-cn:s3:::bucket"),
                "China, for an account elsewhere",
            ),
            (
                "wrong-partition",
                Managed,
                resource("arn:aws:s3:::bucket"),
                "the account's own",
            ),
        ),
        (
            (
                "arn-region",
                Managed,
                resource("arn:aws:s3:eu-west-1::bucket"),
                "a bucket's ARN has no region",
            ),
            (
                "arn-region",
                Managed,
                resource("arn:aws:s3:eu-west-1:123456789012:accesspoint/a"),
                "an access point's has one",
            ),
        ),
        (
            (
                "arn-region",
                Managed,
                resource("arn:aws:kms::123456789012:key/a"),
                "a key's ARN has a region",
            ),
            (
                "arn-region",
                Managed,
                resource("arn:aws:kms:*:123456789012:key/a"),
                "any region",
            ),
        ),
        (
            (
                "arn-region",
                Managed,
                resource("arn:aws:sqs:europe:123456789012:q"),
                "not the form of a region",
            ),
            (
                "arn-region",
                Managed,
                resource("arn:aws:sqs:us-gov-west-9:123456789012:q"),
                "the form of a region, known or not",
            ),
        ),
        (
            (
                "arn-account",
                Managed,
                resource("arn:aws:s3::123456789012:bucket"),
                "a bucket's ARN has no account",
            ),
            (
                "arn-account",
                Managed,
                resource("arn:aws:s3:::123456789012"),
                "a bucket that is called like an account",
            ),
        ),
        (
            (
                "arn-account",
                Managed,
                resource("arn:aws:iam::12345:role/a"),
                "five digits",
            ),
            (
                "arn-account",
                Managed,
                resource("arn:aws:iam::aws:policy/a"),
                "AWS's own policies",
            ),
        ),
        (
            (
                "arn-account",
                Managed,
                resource("arn:aws:lambda:eu-west-1::function:f"),
                "a function belongs to an account",
            ),
            (
                "arn-account",
                Managed,
                resource("arn:aws:ec2:eu-west-1::image/ami-1"),
                "an image's ARN has none",
            ),
        ),
        (
            (
                "invalid-principal",
                Key,
                principal("AWS", "arn:aws:iam::123456789012:policy/p"),
                "a policy is nobody",
            ),
            (
                "invalid-principal",
                Key,
                principal("AWS", "arn:aws:sts::123456789012:assumed-role/r/s"),
                "a session is somebody",
            ),
        ),
        (
            (
                "invalid-principal",
                Key,
                principal("AWS", "12345"),
                "too few digits",
            ),
            (
                "invalid-principal",
                Key,
                principal("AWS", "123456789012"),
                "an account",
            ),
        ),
        (
            (
                "invalid-principal",
                Key,
                principal("Service", "events"),
                "a service without its domain",
            ),
            (
                "invalid-principal",
                Key,
                principal("Service", "logs.eu-west-1.amazonaws.com"),
                "a service of one region",
            ),
        ),
        (
            (
                "invalid-principal",
                Trust,
                with(
                    Trust,
                    json!({"Principal": {"Federated": "arn:aws:iam::123456789012:role/r"}}),
                ),
                "a role provides no identities",
            ),
            (
                "invalid-principal",
                Trust,
                with(
                    Trust,
                    json!({"Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/p"}}),
                ),
                "an identity provider",
            ),
        ),
        (
            (
                "wildcard-in-principal",
                Key,
                principal("AWS", "arn:aws:iam::123456789012:role/*"),
                "many roles",
            ),
            (
                "wildcard-in-principal",
                Key,
                principal("AWS", "*"),
                "everybody",
            ),
        ),
        (
            (
                "wildcard-in-principal",
                Key,
                principal("Service", "*.amazonaws.com"),
                "many services",
            ),
            (
                "wildcard-in-principal",
                Key,
                principal("Service", "s3.amazonaws.com"),
                "one service",
            ),
        ),
        (
            (
                "deleted-principal",
                Key,
                principal("AWS", "AROAEXAMPLEEXAMPLE123"),
                "what IAM shows for a role that is gone",
            ),
            (
                "deleted-principal",
                Key,
                principal(
                    "AWS",
                    "arn:aws:iam::123456789012:role/AROAEXAMPLEEXAMPLE123",
                ),
                "a role of that name",
            ),
        ),
    ]
}

fn conditions() -> Vec<(Case, Case)> {
    let when =
        |operator: &str, key: &str, value: &str| with(Managed, condition(operator, key, value));
    vec![
        (
            (
                "unknown-operator",
                Managed,
                when("StringEqual", "aws:username", "a"),
                "a letter is missing",
            ),
            (
                "unknown-operator",
                Managed,
                when("stringEqualsIfExists", "aws:username", "a"),
                "AWS ignores the case",
            ),
        ),
        (
            (
                "unknown-operator",
                Managed,
                when("ForEachValue:StringEquals", "aws:TagKeys", "a"),
                "no such prefix",
            ),
            (
                "unknown-operator",
                Managed,
                when("ForAnyValue:StringEquals", "aws:TagKeys", "a"),
                "a prefix",
            ),
        ),
        (
            (
                "null-if-exists",
                Managed,
                when("NullIfExists", "aws:username", "true"),
                "asks twice whether it is there",
            ),
            (
                "null-if-exists",
                Managed,
                when("BoolIfExists", "aws:SecureTransport", "true"),
                "another operator",
            ),
        ),
        (
            (
                "operator-value",
                Managed,
                when("Bool", "aws:SecureTransport", "yes"),
                "no boolean",
            ),
            (
                "operator-value",
                Managed,
                when("Bool", "aws:SecureTransport", "TRUE"),
                "AWS ignores the case",
            ),
        ),
        (
            (
                "operator-value",
                Managed,
                when("NumericLessThan", "s3:max-keys", "ten"),
                "no number",
            ),
            (
                "operator-value",
                Managed,
                when("NumericLessThan", "s3:TlsVersion", "1.2"),
                "a decimal number",
            ),
        ),
        (
            (
                "operator-value",
                Managed,
                when("DateLessThan", "aws:CurrentTime", "31.12.2026"),
                "no ISO date",
            ),
            (
                "operator-value",
                Managed,
                when("DateLessThan", "aws:CurrentTime", "2026-12-31T23:59:59Z"),
                "an ISO date",
            ),
        ),
        (
            (
                "operator-value",
                Managed,
                when("DateLessThan", "aws:CurrentTime", "2026-12-31T23:59:59"),
                "a time without its zone",
            ),
            (
                "operator-value",
                Managed,
                when("DateLessThan", "aws:EpochTime", "1767225599"),
                "seconds",
            ),
        ),
        (
            (
                "operator-value",
                Managed,
                when("IpAddress", "aws:SourceIp", "203.0.113.0/33"),
                "too many bits",
            ),
            (
                "operator-value",
                Managed,
                when("IpAddress", "aws:SourceIp", "2001:db8::/32"),
                "a range of the other kind",
            ),
        ),
        (
            (
                "operator-value",
                Managed,
                when("ArnLike", "aws:SourceArn", "bucket"),
                "no ARN",
            ),
            (
                "operator-value",
                Managed,
                when("ArnLike", "aws:SourceArn", "arn:aws:s3:::bucket"),
                "an ARN",
            ),
        ),
        (
            (
                "operator-value",
                Managed,
                when("BinaryEquals", "x:y", "a?"),
                "no Base64",
            ),
            (
                "operator-value",
                Managed,
                when("BinaryEquals", "x:y", "QmluYXJ5"),
                "Base64",
            ),
        ),
        (
            (
                "operator-value",
                Managed,
                when("Null", "aws:username", "absent"),
                "no boolean",
            ),
            (
                "operator-value",
                Managed,
                when("Bool", "aws:SecureTransport", "${aws:PrincipalTag/tls}"),
                "a variable may become one",
            ),
        ),
        (
            (
                "malformed-condition-key",
                Managed,
                when("StringEquals", "SourceAccount", "1"),
                "no prefix",
            ),
            (
                "malformed-condition-key",
                Managed,
                when("StringEquals", "aws:RequestTag/a:b", "1"),
                "a tag's key with a colon",
            ),
        ),
        (
            (
                "literal-wildcard",
                Managed,
                when("StringEquals", "s3:prefix", "home/*"),
                "an asterisk is compared as one",
            ),
            (
                "literal-wildcard",
                Managed,
                when("StringLike", "s3:prefix", "home/*"),
                "an operator with wildcards",
            ),
        ),
        (
            (
                "literal-wildcard",
                Managed,
                when("StringNotEquals", "aws:username", "a?"),
                "a question mark is compared as one",
            ),
            (
                "literal-wildcard",
                Managed,
                when("ArnEquals", "aws:SourceArn", "arn:aws:sns:*:*:t"),
                "ArnEquals has wildcards",
            ),
        ),
        (
            (
                "for-all-values-allow",
                Managed,
                when("ForAllValues:StringEquals", "aws:TagKeys", "team"),
                "true without any tag",
            ),
            (
                "for-all-values-allow",
                Managed,
                with(
                    Managed,
                    json!({"Condition": {
                        "ForAllValues:StringEquals": {"aws:TagKeys": "team"}, "Null": {"aws:TagKeys": "false"},
                    }}),
                ),
                "a tag is demanded",
            ),
        ),
        (
            (
                "for-all-values-allow",
                Managed,
                when("ForAllValues:StringNotEquals", "aws:TagKeys", "team"),
                "true without any tag",
            ),
            (
                "for-all-values-allow",
                Managed,
                with(
                    Managed,
                    json!({"Effect": "Deny", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}}),
                ),
                "a denial then denies more",
            ),
        ),
        (
            (
                "private-source-ip",
                Managed,
                when("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
                "no request comes from there",
            ),
            (
                "private-source-ip",
                Managed,
                when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"),
                "within a VPC they do",
            ),
        ),
        (
            (
                "variable-without-version",
                Managed,
                json!({"Version": "2008-10-17", "Statement": {
                    "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}/*",
                }}),
                "plain text in the old version",
            ),
            (
                "variable-without-version",
                Managed,
                with(
                    Managed,
                    json!({"Resource": "arn:aws:s3:::b/${aws:username}/*"}),
                ),
                "a variable in the current one",
            ),
        ),
        (
            (
                "unknown-variable",
                Managed,
                with(
                    Managed,
                    json!({"Resource": "arn:aws:s3:::b-${AccountId}/*"}),
                ),
                "a placeholder that nobody filled in",
            ),
            (
                "unknown-variable",
                Managed,
                with(
                    Managed,
                    json!({"Resource": "arn:aws:s3:::b/${aws:PrincipalTag/my team, 'none'}/${*}"}),
                ),
                "a tag with a default, and a character",
            ),
        ),
        (
            (
                "unknown-variable",
                Managed,
                with(
                    Managed,
                    json!({"Resource": "arn:aws:s3:::b/${aws:username/*"}),
                ),
                "no closing brace",
            ),
            (
                "unknown-variable",
                Managed,
                with(
                    Managed,
                    json!({"Resource": "arn:aws:s3:::b/$aws:username/*"}),
                ),
                "no opening brace either",
            ),
        ),
        (
            (
                "variable-in-element",
                Managed,
                with(Managed, json!({"Action": "s3:${aws:username}"})),
                "an action",
            ),
            (
                "variable-in-element",
                Managed,
                with(Managed, json!({"Resource": "arn:aws:s3:::${aws:username}"})),
                "a resource",
            ),
        ),
    ]
}

fn exposure() -> Vec<(Case, Case)> {
    let via_s3 = json!({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}});
    vec![
        (
            (
                "public-principal",
                Bucket,
                everybody(Bucket, json!(null)),
                "everybody",
            ),
            (
                "public-principal",
                Bucket,
                everybody(
                    Bucket,
                    json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
                ),
                "everybody of an organisation",
            ),
        ),
        (
            (
                "public-principal",
                Trust,
                third_party("*", json!({"StringEquals": {"sts:ExternalId": "x"}})),
                "an external ID is no password",
            ),
            (
                "public-principal",
                Trust,
                third_party(
                    "*",
                    json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/a*"}}),
                ),
                "roles of one account",
            ),
        ),
        (
            (
                "public-principal",
                Bucket,
                everybody(
                    Bucket,
                    json!({"StringNotEquals": {"aws:PrincipalAccount": "1"}}),
                ),
                "everybody but one",
            ),
            (
                "public-principal",
                Bucket,
                with(Bucket, json!({"Principal": "*", "Effect": "Deny"})),
                "a denial allows nothing",
            ),
        ),
        (
            (
                "public-principal",
                Bucket,
                everybody(Bucket, json!({"StringLike": {"aws:PrincipalArn": "*"}})),
                "a condition that is always true",
            ),
            (
                "public-principal",
                Bucket,
                everybody(
                    Bucket,
                    json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
                ),
                "a network",
            ),
        ),
        (
            (
                "public-principal",
                Bucket,
                everybody(
                    Bucket,
                    json!({"StringEqualsIfExists": {"aws:PrincipalAccount": "1"}}),
                ),
                "a request without the key is left in",
            ),
            (
                "public-principal",
                Bucket,
                everybody(
                    Bucket,
                    json!({"StringEquals": {"aws:PrincipalAccount": "1"}}),
                ),
                "a request without the key is left out",
            ),
        ),
        (
            (
                "key-open-via-service",
                Key,
                everybody(Key, via_s3.clone()),
                "any account, through S3",
            ),
            (
                "key-open-via-service",
                Key,
                everybody(
                    Key,
                    json!({"StringEquals": {
                        "kms:ViaService": "s3.eu-west-1.amazonaws.com", "kms:CallerAccount": "123456789012",
                    }}),
                ),
                "one account, through S3",
            ),
        ),
        (
            (
                "key-open-via-service",
                Key,
                with(
                    Key,
                    json!({"Principal": {"AWS": ["123456789012", "*"]}, "Condition": via_s3}),
                ),
                "one of several principals",
            ),
            (
                "key-open-via-service",
                Key,
                with(Key, json!({"Condition": via_s3})),
                "named principals, through S3",
            ),
        ),
        (
            (
                "allow-not-principal",
                Bucket,
                with(
                    Bucket,
                    json!({"Principal": null, "NotPrincipal": {"AWS": "123456789012"}}),
                ),
                "everybody else",
            ),
            (
                "allow-not-principal",
                Bucket,
                with(
                    Bucket,
                    json!({"Principal": null, "NotPrincipal": {"AWS": "123456789012"}, "Effect": "Deny"}),
                ),
                "denied to everybody else",
            ),
        ),
        (
            (
                "allow-not-action",
                Managed,
                with(Managed, json!({"Action": null, "NotAction": "iam:*"})),
                "everything else",
            ),
            (
                "allow-not-action",
                Managed,
                with(
                    Managed,
                    json!({"Action": null, "NotAction": "iam:*", "Effect": "Deny"}),
                ),
                "everything else denied",
            ),
        ),
        (
            (
                "allow-not-resource",
                Managed,
                with(
                    Managed,
                    json!({"Resource": null, "NotResource": "arn:aws:s3:::b/*"}),
                ),
                "all other objects",
            ),
            (
                "allow-not-resource",
                Managed,
                with(
                    Managed,
                    json!({"Resource": null, "NotResource": "arn:aws:s3:::b/*", "Effect": "Deny"}),
                ),
                "all others denied",
            ),
        ),
        (
            (
                "all-actions",
                Managed,
                with(Managed, json!({"Action": "*"})),
                "every service",
            ),
            (
                "all-actions",
                Managed,
                with(Managed, json!({"Action": "s3:*"})),
                "one service",
            ),
        ),
        (
            (
                "all-actions",
                Managed,
                with(Managed, json!({"Action": ["s3:GetObject", "*:*"]})),
                "another spelling of it",
            ),
            (
                "all-actions",
                Managed,
                with(Managed, json!({"Action": "*", "Effect": "Deny"})),
                "everything denied",
            ),
        ),
        (
            (
                "kms-alias-resource",
                Managed,
                with(
                    Managed,
                    json!({"Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:123456789012:alias/a"}),
                ),
                "an alias has no permissions",
            ),
            (
                "kms-alias-resource",
                Managed,
                with(
                    Managed,
                    json!({"Action": "kms:CreateAlias", "Resource": "arn:aws:kms:eu-west-1:123456789012:alias/a"}),
                ),
                "the alias itself is what it is about",
            ),
        ),
        (
            (
                "kms-alias-resource",
                Managed,
                with(
                    Managed,
                    json!({"Action": ["kms:CreateAlias", "kms:Decrypt"], "Resource": "arn:aws:kms:*:123456789012:alias/*"}),
                ),
                "one of the actions is on the key",
            ),
            (
                "kms-alias-resource",
                Managed,
                with(
                    Managed,
                    json!({"Action": "kms:Decrypt", "Resource": "arn:aws:kms:*:123456789012:key/*"}),
                ),
                "a key",
            ),
        ),
    ]
}

fn deputies_and_buckets() -> Vec<(Case, Case)> {
    vec![
        (
            (
                "service-without-source",
                Trust,
                service("events.amazonaws.com", json!(null)),
                "for any account's rules",
            ),
            (
                "service-without-source",
                Trust,
                service(
                    "events.amazonaws.com",
                    json!({"StringEquals": {"aws:SourceAccount": "123456789012"}}),
                ),
                "for one account's rules",
            ),
        ),
        (
            (
                "service-without-source",
                Trust,
                service("firehose.amazonaws.com", json!(null)),
                "for any account's streams",
            ),
            (
                "service-without-source",
                Trust,
                service(
                    "firehose.amazonaws.com",
                    json!({"StringEquals": {"sts:ExternalId": "123456789012"}}),
                ),
                "the account as its guide says",
            ),
        ),
        (
            (
                "service-without-source",
                Bucket,
                with(
                    Bucket,
                    json!({"Principal": {"Service": "delivery.logs.amazonaws.com"}}),
                ),
                "logs of any account",
            ),
            (
                "service-without-source",
                Bucket,
                with(
                    Bucket,
                    json!({
                        "Principal": {"Service": "delivery.logs.amazonaws.com"},
                        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:logs:*:123456789012:*"}},
                    }),
                ),
                "logs of one account",
            ),
        ),
        (
            (
                "service-without-source",
                Key,
                with(Key, json!({"Principal": {"Service": "ec2.amazonaws.com"}})),
                "a key's policy is no instance profile",
            ),
            (
                "service-without-source",
                Trust,
                service("ec2.amazonaws.com", json!(null)),
                "an instance has a role of its own account only",
            ),
        ),
        (
            (
                "service-without-source",
                Trust,
                service(
                    "events.amazonaws.com",
                    json!({"ArnLike": {"aws:SourceArn": "arn:*:*:*:*:*"}}),
                ),
                "a source that matches all",
            ),
            (
                "service-without-source",
                Bucket,
                with(
                    Bucket,
                    json!({"Principal": {"Service": "logging.s3.amazonaws.com"}, "Effect": "Deny"}),
                ),
                "a denial allows nothing",
            ),
        ),
        (
            (
                "third-party-without-external-id",
                Trust,
                third_party("210987654321", json!(null)),
                "another account",
            ),
            (
                "third-party-without-external-id",
                Trust,
                third_party(
                    "210987654321",
                    json!({"StringEquals": {"sts:ExternalId": "x"}}),
                ),
                "an external ID",
            ),
        ),
        (
            (
                "third-party-without-external-id",
                Trust,
                third_party(
                    "arn:aws:iam::210987654321:role/r",
                    json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
                ),
                "a role of another account",
            ),
            (
                "third-party-without-external-id",
                Trust,
                third_party(
                    "arn:aws:iam::210987654321:role/r",
                    json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
                ),
                "one of the same organisation is no third party",
            ),
        ),
        (
            (
                "third-party-without-external-id",
                Trust,
                third_party(
                    "210987654321",
                    json!({"StringEqualsIfExists": {"sts:ExternalId": "x"}}),
                ),
                "a request without one is left in",
            ),
            (
                "third-party-without-external-id",
                Trust,
                third_party("arn:aws:iam::123456789012:root", json!(null)),
                "the account itself",
            ),
        ),
        (
            (
                "third-party-without-external-id",
                Trust,
                third_party(
                    "210987654321",
                    json!({"StringNotEquals": {"sts:ExternalId": "x"}}),
                ),
                "any but one",
            ),
            (
                "third-party-without-external-id",
                Key,
                with(Key, json!({"Principal": {"AWS": "210987654321"}})),
                "no role to assume",
            ),
        ),
        (
            (
                "bucket-without-tls-only",
                Bucket,
                statements(json!([])),
                "nothing denies plain HTTP",
            ),
            (
                "bucket-without-tls-only",
                Bucket,
                plain_http_denied(json!({})),
                "plain HTTP is denied",
            ),
        ),
        (
            (
                "bucket-without-tls-only",
                Bucket,
                plain_http_denied(json!({"Resource": "arn:aws:s3:::bucket"})),
                "objects are left out",
            ),
            (
                "bucket-without-tls-only",
                Bucket,
                plain_http_denied(json!({"Resource": "*"})),
                "all there is",
            ),
        ),
        (
            (
                "bucket-without-tls-only",
                Bucket,
                plain_http_denied(json!({"Condition": {
                    "Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:username": "a"},
                }})),
                "denied to one user only",
            ),
            (
                "bucket-without-tls-only",
                Bucket,
                plain_http_denied(
                    json!({"Principal": {"AWS": "*"}, "Condition": {"Bool": {"aws:SecureTransport": false}}}),
                ),
                "other spellings of the same",
            ),
        ),
        (
            (
                "bucket-without-tls-only",
                Bucket,
                plain_http_denied(json!({"Action": "s3:PutObject"})),
                "reading is left out",
            ),
            (
                "bucket-without-tls-only",
                Key,
                with(Key, json!({})),
                "no bucket",
            ),
        ),
    ]
}

fn all() -> Vec<(Case, Case)> {
    [
        form(),
        header(),
        names(),
        conditions(),
        exposure(),
        deputies_and_buckets(),
    ]
    .concat()
}

#[test]
fn each_rule_finds_what_breaks_it() {
    for ((code, kind, policy, reason), _) in all() {
        let found = codes(kind, &policy);
        assert!(
            found.contains(&code),
            "{code}: {reason}: {found:?}\n{policy:#}"
        );
    }
}

#[test]
fn no_rule_finds_what_comes_near() {
    for (_, (code, kind, policy, reason)) in all() {
        let found = codes(kind, &policy);
        assert!(
            !found.contains(&code),
            "{code}: {reason}: {found:?}\n{policy:#}"
        );
    }
}

#[test]
fn every_rule_that_looks_at_a_policy_has_a_case() {
    let cases: Vec<&str> = all().iter().map(|((code, ..), _)| *code).collect();
    // These look at a text and at a bucket, and have tests of their own.
    let others = [
        "bucket-without-access-block",
        "bucket-without-key",
        "duplicate-key",
        "not-json",
    ];
    for rule in rules() {
        assert_ne!(
            cases.contains(&rule.code),
            others.contains(&rule.code),
            "{}",
            rule.code
        );
    }
}

#[test]
fn a_denial_is_no_matter_of_security() {
    for ((_, kind, mut policy, reason), _) in all() {
        if let Some(statements) = policy["Statement"].as_array_mut() {
            for statement in statements.iter_mut().filter(|it| it["Effect"] == "Allow") {
                statement["Effect"] = "Deny".into();
            }
            let document = crate::lint::Document::new(kind, super::home(), &policy);
            let of_statements = crate::lint::lint(&document).into_iter().find(|finding| {
                finding.rule.severity == Severity::Security && !finding.place.0.is_empty()
            });
            assert_eq!(of_statements, None, "{reason}");
        }
    }
}
