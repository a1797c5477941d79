//! An IAM role with its trust policy and its one inline policy.
//!
//! The role's permissions are exclusive: an inline policy or an attached policy that someone added
//! is drift, unless the settings keep it.

use async_trait::async_trait;
use futures_util::future::join;
use std::borrow::Cow;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, key_of, touches};
use crate::engine::document::Document;
use crate::engine::holder::Holder;
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::kinds::iam::attached::detach;
use crate::kinds::iam::role_details::RoleDetails;
use crate::kinds::iam::{INSTANCE_PROFILE, iam_operation};
use crate::kinds::policy_value;
use crate::kinds::tags::{from_service, to_service};
use crate::names::IamIdentity;
use iam_policy::Policy;

/// The kind, as addresses name it.
pub const KIND: &str = "iam_role";

/// A role under one name.
#[derive(Debug)]
pub struct IamRole {
    /// The identity of the role. The ARN follows from partition, account and name.
    pub identity: Identity,
    /// The name of the role's one inline policy.
    pub policy_name: &'static str,
    /// The specification of the role, if it is wanted.
    pub spec: Option<RoleSpec>,
}

/// A role that a service or an account may assume.
#[derive(Debug)]
pub struct RoleSpec {
    /// The trust policy. It is `None` while the settings name no principal; then the role is
    /// neither created nor changed.
    pub trust: Option<Document>,
    /// The role's inline policy.
    pub policy: Document,
    /// The ARN of the role's permissions boundary.
    pub boundary: Option<String>,
    /// The policies of others, by name or ARN, that the settings keep on the role.
    pub keep_policies: Vec<String>,
}

const MAX_SESSION_SECONDS: i32 = 3600;

impl RoleSpec {
    /// Whether the settings keep the policy of that name or ARN on the role.
    fn keeps(&self, policy: &str) -> bool {
        self.keep_policies.iter().any(|kept| {
            kept == policy
                || policy
                    .rsplit_once('/')
                    .is_some_and(|(_, name)| name == kept)
        })
    }
}

impl IamRole {
    fn name(&self) -> &str {
        &self.identity.name
    }

    fn iam_identity(&self) -> IamIdentity {
        IamIdentity::Role(self.identity.name.clone())
    }

    /// Whether the settings keep the policy of that name or ARN on the role.
    fn keeps(&self, policy: &str) -> bool {
        self.spec.as_ref().is_some_and(|spec| spec.keeps(policy))
    }

    /// Whether the inline policy of this name is compared. A kept policy of others is not.
    fn manages(&self, name: &str) -> bool {
        name == self.policy_name || !self.keeps(name)
    }

    /// Reads the policies and the instance profiles of the role, with calls for this role alone.
    async fn details(&self, aws: &Aws) -> Result<RoleDetails, AwsError> {
        let kept = |name: &str| !self.manages(name);
        let is_unwanted = self.spec.is_none();
        RoleDetails::read(aws, self.name(), self.policy_name, kept, is_unwanted).await
    }

    async fn leave_profile(&self, aws: &Aws, profile: &str) -> Result<(), AwsError> {
        let answer = aws
            .call(iam_operation("RemoveRoleFromInstanceProfile"), || {
                let request = aws.iam().remove_role_from_instance_profile();
                request
                    .instance_profile_name(profile)
                    .role_name(self.name())
                    .send()
            })
            .await;
        gone_is_fine(answer)
    }

    async fn delete_inline(&self, aws: &Aws, name: &str) -> Result<(), AwsError> {
        let answer = aws
            .call(iam_operation("DeleteRolePolicy"), || {
                let request = aws.iam().delete_role_policy().role_name(self.name());
                request.policy_name(name).send()
            })
            .await;
        gone_is_fine(answer)
    }
}

