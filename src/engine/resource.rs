//! The contract of a resource: what the planner and the executor ask of each kind.
//!
//! A kind is one type in a room of its own under [`kinds`](crate::kinds). The planner calls the
//! functions that are not `async`, and the executor and the survey the others. Every request goes
//! through [`Aws::call`], which repeats what passes by itself.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Present};
use crate::engine::permission::Permission;

/// A resource that may exist, and how it is read and deleted.
#[async_trait]
pub trait Resource: Debug + Send + Sync {
    /// Which resource is meant.
    fn identity(&self) -> &Identity;

    /// What the settings ask of the resource; `None` if it is not wanted.
    fn wanted(&self) -> Option<Box<dyn Wanted + '_>>;

    /// The resource that decides whose this one is, for kinds that carry no tags.
    fn parent(&self) -> Option<&Address> {
        None
    }

    /// What a person should know about the deletion.
    fn deletion_note(&self, consent: Consent) -> Option<String> {
        let _ = consent;
        None
    }

    /// Whether the answer to a deletion says that the resource is gone. Where it does, the resource
    /// is not observed once more.
    fn deletion_is_answered(&self) -> bool {
        false
    }

    /// The permissions that [`observe`](Resource::observe) needs.
    fn permissions_to_observe(&self) -> Vec<Permission>;

    /// The permissions that [`delete`](Resource::delete) needs.
    fn permissions_to_delete(&self, consent: Consent) -> Vec<Permission>;

    /// Reads what exists. Never writes.
    ///
    /// # Errors
    /// Those of AWS. That nothing exists is no error, but may be answered as one of the kind
    /// [`ErrorKind::NotFound`], where AWS takes the resource away while its parts are read.
    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError>;

    /// Deletes the resource, and returns without waiting. That it is gone already is no error.
    ///
    /// Others lose what they use the resource with: this is called only if nothing holds the
    /// resource, or if a person agreed.
    ///
    /// # Errors
    /// Those of AWS.
    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError>;
}

/// A resource that the settings ask for, and how it is created and changed.
#[async_trait]
pub trait Wanted: Send + Sync {
    /// What the resource is to be, given what was `found` of it. A value that AWS has yet to choose,
    /// and that is not in `known`, is [`Value::KnownAfterApply`](crate::engine::attributes::Value).
    fn desired(&self, found: Option<&Present>, known: &Known) -> Attributes;

    /// Why `change` cannot be made in place, and the way out; `None` if it can.
    fn immutable(&self, change: &Change) -> Option<String> {
        let _ = change;
        None
    }

    /// The permissions that [`create`](Wanted::create) needs, and the updates that complete it.
    fn permissions_to_create(&self) -> Vec<Permission>;

    /// The permissions that an update needs: of these changes, or without them of every change that
    /// there can be.
    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission>;

    /// Creates the resource with the ownership tags in the same call, and returns without waiting.
    ///
    /// # Errors
    /// Those of AWS. Where the resource exists by now, the error is of the kind
    /// [`ErrorKind::AlreadyExists`] and nothing was changed, as far as AWS can tell: a target, and
    /// a bucket of this account in us-east-1, are created again without an error.
    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError>;

    /// Makes `changes` true of what exists, and nothing else. Doing it twice is doing it once.
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

/// A resource with what the settings ask of it: what a kind implements [`Wanted`] for.
#[derive(Debug)]
pub struct Specified<'a, R, S> {
    /// The resource.
    pub resource: &'a R,
    /// What is asked of it.
    pub spec: &'a S,
}

impl<'a, R, S> Specified<'a, R, S>
where
    Self: Wanted,
{
    /// What [`Resource::wanted`] answers for a resource with that specification.
    pub fn of(resource: &'a R, spec: Option<&'a S>) -> Option<Box<dyn Wanted + 'a>> {
        spec.map(|spec| Box::new(Specified { resource, spec }) as Box<dyn Wanted + 'a>)
    }
}

/// Reads what exists of `resource`, whose parts AWS may take away while they are read.
///
/// # Errors
/// Those of AWS, but for what is not found.
pub async fn observe(resource: &dyn Resource, aws: &Aws) -> Result<Observed, AwsError> {
    match resource.observe(aws).await {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(Observed::Missing),
        observed => observed,
    }
}

/// The outcome of a deletion: that there was nothing to delete is success.
pub fn gone_is_fine<T>(answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
