//! The permissions that calls on KMS need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for AWS Key Management
//! Service": a key can be limited by `aws:ResourceTag`, an alias by its ARN alone, and `CreateKey`,
//! `ListAliases` and `ListKeys` take no ARN. The creation of a key with tags needs `kms:TagResource` in
//! an IAM policy (KMS Developer Guide, "Controlling access to tags"). It can take five minutes until a
//! tag counts ("Using tags to control access to KMS keys"). Therefore the calls that complete a new
//! key, for its rotation and its alias, cannot be limited by a tag. The alias is limited by its own
//! ARN.

use super::key::{KeySpec, KmsKey};
use crate::engine::attributes::Change;
use crate::engine::permission::{
    CHANGE, CREATE, DELETE, FIND, Permission, READ, READ_EXPOSURES, Side, allow, for_changes,
    request_tags, resource_tags, tagging,
};
use crate::engine::resource::Specified;

/// The purpose of the calls that complete a new key before its tags count.
pub const COMPLETE: &str = "CompleteKeys";

impl KmsKey {
    /// The ARN pattern of every key. AWS chooses the id in the ARN, so only tags tell our key from
    /// others.
    fn any_key(&self) -> String {
        format!("{}key/*", self.arn_prefix)
    }

    fn alias_arn(&self) -> String {
        format!("{}{}", self.arn_prefix, self.alias())
    }

    pub(super) fn observing(&self) -> Vec<Permission> {
        let mut all = allow(FIND, &["*"], &[], &["kms:ListAliases", "kms:ListKeys"]);
        let read = [
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
        ];
        all.extend(allow(READ, &[&self.any_key()], &[], &read));
        all
    }

    pub(super) fn exposing(&self) -> Vec<Permission> {
        allow(READ_EXPOSURES, &[&self.any_key()], &[], &["kms:ListGrants"])
    }

    pub(super) fn deleting(&self) -> Vec<Permission> {
        let mut all = allow("NameKeys", &[&self.alias_arn()], &[], &["kms:DeleteAlias"]);
        let delete = ["kms:DeleteAlias", "kms:ScheduleKeyDeletion"];
        let ours = resource_tags(&self.identity.tags);
        all.extend(allow(DELETE, &[&self.any_key()], &ours, &delete));
        all
    }

    fn completing(&self, actions: &[&'static str]) -> Vec<Permission> {
        allow(COMPLETE, &[&self.any_key()], &[], actions)
    }

    fn naming(&self) -> Vec<Permission> {
        let create = ["kms:CreateAlias"];
        let mut all = allow("NameKeys", &[&self.alias_arn()], &[], &create);
        all.extend(self.completing(&create));
        all
    }
}

impl Specified<'_, KmsKey, KeySpec> {
    pub(super) fn creating(&self) -> Vec<Permission> {
        let (key, tags) = (self.resource, &self.resource.identity.tags);
        let (any_key, tagged) = (key.any_key(), request_tags(tags));
        let mut all = allow("CreateKeys", &["*"], &tagged, &["kms:CreateKey"]);
        all.extend(allow(CREATE, &[&any_key], &tagged, &["kms:TagResource"]));
        all.extend(key.completing(&["kms:EnableKeyRotation"]));
        all.extend(key.naming());
        // If two runs create a key at the same time, one of them schedules its own key for
        // deletion.
        let delete = ["kms:ScheduleKeyDeletion"];
        all.extend(allow(DELETE, &[&any_key], &resource_tags(tags), &delete));
        all
    }

    pub(super) fn updating(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        let (key, tags) = (self.resource, &self.resource.identity.tags);
        let any_key = key.any_key();
        let mut all = tagging(&any_key, tags, changes, "kms:TagResource");
        let rows = [
            ("state", Side::Any, "kms:CancelKeyDeletion"),
            ("state", Side::Any, "kms:EnableKey"),
            ("key_policy", Side::Any, "kms:PutKeyPolicy"),
            ("description", Side::Any, "kms:UpdateKeyDescription"),
        ];
        let actions = for_changes(changes, &rows);
        all.extend(allow(CHANGE, &[&any_key], &resource_tags(tags), &actions));
        let rotation = [("rotation", Side::Any, "kms:EnableKeyRotation")];
        all.extend(key.completing(&for_changes(changes, &rotation)));
        if !for_changes(changes, &[("alias", Side::Any, "kms:CreateAlias")]).is_empty() {
            all.extend(key.naming());
        }
        all
    }
}
