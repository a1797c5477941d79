//! Which AWS call an HTTP request is.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// A call as a person would name it, the same in every account and every run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The service's name in signatures, such as `iam`.
    pub service: String,
    /// The operation; for S3 the method and what of the bucket it is about.
    pub operation: String,
    region: String,
    /// What it is done to; `key` for every key, whose ids are different each time.
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
    /// Reads the service and the region from the signature, and the rest from where each of the
    /// three protocols has it.
    pub fn of(request: &HttpRequest) -> Self {
        let scope = request.headers().get("authorization").unwrap_or_default();
        let scope = scope.split("Credential=").nth(1).unwrap_or_default();
        let mut scope = scope.split('/');
        let account = scope.next().unwrap_or_default();
        let region = scope.nth(1).unwrap_or_default().to_owned();
        let service = scope.next().unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
        let (operation, resource) = match (service.as_str(), request.headers().get("x-amz-target"))
        {
            ("s3", _) => of_s3(request),
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

    /// Whether it only reads.
    pub fn reads(&self) -> bool {
        ["Describe", "Get", "List", "GET", "HEAD"]
            .iter()
            .any(|verb| self.operation.starts_with(verb))
    }

    /// Whether it makes something that AWS limits the number of.
    pub fn counts_against_a_quota(&self) -> bool {
        ["Create", "PutRule", "PutTargets"]
            .iter()
            .any(|verb| self.operation.starts_with(verb))
            || (self.service == "s3" && self.operation == "PUT")
    }
}

fn of_s3(request: &HttpRequest) -> (String, String) {
    let mut operation = request.method().to_owned();
    let (before, query) = request.uri().split_once('?').unwrap_or((request.uri(), ""));
    let path = before.splitn(4, '/').nth(3).unwrap_or_default();
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
    let names: Vec<String> = ["RoleName", "InstanceProfileName", "PolicyName", "PolicyArn"]
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
