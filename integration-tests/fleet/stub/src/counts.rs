//! What the stub saw.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::request::Request;

/// What the stub saw since it was started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The requests that each account signed.
    pub calls: BTreeMap<String, usize>,
    /// How often each account's role was assumed.
    pub assumed: BTreeMap<String, usize>,
    /// The requests of the busiest account by service and operation.
    pub operations: BTreeMap<String, usize>,
    /// The connections that were opened, and the most at one time.
    pub connections: Peak,
    /// The requests that were made, and the most under way at one time.
    pub requests: Peak,
    /// The complete handshakes of TLS.
    pub handshakes: usize,
    /// The handshakes of TLS that resumed an earlier session.
    pub resumed: usize,
    /// The hosts that were asked for.
    pub hosts: BTreeSet<String>,
    /// The requests that were signed by another account than the one that they are about.
    pub foreign: BTreeSet<String>,
    /// The requests that nothing was recorded for.
    pub unknown: BTreeSet<String>,
}

/// How many there were, and how many at one time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Peak {
    /// How many there were.
    pub all: usize,
    /// How many there are.
    pub now: usize,
    /// How many there were at one time.
    pub most: usize,
}

impl Peak {
    pub(crate) fn begin(&mut self) {
        self.all += 1;
        self.now += 1;
        self.most = self.most.max(self.now);
    }

    pub(crate) fn end(&mut self) {
        self.now -= 1;
    }
}

impl Counts {
    /// How many requests the account with the most requests signed, where `caller` does not count.
    pub fn most_calls(&self, caller: &str) -> usize {
        let members = self.calls.iter().filter(|(account, _)| *account != caller);
        members.map(|(_, calls)| *calls).max().unwrap_or_default()
    }

    pub(crate) fn count(&mut self, request: &Request) {
        self.requests.begin();
        *self.calls.entry(request.account.clone()).or_default() += 1;
        let name = format!("{}:{}", request.service, request.operation);
        *self.operations.entry(name).or_default() += 1;
        if let Some(host) = request.header("host")
            && !self.hosts.contains(host)
        {
            self.hosts.insert(host.to_owned());
        }
    }

    /// The counts as JSON, where `caller` is the account that assumes the roles.
    pub(crate) fn json(&self, caller: &str) -> Json {
        json!({
            "accounts": self.calls.keys().filter(|it| *it != caller).count(),
            "most_calls": self.most_calls(caller),
            "assumed": self.assumed.values().sum::<usize>(),
            "most_assumed": self.assumed.values().max(),
            "requests": self.requests.all,
            "requests_at_once": self.requests.most,
            "connections": self.connections.all,
            "connections_at_once": self.connections.most,
            "handshakes": self.handshakes,
            "resumed": self.resumed,
            "hosts": self.hosts.len(),
            "operations": self.operations,
            "foreign": self.foreign,
            "unknown": self.unknown,
        })
    }
}
