//! Reads the AWS call from an HTTP request.

/// A call under a name that is the same in every account and every run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The service's name in signatures, such as `iam`.
    pub service: String,
    /// The operation; for S3 the method and the part of the bucket.
    pub operation: String,
    region: String,
    /// The resource; `key` for every key, because a key's id is different each time.
    resource: String,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Call {
            service,
            operation,
            region,
            resource,
        } = self;
        write!(f, "{service}:{operation} {resource} in {region}")
    }
}

impl Call {
    /// Reads the service and the region from the signature, and the rest from the place where each
    /// of the three protocols has it. `target` is the path with the query.
    pub fn of<'a>(
        method: &str,
        target: &str,
        header: impl Fn(&str) -> Option<&'a str>,
        body: &[u8],
    ) -> Self {
        let scope = header("authorization").unwrap_or_default();
        let scope = scope.split("Credential=").nth(1).unwrap_or_default();
        let mut scope = scope.split('/');
        let account = scope.next().unwrap_or_default();
        let region = scope.nth(1).unwrap_or_default().to_owned();
        let service = scope.next().unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(body);
        let (operation, resource) = match (service.as_str(), header("x-amz-target")) {
            ("s3", _) => of_s3(method, target),
            (_, Some(target)) => of_json(target, &body),
            (_, None) => of_query(&body),
        };
        Call {
            service,
            operation,
            region,
            resource: resource.replace(account, "ACCOUNT"),
        }
    }

    /// Whether the call only reads.
    pub fn reads(&self) -> bool {
        ["Describe", "Get", "List", "Simulate", "GET", "HEAD"]
            .iter()
            .any(|verb| self.operation.starts_with(verb))
    }

    /// Whether the call deletes the whole resource of `other`.
    pub fn deletes(&self, other: &Call) -> bool {
        let what = [
            "DeleteRule",
            "DeletePolicy",
            "DeleteRole",
            "DeleteInstanceProfile",
        ];
        let what = [&what[..], &["DeleteDeliveryStream", "DELETE"]].concat();
        what.contains(&self.operation.as_str())
            && (&self.service, &self.region) == (&other.service, &other.region)
            // Some calls take an ARN, and others the name at the ARN's end.
            && other.resource.ends_with(&self.resource)
    }

    /// Whether the call creates something whose number AWS limits.
    pub fn counts_against_a_quota(&self) -> bool {
        ["Create", "Attach", "PutRule", "PutTargets"]
            .iter()
            .any(|verb| self.operation.starts_with(verb))
            || (self.service == "s3" && self.operation == "PUT")
    }
}

fn of_s3(method: &str, target: &str) -> (String, String) {
    let mut operation = method.to_owned();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // A part of a bucket is named by a parameter without a value.
    for parameter in query.split('&').map(|part| part.trim_end_matches('=')) {
        if !parameter.is_empty() && !parameter.contains('=') {
            operation.push_str(&format!(" ?{parameter}"));
        }
    }
    (operation, path.trim_matches('/').to_owned())
}

fn of_json(target: &str, body: &str) -> (String, String) {
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let names = [
        "AliasName",
        "KeyId",
        "DeliveryStreamName",
        "Rule",
        "Name",
        "ResourceARN",
    ];
    let name = names.iter().find_map(|name| body.get(name)?.as_str());
    let name = match name {
        Some(name) if body.get("KeyId").is_some() && !name.starts_with("alias/") => "key",
        Some(name) => name,
        None => "-",
    };
    (operation, name.to_owned())
}

fn of_query(body: &str) -> (String, String) {
    let parameter = |name: &str| {
        let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.find(|(key, _)| *key == name)?.1;
        Some(
            percent_encoding::percent_decode_str(value)
                .decode_utf8_lossy()
                .into_owned(),
        )
    };
    let names: Vec<String> = [
        "RoleName",
        "UserName",
        "GroupName",
        "InstanceProfileName",
        "PolicyName",
        "PolicyArn",
    ]
    .iter()
    .filter_map(|name| parameter(name))
    .collect();
    (
        parameter("Action").unwrap_or_default(),
        match names.len() {
            0 => "-".to_owned(),
            _ => names.join(" "),
        },
    )
}
