//! A customer-managed IAM policy.

use async_trait::async_trait;
use aws_sdk_iam::types::PolicyVersion;
use futures_util::future::join;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, touches};
use crate::engine::holder::Holder;
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::engine::restriction::restricts;
use crate::kinds::iam::attached::detach;
use crate::kinds::iam::iam_operation;
use crate::kinds::policy_value::policy_value;
use crate::kinds::summary::statements;
use crate::kinds::tags::{from_service, to_service};
use crate::names::IamIdentity;
use iam_policy::Policy;

/// A managed policy under one name.
#[derive(Debug)]
pub struct IamPolicy {
    /// The identity of the policy. The ARN follows from partition, account and name.
    pub identity: Identity,
    /// The identities that our own attachments attach the policy to. Any other identity with the
    /// policy attached is a holder.
    pub attached_to: Vec<IamIdentity>,
    /// The specification of the policy, if it is wanted.
    pub spec: Option<PolicySpec>,
}

/// A policy that is attached to identities.
#[derive(Debug)]
pub struct PolicySpec {
    /// The description, which AWS cannot change after the creation.
    pub description: String,
    /// The document.
    pub document: Policy,
}

/// The kind, as addresses name it.
pub const KIND: &str = "iam_policy";
/// The largest number of versions of a policy that AWS keeps.
const MOST_VERSIONS: usize = 5;

impl IamPolicy {
    fn arn(&self) -> &str {
        self.identity.as_resource()
    }

    async fn versions(&self, aws: &Aws) -> Result<Vec<PolicyVersion>, AwsError> {
        aws.list(
            iam_operation("ListPolicyVersions"),
            |token| {
                let request = aws.iam().list_policy_versions().policy_arn(self.arn());
                request.set_marker(token).send()
            },
            |answer| (answer.versions.unwrap_or_default(), answer.marker),
        )
        .await
    }

    async fn delete_version(&self, aws: &Aws, version: &PolicyVersion) -> Result<(), AwsError> {
        let answer = aws
            .call(iam_operation("DeletePolicyVersion"), || {
                let request = aws.iam().delete_policy_version().policy_arn(self.arn());
                request.set_version_id(version.version_id.clone()).send()
            })
            .await;
        gone_is_fine(answer)
    }

    /// Every identity that has the policy attached.
    async fn holders(&self, aws: &Aws) -> Result<Vec<IamIdentity>, AwsError> {
        aws.list(
            iam_operation("ListEntitiesForPolicy"),
            |token| {
                let request = aws.iam().list_entities_for_policy().policy_arn(self.arn());
                request.set_marker(token).send()
            },
            |answer| {
                let users = answer.policy_users.unwrap_or_default().into_iter();
                let users = users.filter_map(|it| it.user_name.map(IamIdentity::User));
                let groups = answer.policy_groups.unwrap_or_default().into_iter();
                let groups = groups.filter_map(|it| it.group_name.map(IamIdentity::Group));
                let roles = answer.policy_roles.unwrap_or_default().into_iter();
                let roles = roles.filter_map(|it| it.role_name.map(IamIdentity::Role));
                (users.chain(groups).chain(roles), answer.marker)
            },
        )
        .await
    }
}

/// The number in the id of a version. It orders versions that were created in the same second.
fn number(version: &PolicyVersion) -> u64 {
    let id = version.version_id().unwrap_or_default();
    id.trim_start_matches('v').parse().unwrap_or_default()
}

/// The holder for an identity that has the policy attached.
fn holder(identity: IamIdentity) -> Holder {
    let kind = match identity {
        IamIdentity::User(_) => "user",
        IamIdentity::Group(_) => "group",
        IamIdentity::Role(_) => "role",
    };
    Holder::new(kind, identity.name())
}

/// The identity that a holder stands for.
fn identity(holder: &Holder) -> Option<IamIdentity> {
    let identity: fn(String) -> IamIdentity = match holder.kind {
        "user" => IamIdentity::User,
        "group" => IamIdentity::Group,
        "role" => IamIdentity::Role,
        _ => return None,
    };
    Some(identity(holder.name.clone()))
}

