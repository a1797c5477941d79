//! The contract between the planner, the executor and one kind of AWS resource.
//!
//! The planner calls only the functions that are not `async`, the executor only the others. Calls go
//! through [`Aws::call`], which waits for propagation and conflicts.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::Holder;
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change, Value};
use crate::engine::ownership::Owner;
use crate::engine::permission::{Permission, Task};
use iam_policy::Statement;

/// ARNs that AWS chose, by the resource that has them.
pub type Known = BTreeMap<Address, String>;

/// What AWS answers about one resource.
#[derive(Debug, Clone)]
pub enum Observed {
    /// Nothing exists under the name.
    Missing,
    /// Nothing exists, and nothing can; the reason says what is in the way and the way out.
    Impossible(String),
    /// Something exists.
    Present(Present),
    /// What exists cannot be told or must not be touched; the reason says what and the way out.
    Obstructed(String),
}

/// A resource that exists.
#[derive(Debug, Clone)]
pub struct Present {
    /// What it is, in the same terms as [`Resource::desired`].
    pub attributes: Attributes,
    /// Whose it is.
    pub owner: Owner,
    /// Whether it can be acted upon now.
    pub phase: Phase,
    /// Its ARN, where AWS chose that.
    pub arn: Option<String>,
    /// Statements that AWS's log delivery added to a bucket's policy, which every update keeps.
    pub carried: Vec<Statement>,
    /// What others use it with. It is asked for wherever the resource is to go.
    pub held_by: Vec<Holder>,
}

impl Present {
    /// A resource of which no more is to be said than this.
    pub fn new(attributes: Attributes, owner: Owner, phase: Phase) -> Self {
        Present {
            attributes,
            owner,
            phase,
            arn: None,
            carried: Vec::new(),
            held_by: Vec::new(),
        }
    }
}

/// How far AWS is with what it was told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is under way.
    Stable,
    /// AWS is still creating it, or changing it.
    Creating,
    /// AWS is deleting it; its name is free afterwards.
    Deleting,
    /// It is scheduled for deletion, which an update takes back; for a destroy it is gone.
    Doomed,
}

/// What the create call alone has set.
#[derive(Debug)]
pub struct Created {
    /// The attributes that exist now. Whatever else is wanted follows as an update.
    pub attributes: Attributes,
    /// The ARN, where AWS chose that.
    pub arn: Option<String>,
}

/// What a person agreed to beside the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Whether what exists under our names and is not ours may be taken over.
    pub adopt: bool,
    /// Whether others lose what they use a policy or a role with when that goes.
    pub detach_foreign: bool,
    /// Whether the objects of a bucket go with it.
    pub empty_bucket: bool,
    /// Days until a KMS key is really deleted, 7 to 30.
    pub key_deletion_days: u8,
}

impl Default for Consent {
    /// Nothing beside the settings, and the longest time to change one's mind about a key.
    fn default() -> Self {
        Consent {
            adopt: false,
            detach_foreign: false,
            empty_bucket: false,
            key_deletion_days: 30,
        }
    }
}

/// One resource of a blueprint.
#[async_trait]
pub trait Resource: Debug + Send + Sync {
    /// How it is called in plans and errors.
    fn address(&self) -> &Address;

    /// Its name in AWS.
    fn name(&self) -> &str;

    /// Its ARN; `None` where AWS chooses it.
    fn arn(&self) -> Option<String>;

    /// What it should be. Pure; what is not in `known` yet is [`Value::KnownAfterApply`].
    fn desired(&self, known: &Known) -> Attributes;

    /// Why `change` cannot be made in place, and the way out; `None` if it can.
    fn immutable(&self, change: &Change) -> Option<String> {
        let _ = change;
        None
    }

    /// What a person should know about it beside its attributes.
    fn note(&self) -> Option<String> {
        None
    }

    /// What a person should know about its deletion.
    fn deletion_note(&self, consent: Consent) -> Option<String> {
        let _ = consent;
        None
    }

    /// Whether the answer to its deletion tells that nothing else is to come, so that it is not
    /// looked at once more.
    fn deletion_is_answered(&self) -> bool {
        false
    }

    /// The resource that decides whose this one is, for kinds that carry no tags.
    fn parent(&self) -> Option<&Address> {
        None
    }

    /// What the calls of `task` need of IAM. Pure, and the one place where that is told.
    fn permissions(&self, task: Task<'_>) -> Vec<Permission>;

    /// Reads what exists. Never writes.
    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError>;

    /// Makes it exist, with the ownership tags in the same call, and returns without waiting.
    ///
    /// Called only when it was observed missing. If it exists by now the error is of the kind
    /// [`ErrorKind::AlreadyExists`] and nothing was changed, as far as AWS can tell: a target, and
    /// a bucket of this account in us-east-1, are created again without an error.
    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError>;

    /// Makes `changes` true of what exists, and nothing else. Doing it twice is doing it once.
    async fn update(
        &self,
        aws: &Aws,
        present: &Present,
        changes: &[Change],
        known: &Known,
    ) -> Result<(), AwsError>;

    /// Removes it, and returns without waiting. That it is gone already is no error. What others
    /// use it with lets go of it: it is called only where a person agreed to that, or nothing does.
    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError>;
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

/// The reference to another resource's ARN as an attribute.
pub fn reference(known: &Known, address: &Address) -> Value {
    match known.get(address) {
        Some(arn) => arn.as_str().into(),
        None => Value::KnownAfterApply,
    }
}
