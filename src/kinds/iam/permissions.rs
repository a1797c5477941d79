//! What calls on IAM need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and
//! Access Management (IAM)": every action here takes an ARN, and roles, policies and instance
//! profiles can be told by `aws:ResourceTag`, groups cannot.

use crate::engine::permission::{
    CHANGE, CREATE, Condition, DELETE, Permission, READ, Side, Task, allow, for_changes, pass_role,
    request_tags, resource_tags, tagging,
};
use crate::kinds::iam::Identity;
use crate::kinds::iam::attachment::PolicyAttachment;
use crate::kinds::iam::instance_profile::InstanceProfile;
use crate::kinds::iam::policy::IamPolicy;
use crate::kinds::iam::role::IamRole;

/// The policy that bounds a role, in requests that set it and on the role itself.
pub(crate) const BOUNDARY: &str = "iam:PermissionsBoundary";

pub(crate) fn role(role: &IamRole, task: Task<'_>) -> Vec<Permission> {
    let (arn, ours) = (role.arn.as_str(), resource_tags(&role.tags));
    let bounded = |mut conditions: Vec<Condition>| {
        let boundary = role.boundary.as_deref();
        conditions.extend(boundary.map(|boundary| Condition::arn(BOUNDARY, boundary)));
        conditions
    };
    match task {
        Task::Observe => {
            let mut actions = vec![
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListRolePolicies",
            ];
            if !role.wanted {
                actions.push("iam:ListInstanceProfilesForRole");
            }
            allow(READ, &[arn], &[], &actions)
        }
        Task::Create => {
            let tagged = request_tags(&role.tags);
            let mut all = match role.boundary {
                None => allow(CREATE, &[arn], &tagged, &["iam:CreateRole"]),
                Some(_) => {
                    let conditions = bounded(tagged.clone());
                    allow(
                        "CreateBoundedRoles",
                        &[arn],
                        &conditions,
                        &["iam:CreateRole"],
                    )
                }
            };
            all.extend(allow(CREATE, &[arn], &tagged, &["iam:TagRole"]));
            all.extend(allow(CHANGE, &[arn], &ours, &["iam:PutRolePolicy"]));
            all
        }
        Task::Update(changes) => {
            let mut all = tagging(arn, &role.tags, changes, "iam:TagRole");
            let rows = [
                ("trust_policy", Side::Any, "iam:UpdateAssumeRolePolicy"),
                ("max_session_seconds", Side::Any, "iam:UpdateRole"),
                ("inline_policy", Side::Set, "iam:PutRolePolicy"),
                ("inline_policy", Side::Gone, "iam:DeleteRolePolicy"),
                ("attached_policy", Side::Gone, "iam:DetachRolePolicy"),
            ];
            let mut actions = for_changes(changes, &rows);
            let put = "iam:PutRolePermissionsBoundary";
            let boundary = for_changes(changes, &[("permissions_boundary", Side::Any, put)]);
            match role.boundary {
                Some(_) => all.extend(allow(
                    "ChangeBoundaries",
                    &[arn],
                    &bounded(ours.clone()),
                    &boundary,
                )),
                None if !boundary.is_empty() => actions.push("iam:DeleteRolePermissionsBoundary"),
                None => {}
            }
            all.extend(allow(CHANGE, &[arn], &ours, &actions));
            all
        }
        Task::Delete(consent) => {
            let mut all = allow(
                DELETE,
                &[arn],
                &ours,
                &[
                    "iam:DeleteRole",
                    "iam:DeleteRolePolicy",
                    "iam:DetachRolePolicy",
                ],
            );
            if consent.detach_foreign {
                let profiles = beside(arn, "instance-profile/*");
                let remove = ["iam:RemoveRoleFromInstanceProfile"];
                all.extend(allow("LeaveOthersProfiles", &[&profiles], &[], &remove));
            }
            all
        }
    }
}

pub(crate) fn instance_profile(profile: &InstanceProfile, task: Task<'_>) -> Vec<Permission> {
    let (arn, ours) = (profile.arn.as_str(), resource_tags(&profile.tags));
    let role = beside(arn, &format!("role/{}", profile.role));
    let add_role = |mut all: Vec<Permission>| {
        let add = ["iam:AddRoleToInstanceProfile"];
        all.extend(allow(CHANGE, &[arn], &ours, &add));
        all.extend(pass_role("PassRolesToEc2", &role, "ec2.amazonaws.com"));
        all
    };
    match task {
        Task::Observe => allow(READ, &[arn], &[], &["iam:GetInstanceProfile"]),
        Task::Create => add_role(allow(
            CREATE,
            &[arn],
            &request_tags(&profile.tags),
            &["iam:CreateInstanceProfile", "iam:TagInstanceProfile"],
        )),
        Task::Update(changes) => {
            let mut all = tagging(arn, &profile.tags, changes, "iam:TagInstanceProfile");
            let remove = "iam:RemoveRoleFromInstanceProfile";
            let removes = for_changes(changes, &[("role", Side::Gone, remove)]);
            all.extend(allow(CHANGE, &[arn], &ours, &removes));
            let add = "iam:AddRoleToInstanceProfile";
            let adds = !for_changes(changes, &[("role", Side::Set, add)]).is_empty();
            if adds { add_role(all) } else { all }
        }
        Task::Delete(_) => allow(
            DELETE,
            &[arn],
            &ours,
            &[
                "iam:DeleteInstanceProfile",
                "iam:RemoveRoleFromInstanceProfile",
            ],
        ),
    }
}

