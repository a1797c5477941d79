//! A simulated AWS at the other end of the SDK's connection. It has one resource that it reads back
//! as wanted, and refuses one operation for a while.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::aws::{Aws, Connections, Session};
use crate::engine::attributes::{Attributes, Value, key_of};
use crate::fakes::{self, deployment::ACCOUNT};

/// The id of the only key.
pub const KEY: &str = "1234abcd";

/// How an operation is refused.
#[derive(Debug, Clone, Copy)]
pub struct Refusal {
    pub operation: &'static str,
    pub code: &'static str,
    pub message: &'static str,
    /// Whether the code stands in an answer of 200.
    pub in_answer: bool,
}

/// When a refusal ends.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    Calls(usize),
    Clock(Duration),
    Never,
}

/// The simulated connection.
#[derive(Debug, Clone)]
pub struct Wire {
    /// The attributes that AWS reads back.
    settled: Attributes,
    refusal: Refusal,
    until: Until,
    began: Instant,
    /// How often the refused operation was called.
    calls: Arc<Mutex<usize>>,
}

impl Wire {
    pub fn new(settled: Attributes, refusal: Refusal, until: Until) -> Self {
        Wire {
            settled,
            refusal,
            until,
            began: Instant::now(),
            calls: Arc::default(),
        }
    }

    /// How often the refused operation was called.
    pub fn calls(&self) -> usize {
        *self.calls.lock().unwrap()
    }

    /// The account behind this connection.
    pub fn aws(&self, stop: watch::Receiver<bool>) -> Aws {
        let connector = SharedHttpConnector::new(self.clone());
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_config::Region::from_static("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
            .http_client(http_client_fn(
                move |_: &HttpConnectorSettings, _: &RuntimeComponents| connector.clone(),
            ))
            .build();
        let session = Session {
            profile: None,
            config,
            path_style: false,
            region: None,
        };
        let account = ACCOUNT.parse().unwrap();
        // The tests count and time the calls of one resource.
        Connections::new(32, stop)
            .answering_within(Duration::ZERO)
            .account(&session, Some(&account), &[])
    }

    /// The status, the body, and the number of the call if its operation is the refused one.
    fn answer(&self, request: &HttpRequest) -> (u16, String, usize) {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
        let target = request.headers().get("x-amz-target");
        let is_json = target.is_some();
        let operation = match target {
            Some(target) => target.rsplit('.').next().unwrap_or_default(),
            None => {
                let action = body.split('&').find_map(|it| it.strip_prefix("Action="));
                action.unwrap_or_default()
            }
        };
        if operation != self.refusal.operation {
            return (200, self.settled(operation), 0);
        }
        let call = {
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            *calls
        };
        let passed = match self.until {
            Until::Calls(calls) => call > calls,
            Until::Clock(time) => self.began.elapsed() >= time,
            Until::Never => false,
        };
        if passed {
            return (200, self.settled(operation), call);
        }
        let Refusal { code, message, .. } = self.refusal;
        if self.refusal.in_answer {
            let entry = json!({"ErrorCode": code, "ErrorMessage": message});
            let answer = json!({"FailedEntryCount": 1, "FailedEntries": [entry]});
            return (200, answer.to_string(), call);
        }
        let body = if is_json {
            json!({"__type": code, "message": message}).to_string()
        } else {
            let message = message.replace('"', "&quot;");
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error></ErrorResponse>"
            )
        };
        (400, body, call)
    }