#[async_trait]
impl Resource for IamRole {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    /// `DeleteRole` answers once the role is gone. No other step depends on how far IAM has spread
    /// that.
    fn deletion_is_answered(&self) -> bool {
        true
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, consent: Consent) -> Vec<Permission> {
        self.deleting(consent)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let role = aws.call(iam_operation("GetRole"), || {
            aws.iam().get_role().role_name(self.name()).send()
        });
        let details = async {
            match aws.role_page().await? {
                Some(page) => Ok(page.roles.get(self.name()).map(RoleDetails::of)),
                None => self.details(aws).await.map(Some),
            }
        };
        // Both reads are awaited to their end. If this role dropped the read of the page, another
        // role would start that read anew.
        let (role, details) = join(role, details).await;
        let role = match role {
            Ok(answer) => answer.role,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Observed::Missing),
            Err(error) => return Err(error),
        };
        let role = role
            .ok_or_else(|| aws.name(AwsError::incomplete(iam_operation("GetRole"), "the role")))?;
        let details = match details? {
            Some(details) => details,
            None => self.details(aws).await?,
        };
        let mut attributes = Attributes::from([
            ("path".to_owned(), role.path().into()),
            (
                "trust_policy".to_owned(),
                policy_value(role.assume_role_policy_document().unwrap_or_default()),
            ),
            (
                "max_session_seconds".to_owned(),
                role.max_session_duration()
                    .unwrap_or(MAX_SESSION_SECONDS)
                    .into(),
            ),
        ]);
        if let Some(boundary) = role
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn())
        {
            attributes.insert("permissions_boundary".to_owned(), boundary.into());
        }
        let (inline, attached) = (details.inline.into_iter(), details.attached.iter());
        attributes.extend(
            inline
                .filter(|(name, _)| self.manages(name))
                .map(|(name, policy)| (format!("inline_policy[{name}]"), policy)),
        );
        for arn in attached.filter(|arn| !self.keeps(arn)) {
            attributes.insert(format!("attached_policy[{arn}]"), arn.as_str().into());
        }
        let tags = from_service(role.tags());
        let owner = self.identity.tags.lower_observed(&tags, &mut attributes);
        let mut present = Present::new(attributes, owner, Phase::Stable);
        if self.spec.is_none() {
            let profiles = details.profiles.into_iter();
            let holder = |name| Holder::new(INSTANCE_PROFILE, name);
            present.held_by = profiles.map(holder).collect();
        }
        Ok(Observed::Present(present))
    }

    async fn delete(
        &self,
        aws: &Aws,
        present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        for holder in &present.held_by {
            self.leave_profile(aws, &holder.name).await?;
        }
        for attribute in present.attributes.keys() {
            if let Some(name) = key_of(attribute, "inline_policy") {
                self.delete_inline(aws, name).await?;
            }
            if let Some(arn) = key_of(attribute, "attached_policy") {
                detach(aws, &self.iam_identity(), arn).await?;
            }
        }
        let answer = aws
            .call(iam_operation("DeleteRole"), || {
                aws.iam().delete_role().role_name(self.name()).send()
            })
            .await;
        gone_is_fine(answer)
    }
}

impl Specified<'_, IamRole, RoleSpec> {
    fn trust(&self, aws: &Aws, operation: &'static str) -> Result<String, AwsError> {
        let trust = self.spec.trust.as_ref().and_then(Document::to_send);
        to_send(trust.map(Cow::Owned), aws, operation)
    }

    /// The attributes that `CreateRole` sets.
    fn created(&self) -> Attributes {
        let mut attributes = Attributes::from([
            ("path".to_owned(), "/".into()),
            ("max_session_seconds".to_owned(), MAX_SESSION_SECONDS.into()),
        ]);
        if let Some(trust) = &self.spec.trust {
            attributes.insert("trust_policy".to_owned(), trust.into());
        }
        if let Some(boundary) = &self.spec.boundary {
            attributes.insert("permissions_boundary".to_owned(), boundary.as_str().into());
        }
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }

    async fn put_inline(&self, aws: &Aws, name: &str, policy: &Value) -> Result<(), AwsError> {
        let policy = to_send(policy.to_send(), aws, "PutRolePolicy")?;
        aws.call(iam_operation("PutRolePolicy"), || {
            let request = aws.iam().put_role_policy().role_name(self.resource.name());
            request.policy_name(name).policy_document(&policy).send()
        })
        .await?;
        Ok(())
    }

    async fn set_boundary(&self, aws: &Aws) -> Result<(), AwsError> {
        if let Some(boundary) = &self.spec.boundary {
            aws.call(iam_operation("PutRolePermissionsBoundary"), || {
                let request = aws.iam().put_role_permissions_boundary();
                request
                    .role_name(self.resource.name())
                    .permissions_boundary(boundary)
                    .send()
            })
            .await?;
            return Ok(());
        }
        let answer = aws
            .call(iam_operation("DeleteRolePermissionsBoundary"), || {
                let request = aws.iam().delete_role_permissions_boundary();
                request.role_name(self.resource.name()).send()
            })
            .await;
        gone_is_fine(answer)
    }
}

