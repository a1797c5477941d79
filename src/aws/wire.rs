//! What every request and every answer passes, whichever client made the request: those of the
//! services, and those with which the SDK obtains credentials.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::date_time::Format;
use http::Uri;

use super::network::Network;

/// How long the answers that are being read may be, together. The longest that AWS gives, a page of all
/// roles with their policies, has a few MiB.
const LONGEST_BODIES: usize = 64 * 1024 * 1024;

/// The HTTP client of a run: only encrypted requests leave this machine, and the answers have a limit.
pub(super) fn client(network: Network) -> SharedHttpClient {
    let proxy = network.proxy_named().map(Arc::from);
    let client = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(network.tls_context());
        builder.set_proxy_config(network.proxy());
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder.build()
    });
    SharedHttpClient::new(Wire {
        inner: client,
        being_read: Arc::default(),
        proxy,
    })
}

#[derive(Debug)]
struct Wire<T> {
    inner: T,
    /// The bytes of all bodies that are being read.
    being_read: Arc<AtomicUsize>,
    /// The proxy, in words.
    proxy: Option<Arc<str>>,
}

/// An error of a connection, where a proxy is set: mostly the name of the proxy is wrong, which the error
/// does not name.
#[derive(Debug, thiserror::Error)]
#[error("{proxy}")]
pub(super) struct Proxied {
    proxy: Arc<str>,
    source: ConnectorError,
}

/// The error with the proxy named in it.
fn proxied(error: ConnectorError, proxy: Option<Arc<str>>) -> ConnectorError {
    let Some(proxy) = proxy.filter(|_| error.is_io() || error.is_timeout()) else {
        return error;
    };
    let of_kind = match error.is_timeout() {
        true => ConnectorError::timeout,
        false => ConnectorError::io,
    };
    of_kind(Box::new(Proxied {
        proxy,
        source: error,
    }))
}

impl HttpClient for Wire<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Wire {
            inner: self.inner.http_connector(settings, components),
            being_read: Arc::clone(&self.being_read),
            proxy: self.proxy.clone(),
        })
    }
}

impl HttpConnector for Wire<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if let Some(place) = in_the_clear(request.uri()) {
            let error = format!(
                "{place} is neither https nor on this machine: the request would cross the network \
                 unencrypted"
            );
            return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
        }
        let answer = self.inner.call(request);
        let being_read = Arc::clone(&self.being_read);
        let proxy = self.proxy.clone();
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(|error| proxied(error, proxy))?;
            whole(answer, &being_read, LONGEST_BODIES).await
        })
    }
}

/// The scheme and the server of an address to which requests would be sent over the network
/// unencrypted.
///
/// Credentials come from link-local addresses without encryption, by AWS's own rules: those of an
/// instance from 169.254.169.254 and fd00:ec2::254 (EC2 User Guide, "Use the Instance Metadata Service
/// to access instance metadata"), those of a container from 169.254.170.2, 169.254.170.23 and
/// fd00:ec2::23 (AWS SDKs and Tools Reference Guide, "Container credential provider"). What is sent
/// there does not leave the host.
fn in_the_clear(uri: &str) -> Option<String> {
    let Ok(uri) = uri.parse::<Uri>() else {
        return Some("the address".to_owned());
    };
    let host = uri.host().unwrap_or_default();
    let is_local = match host.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || is_metadata(address),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    };
    let scheme = uri.scheme_str().unwrap_or_default();
    let is_fine = scheme == "https" || scheme == "http" && is_local;
    // The path is left out: it may hold what nobody is to see.
    (!is_fine).then(|| format!("{scheme}://{host}"))
}

/// Whether the address is in fd00:ec2::/32, which EC2 keeps for services of the host.
fn is_metadata(address: Ipv6Addr) -> bool {
    address.segments()[..2] == [0xfd00, 0x0ec2]
}

/// A part of what is being read, which counts until the body is complete or given up.
struct Share<'a> {
    of: &'a AtomicUsize,
    length: usize,
}

impl Share<'_> {
    /// Adds `length` bytes, and returns how many are being read then.
    fn grow(&mut self, length: usize) -> usize {
        self.length += length;
        self.of.fetch_add(length, Ordering::Relaxed) + length
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.of.fetch_sub(self.length, Ordering::Relaxed);
    }
}