    /// The answer of AWS to `operation` once the resource is as wanted.
    fn settled(&self, operation: &str) -> String {
        let result = match operation {
            "CreateRole" | "GetRole" => self.role(),
            "PutRolePolicy" | "UpdateAssumeRolePolicy" => String::new(),
            "ListRolePolicies" => "<PolicyNames><member>default</member></PolicyNames>".to_owned(),
            "GetRolePolicy" => format!(
                "<RoleName>r</RoleName><PolicyName>default</PolicyName>\
                 <PolicyDocument>{}</PolicyDocument>",
                encoded(&self.policy("inline_policy[default]"))
            ),
            "ListAttachedRolePolicies" => "<AttachedPolicies/>".to_owned(),
            _ => return self.settled_json(operation).to_string(),
        };
        format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result>\
             </{operation}Response>"
        )
    }

    fn settled_json(&self, operation: &str) -> Json {
        let tags = |key: &str, value: &str| -> Json {
            let tags = self.tags().into_iter();
            tags.map(|(name, text)| json!({key: name, value: text}))
                .collect()
        };
        let arn = format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/{KEY}");
        match operation {
            "CreateKey" | "DescribeKey" => json!({"KeyMetadata": {
                "KeyId": KEY,
                "Arn": arn,
                "Description": self.plain("description"),
                "KeySpec": self.plain("key_spec"),
                "MultiRegion": self.plain("multi_region"),
                "Origin": self.plain("origin"),
                "KeyState": self.plain("state"),
            }}),
            "ListKeys" => json!({"Keys": [{"KeyId": KEY, "KeyArn": arn}]}),
            "ListResourceTags" => json!({"Tags": tags("TagKey", "TagValue")}),
            "GetKeyPolicy" => json!({"Policy": self.policy("key_policy")}),
            "GetKeyRotationStatus" => json!({"KeyRotationEnabled": true}),
            "EnableKeyRotation" | "CreateAlias" | "PutKeyPolicy" => json!({}),

            "CreateDeliveryStream" | "UpdateDestination" => json!({}),
            "DescribeDeliveryStream" => json!({"DeliveryStreamDescription": {
                "DeliveryStreamName": "s",
                "DeliveryStreamARN": "arn:s",
                "DeliveryStreamStatus": self.plain("status"),
                "DeliveryStreamType": self.plain("type"),
                "VersionId": "1",
                "HasMoreDestinations": false,
                "Destinations": [{
                    "DestinationId": "d",
                    "ExtendedS3DestinationDescription": {
                        "RoleARN": self.plain("role"),
                        "BucketARN": self.plain("bucket"),
                        "Prefix": self.plain("prefix"),
                        "ErrorOutputPrefix": self.plain("error_prefix"),
                        "CompressionFormat": self.plain("compression"),
                        "BufferingHints": {
                            "IntervalInSeconds": self.plain("buffer_seconds"),
                            "SizeInMBs": self.plain("buffer_mebibytes"),
                        },
                        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
                    },
                }],
            }}),
            "ListTagsForDeliveryStream" => {
                json!({"Tags": tags("Key", "Value"), "HasMoreTags": false})
            }

            "PutTargets" => json!({"FailedEntryCount": 0, "FailedEntries": []}),
            "ListTargetsByRule" => json!({"Targets": [{
                "Id": "StsEventBridgeFirehose",
                "Arn": self.plain("arn"),
                "RoleArn": self.plain("role"),
            }]}),
            other => panic!("{other} is not expected"),
        }
    }

    fn role(&self) -> String {
        let tags = self.tags().into_iter();
        let tags: String = tags
            .map(|(key, value)| {
                let value = value.as_str().unwrap();
                format!("<member><Key>{key}</Key><Value>{value}</Value></member>")
            })
            .collect();
        format!(
            "<Role><Path>/</Path><RoleName>r</RoleName><RoleId>AROAEXAMPLE</RoleId>\
             <Arn>arn:aws:iam::{ACCOUNT}:role/r</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
             <MaxSessionDuration>3600</MaxSessionDuration><AssumeRolePolicyDocument>{}\
             </AssumeRolePolicyDocument><Tags>{tags}</Tags></Role>",
            encoded(&self.policy("trust_policy"))
        )
    }

    fn tags(&self) -> Vec<(&str, Json)> {
        let attributes = self.settled.iter();
        attributes
            .filter_map(|(name, _)| Some((key_of(name, "tags")?, self.plain(name))))
            .collect()
    }

    fn plain(&self, name: &str) -> Json {
        match &self.settled[name] {
            Value::Plain(json) => json.clone(),
            other => panic!("{name} is {other:?}"),
        }
    }

    fn policy(&self, name: &str) -> String {
        match &self.settled[name] {
            Value::Policy(policy) => policy.compact(),
            other => panic!("{name} is {other:?}"),
        }
    }
}

fn encoded(policy: &str) -> String {
    utf8_percent_encode(policy, NON_ALPHANUMERIC).to_string()
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        fakes::check_request(&request);
        let (status, body, call) = self.answer(&request);
        let status = status.try_into().unwrap();
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        let headers = response.headers_mut();
        headers.insert("x-amzn-requestid", format!("request-{call}"));
        HttpConnectorFuture::ready(Ok(response))
    }
}
