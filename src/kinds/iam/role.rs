//! An IAM role with its trust policy and its one inline policy.
//!
//! The role's permissions are exclusive: an inline policy or an attached policy that someone added
//! is drift, unless the settings keep it.

mod wanted;

use async_trait::async_trait;
use futures_util::future::{join, try_join_all};

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::{Attributes, Value, key_of};
use crate::engine::document::Document;
use crate::engine::holder::Holder;
use crate::engine::identity::Identity;
use crate::engine::observed::{Consent, Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::engine::restriction::restricts;
use crate::kinds::iam::attached::detach;
use crate::kinds::iam::kept;
use crate::kinds::iam::managed::document;
use crate::kinds::iam::role_details::RoleDetails;
use crate::kinds::iam::{INSTANCE_PROFILE, iam_operation};
use crate::kinds::policy_value::policy_value;
use crate::kinds::tags::from_service;
use crate::names::{IamIdentity, KeptPolicy};

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
    /// The policies of others that the settings keep on the role.
    pub keep_policies: Vec<KeptPolicy>,
}

const MAX_SESSION_SECONDS: i32 = 3600;

impl IamRole {
    fn name(&self) -> &str {
        &self.identity.name
    }

    fn iam_identity(&self) -> IamIdentity {
        IamIdentity::Role(self.identity.name.clone())
    }

    /// Whether the settings keep a policy on the role for which `is_it` holds.
    fn keeps(&self, is_it: impl Fn(&KeptPolicy) -> bool) -> bool {
        let spec = self.spec.as_ref();
        spec.is_some_and(|spec| spec.keep_policies.iter().any(is_it))
    }

    /// Reads the policies and the instance profiles of the role, with calls for this role alone.
    async fn details(&self, aws: &Aws) -> Result<RoleDetails, AwsError> {
        let is_unwanted = self.spec.is_none();
        RoleDetails::read(aws, self.name(), self.policy_name, is_unwanted).await
    }

    /// The ARN of an attached policy with its document, which tells what a role that stays keeps or
    /// loses with the policy. Of a role that goes, the document is not read.
    async fn attached_policy(&self, aws: &Aws, arn: String) -> Result<(String, Value), AwsError> {
        let value = match self.spec {
            Some(_) => document(aws, &arn).await?,
            None => arn.as_str().into(),
        };
        Ok((arn, value))
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
        let (details, is_listed) = match details? {
            Some(details) => (details, aws.role_page().await?.is_some()),
            None => (self.details(aws).await?, false),
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
        let attached = details.attached.into_iter();
        let attached = attached.map(|arn| self.attached_policy(aws, arn));
        let mut keeps = Vec::new();
        let mut kept_names = Vec::new();
        for (name, policy) in details.inline {
            if name != self.policy_name && self.keeps(|kept| kept.is_inline(&name)) {
                let name = format!("inline/{name}");
                keeps.push(kept::line(&name, &policy));
                kept_names.push(name);
            } else {
                attributes.insert(format!("inline_policy[{name}]"), policy);
            }
        }
        for (arn, policy) in try_join_all(attached).await? {
            if self.keeps(|kept| kept.is_managed(&arn)) {
                keeps.push(kept::line(&arn, &policy));
                kept_names.push(arn);
            } else {
                attributes.insert(format!("attached_policy[{arn}]"), policy);
            }
        }
        keeps.sort();
        let tags = from_service(role.tags());
        let owner = match self.identity.tags.lower_observed(&tags, &mut attributes) {
            // The path is a part of the ARN, and nobody can change it after the creation.
            Owner::Ours if role.path() != "/" => Owner::Foreign(format!(
                "its path is {}, and this program makes roles without a path",
                role.path()
            )),
            owner => owner,
        };
        let mut present = Present::new(attributes, owner, Phase::Stable);
        present.keeps = keeps;
        present.kept = kept_names;
        present.is_listed = is_listed;
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
        // The deletion may end half-way. What the role may do goes before what denies it something, so
        // that the role can do no more meanwhile. Of attached policies the documents are not read.
        let inline = |denies: bool| {
            let all = present.attributes.iter();
            all.filter_map(move |(attribute, policy)| {
                let name = key_of(attribute, "inline_policy")?;
                (restricts(policy) == denies).then_some(name)
            })
        };
        for name in inline(false) {
            self.delete_inline(aws, name).await?;
        }
        for attribute in present.attributes.keys() {
            if let Some(arn) = key_of(attribute, "attached_policy") {
                detach(aws, &self.iam_identity(), arn).await?;
            }
        }
        for name in inline(true) {
            self.delete_inline(aws, name).await?;
        }
        let answer = aws
            .call(iam_operation("DeleteRole"), || {
                aws.iam().delete_role().role_name(self.name()).send()
            })
            .await;
        gone_is_fine(answer)
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
