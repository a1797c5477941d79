//! An IAM role with its trust policy, its inline policy and nothing else.
//!
//! The role's permissions are exclusive: an inline policy or an attachment that someone added is
//! drift, unless the settings keep it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::future::join;

use crate::aws::{Aws, AwsError, ErrorKind, Pages};
use crate::engine::Holder;
use crate::engine::address::Address;
use crate::engine::attributes::{
    Attributes, Change, KNOWN_AFTER_APPLY, Value, changed_tags, key_of, touches,
};
use crate::engine::ownership::Tags;
use crate::engine::permission::{Permission, Task};
use crate::engine::resource::{
    Consent, Created, Known, Observed, Phase, Present, Resource, gone_is_fine,
};
use crate::kinds::iam::permissions;
use crate::kinds::iam::role_details::RoleDetails;
use crate::kinds::iam::{Identity, iam_operation, iam_tags};
use crate::kinds::policy_value;
use iam_policy::Policy;

/// A role that a service or an account may assume.
#[derive(Debug)]
pub struct IamRole {
    /// How it is called.
    pub address: Address,
    /// Its name in AWS, at most 64 characters.
    pub name: String,
    /// Its ARN, which follows from partition, account and name.
    pub arn: String,
    /// Who may assume it.
    pub trust: Policy,
    /// The name of its one inline policy.
    pub policy_name: &'static str,
    /// What it may do.
    pub policy: Policy,
    /// The key whose id, which AWS chooses, stands in that policy for `${KeyId}`.
    pub key: Option<Address>,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// Policies of others, by name or ARN, that stay on the role for as long as it is wanted.
    pub keep_policies: Vec<String>,
    /// Whether the settings ask for it. Of a role that goes everything is looked at that holds it.
    pub wanted: bool,
    /// Its tags.
    pub tags: Tags,
}

/// The placeholder for the id of a key in a role's policy.
pub const KEY_ID: &str = "KeyId";

const MAX_SESSION_SECONDS: i32 = 3600;

impl IamRole {
    fn keeps(&self, policy: &str) -> bool {
        let is_named = |kept: &String| {
            kept == policy
                || policy
                    .rsplit_once('/')
                    .is_some_and(|(_, name)| name == kept)
        };
        self.wanted && self.keep_policies.iter().any(is_named)
    }

    /// Whether an inline policy of this name is ours to compare.
    fn manages(&self, name: &str) -> bool {
        name == self.policy_name || !self.keeps(name)
    }

    fn identity(&self) -> Identity {
        Identity::Role(self.name.clone())
    }

    /// The inline policy. Its one unknown part does not hide the rest of it.
    fn policy(&self, known: &Known) -> Policy {
        let Some(key) = &self.key else {
            return self.policy.clone();
        };
        let id = known.get(key).and_then(|arn| arn.rsplit_once("key/"));
        let id = id.map_or(KNOWN_AFTER_APPLY, |(_, id)| id);
        self.policy.filled(KEY_ID, id)
    }

    /// The attributes that `CreateRole` sets.
    fn created(&self) -> Attributes {
        let mut attributes = Attributes::from([
            ("path".to_owned(), "/".into()),
            ("max_session_seconds".to_owned(), MAX_SESSION_SECONDS.into()),
            ("trust_policy".to_owned(), Value::Policy(self.trust.clone())),
        ]);
        if let Some(boundary) = &self.boundary {
            attributes.insert("permissions_boundary".to_owned(), boundary.as_str().into());
        }
        self.tags.lower_desired(&mut attributes);
        attributes
    }

    /// What belongs to it, asked of the role alone.
    async fn details(&self, aws: &Aws) -> Result<RoleDetails, AwsError> {
        let kept = |name: &str| !self.manages(name);
        RoleDetails::read(aws, &self.name, self.policy_name, kept, !self.wanted).await
    }

    async fn leave_profile(&self, aws: &Aws, profile: &str) -> Result<(), AwsError> {
        let answer = aws
            .call(iam_operation("RemoveRoleFromInstanceProfile"), || {
                let request = aws.iam().remove_role_from_instance_profile();
                request
                    .instance_profile_name(profile)
                    .role_name(&self.name)
                    .send()
            })
            .await;
        gone_is_fine(answer)
    }

    async fn put_inline(&self, aws: &Aws, name: &str, policy: &Policy) -> Result<(), AwsError> {
        aws.call(iam_operation("PutRolePolicy"), || {
            let request = aws.iam().put_role_policy().role_name(&self.name);
            request
                .policy_name(name)
                .policy_document(policy.compact())
                .send()
        })
        .await?;
        Ok(())
    }

    async fn delete_inline(&self, aws: &Aws, name: &str) -> Result<(), AwsError> {
        let answer = aws
            .call(iam_operation("DeleteRolePolicy"), || {
                let request = aws.iam().delete_role_policy().role_name(&self.name);
                request.policy_name(name).send()
            })
            .await;
        gone_is_fine(answer)
    }

