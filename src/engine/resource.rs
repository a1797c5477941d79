//! The contract of a resource: what each kind implements for the planner and the executor.
//!
//! A kind is one type in a module of its own under [`kinds`](crate::kinds). The functions that are
//! not `async` are pure. Every request is made through [`Aws::call`], which repeats calls whose errors
//! pass by themselves.

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Present};
use crate::engine::permission::Permission;
use crate::engine::restriction;

/// A resource that may exist: how it is read and deleted.
#[async_trait]
pub trait Resource: Debug + Send + Sync {
    /// The identity of the resource.
    fn identity(&self) -> &Identity;

    /// What the settings ask of the resource; `None` if it is not wanted.
    fn wanted(&self) -> Option<Box<dyn Wanted + '_>>;

    /// The resource whose owner also owns this one, for kinds that carry no tags.
    fn parent(&self) -> Option<&Address> {
        None
    }

    /// What a person should know about the deletion.
    fn deletion_note(&self, present: &Present) -> Option<String> {
        let _ = present;
        None
    }

    /// What is lost by the deletion at `now` and nothing brings back, or only for a time.
    fn deletion_warning(
        &self,
        present: &Present,
        consent: Consent,
        now: SystemTime,
    ) -> Option<String> {
        let _ = (present, consent, now);
        None
    }

    /// What restricts somebody who stays, and is gone after the deletion, in words; `None` if nothing
    /// is. What restricts the resource itself goes with it.
    fn deletion_lifts(&self, present: &Present) -> Option<String> {
        let _ = present;
        None
    }

    /// How long AWS may take to create or delete the resource.
    fn patience(&self) -> Duration {
        Duration::from_secs(600)
    }

    /// Whether a second create makes a second resource, because AWS knows no name that is taken. Then AWS
    /// is asked twice, some seconds apart, whether the resource is missing.
    fn may_get_a_twin(&self) -> bool {
        false
    }

    /// Whether AWS's answer to a deletion is proof that the resource is gone. If so, the executor
    /// does not observe the resource again.
    fn deletion_is_answered(&self) -> bool {
        false
    }

    /// The permissions that [`observe`](Resource::observe) and [`content`](Resource::content) need.
    fn permissions_to_observe(&self) -> Vec<Permission>;

    /// The permissions that [`delete`](Resource::delete) needs.
    fn permissions_to_delete(&self, consent: Consent) -> Vec<Permission>;

    /// Reads the resource. Never writes.
    ///
    /// # Errors
    /// Those of AWS. A missing resource is [`Observed::Missing`]. Where AWS removes the resource
    /// while its parts are read, the answer may be an error of the kind [`ErrorKind::NotFound`]
    /// instead.
    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError>;

    /// Reads the resource of which AWS has chosen this ARN, or which the run has created under it, once
    /// more: in a poll, or after a write. Never writes. A kind whose resources are found by a search reads
    /// the known one alone.
    ///
    /// # Errors
    /// Those of [`observe`](Resource::observe).
    async fn observe_known(&self, aws: &Aws, arn: &str) -> Result<Observed, AwsError> {
        let _ = arn;
        self.observe(aws).await
    }

    /// The exposures of the resource that [`observe`](Resource::observe) does not compare: each in
    /// words, with what it leads to. Asked before an adoption, and of our own resources by the
    /// checks before a write. Never writes.
    ///
    /// # Errors
    /// Those of AWS.
    async fn exposures(&self, aws: &Aws, present: &Present) -> Result<Vec<String>, AwsError> {
        let _ = (aws, present);
        Ok(Vec::new())
    }

    /// The permissions that [`exposures`](Resource::exposures) needs.
    fn permissions_for_exposures(&self) -> Vec<Permission> {
        Vec::new()
    }

    /// What is in the resource, in words; `None` if nothing is. Asked before a change that lets it expire.
    /// Never writes.
    ///
    /// # Errors
    /// Those of AWS.
    async fn content(&self, aws: &Aws, present: &Present) -> Result<Option<String>, AwsError> {
        let _ = (aws, present);
        Ok(None)
    }

    /// Deletes the resource, and returns without waiting. A resource that is gone already is no
    /// error.
    ///
    /// Others that use the resource lose it. Therefore this is called only if nothing of others
    /// holds the resource, or if a person agreed.
    ///
    /// # Errors
    /// Those of AWS.
    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError>;
}