#[async_trait]
impl Wanted for Specified<'_, IamRole, RoleSpec> {
    fn desired(&self, _found: Option<&Present>, known: &Known) -> Attributes {
        let mut attributes = self.created();
        let name = format!("inline_policy[{}]", self.resource.policy_name);
        attributes.insert(name, (&self.spec.policy.with(known)).into());
        attributes
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        (change.attribute == "path").then(|| {
            format!(
                "the path of a role cannot be changed; delete the role `{}` or choose another \
                 `postfix`",
                self.resource.name()
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
        let trust = self.trust(aws, "CreateRole")?;
        let tags = to_service(self.resource.identity.tags.iter());
        aws.call(iam_operation("CreateRole"), || {
            aws.iam()
                .create_role()
                .role_name(self.resource.name())
                .path("/")
                .max_session_duration(MAX_SESSION_SECONDS)
                .assume_role_policy_document(&trust)
                .set_permissions_boundary(self.spec.boundary.clone())
                .set_tags(Some(tags.clone()))
                .send()
        })
        .await?;
        Ok(Created {
            attributes: self.created(),
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
        // The changes of one role are made one after the other, since IAM would answer
        // ConcurrentModification. The ownership tags are written first, so a role that is taken
        // over is ours before it is changed.
        let tags = to_service(changed_tags(changes));
        if !tags.is_empty() {
            aws.call(iam_operation("TagRole"), || {
                let request = aws.iam().tag_role().role_name(self.resource.name());
                request.set_tags(Some(tags.clone())).send()
            })
            .await?;
        }
        if touches(changes, "permissions_boundary") {
            self.set_boundary(aws).await?;
        }
        if touches(changes, "trust_policy") {
            let trust = self.trust(aws, "UpdateAssumeRolePolicy")?;
            aws.call(iam_operation("UpdateAssumeRolePolicy"), || {
                let request = aws
                    .iam()
                    .update_assume_role_policy()
                    .role_name(self.resource.name());
                request.policy_document(&trust).send()
            })
            .await?;
        }
        if touches(changes, "max_session_seconds") {
            aws.call(iam_operation("UpdateRole"), || {
                let request = aws.iam().update_role().role_name(self.resource.name());
                request.max_session_duration(MAX_SESSION_SECONDS).send()
            })
            .await?;
        }
        for change in changes {
            match (key_of(&change.attribute, "inline_policy"), &change.after) {
                (Some(name), Some(policy)) => self.put_inline(aws, name, policy).await?,
                (Some(name), None) => self.resource.delete_inline(aws, name).await?,
                _ => {}
            }
            if let (Some(arn), None) = (key_of(&change.attribute, "attached_policy"), &change.after)
            {
                detach(aws, &self.resource.iam_identity(), arn).await?;
            }
        }
        Ok(())
    }
}

/// The names of all roles of the account.
///
/// # Errors
/// Those of `iam:GetAccountAuthorizationDetails` and `iam:ListRoles`.
pub async fn all_names(aws: &Aws) -> Result<Vec<String>, AwsError> {
    if let Some(page) = aws.role_page().await?.filter(|page| page.complete) {
        return Ok(page.roles.keys().cloned().collect());
    }
    aws.list(
        iam_operation("ListRoles"),
        |token| {
            let request = aws.iam().list_roles().max_items(1000);
            request.set_marker(token).send()
        },
        |answer| {
            (
                answer.roles.into_iter().map(|role| role.role_name),
                answer.marker,
            )
        },
    )
    .await
}

/// The text of a policy to send, or an error if a part of the policy is unknown.
fn to_send(
    policy: Option<Cow<'_, Policy>>,
    aws: &Aws,
    operation: &'static str,
) -> Result<String, AwsError> {
    let policy = policy.ok_or_else(|| {
        let message = "a part of the policy is not known".to_owned();
        aws.name(AwsError::unusable(iam_operation(operation), message))
    })?;
    Ok(policy.compact())
}
