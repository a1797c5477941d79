//! The permissions that calls on IAM need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and
//! Access Management (IAM)": every action here takes an ARN. Roles, policies and instance profiles
//! can be limited by `aws:ResourceTag`, and groups cannot.

use super::attachment::PolicyAttachment;
use super::instance_profile::{InstanceProfile, ProfileSpec};
use super::policy::{IamPolicy, PolicySpec};
use super::role::{IamRole, RoleSpec};
use crate::engine::attributes::Change;
use crate::engine::observed::Consent;
use crate::engine::permission::{
    CHANGE, CREATE, Condition, DELETE, Permission, READ, Side, allow, for_changes, pass_role,
    request_tags, resource_tags, tagging,
};
use crate::engine::resource::Specified;
use crate::names::IamIdentity;

/// The condition key of a role's permissions boundary, in requests that set the boundary and on the
/// role itself.
pub const BOUNDARY: &str = "iam:PermissionsBoundary";

impl IamRole {
    pub(super) fn observing(&self) -> Vec<Permission> {
        let mut actions = vec![
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ];
        if self.spec.is_none() {
            actions.push("iam:ListInstanceProfilesForRole");
        }
        let arn = self.identity.as_resource();
        let mut all = allow(READ, &[arn], &[], &actions);
        if self.spec.is_some() {
            // Others may attach any policy, and AWS's own policies belong to the account `aws`.
            let read = ["iam:GetPolicy", "iam:GetPolicyVersion"];
            let policies = [beside(arn, "policy/*"), of_aws(arn, "policy/*")];
            let policies = policies.each_ref().map(String::as_str);
            all.extend(allow("ReadAttachedPolicies", &policies, &[], &read));
        }
        all
    }

    pub(super) fn deleting(&self, consent: Consent) -> Vec<Permission> {
        let arn = self.identity.as_resource();
        let delete = [
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
        ];
        let ours = resource_tags(&self.identity.tags);
        let mut all = allow(DELETE, &[arn], &ours, &delete);
        if consent.detach_foreign {
            let profiles = beside(arn, "instance-profile/*");
            let remove = ["iam:RemoveRoleFromInstanceProfile"];
            all.extend(allow("LeaveOthersProfiles", &[&profiles], &[], &remove));
        }
        all
    }
}

impl Specified<'_, IamRole, RoleSpec> {
    /// `conditions`, with one more: that the role has the permissions boundary of the settings.
    fn bounded(&self, mut conditions: Vec<Condition>) -> Vec<Condition> {
        let boundary = self.spec.boundary.as_deref();
        conditions.extend(boundary.map(|boundary| Condition::arn(BOUNDARY, boundary)));
        conditions
    }

    pub(super) fn creating(&self) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let (arn, tagged) = (identity.as_resource(), request_tags(&identity.tags));
        let purpose = match self.spec.boundary {
            None => CREATE,
            Some(_) => "CreateBoundedRoles",
        };
        let bounded = self.bounded(tagged.clone());
        let mut all = allow(purpose, &[arn], &bounded, &["iam:CreateRole"]);
        all.extend(allow(CREATE, &[arn], &tagged, &["iam:TagRole"]));
        all.extend(self.changing(&["iam:PutRolePolicy"]));
        all
    }

    /// The permission to change a role of ours, by these actions. With a boundary in the settings,
    /// the role must have that boundary; an action that sets the boundary must set that one. The
    /// Service Authorization Reference lists `iam:PermissionsBoundary` for each of these actions,
    /// and for `iam:TagRole` it does not.
    fn changing(&self, actions: &[&'static str]) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let bounded = self.bounded(resource_tags(&identity.tags));
        let purpose = match self.spec.boundary {
            None => CHANGE,
            Some(_) => "ChangeBoundedRoles",
        };
        allow(purpose, &[identity.as_resource()], &bounded, actions)
    }

    pub(super) fn updating(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let mut all = tagging(
            identity.as_resource(),
            &identity.tags,
            changes,
            "iam:TagRole",
        );
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
        if self.spec.boundary.is_some() {
            actions.extend(boundary);
        } else if changes.is_some() && !boundary.is_empty() {
            all.extend(self.lifting());
        }
        all.extend(self.changing(&actions));
        all
    }

    /// The permission to remove a boundary, which is needed only if the settings name none.
    pub(super) fn lifting(&self) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let (arn, ours) = (identity.as_resource(), resource_tags(&identity.tags));
        let remove: &[_] = match self.spec.boundary {
            None => &["iam:DeleteRolePermissionsBoundary"],
            Some(_) => &[],
        };
        allow("RemoveBoundaries", &[arn], &ours, remove)
    }
}

impl InstanceProfile {
    pub(super) fn observing(&self) -> Vec<Permission> {
        let get = ["iam:GetInstanceProfile"];
        allow(READ, &[self.identity.as_resource()], &[], &get)
    }

    pub(super) fn deleting(&self) -> Vec<Permission> {
        let delete = [
            "iam:DeleteInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
        ];
        let ours = resource_tags(&self.identity.tags);
        allow(DELETE, &[self.identity.as_resource()], &ours, &delete)
    }
}

