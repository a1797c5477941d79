//! The details of a role as IAM answers them: its inline policies, its attached policies, and the
//! instance profiles that carry it.

use aws_sdk_iam::types::RoleDetail;
use futures_util::future::{try_join_all, try_join4};

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::Value;
use crate::kinds::iam::attached::attached;
use crate::kinds::iam::iam_operation;
use crate::kinds::policy_value::policy_value;
use crate::names::IamIdentity;

/// The details of a role.
pub(super) struct RoleDetails {
    /// The inline policies, by name.
    pub(super) inline: Vec<(String, Value)>,
    /// The ARNs of the attached policies.
    pub(super) attached: Vec<String>,
    /// The names of the instance profiles that carry the role.
    pub(super) profiles: Vec<String>,
}

impl RoleDetails {
    /// The details of a role that was read as part of a page of roles.
    pub(super) fn of(role: &RoleDetail) -> Self {
        let inline = role.role_policy_list().iter();
        let attached = role.attached_managed_policies().iter();
        let profiles = role.instance_profile_list().iter();
        RoleDetails {
            inline: inline
                .filter_map(|policy| {
                    let document = policy.policy_document().unwrap_or_default();
                    Some((policy.policy_name()?.to_owned(), policy_value(document)))
                })
                .collect(),
            attached: attached
                .filter_map(|policy| policy.policy_arn().map(ToOwned::to_owned))
                .collect(),
            profiles: profiles
                .map(|profile| profile.instance_profile_name().to_owned())
                .collect(),
        }
    }

    /// Reads the details of one role. The inline policy `own` is read at the same time as the names
    /// of the other inline policies. The instance profiles are read only if the role is unwanted.
    pub(super) async fn read(
        aws: &Aws,
        role: &str,
        own: &str,
        is_unwanted: bool,
    ) -> Result<Self, AwsError> {
        let identity = IamIdentity::Role(role.to_owned());
        let profiles = async {
            match is_unwanted {
                true => profile_names(aws, role).await,
                false => Ok(Vec::new()),
            }
        };
        let (names, own_policy, attached, profiles) = try_join4(
            inline_names(aws, role),
            inline_policy(aws, role, own),
            attached(aws, &identity),
            profiles,
        )
        .await?;
        let others = names.into_iter().filter(|name| name != own);
        let others = others.map(async |name| {
            let policy = inline_policy(aws, role, &name).await?;
            Ok((name, policy))
        });
        let mut all = try_join_all(others).await?;
        all.push((own.to_owned(), own_policy));
        let inline = all.into_iter();
        Ok(RoleDetails {
            inline: inline
                .filter_map(|(name, policy)| Some((name, policy?)))
                .collect(),
            attached,
            profiles,
        })
    }
}

/// The names of the inline policies of a role.
async fn inline_names(aws: &Aws, role: &str) -> Result<Vec<String>, AwsError> {
    aws.list(
        iam_operation("ListRolePolicies"),
        |token| {
            let request = aws.iam().list_role_policies().role_name(role);
            request.set_marker(token).send()
        },
        |answer| (answer.policy_names, answer.marker),
    )
    .await
}

async fn inline_policy(aws: &Aws, role: &str, name: &str) -> Result<Option<Value>, AwsError> {
    let answer = aws
        .call(iam_operation("GetRolePolicy"), || {
            let request = aws.iam().get_role_policy().role_name(role);
            request.policy_name(name).send()
        })
        .await;
    match answer {
        Ok(answer) => Ok(Some(policy_value(answer.policy_document()))),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The names of the instance profiles that carry a role.
async fn profile_names(aws: &Aws, role: &str) -> Result<Vec<String>, AwsError> {
    aws.list(
        iam_operation("ListInstanceProfilesForRole"),
        |token| {
            let request = aws.iam().list_instance_profiles_for_role();
            request.role_name(role).set_marker(token).send()
        },
        |answer| {
            let profiles = answer.instance_profiles.into_iter();
            (
                profiles.map(|profile| profile.instance_profile_name),
                answer.marker,
            )
        },
    )
    .await
}
