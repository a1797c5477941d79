//! What calls on KMS need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for AWS Key Management
//! Service": a key is told by `aws:ResourceTag`, an alias by its ARN alone, `CreateKey` and
//! `ListKeys` take no ARN. To create a key with tags takes `kms:TagResource` in an IAM policy
//! (KMS Developer Guide, "Controlling access to tags"). It can take five minutes until a tag counts
//! ("Using tags to control access to KMS keys"), so that what completes a new key, its rotation and
//! its alias, cannot be limited by one; the alias is limited by its own ARN.

use crate::engine::permission::{
    CHANGE, CREATE, DELETE, FIND, Permission, READ, Side, Task, allow, for_changes, request_tags,
    resource_tags, tagging,
};
use crate::kinds::kms::key::KmsKey;

/// What a new key needs before its tags count.
pub(crate) const COMPLETE: &str = "CompleteKeys";

pub(crate) fn key(key: &KmsKey, task: Task<'_>) -> Vec<Permission> {
    // A key's ARN holds an id that AWS chooses, so that its tags tell it from others.
    let any_key = format!("{}key/*", key.arn_prefix);
    let alias = format!("{}{}", key.arn_prefix, key.alias);
    let (arn, ours) = (any_key.as_str(), resource_tags(&key.tags));
    let complete = |actions: &[&'static str]| allow(COMPLETE, &[arn], &[], actions);
    let name_it = || {
        let create = ["kms:CreateAlias"];
        let mut all = allow("NameKeys", &[&alias], &[], &create);
        all.extend(complete(&create));
        all
    };
    match task {
        Task::Observe => {
            let mut all = allow(FIND, &["*"], &[], &["kms:ListKeys"]);
            all.extend(allow(
                READ,
                &[arn],
                &[],
                &[
                    "kms:DescribeKey",
                    "kms:GetKeyPolicy",
                    "kms:GetKeyRotationStatus",
                    "kms:ListResourceTags",
                ],
            ));
            all
        }
        Task::Create => {
            let tagged = request_tags(&key.tags);
            let mut all = allow("CreateKeys", &["*"], &tagged, &["kms:CreateKey"]);
            all.extend(allow(CREATE, &[arn], &tagged, &["kms:TagResource"]));
            all.extend(complete(&["kms:EnableKeyRotation"]));
            all.extend(name_it());
            // Of two runs that make a key at the same time, one takes its own away again.
            let delete = ["kms:ScheduleKeyDeletion"];
            all.extend(allow(DELETE, &[arn], &ours, &delete));
            all
        }
        Task::Update(changes) => {
            let mut all = tagging(arn, &key.tags, changes, "kms:TagResource");
            let rows = [
                ("state", Side::Any, "kms:CancelKeyDeletion"),
                ("state", Side::Any, "kms:EnableKey"),
                ("key_policy", Side::Any, "kms:PutKeyPolicy"),
                ("description", Side::Any, "kms:UpdateKeyDescription"),
            ];
            let actions = for_changes(changes, &rows);
            all.extend(allow(CHANGE, &[arn], &ours, &actions));
            let rotation = [("rotation", Side::Any, "kms:EnableKeyRotation")];
            all.extend(complete(&for_changes(changes, &rotation)));
            if !for_changes(changes, &[("alias", Side::Any, "kms:CreateAlias")]).is_empty() {
                all.extend(name_it());
            }
            all
        }
        Task::Delete(_) => {
            let mut all = allow("NameKeys", &[&alias], &[], &["kms:DeleteAlias"]);
            let delete = ["kms:DeleteAlias", "kms:ScheduleKeyDeletion"];
            all.extend(allow(DELETE, &[arn], &ours, &delete));
            all
        }
    }
}
