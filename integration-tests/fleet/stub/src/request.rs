//! A request, and what it is about.

use std::io;

use percent_encoding::percent_decode_str;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// What stands for the account in keys and recorded answers: as long as an account's id.
pub const ACCOUNT: &str = "THE--ACCOUNT";

/// A request as it was received.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path and the query.
    pub target: String,
    /// The headers, as they were received.
    pub headers: String,
    /// The body.
    pub body: String,
    /// The account whose key signed the request; empty without a signature.
    pub account: String,
    /// The region that the request is signed for.
    pub region: String,
    /// The service that the request is signed for.
    pub service: String,
    /// The operation's name; for S3 the method and the part of the bucket, such as `GET ?policy`.
    pub operation: String,
}

impl Request {
    /// The next request of a connection; none at its end.
    pub async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Self>> {
        let mut line = String::new();
        from.read_line(&mut line).await?;
        let mut words = line.split_whitespace();
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Ok(None);
        };
        let mut request = Request {
            method: method.to_owned(),
            target: target.to_owned(),
            ..Request::default()
        };
        loop {
            let start = request.headers.len();
            let read = from.read_line(&mut request.headers).await?;
            if read == 0 || request.headers[start..].trim().is_empty() {
                request.headers.truncate(start);
                break;
            }
        }
        // The SDK sends the length of every body.
        let length = request.header("content-length");
        let mut body = vec![0; length.and_then(|it| it.parse().ok()).unwrap_or(0)];
        from.read_exact(&mut body).await?;
        request.body = String::from_utf8(body).map_err(io::Error::other)?;
        request.read_signature();
        request.operation = request.named();
        Ok(Some(request))
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The signature names the key, the day, the region and the service.
    fn read_signature(&mut self) {
        let scope = self.header("authorization").unwrap_or_default();
        let scope = scope.split_once("Credential=").map_or("", |(_, it)| it);
        let mut scope = scope.split('/');
        let account = account_of_key(scope.next().unwrap_or_default()).to_owned();
        let region = scope.nth(1).unwrap_or_default().to_owned();
        let service = scope.next().unwrap_or_default().to_owned();
        (self.account, self.region, self.service) = (account, region, service);
    }

    fn named(&self) -> String {
        if let Some(target) = self.header("x-amz-target") {
            return target.rsplit('.').next().unwrap_or_default().to_owned();
        }
        if let Some(name) = self.parameter("Action") {
            return name;
        }
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        match self.service.as_str() {
            "s3" if query.is_empty() => self.method.clone(),
            "s3" => format!("{} ?{}", self.method, query.trim_end_matches('=')),
            _ => format!("{} {path}", self.method),
        }
    }

    /// A parameter of a body in AWS's query protocol.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.body.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(key, _)| *key == name)?;
        Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
    }

    /// The account that the request is about: that of the role which it assumes, or that whose key signed
    /// it.
    pub fn about(&self) -> String {
        crate::sessions::assumes(self).unwrap_or_else(|| self.account.clone())
    }

    /// What the answer depends on, without the account. It is the same whether a bucket is addressed by
    /// host or by path, and wherever a global service is signed for.
    pub(crate) fn key(&self) -> String {
        let region = match self.service.as_str() {
            "iam" => "",
            _ => &self.region,
        };
        let host = self.header("host").unwrap_or_default();
        let bucket = host.split_once(".s3.").map(|(bucket, _)| bucket);
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let path = match bucket {
            Some(bucket) => format!("{bucket}{path}"),
            None => path.trim_start_matches('/').to_owned(),
        };
        let path = path.trim_end_matches('/');
        let target = self.header("x-amz-target").unwrap_or_default();
        let (service, method, body) = (&self.service, &self.method, &self.body);
        format!("{service} {region} {method} {path} {query} {target} {body}")
            .replace(&self.account, ACCOUNT)
    }

    /// Every number of twelve digits in host, target and body.
    pub(crate) fn accounts_named(&self) -> impl Iterator<Item = &str> {
        let host = self.header("host").unwrap_or_default();
        let texts = [host, &self.target, &self.body];
        let runs = texts
            .into_iter()
            .flat_map(|text| text.split(|it: char| !it.is_ascii_digit()));
        runs.filter(|run| run.len() == 12)
    }
}

impl Request {
    /// The same request, signed as LocalStack wants it: it takes the access key for the account.
    pub(crate) fn signed_by(&self, account: &str) -> Request {
        let scope = self.header("authorization").unwrap_or_default();
        let key = scope
            .split_once("Credential=")
            .and_then(|(_, it)| it.split_once('/'));
        let (key, _) = key.unwrap_or_default();
        Request {
            headers: self.headers.replace(key, account),
            ..self.clone()
        }
    }
}

/// The account that a key belongs to: the emulator takes the id itself, and [`key_of`] puts it between
/// the letters that AWS's keys have.
fn account_of_key(key: &str) -> &str {
    key.get(4..16).filter(|_| key.len() == 20).unwrap_or(key)
}

/// An access key that names its account: `AKIA…` for a user, `ASIA…` for a session.
pub fn key_of(prefix: &str, account: &str) -> String {
    format!("{prefix}{account}TEST")
}