    async fn set_boundary(&self, aws: &Aws) -> Result<(), AwsError> {
        if let Some(boundary) = &self.boundary {
            aws.call(iam_operation("PutRolePermissionsBoundary"), || {
                let request = aws.iam().put_role_permissions_boundary();
                request
                    .role_name(&self.name)
                    .permissions_boundary(boundary)
                    .send()
            })
            .await?;
            return Ok(());
        }
        let answer = aws
            .call(iam_operation("DeleteRolePermissionsBoundary"), || {
                let request = aws.iam().delete_role_permissions_boundary();
                request.role_name(&self.name).send()
            })
            .await;
        gone_is_fine(answer)
    }
}

#[async_trait]
impl Resource for IamRole {
    fn address(&self) -> &Address {
        &self.address
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn arn(&self) -> Option<String> {
        Some(self.arn.clone())
    }

    fn desired(&self, known: &Known) -> Attributes {
        let mut attributes = self.created();
        let name = format!("inline_policy[{}]", self.policy_name);
        attributes.insert(name, Value::Policy(self.policy(known)));
        attributes
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        (change.attribute == "path").then(|| {
            format!(
                "the path of a role cannot be changed; delete the role `{}` or choose another \
                 `postfix`",
                self.name
            )
        })
    }

    /// `DeleteRole` answers once the role is gone; what IAM spreads after that holds up nothing.
    fn deletion_is_answered(&self) -> bool {
        true
    }

    fn permissions(&self, task: Task<'_>) -> Vec<Permission> {
        permissions::role(self, task)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let role = aws.call(iam_operation("GetRole"), || {
            aws.iam().get_role().role_name(&self.name).send()
        });
        let details = async {
            match aws.role_page().await? {
                Some(page) => Ok(page.roles.get(&self.name).map(RoleDetails::of)),
                None => self.details(aws).await.map(Some),
            }
        };
        // Both are waited for: a read of the page that ends early is made again by another role.
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
        let tags: BTreeMap<String, String> = role
            .tags()
            .iter()
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect();
        let owner = self.tags.lower_observed(&tags, &mut attributes);
        let mut present = Present::new(attributes, owner, Phase::Stable);
        if !self.wanted {
            let profiles = details.profiles.into_iter();
            present.held_by = profiles.map(Holder::InstanceProfile).collect();
        }
        Ok(Observed::Present(present))
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let tags = iam_tags(self.tags.iter());
        aws.call(iam_operation("CreateRole"), || {
            aws.iam()
                .create_role()
                .role_name(&self.name)
                .path("/")
                .max_session_duration(MAX_SESSION_SECONDS)
                .assume_role_policy_document(self.trust.compact())
                .set_permissions_boundary(self.boundary.clone())
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
        // One role's changes go one after the other: IAM answers ConcurrentModification otherwise.
        // The ownership tags go first, so that a role taken over is ours before it is changed.
        let tags = iam_tags(changed_tags(changes));
        if !tags.is_empty() {
            aws.call(iam_operation("TagRole"), || {
                let request = aws.iam().tag_role().role_name(&self.name);
                request.set_tags(Some(tags.clone())).send()
            })
            .await?;
        }
        if touches(changes, "permissions_boundary") {
            self.set_boundary(aws).await?;
        }
        if touches(changes, "trust_policy") {
            aws.call(iam_operation("UpdateAssumeRolePolicy"), || {
                let request = aws.iam().update_assume_role_policy().role_name(&self.name);
                request.policy_document(self.trust.compact()).send()
            })
            .await?;
        }
        if touches(changes, "max_session_seconds") {
            aws.call(iam_operation("UpdateRole"), || {
                let request = aws.iam().update_role().role_name(&self.name);
                request.max_session_duration(MAX_SESSION_SECONDS).send()
            })
            .await?;
        }
        for change in changes {
            match (key_of(&change.attribute, "inline_policy"), &change.after) {
                (Some(name), Some(Value::Policy(policy))) => {
                    self.put_inline(aws, name, policy).await?;
                }
                (Some(name), None) => self.delete_inline(aws, name).await?,
                _ => {}
            }
            if let (Some(arn), None) = (key_of(&change.attribute, "attached_policy"), &change.after)
            {
                self.identity().detach(aws, arn).await?;
            }
        }
        Ok(())
    }

    async fn delete(
        &self,
        aws: &Aws,
        present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        for holder in &present.held_by {
            if let Holder::InstanceProfile(profile) = holder {
                self.leave_profile(aws, profile).await?;
            }
        }
        for attribute in present.attributes.keys() {
            if let Some(name) = key_of(attribute, "inline_policy") {
                self.delete_inline(aws, name).await?;
            }
            if let Some(arn) = key_of(attribute, "attached_policy") {
                self.identity().detach(aws, arn).await?;
            }
        }
        let answer = aws
            .call(iam_operation("DeleteRole"), || {
                aws.iam().delete_role().role_name(&self.name).send()
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
    let mut names = Vec::new();
    let mut pages = Pages::of(iam_operation("ListRoles"));
    loop {
        let answer = aws
            .call(pages.operation(), || {
                let request = aws.iam().list_roles().max_items(1000);
                request.set_marker(pages.token()).send()
            })
            .await?;
        names.extend(
            answer
                .roles()
                .iter()
                .map(|role| role.role_name().to_owned()),
        );
        if pages.ended(aws, answer.marker)? {
            return Ok(names);
        }
    }
}
