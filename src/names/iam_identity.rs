//! The IAM identities of an account: users, groups and roles.

use std::fmt;

/// An IAM user, group or role of this account, by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum IamIdentity {
    /// A user.
    User(String),
    /// A group.
    Group(String),
    /// A role.
    Role(String),
}

impl IamIdentity {
    /// The name, without the type.
    pub fn name(&self) -> &str {
        match self {
            IamIdentity::User(name) | IamIdentity::Group(name) | IamIdentity::Role(name) => name,
        }
    }
}

impl fmt::Display for IamIdentity {
    /// `user/NAME`, `group/NAME` or `role/NAME`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IamIdentity::User(name) => write!(f, "user/{name}"),
            IamIdentity::Group(name) => write!(f, "group/{name}"),
            IamIdentity::Role(name) => write!(f, "role/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_shown_with_its_type_and_named_without() {
        let cases = [
            (IamIdentity::User("a".to_owned()), "user/a", "a"),
            (IamIdentity::Group("b".to_owned()), "group/b", "b"),
            (IamIdentity::Role("c@d.e".to_owned()), "role/c@d.e", "c@d.e"),
        ];
        for (identity, shown, name) in cases {
            assert_eq!(identity.to_string(), shown);
            assert_eq!(identity.name(), name, "{shown}");
        }
    }
}
