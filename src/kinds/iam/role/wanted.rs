//! The role that the settings ask for: what it is to be, and how it is created and changed.

use std::borrow::Cow;

use async_trait::async_trait;
use iam_policy::{Policy, trusted};

use super::{IamRole, MAX_SESSION_SECONDS, RoleSpec};
use crate::aws::{Aws, AwsError};
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, key_of, touches};
use crate::engine::document::Document;
use crate::engine::known::Known;
use crate::engine::observed::{Created, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Specified, Wanted, gone_is_fine};
use crate::engine::restriction;
use crate::kinds::iam::attached::detach;
use crate::kinds::iam::iam_operation;
use crate::kinds::summary::{name_in, statements, text};
use crate::kinds::tags::to_service;

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
        attributes.insert(name, (&self.spec.policy.with_known(known)).into());
        attributes
    }

    fn summary(&self, desired: &Attributes) -> String {
        let trust = desired.get("trust_policy").and_then(Value::as_policy);
        let trust = trust.map_or_else(|| "nobody".to_owned(), |trust| trusted(&trust));
        let statements = statements(desired, |name| key_of(name, "inline_policy").is_some());
        let boundary = match text(desired, "permissions_boundary") {
            "" => String::new(),
            arn => format!(", within the boundary {}", name_in(arn)),
        };
        format!("trusts {trust}; {statements}{boundary}")
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

    /// Another boundary in the place of one may allow more, too.
    fn lifts(&self, change: &Change, _changes: &[Change]) -> Option<String> {
        let policy = ["attached_policy", "inline_policy"]
            .iter()
            .any(|family| key_of(&change.attribute, family).is_some());
        match &change.before {
            Some(Value::Plain(boundary)) if change.attribute == "permissions_boundary" => {
                let boundary = boundary.as_str().unwrap_or_default();
                Some(format!("the permissions boundary {boundary}"))
            }
            Some(Value::Plain(_)) if policy => Some(restriction::unread(change)),
            _ => restriction::denials(change),
        }
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.creating()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        self.updating(changes)
    }

    fn permissions_to_lift(&self) -> Vec<Permission> {
        self.lifting()
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
