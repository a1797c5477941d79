//! The managed policies that are attached to users, groups and roles.

use crate::aws::{Aws, AwsError};
use crate::engine::resource::gone_is_fine;
use crate::kinds::iam::iam_operation;
use crate::names::IamIdentity;

/// The ARNs of all managed policies that are attached to an identity.
///
/// # Errors
/// [`ErrorKind::NotFound`](crate::aws::ErrorKind::NotFound) if there is no such identity.
pub async fn attached(aws: &Aws, identity: &IamIdentity) -> Result<Vec<String>, AwsError> {
    let attached = match identity {
        IamIdentity::User(name) => {
            aws.list(
                iam_operation("ListAttachedUserPolicies"),
                |token| {
                    let request = aws.iam().list_attached_user_policies();
                    request.user_name(name).set_marker(token).send()
                },
                |answer| (answer.attached_policies.unwrap_or_default(), answer.marker),
            )
            .await?
        }
        IamIdentity::Group(name) => {
            aws.list(
                iam_operation("ListAttachedGroupPolicies"),
                |token| {
                    let request = aws.iam().list_attached_group_policies();
                    request.group_name(name).set_marker(token).send()
                },
                |answer| (answer.attached_policies.unwrap_or_default(), answer.marker),
            )
            .await?
        }
        IamIdentity::Role(name) => {
            aws.list(
                iam_operation("ListAttachedRolePolicies"),
                |token| {
                    let request = aws.iam().list_attached_role_policies();
                    request.role_name(name).set_marker(token).send()
                },
                |answer| (answer.attached_policies.unwrap_or_default(), answer.marker),
            )
            .await?
        }
    };
    let arns = attached.into_iter();
    Ok(arns.filter_map(|policy| policy.policy_arn).collect())
}

/// The ARN of an identity, with its path.
///
/// # Errors
/// [`ErrorKind::NotFound`](crate::aws::ErrorKind::NotFound) if there is no such identity.
pub async fn arn_of(aws: &Aws, identity: &IamIdentity) -> Result<String, AwsError> {
    let (operation, arn) = match identity {
        IamIdentity::User(name) => {
            let get = iam_operation("GetUser");
            let read = || aws.iam().get_user().user_name(name).send();
            let answer = aws.call(get.clone(), read).await?;
            (get, answer.user.map(|user| user.arn))
        }
        IamIdentity::Group(name) => {
            let get = iam_operation("GetGroup");
            let read = || aws.iam().get_group().group_name(name).max_items(1).send();
            let answer = aws.call(get.clone(), read).await?;
            (get, answer.group.map(|group| group.arn))
        }
        IamIdentity::Role(name) => {
            let get = iam_operation("GetRole");
            let read = || aws.iam().get_role().role_name(name).send();
            let answer = aws.call(get.clone(), read).await?;
            (get, answer.role.map(|role| role.arn))
        }
    };
    arn.ok_or_else(|| aws.name(AwsError::incomplete(operation, "the identity")))
}

/// Attaches a managed policy to an identity. Attaching it again changes nothing.
///
/// # Errors
/// Those of AWS, a quota of attached policies among them.
pub async fn attach(aws: &Aws, identity: &IamIdentity, policy: &str) -> Result<(), AwsError> {
    match identity {
        IamIdentity::User(name) => {
            aws.call(iam_operation("AttachUserPolicy"), || {
                let request = aws.iam().attach_user_policy().user_name(name);
                request.policy_arn(policy).send()
            })
            .await?;
        }
        IamIdentity::Group(name) => {
            aws.call(iam_operation("AttachGroupPolicy"), || {
                let request = aws.iam().attach_group_policy().group_name(name);
                request.policy_arn(policy).send()
            })
            .await?;
        }
        IamIdentity::Role(name) => {
            aws.call(iam_operation("AttachRolePolicy"), || {
                let request = aws.iam().attach_role_policy().role_name(name);
                request.policy_arn(policy).send()
            })
            .await?;
        }
    }
    Ok(())
}

/// Detaches a managed policy from an identity. A policy that is not attached is no error.
///
/// # Errors
/// Those of AWS.
pub async fn detach(aws: &Aws, identity: &IamIdentity, policy: &str) -> Result<(), AwsError> {
    match identity {
        IamIdentity::User(name) => gone_is_fine(
            aws.call(iam_operation("DetachUserPolicy"), || {
                let request = aws.iam().detach_user_policy().user_name(name);
                request.policy_arn(policy).send()
            })
            .await,
        ),
        IamIdentity::Group(name) => gone_is_fine(
            aws.call(iam_operation("DetachGroupPolicy"), || {
                let request = aws.iam().detach_group_policy().group_name(name);
                request.policy_arn(policy).send()
            })
            .await,
        ),
        IamIdentity::Role(name) => gone_is_fine(
            aws.call(iam_operation("DetachRolePolicy"), || {
                let request = aws.iam().detach_role_policy().role_name(name);
                request.policy_arn(policy).send()
            })
            .await,
        ),
    }
}
