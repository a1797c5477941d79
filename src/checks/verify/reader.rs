//! Whether the role that is to read the bucket can.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::grants::{carried, told};
use super::{Outcome, Step};
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::checks::preflight::simulation::Request;
use crate::checks::preflight::simulator::Simulator;
use crate::systems::Reader;

/// The name of the step, and of the session.
const NAME: &str = "reader";
const SESSION: &str = "provision-verify";

/// What the role that reads the bucket was seen to do.
#[derive(Debug)]
pub struct Reading {
    session: Result<Aws, AwsError>,
    took: Duration,
    /// What came of the first read by the role.
    seen: Mutex<Option<Result<(), AwsError>>>,
}

impl Reading {
    /// Assumes the role, if it trusts the caller.
    pub async fn begin(aws: &Aws, reader: &Reader) -> Self {
        let since = Instant::now();
        let external_id = reader.external_id.as_ref();
        let session = aws
            .impatient()
            .assuming(&reader.role_arn, SESSION, external_id)
            .await;
        Reading {
            session,
            took: since.elapsed(),
            seen: Mutex::default(),
        }
    }

    /// The way to the account with the rights of the role.
    pub fn session(&self) -> Option<&Aws> {
        self.session.as_ref().ok()
    }

    /// Takes down what came of a read by the role. The first refusal counts.
    pub(super) fn saw(&self, read: Result<(), AwsError>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*seen, Some(Err(_))) {
            *seen = Some(read);
        }
    }

    /// The step. A role that could not be assumed is simulated.
    pub async fn step(&self, aws: &Aws, reader: &Reader, is_as_planned: bool) -> Step {
        let role = &reader.role_arn;
        let seen = self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match (&self.session, seen) {
            (Ok(_), Some(Ok(()))) => Step::new(
                NAME,
                Outcome::Pass,
                format!("assumed {role}, which reads the delivered objects"),
            )
            .took(self.took),
            (Ok(_), Some(Err(error))) => Step::new(
                NAME,
                Outcome::Fail,
                format!(
                    "assumed {role}, which cannot read a delivered object: {}",
                    error.brief()
                ),
            )
            .advice("Look at the policy of the role and of the key with `provision plan`")
            .took(self.took),
            (Ok(_), None) => Step::new(
                NAME,
                Outcome::Unknown,
                format!("assumed {role}, and nothing arrived that it could read"),
            )
            .took(self.took),
            (Err(error), _) => {
                let since = Instant::now();
                let step = simulated(aws, reader, error, is_as_planned).await;
                step.took(self.took + since.elapsed())
            }
        }
    }
}

/// What IAM's simulator says of the role. It takes no account of the key's policy, because it knows those of
/// resources for users alone (API Reference, "SimulatePrincipalPolicy").
async fn simulated(aws: &Aws, reader: &Reader, error: &AwsError, is_as_planned: bool) -> Step {
    let why = match error.kind {
        ErrorKind::Denied => "these credentials may not assume it".to_owned(),
        _ => error.brief(),
    };
    let objects = format!("{}/{}*", reader.bucket_arn, reader.prefix);
    let request = |actions: &[&str], resource: &str| Request {
        actions: actions.iter().map(|&it| it.to_owned()).collect(),
        resources: vec![resource.to_owned()],
        context: BTreeMap::new(),
    };
    let requests = [
        request(
            &["s3:ListBucket", "s3:GetBucketVersioning"],
            &reader.bucket_arn,
        ),
        request(&["s3:GetObject", "s3:DeleteObject"], &objects),
    ];
    let simulator = Simulator {
        aws: &aws.impatient(),
        source: reader.role_arn.clone(),
        carried: carried(),
        organization: true,
    };
    let (answers, unasked) = simulator.all(&requests).await;
    let (outcome, told) = told(&answers, 4, unasked.as_deref());
    let role = &reader.role_arn;
    let message = format!("{role} was simulated, because {why}: {told}");
    match outcome {
        Outcome::Pass if !is_as_planned => Step::new(
            NAME,
            Outcome::Unknown,
            format!(
                "{message}; whether the key lets it decrypt cannot be simulated, and the key or the \
                 bucket has changes"
            ),
        )
        .advice("Look at the changes with `provision plan`"),
        Outcome::Pass => Step::new(
            NAME,
            Outcome::Pass,
            format!("{message}; the policies of key and bucket are as set up"),
        ),
        Outcome::Unknown => Step::new(NAME, Outcome::Unknown, message)
            .advice("Run verify as the agent's principal, which may assume the role"),
        Outcome::Fail => Step::new(NAME, Outcome::Fail, message)
            .advice("Look at the policy of the role and its permissions boundary with `provision plan`"),
    }
}
