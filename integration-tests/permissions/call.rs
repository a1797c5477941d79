//! The permissions that AWS would check for a request of the program.

use provision::aws::Operation;
use serde_json::Value as Json;

use crate::harness::Call;

/// One action on one resource, with its request.
pub struct Need<'a> {
    pub action: String,
    pub resource: String,
    call: &'a Call,
    name: String,
}

impl Need<'_> {
    /// Whether the request meets a condition.
    ///
    /// The owner of a resource was not recorded. The resource counts as ours, except in a request
    /// that creates it.
    pub fn meets(&self, key: &str, value: &str) -> bool {
        let text = decoded(&self.call.body);
        if let Some(tag) = key.strip_prefix("aws:RequestTag/") {
            return text.contains(tag) && text.contains(value);
        }
        if key.starts_with("aws:ResourceTag/") {
            let creates = self.name.starts_with("Create");
            return !creates || ["CreateAlias", "CreatePolicyVersion"].contains(&&*self.name);
        }
        match key {
            "iam:PassedToService" => {
                let service = match self.call.service.as_str() {
                    "iam" => "ec2",
                    other => other,
                };
                value == format!("{service}.amazonaws.com")
            }
            // Of other requests, the role's own boundary counts, which was not recorded. That a role
            // gets the boundary first is tested with its calls.
            "iam:PermissionsBoundary" => {
                let sets = ["CreateRole", "PutRolePermissionsBoundary"];
                !sets.contains(&&*self.name) || text.contains(value)
            }
            "iam:PolicyARN" => text.contains(value),
            _ => panic!("a condition on {key} is not known here"),
        }
    }
}

/// Decodes a form; any other body is returned unchanged.
fn decoded(body: &str) -> String {
    let spaced = body.replace('+', " ");
    let text = percent_encoding::percent_decode_str(&spaced);
    text.decode_utf8_lossy().into_owned()
}

/// The value of a field in a form.
fn field(body: &str, name: &str) -> Option<String> {
    let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| decoded(value))
}

/// The first string under `name`, at any depth of a JSON document.
fn inner(json: &Json, name: &str) -> Option<String> {
    match json {
        Json::Object(fields) => fields
            .get(name)
            .and_then(|it| it.as_str().map(ToOwned::to_owned))
            .or_else(|| fields.values().find_map(|it| inner(it, name))),
        Json::Array(items) => items.iter().find_map(|it| inner(it, name)),
        _ => None,
    }
}

/// The operation of S3 in a request, and the bucket.
fn of_s3(call: &Call) -> (String, String) {
    let mut words = call.line.split(' ');
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (bucket, key) = path
        .trim_matches('/')
        .split_once('/')
        .unwrap_or((path.trim_matches('/'), ""));
    let bucket = bucket.to_owned();
    let parameter = query.split(['&', '=']).next().unwrap_or_default();
    let verb = match method {
        "GET" => "Get",
        "PUT" => "Put",
        _ => method,
    };
    let name = match (method, parameter) {
        ("GET", _) if bucket.is_empty() => "ListBuckets".to_owned(),
        ("GET", _) if !key.is_empty() => "GetObject".to_owned(),
        ("HEAD", _) => "HeadBucket".to_owned(),
        ("DELETE", "") => "DeleteBucket".to_owned(),
        ("PUT", "") => "CreateBucket".to_owned(),
        ("POST", "delete") => "DeleteObjects".to_owned(),
        ("GET", _) if query.contains("versions") => "ListObjectVersions".to_owned(),
        (_, "tagging") => format!("{verb}BucketTagging"),
        (_, "versioning") => format!("{verb}BucketVersioning"),
        (_, "encryption") => format!("{verb}BucketEncryption"),
        (_, "ownershipControls") => format!("{verb}BucketOwnershipControls"),
        (_, "publicAccessBlock") => format!("{verb}PublicAccessBlock"),
        (_, "lifecycle") => format!("{verb}BucketLifecycleConfiguration"),
        (_, "replication") => format!("{verb}BucketReplication"),
        (_, "notification") => format!("{verb}BucketNotificationConfiguration"),
        (_, "inventory") => "ListBucketInventoryConfigurations".to_owned(),
        (_, "acl") => format!("{verb}BucketAcl"),
        (_, "policy") => format!("{verb}BucketPolicy"),
        _ => panic!("an operation of S3 that is not known here: {}", call.line),
    };
    (name, bucket)
}

