//! An AWS in memory that answers the requests of the real clients.

use std::fmt;
use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use crate::aws::{Connections, Session};
use crate::fakes::check_request;
use aws_sdk_s3::config::{Credentials, IdentityCache, SharedCredentialsProvider};

type Answer = dyn Fn(&HttpRequest) -> HttpResponse + Send + Sync;
type Turns = dyn Fn() -> usize + Send + Sync;

#[derive(Clone)]
struct Connector {
    answer: Arc<Answer>,
    turns: Arc<Turns>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        check_request(&request);
        let answer = (self.answer)(&request);
        let turns = (self.turns)();
        HttpConnectorFuture::new(async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            Ok(answer)
        })
    }
}

/// An answer with this status and body.
pub fn response(status: u16, body: impl Into<SdkBody>) -> HttpResponse {
    HttpResponse::new(status.try_into().expect("a status"), body.into())
}

/// A session whose requests `answer` answers with a status and a body.
pub fn session(answer: impl Fn(&HttpRequest) -> (u16, String) + Send + Sync + 'static) -> Session {
    session_over(move |request| {
        let (status, body) = answer(request);
        response(status, body)
    })
}

/// A session whose requests `answer` answers.
pub fn session_over(
    answer: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static,
) -> Session {
    session_between(answer, || 0)
}

/// A session whose requests `answer` answers, each after so many turns of everything else as `turns` says.
pub fn session_between(
    answer: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static,
    turns: impl Fn() -> usize + Send + Sync + 'static,
) -> Session {
    let connector = Connector {
        answer: Arc::new(answer),
        turns: Arc::new(turns),
    };
    let client = http_client_fn(move |_: &HttpConnectorSettings, _: &RuntimeComponents| {
        SharedHttpConnector::new(connector.clone())
    });
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(aws_config::Region::from_static("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
        .http_client(client)
        // As the SDK's own loader has it; otherwise each client would have one of its own.
        .identity_cache(IdentityCache::lazy().build())
        .retry_config(Connections::retries())
        .build();
    Session {
        profile: None,
        config,
        path_style: true,
        region: None,
    }
}