pub(crate) fn policy(policy: &IamPolicy, task: Task<'_>) -> Vec<Permission> {
    let (arn, ours) = (policy.arn.as_str(), resource_tags(&policy.tags));
    let list = || allow(READ, &[arn], &[], &["iam:ListPolicyVersions"]);
    match task {
        Task::Observe => allow(
            READ,
            &[arn],
            &[],
            &[
                "iam:GetPolicy",
                "iam:GetPolicyVersion",
                "iam:ListEntitiesForPolicy",
            ],
        ),
        Task::Create => allow(
            CREATE,
            &[arn],
            &request_tags(&policy.tags),
            &["iam:CreatePolicy", "iam:TagPolicy"],
        ),
        Task::Update(changes) => {
            let mut all = tagging(arn, &policy.tags, changes, "iam:TagPolicy");
            let rows = [
                ("document", Side::Any, "iam:CreatePolicyVersion"),
                ("document", Side::Any, "iam:DeletePolicyVersion"),
            ];
            let actions = for_changes(changes, &rows);
            if !actions.is_empty() {
                all.extend(list());
            }
            all.extend(allow(CHANGE, &[arn], &ours, &actions));
            all
        }
        Task::Delete(consent) => {
            let mut all = list();
            all.extend(allow(
                DELETE,
                &[arn],
                &ours,
                &["iam:DeletePolicy", "iam:DeletePolicyVersion"],
            ));
            if consent.detach_foreign {
                for (kind, action) in [
                    ("user", "iam:DetachUserPolicy"),
                    ("group", "iam:DetachGroupPolicy"),
                    ("role", "iam:DetachRolePolicy"),
                ] {
                    let all_of_kind = beside(arn, &format!("{kind}/*"));
                    let only = [Condition::arn("iam:PolicyARN", arn)];
                    all.extend(allow("DetachFromOthers", &[&all_of_kind], &only, &[action]));
                }
            }
            all
        }
    }
}

pub(crate) fn attachment(attachment: &PolicyAttachment, task: Task<'_>) -> Vec<Permission> {
    let policy = attachment.policy_arn.as_str();
    let (kind, name, list, attach, detach) = match &attachment.identity {
        Identity::User(name) => (
            "user",
            name,
            "iam:ListAttachedUserPolicies",
            "iam:AttachUserPolicy",
            "iam:DetachUserPolicy",
        ),
        Identity::Group(name) => (
            "group",
            name,
            "iam:ListAttachedGroupPolicies",
            "iam:AttachGroupPolicy",
            "iam:DetachGroupPolicy",
        ),
        Identity::Role(name) => (
            "role",
            name,
            "iam:ListAttachedRolePolicies",
            "iam:AttachRolePolicy",
            "iam:DetachRolePolicy",
        ),
    };
    // The path is part of the ARN and not of the name by which IAM is called.
    let plain = beside(policy, &format!("{kind}/{name}"));
    let with_path = beside(policy, &format!("{kind}/*/{name}"));
    let identity = [plain.as_str(), with_path.as_str()];
    let only = [Condition::arn("iam:PolicyARN", policy)];
    match task {
        Task::Observe => allow("ReadAttachments", &identity, &[], &[list]),
        Task::Create => allow("AttachPolicies", &identity, &only, &[attach]),
        // An attachment has nothing that could change.
        Task::Update(_) => Vec::new(),
        Task::Delete(_) => allow("DetachPolicies", &identity, &only, &[detach]),
    }
}

/// The ARN of another resource of the same account: what follows the fifth colon is replaced.
fn beside(arn: &str, resource: &str) -> String {
    let head: Vec<&str> = arn.splitn(6, ':').take(5).collect();
    format!("{}:{resource}", head.join(":"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn the_arn_beside_another_is_in_the_same_account() {
        let role = beside("arn:aws-cn:iam::123456789012:policy/a:b", "role/x");
        assert_eq!(role, "arn:aws-cn:iam::123456789012:role/x");
    }
}