/// Everything that AWS checks for `call`, with the actions that the program names in its errors.
pub fn needs<'a>(call: &'a Call, account: &str) -> Vec<Need<'a>> {
    let json: Json = serde_json::from_str(&call.body).unwrap_or_default();
    let (name, bucket) = match call.service.as_str() {
        "s3" => of_s3(call),
        _ => (call.operation.clone(), String::new()),
    };
    if call.service == "sts" {
        return Vec::new();
    }
    let service: &'static str = call.service.clone().leak();
    let operation = Operation {
        service,
        name: name.clone().leak(),
        region: None,
    };
    let arn = |resource: &str| {
        let region = if service == "iam" {
            ""
        } else {
            call.region.as_str()
        };
        format!("arn:aws:{service}:{region}:{account}:{resource}")
    };
    let form = |name: &str| field(&call.body, name);
    let role = || form("RoleName").map(|role| arn(&format!("role/{role}")));
    let passed = || match service {
        "iam" => role(),
        _ => inner(&json, "RoleARN").or_else(|| inner(&json, "RoleArn")),
    };
    let key = || {
        let id = inner(&json, "KeyId").or_else(|| inner(&json, "TargetKeyId"));
        match id {
            Some(id) if id.starts_with("arn:") => id,
            Some(id) if !id.starts_with("alias/") => arn(&format!("key/{id}")),
            _ => arn("key/of-the-alias"),
        }
    };
    let target = |action: &str| -> Vec<String> {
        let one = match service {
            "s3" if action.starts_with("s3:GetObject") => {
                let object = call.line.split([' ', '?']).nth(1).unwrap_or_default();
                Some(format!("arn:aws:s3:::{}", object.trim_start_matches('/')))
            }
            "s3" if action.starts_with("s3:DeleteObject") => {
                let key = call
                    .body
                    .split(['<', '>'])
                    .skip_while(|it| *it != "Key")
                    .nth(1);
                Some(format!("arn:aws:s3:::{bucket}/{}", key.unwrap_or("key")))
            }
            "s3" if bucket.is_empty() => Some("*".to_owned()),
            "s3" => Some(format!("arn:aws:s3:::{bucket}")),
            _ if action == "iam:PassRole" => passed(),
            "firehose" => inner(&json, "DeliveryStreamName")
                .map(|name| arn(&format!("deliverystream/{name}"))),
            "events" if action == "events:PutEvents" => Some(arn("event-bus/default")),
            "events" => inner(&json, "ResourceARN").or_else(|| {
                let rule = inner(&json, "Name").or_else(|| inner(&json, "Rule"));
                rule.map(|rule| arn(&format!("rule/{rule}")))
            }),
            "kms" if ["kms:ListKeys", "kms:CreateKey"].contains(&action) => Some("*".to_owned()),
            "kms" => Some(key()),
            "cloudtrail" => inner(&json, "Name").or_else(|| inner(&json, "TrailName")),
            "iam" => form("PolicySourceArn")
                .or_else(|| {
                    form("InstanceProfileName").map(|it| arn(&format!("instance-profile/{it}")))
                })
                .or_else(|| form("UserName").map(|it| arn(&format!("user/{it}"))))
                .or_else(|| form("GroupName").map(|it| arn(&format!("group/{it}"))))
                .or_else(role)
                .or_else(|| form("PolicyArn"))
                .or_else(|| form("PolicyName").map(|it| arn(&format!("policy/{it}")))),
            _ => panic!("a service that is not known here: {call:?}"),
        };
        let alias = match service {
            "kms" if name.ends_with("Alias") => inner(&json, "AliasName").map(|it| arn(&it)),
            _ => None,
        };
        let all: Vec<String> = one.into_iter().chain(alias).collect();
        if all.is_empty() {
            vec!["*".to_owned()]
        } else {
            all
        }
    };
    let mut needs = Vec::new();
    for action in operation.iam_actions() {
        for resource in target(&action) {
            needs.push(Need {
                action: action.clone(),
                resource,
                call,
                name: name.clone(),
            });
        }
    }
    needs
}
