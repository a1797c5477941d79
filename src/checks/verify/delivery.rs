//! Sends what is to arrive in the bucket, and waits until it has.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures_util::future::join;
use tokio::time::Instant;

use super::object::{Contents, LARGEST, look};
use super::reader::Reading;
use super::sending::{self, Sent};
use super::{Outcome, Step};
use crate::aws::{Aws, AwsError, ErrorKind, Pauses};
use crate::kinds::s3::versions::{Objects, Version};
use crate::names::AccountId;
use crate::systems::Delivery;

/// How far the clocks of this machine and of AWS may differ: beyond some minutes AWS refuses every
/// request.
const SKEW: Duration = Duration::from_secs(15 * 60);

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
    /// Says what was sent, and what is waited for.
    pub say: &'a (dyn Fn(&str) + Sync),
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
struct Awaited {
    name: &'static str,
    sent: Sent,
    since: Instant,
    arrived: Option<Duration>,
}

impl Run<'_> {
    /// Sends a record to the stream and an event through the rule, and waits until both are in the bucket.
    pub async fn deliver(&self, to: &Delivery) -> Delivered {
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
                Ok(Some(sent)) => {
                    (self.say)(&format!("{}: {}.", to.region, sent.what));
                    awaited.push(Awaited {
                        name,
                        sent,
                        since: Instant::now(),
                        arrived: None,
                    });
                }
                Ok(None) => delivered.steps.push(unsendable().in_region(&to.region)),
                Err(error) => delivered
                    .steps
                    .push(unsent(name, &error).in_region(&to.region)),
            }
        }
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

    /// Looks once at what is new in the bucket, and removes an object that holds only what was sent.
    async fn look(
        &self,
        to: &Delivery,
        begun: SystemTime,
        awaited: &mut [Awaited],
        seen: &mut BTreeSet<Version>,
        delivered: &mut Delivered,
    ) -> Result<(), AwsError> {
        for folder in folders(&to.prefix, begun, SystemTime::now()) {
            for version in self.versions(to, &folder, begun).await? {
                if seen.contains(&version) {
                    continue;
                }
                let contents = self.contents(to, &version, awaited).await?;
                seen.insert(version.clone());
                for &mark in &contents.marks {
                    let it = &mut awaited[mark];
                    let after = it.since.elapsed();
                    it.arrived.get_or_insert(after);
                }
                if contents.is_ours_alone() {
                    if let Err(error) = self.objects(to).remove(self.aws, &version).await {
                        delivered.left.push(format!(
                            "the object {} in the bucket {} holds only what was sent, and could not be \
                             removed: {}",
                            version.key,
                            to.bucket,
                            error.brief()
                        ));
                    }
                } else if !contents.marks.is_empty() {
                    delivered.left.push(format!(
                        "the object {} in the bucket {} also holds events of others, and was kept; it \
                         expires with every other object",
                        version.key, to.bucket
                    ));
                }
            }
        }
        Ok(())
    }

    /// The versions of the objects of a folder that are not older than the run. An object that the agent
    /// has read and deleted still has its version.
    async fn versions(
        &self,
        to: &Delivery,
        folder: &str,
        begun: SystemTime,
    ) -> Result<Vec<Version>, AwsError> {
        let since = DateTime::from(begun.checked_sub(SKEW).unwrap_or(begun));
        let listed = self.objects(to).list(self.aws, folder, false).await?;
        let written = listed.written.into_iter();
        // A stream writes no object that is larger.
        let new = written.filter(|it| it.at >= since && it.size <= LARGEST);
        Ok(new.map(|it| it.version).collect())
    }

    fn objects<'b>(&'b self, to: &'b Delivery) -> Objects<'b> {
        Objects {
            bucket: &to.bucket,
            account: self.account,
            region: &to.bucket_region,
        }
    }

    /// What an object holds. The role reads it if it was assumed, and otherwise the caller.
    async fn contents(
        &self,
        to: &Delivery,
        version: &Version,
        awaited: &[Awaited],
    ) -> Result<Contents, AwsError> {
        let marks: Vec<&str> = awaited.iter().map(|it| it.sent.mark.as_str()).collect();
        let objects = self.objects(to);
        if let Some(session) = self.reading.session() {
            match objects.read(session, version).await {
                Ok(body) => {
                    self.reading.saw(Ok(()));
                    return Ok(look(&body, &marks));
                }
                // Whoever reads the bucket may delete meanwhile.
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(Contents::default()),
                Err(error) => self.reading.saw(Err(error)),
            }
        }
        match objects.read(self.aws, version).await {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Contents::default()),
            body => Ok(look(&body?, &marks)),
        }
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

/// The folders below `prefix` in which an object of this time is: Firehose adds the hour, in UTC (Firehose
/// Developer Guide, "Custom prefixes for Amazon S3 objects").
pub fn folders(prefix: &str, from: SystemTime, to: SystemTime) -> Vec<String> {
    let first = from.checked_sub(SKEW).unwrap_or(from);
    let last = to.checked_add(SKEW).unwrap_or(to);
    let mut folders = Vec::new();
    let mut at = first;
    loop {
        // Every time that a clock shows can be written.
        let time = DateTime::from(at.min(last))
            .fmt(Format::DateTime)
            .unwrap_or_default();
        let hour = time.get(..13).unwrap_or_default().replace(['-', 'T'], "/");
        let folder = format!("{prefix}{hour}/");
        if folders.last() != Some(&folder) {
            folders.push(folder);
        }
        if at >= last {
            return folders;
        }
        at += Duration::from_secs(3600);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_are_those_of_the_hours() {
        let at = |text: &str| {
            SystemTime::try_from(DateTime::from_str(text, Format::DateTime).unwrap()).unwrap()
        };
        let cases: [(&str, &str, &str, &[&str]); 4] = [
            (
                "in the middle of an hour",
                "2026-11-28T12:30:00Z",
                "2026-11-28T12:35:00Z",
                &["2026/11/28/12"],
            ),
            (
                "near its end, where the clocks may differ",
                "2026-11-28T12:50:00Z",
                "2026-11-28T12:51:00Z",
                &["2026/11/28/12", "2026/11/28/13"],
            ),
            (
                "over the end of a year",
                "2026-12-31T23:59:00Z",
                "2027-01-01T00:01:00Z",
                &["2026/12/31/23", "2027/01/01/00"],
            ),
            (
                "for hours",
                "2026-11-28T01:30:00Z",
                "2026-11-28T03:40:00Z",
                &["2026/11/28/01", "2026/11/28/02", "2026/11/28/03"],
            ),
        ];
        for (reason, from, to, hours) in cases {
            let expected: Vec<String> = hours.iter().map(|hour| format!("a/{hour}/")).collect();
            assert_eq!(folders("a/", at(from), at(to)), expected, "{reason}");
        }
    }
}