impl Specified<'_, InstanceProfile, ProfileSpec> {
    fn adding_the_role(&self) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let (arn, ours) = (identity.as_resource(), resource_tags(&identity.tags));
        let mut all = allow(CHANGE, &[arn], &ours, &["iam:AddRoleToInstanceProfile"]);
        let role = beside(arn, &format!("role/{}", self.spec.role));
        all.extend(pass_role("PassRolesToEc2", &role, "ec2.amazonaws.com"));
        all
    }

    pub(super) fn creating(&self) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let create = ["iam:CreateInstanceProfile", "iam:TagInstanceProfile"];
        let tagged = request_tags(&identity.tags);
        let mut all = allow(CREATE, &[identity.as_resource()], &tagged, &create);
        all.extend(self.adding_the_role());
        all
    }

    pub(super) fn updating(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let (arn, ours) = (identity.as_resource(), resource_tags(&identity.tags));
        let mut all = tagging(arn, &identity.tags, changes, "iam:TagInstanceProfile");
        let remove = "iam:RemoveRoleFromInstanceProfile";
        let removes = for_changes(changes, &[("role", Side::Gone, remove)]);
        all.extend(allow(CHANGE, &[arn], &ours, &removes));
        let add = "iam:AddRoleToInstanceProfile";
        if !for_changes(changes, &[("role", Side::Set, add)]).is_empty() {
            all.extend(self.adding_the_role());
        }
        all
    }
}

impl IamPolicy {
    fn listing_versions(&self) -> Vec<Permission> {
        let list = ["iam:ListPolicyVersions"];
        allow(READ, &[self.identity.as_resource()], &[], &list)
    }

    pub(super) fn observing(&self) -> Vec<Permission> {
        let read = [
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:ListEntitiesForPolicy",
        ];
        allow(READ, &[self.identity.as_resource()], &[], &read)
    }

    pub(super) fn deleting(&self, consent: Consent) -> Vec<Permission> {
        let arn = self.identity.as_resource();
        let mut all = self.listing_versions();
        let delete = ["iam:DeletePolicy", "iam:DeletePolicyVersion"];
        let ours = resource_tags(&self.identity.tags);
        all.extend(allow(DELETE, &[arn], &ours, &delete));
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

impl Specified<'_, IamPolicy, PolicySpec> {
    pub(super) fn creating(&self) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let create = ["iam:CreatePolicy", "iam:TagPolicy"];
        let tagged = request_tags(&identity.tags);
        allow(CREATE, &[identity.as_resource()], &tagged, &create)
    }

    pub(super) fn updating(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let (arn, ours) = (identity.as_resource(), resource_tags(&identity.tags));
        let mut all = tagging(arn, &identity.tags, changes, "iam:TagPolicy");
        let rows = [
            ("document", Side::Any, "iam:CreatePolicyVersion"),
            ("document", Side::Any, "iam:DeletePolicyVersion"),
        ];
        let actions = for_changes(changes, &rows);
        if !actions.is_empty() {
            all.extend(self.resource.listing_versions());
        }
        all.extend(allow(CHANGE, &[arn], &ours, &actions));
        all
    }
}

/// The IAM actions on the attachments of one type of identity.
struct AttachmentActions {
    kind: &'static str,
    list: &'static str,
    attach: &'static str,
    detach: &'static str,
}

fn attachment_actions(identity: &IamIdentity) -> AttachmentActions {
    match identity {
        IamIdentity::User(_) => AttachmentActions {
            kind: "user",
            list: "iam:ListAttachedUserPolicies",
            attach: "iam:AttachUserPolicy",
            detach: "iam:DetachUserPolicy",
        },
        IamIdentity::Group(_) => AttachmentActions {
            kind: "group",
            list: "iam:ListAttachedGroupPolicies",
            attach: "iam:AttachGroupPolicy",
            detach: "iam:DetachGroupPolicy",
        },
        IamIdentity::Role(_) => AttachmentActions {
            kind: "role",
            list: "iam:ListAttachedRolePolicies",
            attach: "iam:AttachRolePolicy",
            detach: "iam:DetachRolePolicy",
        },
    }
}

impl PolicyAttachment {
    /// The permission for `action` on the identity.
    fn on_the_identity(
        &self,
        purpose: &'static str,
        conditions: &[Condition],
        action: &'static str,
    ) -> Vec<Permission> {
        let kind = attachment_actions(&self.attached_to).kind;
        let name = self.attached_to.name();
        // The path is part of the ARN, but IAM is called with the name alone.
        let plain = beside(&self.policy_arn, &format!("{kind}/{name}"));
        let with_path = beside(&self.policy_arn, &format!("{kind}/*/{name}"));
        allow(purpose, &[&plain, &with_path], conditions, &[action])
    }

    fn only_this_policy(&self) -> [Condition; 1] {
        [Condition::arn("iam:PolicyARN", &self.policy_arn)]
    }

    pub(super) fn observing(&self) -> Vec<Permission> {
        let list = attachment_actions(&self.attached_to).list;
        self.on_the_identity("ReadAttachments", &[], list)
    }

    pub(super) fn creating(&self) -> Vec<Permission> {
        let attach = attachment_actions(&self.attached_to).attach;
        self.on_the_identity("AttachPolicies", &self.only_this_policy(), attach)
    }

    pub(super) fn deleting(&self) -> Vec<Permission> {
        let detach = attachment_actions(&self.attached_to).detach;
        self.on_the_identity("DetachPolicies", &self.only_this_policy(), detach)
    }
}

/// The ARN of another resource in the account of `arn`: the part after the fifth colon is replaced.
fn beside(arn: &str, resource: &str) -> String {
    let head: Vec<&str> = arn.splitn(6, ':').take(5).collect();
    format!("{}:{resource}", head.join(":"))
}

/// The ARN of a resource of AWS itself in the partition of `arn`.
fn of_aws(arn: &str, resource: &str) -> String {
    let head: Vec<&str> = arn.splitn(3, ':').take(2).collect();
    format!("{}:iam::aws:{resource}", head.join(":"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn an_arn_beside_another_is_in_the_same_account() {
        let role = beside("arn:aws-cn:iam::123456789012:policy/a:b", "role/x");
        assert_eq!(role, "arn:aws-cn:iam::123456789012:role/x");
    }
}
