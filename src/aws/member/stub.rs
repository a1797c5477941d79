//! An STS in memory, and a KMS without keys.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ::http::Uri;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use tokio::sync::watch;

use crate::aws::{Aws, AwsError, Connections, Member, Operation};
use crate::fakes::http;
use crate::names::Region;

pub(in crate::aws) const OTHER: &str = "222222222222";

/// What STS is asked, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::aws) struct Request {
    pub(in crate::aws) host: String,
    pub(in crate::aws) path: String,
    pub(in crate::aws) key: String,
    pub(in crate::aws) body: String,
}

impl Request {
    pub(in crate::aws) fn read(request: &HttpRequest) -> Self {
        let signed = request.headers().get("authorization").unwrap();
        let key = signed.split_once("Credential=").unwrap().1;
        let body = request.body().bytes().unwrap_or_default();
        let uri: Uri = request.uri().parse().unwrap();
        Request {
            host: uri.host().unwrap().to_owned(),
            path: uri.path().to_owned(),
            key: key.split('/').next().unwrap().to_owned(),
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(in crate::aws) fn is_for_a_session(&self) -> bool {
        self.body.starts_with("Action=AssumeRole&")
    }

    /// The value of a field of a query.
    pub(in crate::aws) fn field(&self, name: &str) -> Option<String> {
        let fields = self.body.split('&');
        let value = fields
            .filter_map(|field| field.split_once('='))
            .find(|it| it.0 == name)?
            .1;
        let value = percent_encoding::percent_decode_str(value);
        Some(value.decode_utf8().unwrap().into_owned())
    }
}

/// The account in a role's ARN.
pub(in crate::aws) fn account_of(role: &str) -> &str {
    role.split(':').nth(4).unwrap()
}

/// STS's answer: a session in `account` with this access key, which ends after some time.
pub(in crate::aws) fn session(account: &str, key: &str, length: Duration) -> HttpResponse {
    let end = DateTime::from(SystemTime::now() + length);
    let end = end.fmt(Format::DateTime).unwrap();
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA1:s\
         </AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/Deploy/s</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    );
    http::response(200, body)
}

pub(in crate::aws) fn refused(code: &str, status: u16) -> HttpResponse {
    let body = format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    );
    let mut response = http::response(status, body);
    response.headers_mut().insert("x-amzn-requestid", "r-1");
    response
}

pub(in crate::aws) const HOUR: Duration = Duration::from_secs(3600);

/// The caller's way, whose requests `answer` answers, and all requests.
pub(in crate::aws) fn base(
    answer: impl Fn(&Request) -> HttpResponse + Send + Sync + 'static,
) -> (Aws, Arc<Mutex<Vec<Request>>>) {
    let requests = Arc::<Mutex<Vec<Request>>>::default();
    let seen = Arc::clone(&requests);
    let session = http::session_over(move |request| {
        let request = Request::read(request);
        seen.lock().unwrap().push(request.clone());
        answer(&request)
    });
    let (_stop, stopped) = watch::channel(false);
    let aws = Connections::new(4, stopped).account(&session, None, &[]);
    (aws, requests)
}

pub(in crate::aws) fn regions(names: &[&str]) -> Vec<Region> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub(in crate::aws) fn the_member(account: &str) -> Member {
    Member {
        account: account.parse().unwrap(),
        regions: regions(&["eu-central-1"]),
        role: "provision/Deploy".to_owned(),
        external_id: None,
        session: "provision-alice".to_owned(),
        only_reads: false,
    }
}

pub(in crate::aws) async fn list_keys(aws: &Aws) -> Result<(), AwsError> {
    let region: Region = "eu-central-1".parse().unwrap();
    let client = aws.kms(&region);
    let operation = Operation {
        service: "kms",
        name: "ListKeys",
        region: Some(region),
    };
    aws.call(operation, || client.list_keys().send()).await?;
    Ok(())
}

pub(in crate::aws) fn no_keys() -> HttpResponse {
    http::response(200, r#"{"Keys": [], "Truncated": false}"#)
}
