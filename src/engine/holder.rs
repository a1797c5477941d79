//! A holder: something of others that uses a resource of ours, and that blocks its deletion.

use std::fmt;

/// Something that uses a resource of ours and would lose it. It is written as in an ARN:
/// `user/NAME` or `instance-profile/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// The kind of the holder: `user`, `instance-profile`.
    pub kind: &'static str,
    /// The name of the holder.
    pub name: String,
}

impl Holder {
    /// The holder of that kind and name.
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