#[async_trait]
impl Resource for IamPolicy {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    /// The identities that have the policy stay, and a Deny in it limits what others allow to them.
    fn deletion_lifts(&self, present: &Present) -> Option<String> {
        let others = present.held_by.iter().map(ToString::to_string);
        let identities = self.attached_to.iter().map(ToString::to_string);
        let identities: Vec<String> = identities.chain(others).collect();
        let document = present.attributes.get("document");
        (!identities.is_empty() && document.is_some_and(restricts))
            .then(|| format!("its document, for {}", identities.join(", ")))
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, consent: Consent) -> Vec<Permission> {
        self.deleting(consent)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let policy = aws.call(iam_operation("GetPolicy"), || {
            aws.iam().get_policy().policy_arn(self.arn()).send()
        });
        let (policy, holders) = join(policy, self.holders(aws)).await;
        let policy = match policy {
            Ok(answer) => answer.policy.ok_or_else(|| {
                aws.name(AwsError::incomplete(
                    iam_operation("GetPolicy"),
                    "the policy",
                ))
            })?,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Observed::Missing),
            Err(error) => return Err(error),
        };
        let version = aws
            .call(iam_operation("GetPolicyVersion"), || {
                let request = aws.iam().get_policy_version().policy_arn(self.arn());
                request
                    .set_version_id(policy.default_version_id.clone())
                    .send()
            })
            .await?;
        let document = version
            .policy_version()
            .and_then(|version| version.document());
        let mut attributes = Attributes::from([
            (
                "description".to_owned(),
                policy.description().unwrap_or_default().into(),
            ),
            (
                "document".to_owned(),
                policy_value(document.unwrap_or_default()),
            ),
        ]);
        let tags = from_service(policy.tags());
        let owner = self.identity.tags.lower_observed(&tags, &mut attributes);
        let mut present = Present::new(attributes, owner, Phase::Stable);
        let others = holders?.into_iter();
        let others = others.filter(|holder| !self.attached_to.contains(holder));
        present.held_by = others.map(holder).collect();
        Ok(Observed::Present(present))
    }

    /// Whoever has a policy that is taken over gets what ours allows. Of our own policy the plan names
    /// them: a person may have attached it by hand.
    async fn exposures(&self, _aws: &Aws, present: &Present) -> Result<Vec<String>, AwsError> {
        if present.owner == Owner::Ours {
            return Ok(Vec::new());
        }
        let holders = present.held_by.iter();
        Ok(holders
            .map(|holder| format!("{holder} has it and would get what it allows"))
            .collect())
    }

    async fn delete(
        &self,
        aws: &Aws,
        present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        for holder in &present.held_by {
            if let Some(identity) = identity(holder) {
                detach(aws, &identity, self.arn()).await?;
            }
        }
        let versions = match self.versions(aws).await {
            Ok(versions) => versions,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for version in versions
            .iter()
            .filter(|version| !version.is_default_version())
        {
            self.delete_version(aws, version).await?;
        }
        let answer = aws
            .call(iam_operation("DeletePolicy"), || {
                aws.iam().delete_policy().policy_arn(self.arn()).send()
            })
            .await;
        gone_is_fine(answer)
    }
}

impl Specified<'_, IamPolicy, PolicySpec> {
    /// Writes the document as the new default version. AWS keeps five versions, so the oldest one
    /// that is not the default is deleted first if there are five.
    async fn put_document(&self, aws: &Aws) -> Result<(), AwsError> {
        let mut versions = self.resource.versions(aws).await?;
        if versions.len() >= MOST_VERSIONS {
            versions.retain(|version| !version.is_default_version());
            let oldest = versions.iter().min_by_key(|version| {
                let date = version.create_date();
                (date.copied(), number(version))
            });
            if let Some(oldest) = oldest {
                self.resource.delete_version(aws, oldest).await?;
            }
        }
        aws.call(iam_operation("CreatePolicyVersion"), || {
            let request = aws
                .iam()
                .create_policy_version()
                .policy_arn(self.resource.arn());
            let request = request.policy_document(self.spec.document.compact());
            request.set_as_default(true).send()
        })
        .await?;
        Ok(())
    }

    fn attributes(&self) -> Attributes {
        let mut attributes = Attributes::from([
            (
                "description".to_owned(),
                self.spec.description.as_str().into(),
            ),
            (
                "document".to_owned(),
                Value::Policy(self.spec.document.clone()),
            ),
        ]);
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }
}

#[async_trait]
impl Wanted for Specified<'_, IamPolicy, PolicySpec> {
    fn desired(&self, _found: Option<&Present>, _known: &Known) -> Attributes {
        self.attributes()
    }

    fn summary(&self, desired: &Attributes) -> String {
        statements(desired, |name| name == "document")
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        let Some(Value::Plain(before)) = &change.before else {
            return None;
        };
        (change.attribute == "description").then(|| {
            format!(
                "AWS does not let the description of a policy be changed; keep {before}, or run \
                 `provision destroy` and then apply again"
            )
        })
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.creating()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        self.updating(changes)
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let tags = to_service(self.resource.identity.tags.iter());
        aws.call(iam_operation("CreatePolicy"), || {
            let request = aws
                .iam()
                .create_policy()
                .policy_name(&self.resource.identity.name)
                .path("/");
            let request = request.description(&self.spec.description);
            let request = request.policy_document(self.spec.document.compact());
            request.set_tags(Some(tags.clone())).send()
        })
        .await?;
        Ok(Created {
            attributes: self.attributes(),
            arn: None,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        _present: &Present,
        changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        // The ownership tags are written first, so a policy that is taken over is ours before it is
        // changed.
        let tags = to_service(changed_tags(changes));
        if !tags.is_empty() {
            aws.call(iam_operation("TagPolicy"), || {
                let request = aws.iam().tag_policy().policy_arn(self.resource.arn());
                request.set_tags(Some(tags.clone())).send()
            })
            .await?;
        }
        if touches(changes, "document") {
            self.put_document(aws).await?;
        }
        Ok(())
    }
}
