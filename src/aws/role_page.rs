//! The first page of an account's roles, as one survey reads it.

use std::collections::BTreeMap;

use aws_sdk_iam::types::RoleDetail;

/// What `iam:GetAccountAuthorizationDetails` answers about roles.
#[derive(Debug, Default)]
pub struct RolePage {
    /// The roles by name.
    pub roles: BTreeMap<String, RoleDetail>,
    /// Whether the account has no other roles.
    pub complete: bool,
}
