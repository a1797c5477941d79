//! Sends what is to arrive in the bucket of each region, and waits until it has.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use futures_util::future::join;
use tokio::time::Instant;

use super::reader::Reading;
use super::sending::{self, Sent};
use super::{Outcome, Step};
use crate::aws::{Aws, AwsError, ErrorKind, Pauses};
use crate::names::AccountId;
use crate::systems::Delivery;

/// The steps of a delivery.
const STREAM: &str = "stream";
const RULE: &str = "rule";

/// What the deliveries of a run have in common.
pub struct Run<'a> {
    /// The way to the account.
    pub aws: &'a Aws,
    /// The account.
    pub account: &'a AccountId,
    /// The role that is to read.
    pub reading: &'a Reading,
    /// How long an arrival is waited for.
    pub limit: Duration,
}

/// What came of a delivery.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Its steps.
    pub steps: Vec<Step>,
    /// What stays behind, in sentences without a full stop.
    pub left: Vec<String>,
}

/// One thing that was sent and is waited for.
pub(super) struct Awaited {
    name: &'static str,
    pub(super) sent: Sent,
    pub(super) since: Instant,
    pub(super) arrived: Option<Duration>,
}

/// What was sent to a delivery, and is not there yet.
pub struct UnderWay<'a> {
    to: &'a Delivery,
    begun: SystemTime,
    awaited: Vec<Awaited>,
    delivered: Delivered,
}

impl UnderWay<'_> {
    /// What was sent, in lines for a person.
    pub fn sent(&self) -> impl Iterator<Item = String> {
        let region = &self.to.region;
        let awaited = self.awaited.iter();
        awaited.map(move |it| format!("{region}: {}.", it.sent.what))
    }
}

impl Run<'_> {
    /// Sends a record to the stream and an event through the rule.
    pub async fn send<'a>(&self, to: &'a Delivery) -> UnderWay<'a> {
        let begun = SystemTime::now();
        let mut delivered = Delivered::default();
        let mark = mark();
        let marks = [format!("{mark}-{STREAM}"), format!("{mark}-{RULE}")];
        let (record, event) = join(
            sending::record(self.aws, to, &marks[0]),
            sending::event(self.aws, to, &marks[1]),
        )
        .await;
        let mut awaited = Vec::new();
        for (name, sent) in [(STREAM, record.map(Some)), (RULE, event)] {
            match sent {
                Ok(Some(sent)) => awaited.push(Awaited {
                    name,
                    sent,
                    since: Instant::now(),
                    arrived: None,
                }),
                Ok(None) => delivered.steps.push(unsendable().in_region(&to.region)),
                Err(error) => delivered
                    .steps
                    .push(unsent(name, &error).in_region(&to.region)),
            }
        }
        UnderWay {
            to,
            begun,
            awaited,
            delivered,
        }
    }

    /// Waits until all that was sent is in the bucket.
    pub async fn arrival(&self, under_way: UnderWay<'_>) -> Delivered {
        let UnderWay {
            to,
            begun,
            mut awaited,
            mut delivered,
        } = under_way;
        let trouble = self.wait(to, begun, &mut awaited, &mut delivered).await;
        for it in &awaited {
            let step = self.step(it, trouble.as_ref(), to).in_region(&to.region);
            delivered.steps.push(step);
        }
        if awaited.iter().any(|it| it.arrived.is_none()) {
            delivered.left.push(format!(
                "what was sent in {} and has not arrived may still arrive below {} in the bucket {}, \
                 where it expires with every other object",
                to.region, to.prefix, to.bucket
            ));
        }
        delivered.steps.sort_by_key(|step| step.name != STREAM);
        delivered
    }

    /// Looks for what was sent until all has arrived, the time is over or the run is stopped. The error is
    /// the last one of a look, if no look after it succeeded.
    async fn wait(
        &self,
        to: &Delivery,
        begun: SystemTime,
        awaited: &mut [Awaited],
        delivered: &mut Delivered,
    ) -> Option<AwsError> {
        let mut seen = BTreeSet::new();
        let mut pauses = Pauses::default();
        let since = Instant::now();
        let mut trouble = None;
        while awaited.iter().any(|it| it.arrived.is_none()) {
            trouble = self
                .look(to, begun, awaited, &mut seen, delivered)
                .await
                .err();
            if since.elapsed() >= self.limit
                || awaited.iter().all(|it| it.arrived.is_some())
                || !self.aws.pause(pauses.next()).await
            {
                break;
            }
        }
        trouble
    }

    fn step(&self, it: &Awaited, trouble: Option<&AwsError>, to: &Delivery) -> Step {
        let (name, what) = (it.name, &it.sent.what);
        if let Some(after) = &it.arrived {
            let thing = if name == STREAM { "record" } else { "event" };
            let message = format!("the {thing} arrived below {}", to.prefix);
            return Step::new(name, Outcome::Pass, message).took(*after);
        }
        let took = it.since.elapsed();
        let trouble = trouble.filter(|it| it.kind != ErrorKind::Interrupted);
        if let Some(error) = trouble {
            let message = format!("{what}; could not look for it: {}", error.brief());
            let step = Step::new(name, Outcome::Unknown, message).took(took);
            return match error.failure().hint {
                Some(hint) => step.advice(hint),
                None => step,
            };
        }
        if self.aws.stopped() {
            let message = format!("{what}; the run was stopped before it arrived");
            return Step::new(name, Outcome::Unknown, message).took(took);
        }
        let message = format!(
            "{what}; nothing arrived below {} within {} s",
            to.prefix,
            self.limit.as_secs()
        );
        let advice = match name {
            STREAM => {
                "Look at the error logs of the stream, and whether `provision plan` shows changes of \
                 the stream, its role, the bucket or the key"
            }
            _ => {
                "Where the record to the stream arrived, look at the rule, its target and the role of \
                 EventBridge with `provision plan`, and at the metric FailedInvocations of the rule; a \
                 trail can take some minutes, so try a longer --timeout too"
            }
        };
        Step::new(name, Outcome::Fail, message)
            .advice(advice)
            .took(took)
    }
}

fn unsendable() -> Step {
    Step::new(
        RULE,
        Outcome::Unknown,
        "no event that can be sent or caused follows from the pattern of the rule",
    )
    .advice("Cause an event that the rule selects, and look for it with `provision status`")
}

fn unsent(name: &'static str, error: &AwsError) -> Step {
    let message = format!(
        "could not send anything: {} ({})",
        error.brief(),
        error.message
    );
    let step = Step::new(name, Outcome::Unknown, message);
    match error.failure().hint {
        Some(hint) => step.advice(hint),
        None => step,
    }
}

/// A text that nothing else carries.
fn mark() -> String {
    let random = || getrandom::u64().unwrap_or_default();
    format!("provision-verify-{:016x}{:016x}", random(), random())
}
