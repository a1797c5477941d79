//! An HTTP client beneath the SDK that counts the calls and makes chosen calls fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::fault::Fault;
use crate::harness::{call::Call, models};

/// The requests that fail.
#[derive(Debug, Clone)]
pub enum Aim {
    /// None.
    Nothing,
    /// The n-th request of one call, counted from zero, and the following ones that the fault hits.
    One(Call, usize, Fault),
    /// The first requests of every call that can have the fault.
    Every(Fault),
}

/// A request that was made.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The call.
    pub call: Call,
    /// How many requests of the same call came before.
    pub earlier: usize,
    /// The fault that the request had.
    pub fault: Option<Fault>,
    /// The path, the query and the body.
    pub text: String,
}

/// Records the requests of one run, and makes some of them fail.
#[derive(Debug, Clone)]
pub struct FaultClient {
    real: SharedHttpClient,
    aim: Aim,
    log: Arc<Mutex<Log>>,
}

#[derive(Debug, Default)]
struct Log {
    counts: BTreeMap<Call, usize>,
    requests: Vec<Sent>,
}

impl FaultClient {
    /// Wraps `real`.
    pub fn new(real: SharedHttpClient, aim: Aim) -> Self {
        FaultClient {
            real,
            aim,
            log: Arc::default(),
        }
    }

    /// Every request so far, in the order in which they were made.
    pub fn requests(&self) -> Vec<Sent> {
        self.log.lock().expect("no panic").requests.clone()
    }

    fn note(&self, request: &HttpRequest) -> (Call, Option<Fault>) {
        let headers = request.headers();
        // Without the scheme and the host.
        let target = request.uri().splitn(4, '/').nth(3).unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let call = Call::of(request.method(), target, |name| headers.get(name), body);
        let mut log = self.log.lock().expect("no panic");
        let count = log.counts.entry(call.clone()).or_default();
        let earlier = *count;
        *count += 1;
        let fault = match &self.aim {
            Aim::One(aimed, nth, fault) => {
                (*aimed == call && earlier >= *nth && earlier - nth < fault.times())
                    .then_some(*fault)
            }
            Aim::Every(fault) => (fault.fits(&call) && earlier < fault.times()).then_some(*fault),
            Aim::Nothing => None,
        };
        log.requests.push(Sent {
            call: call.clone(),
            earlier,
            fault,
            text: format!("{} {}", request.uri(), String::from_utf8_lossy(body)),
        });
        (call, fault)
    }
}

impl HttpClient for FaultClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(FaultConnector {
            real: self.real.http_connector(settings, components),
            client: self.clone(),
        })
    }
}

#[derive(Debug)]
struct FaultConnector {
    real: SharedHttpConnector,
    client: FaultClient,
}

impl HttpConnector for FaultConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        models::check(&request);
        let (call, fault) = self.client.note(&request);
        let Some(fault) = fault else {
            return self.real.call(request);
        };
        if let Some(answer) = fault.answer(&call) {
            return HttpConnectorFuture::ready(Ok(answer));
        }
        let carried_out = (fault != Fault::Unsent).then(|| self.real.call(request));
        HttpConnectorFuture::new(async {
            if let Some(answer) = carried_out {
                answer.await?;
            }
            Err(ConnectorError::io("the connection was reset".into()))
        })
    }
}