/// A resource that the settings ask for: how it is created and changed.
#[async_trait]
pub trait Wanted: Send + Sync {
    /// The wanted attributes, given the resource as it was `found`. A value that AWS chooses and
    /// that is not in `known` is [`Value::KnownAfterApply`](crate::engine::attributes::Value).
    fn desired(&self, found: Option<&Present>, known: &Known) -> Attributes;

    /// The resource with those wanted attributes in one line: what a person wants to know before it is
    /// created.
    fn summary(&self, desired: &Attributes) -> String;

    /// Why `change` cannot be made in place, with the way out; `None` if it can.
    fn immutable(&self, change: &Change) -> Option<String> {
        let _ = change;
        None
    }

    /// What restricts access and is gone after `change`, in words; `None` if nothing is. By default,
    /// each Deny of a policy restricts. `changes` are those that are made together with it.
    fn lifts(&self, change: &Change, changes: &[Change]) -> Option<String> {
        let _ = changes;
        restriction::denials(change)
    }

    /// What becomes of the content by `changes`, if it expires by them and stays, or stays longer, without
    /// them.
    fn expires(&self, changes: &[Change]) -> Option<&'static str> {
        let _ = changes;
        None
    }

    /// The permissions that [`create`](Wanted::create) needs, with those of the updates that
    /// complete it.
    fn permissions_to_create(&self) -> Vec<Permission>;

    /// The permissions that an update with `changes` needs. `None` stands for every change that is
    /// possible, except those that only [`permissions_to_lift`](Wanted::permissions_to_lift) gives.
    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission>;

    /// The permissions that are needed only to remove what restricts access.
    fn permissions_to_lift(&self) -> Vec<Permission> {
        Vec::new()
    }

    /// Creates the resource with the ownership tags in the same call, and returns without waiting.
    ///
    /// # Errors
    /// Those of AWS. If the resource exists by now, the error is of the kind
    /// [`ErrorKind::AlreadyExists`] and nothing was changed. AWS does not report this for a target,
    /// nor for a bucket of this account in us-east-1: they are created again without an error.
    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError>;

    /// Whether `found`, which is ours, may come from this [`create`](Wanted::create) or from that of
    /// another run. It is asked where the create call got no usable answer. Where AWS chooses the
    /// ARN, nobody approved a change of whatever is found instead.
    fn may_have_created(&self, found: &Present) -> bool {
        let _ = found;
        true
    }

    /// Makes `changes` to the existing resource, and nothing else. Idempotent.
    ///
    /// # Errors
    /// Those of AWS.
    async fn update(
        &self,
        aws: &Aws,
        present: &Present,
        changes: &[Change],
        known: &Known,
    ) -> Result<(), AwsError>;
}

/// A resource with its specification, which comes from the settings: the type that a kind
/// implements [`Wanted`] for.
#[derive(Debug)]
pub struct Specified<'a, R, S> {
    /// The resource.
    pub resource: &'a R,
    /// Its specification.
    pub spec: &'a S,
}

impl<'a, R, S> Specified<'a, R, S>
where
    Self: Wanted,
{
    /// The answer of [`Resource::wanted`] for a resource with that specification.
    pub fn of(resource: &'a R, spec: Option<&'a S>) -> Option<Box<dyn Wanted + 'a>> {
        spec.map(|spec| Box::new(Specified { resource, spec }) as Box<dyn Wanted + 'a>)
    }
}

/// Observes `resource`. If AWS removes it while its parts are read, it is missing.
///
/// # Errors
/// Those of AWS, except [`ErrorKind::NotFound`].
pub async fn observe(resource: &dyn Resource, aws: &Aws) -> Result<Observed, AwsError> {
    missing_if_not_found(resource.observe(aws).await)
}

/// The same for a resource whose ARN, if AWS chose it, is known.
///
/// # Errors
/// Those of AWS, except [`ErrorKind::NotFound`].
pub async fn observe_known(
    resource: &dyn Resource,
    aws: &Aws,
    arn: Option<&String>,
) -> Result<Observed, AwsError> {
    match arn {
        Some(arn) => missing_if_not_found(resource.observe_known(aws, arn).await),
        None => observe(resource, aws).await,
    }
}

fn missing_if_not_found(observed: Result<Observed, AwsError>) -> Result<Observed, AwsError> {
    match observed {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(Observed::Missing),
        observed => observed,
    }
}

/// The outcome of a deletion, which succeeds as well if there was nothing to delete.
pub fn gone_is_fine<T>(answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
