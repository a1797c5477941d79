//! What others use a resource of ours with, which holds that resource.

use std::fmt;

/// Something that would lose a resource of ours: its part of an ARN, such as `user/NAME` or
/// `instance-profile/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// What it is: `user`, `instance-profile`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

impl Holder {
    /// A holder of that kind and name.
    pub fn new(kind: &'static str, name: impl Into<String>) -> Self {
        let name = name.into();
        Holder { kind, name }
    }

    /// Whether the holder is the resource of that ARN.
    pub fn is(&self, arn: &str) -> bool {
        arn.splitn(6, ':').nth(5) == Some(self.to_string().as_str())
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}