/// The answer with its body read to the end. All of our calls need it whole.
async fn whole(
    mut answer: HttpResponse,
    being_read: &AtomicUsize,
    longest: usize,
) -> Result<HttpResponse, ConnectorError> {
    let mut share = Share {
        of: being_read,
        length: 0,
    };
    let mut whole = Vec::new();
    let mut body = ByteStream::new(answer.take_body());
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| ConnectorError::io(error.into()))?;
        if share.grow(part.len()) > longest {
            let error = format!(
                "the answers have more than {} MiB together",
                longest / (1024 * 1024)
            );
            return Err(ConnectorError::other(error.into(), None));
        }
        whole.extend_from_slice(&part);
    }
    *answer.body_mut() = SdkBody::from(whole);
    let date = answer.headers().get("date");
    if date.is_some_and(|date| !is_plausible(date)) {
        answer.headers_mut().remove("date");
    }
    Ok(answer)
}

/// Whether the date of an answer is one from which the SDK may correct the clock for its next
/// signature. It panics on a date at the end of the year 9999, to which it adds the time of the call.
fn is_plausible(date: &str) -> bool {
    const SECONDS: std::ops::Range<i64> = 946_684_800..4_102_444_800;
    let date = DateTime::from_str(date, Format::HttpDate);
    date.is_ok_and(|date| SECONDS.contains(&date.secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_on_this_host_is_sent_unencrypted() {
        let cases = [
            ("https://sts.eu-west-1.amazonaws.com/", None, "encrypted"),
            ("http://127.0.0.1:4566/", None, "this machine"),
            (
                "http://localhost:4566/x?y",
                None,
                "this machine by its name",
            ),
            ("http://[::1]:4566/", None, "this machine over IPv6"),
            (
                "http://169.254.169.254/latest",
                None,
                "the instance's metadata",
            ),
            ("http://[fd00:ec2::254]/latest", None, "the same over IPv6"),
            ("http://169.254.170.2/v2", None, "ECS"),
            ("http://169.254.170.23/v1", None, "EKS"),
            ("http://[fd00:ec2::23]/v1", None, "EKS over IPv6"),
            (
                "http://portal.sso.example/federation?t=1",
                Some("http://portal.sso.example"),
                "SSO",
            ),
            (
                "http://10.0.0.1/",
                Some("http://10.0.0.1"),
                "a private network is a network",
            ),
            (
                "http://[fd00:ec3::23]/",
                Some("http://[fd00:ec3::23]"),
                "not EC2's",
            ),
            (
                "http://[fe80::1]/",
                Some("http://[fe80::1]"),
                "no address that AWS names",
            ),
            (
                "http://localhost.example/",
                Some("http://localhost.example"),
                "a name elsewhere",
            ),
            (
                "ftp://127.0.0.1/",
                Some("ftp://127.0.0.1"),
                "no scheme of AWS",
            ),
            ("/path", Some("://"), "no server"),
        ];
        for (uri, expected, why) in cases {
            assert_eq!(in_the_clear(uri).as_deref(), expected, "{uri}: {why}");
        }
    }

    #[tokio::test]
    async fn a_date_that_no_clock_has_is_taken_from_an_answer() {
        let cases = [
            ("Sat, 28 Nov 2026 07:00:00 GMT", true, "now"),
            (
                "Sat, 01 Jan 2000 00:00:00 GMT",
                true,
                "a clock that is late",
            ),
            ("Thu, 01 Jan 1970 00:00:00 GMT", false, "before AWS"),
            ("Fri, 31 Dec 9999 23:59:59 GMT", false, "the last one"),
            ("tomorrow", false, "no date"),
        ];
        for (date, stays, why) in cases {
            let mut answer = HttpResponse::new(200.try_into().unwrap(), SdkBody::empty());
            answer.headers_mut().insert("date", date);
            let answer = whole(answer, &AtomicUsize::new(0), 7).await.unwrap();
            let found = answer.headers().get("date");
            assert_eq!(found, stays.then_some(date), "{why}");
        }
    }

    #[tokio::test]
    async fn answers_are_read_up_to_the_limit_of_all_together() {
        let cases = [
            (0, 0, true, "empty"),
            (0, 7, true, "as long as it may be"),
            (0, 8, false, "longer"),
            (3, 4, true, "beside another one"),
            (3, 5, false, "too long with the other one"),
        ];
        for (others, length, is_read, why) in cases {
            let being_read = AtomicUsize::new(others);
            let body = SdkBody::from(vec![b'a'; length]);
            let answer = HttpResponse::new(200.try_into().unwrap(), body);
            let answer = whole(answer, &being_read, 7).await;
            let read = answer.ok().map(|it| it.body().bytes().unwrap().len());
            assert_eq!(read, is_read.then_some(length), "{why}");
            assert_eq!(
                being_read.into_inner(),
                others,
                "{why}: it no longer counts"
            );
        }
    }
}
