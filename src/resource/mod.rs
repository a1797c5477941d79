//! The contract between the planner, the executor and one kind of AWS resource.
//!
//! A kind is one file here with one type that implements [`Resource`]; blueprints make values of
//! it. The planner calls only the functions that are not `async`, the executor only the others.
//! Calls go through [`Aws::call`], which waits for propagation and conflicts, so that no kind has
//! a retry loop of its own.

pub mod empty_bucket;
#[cfg(test)]
mod empty_bucket_tests;
pub mod event_rule;
pub mod event_target;
pub mod firehose_stream;
mod holder;
pub mod iam_policy;
pub mod iam_role;
mod identity;
pub mod instance_profile;
pub mod kms_key;
mod lifecycle;
pub mod policy_attachment;
mod role_details;
pub mod s3_bucket;

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;

pub use holder::Holder;
pub use identity::Identity;

use crate::address::Address;
use crate::attributes::{Attributes, Change, Value};
use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::permissions::{Permission, Task};
use crate::policy::{Policy, Statement};
use crate::text_file::LARGEST_POLICY;

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

/// Whose a resource is, by its tags alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// It carries the tags of exactly this deployment.
    Ours,
    /// It does not; the text says what its tags tell about the owner.
    Foreign(String),
    /// The kind carries no tags: it belongs to whom [`Resource::parent`] belongs to.
    Parent,
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

/// The ownership tags and the settings' tags, as every kind that carries tags uses them.
#[derive(Debug, Clone)]
pub struct Tags {
    system: &'static str,
    deployment: String,
    user: BTreeMap<String, String>,
}

/// The tag that names the system a resource belongs to.
pub const SYSTEM_TAG: &str = "provision:system";
/// The tag that tells several deployments of one system in one account apart.
pub const DEPLOYMENT_TAG: &str = "provision:deployment";

/// The value of [`DEPLOYMENT_TAG`] for the deployment without a postfix, which no postfix may have.
pub const DEPLOYMENT_WITHOUT_POSTFIX: &str = "default";

impl Tags {
    /// The tags of one deployment of `system`; an empty postfix is the deployment `default`.
    pub fn new(system: &'static str, postfix: &str, user: &BTreeMap<String, String>) -> Self {
        Tags {
            system,
            deployment: match postfix {
                "" => DEPLOYMENT_WITHOUT_POSTFIX.to_owned(),
                postfix => postfix.to_owned(),
            },
            user: user.clone(),
        }
    }

    /// Every tag to write: the owner's two, then the settings'.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        [
            (SYSTEM_TAG, self.system),
            (DEPLOYMENT_TAG, self.deployment.as_str()),
        ]
        .into_iter()
        .chain(self.user.iter().map(|(k, v)| (k.as_str(), v.as_str())))
    }

    /// Adds the tags to wanted attributes.
    pub fn lower_desired(&self, attributes: &mut Attributes) {
        for (key, value) in self.iter() {
            attributes.insert(format!("tags[{key}]"), value.into());
        }
    }

    /// Adds those of the tags in AWS that are ours to manage, and tells the owner.
    ///
    /// Only the exact pair of ownership tags makes a resource ours. Tags that others put on it are
    /// not shown, because they are not managed.
    pub fn lower_observed(
        &self,
        observed: &BTreeMap<String, String>,
        attributes: &mut Attributes,
    ) -> Owner {
        for (key, _) in self.iter() {
            if let Some(value) = observed.get(key) {
                attributes.insert(format!("tags[{key}]"), value.as_str().into());
            }
        }
        self.owner(observed)
    }

    /// Whose a resource with these tags is.
    pub fn owner(&self, observed: &BTreeMap<String, String>) -> Owner {
        let system = observed.get(SYSTEM_TAG).map(String::as_str);
        let deployment = observed.get(DEPLOYMENT_TAG).map(String::as_str);
        if system == Some(self.system) && deployment == Some(self.deployment.as_str()) {
            return Owner::Ours;
        }
        Owner::Foreign(match (system, deployment) {
            (Some(system), deployment) => format!(
                "it belongs to the deployment `{}` of `{system}`",
                deployment.unwrap_or("(none)")
            ),
            (None, _) => match observed.get("aws:cloudformation:stack-name") {
                Some(stack) => format!("it belongs to the CloudFormation stack `{stack}`"),
                None if observed.is_empty() => "it carries no tags".to_owned(),
                None => {
                    let tags: Vec<_> = observed
                        .iter()
                        .take(5)
                        .map(|(key, value)| format!("{key}={value}"))
                        .collect();
                    format!("it is tagged {}", tags.join(", "))
                }
            },
        })
    }
}

/// An operation of IAM, which is global.
pub(crate) fn iam_operation(name: &'static str) -> Operation {
    Operation {
        service: "iam",
        name,
        region: None,
    }
}

/// Tags as IAM takes them.
pub(crate) fn iam_tags<'a>(
    tags: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<aws_sdk_iam::types::Tag> {
    // Building fails only without key or value, and both are given.
    tags.filter_map(|(key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
        tag.build().ok()
    })
    .collect()
}

/// The outcome of a deletion: that there was nothing to delete is success.
pub(crate) fn gone_is_fine<T>(answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A policy as AWS answers it, which IAM percent-encodes by RFC 3986.
///
/// A text that is no policy to us differs from every policy that is wanted. It is not shown,
/// since nobody could tell where in it a secret stands.
pub(crate) fn policy_value(text: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    // A document that was not encoded starts with a brace; decoding it could change it.
    let text = if text.trim_start().starts_with('{') {
        text
    } else {
        &*decoded
    };
    if text.len() as u64 > LARGEST_POLICY {
        return format!("(not a policy: it has {} bytes)", text.len()).into();
    }
    match Policy::parse(text) {
        Ok(policy) => Value::Policy(policy),
        Err(error) => format!("(not a policy: {error})").into(),
    }
}

/// The reference to another resource's ARN as an attribute.
pub(crate) fn reference(known: &Known, address: &Address) -> Value {
    match known.get(address) {
        Some(arn) => arn.as_str().into(),
        None => Value::KnownAfterApply,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn only_the_exact_pair_of_ownership_tags_makes_a_resource_ours() {
        let tags = Tags::new("stackstate", "-blue", &map(&[("team", "a")]));
        let pair = |system, deployment| vec![(SYSTEM_TAG, system), (DEPLOYMENT_TAG, deployment)];
        let other_case = vec![
            ("Provision:System", "stackstate"),
            ("Provision:Deployment", "-blue"),
        ];
        let cases = [
            ("both tags", pair("stackstate", "-blue"), true),
            ("another deployment", pair("stackstate", "default"), false),
            ("another system", pair("audit-trail", "-blue"), false),
            ("one of the two", vec![(SYSTEM_TAG, "stackstate")], false),
            ("keys in other case", other_case, false),
            ("a value in other case", pair("StackState", "-blue"), false),
            ("only the settings' tag", vec![("team", "a")], false),
            ("nothing", vec![], false),
        ];
        for (why, observed, ours) in cases {
            assert_eq!(tags.owner(&map(&observed)) == Owner::Ours, ours, "{why}");
        }
    }

    #[test]
    fn tags_of_others_are_not_managed() {
        let tags = Tags::new("stackstate", "", &map(&[("team", "a")]));
        let mut attributes = Attributes::new();
        tags.lower_observed(&map(&[("team", "b"), ("cost", "1")]), &mut attributes);
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["tags[team]"]);
    }
}
