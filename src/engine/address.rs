//! The address of a resource: its name in plans, progress, errors and JSON.

use std::fmt;

use crate::names::Region;

/// `kind.name`, with `@region` for a resource that lives in a region.
///
/// Addresses are ordered by kind, then name, then region. The order only makes maps deterministic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The resource kind, such as `iam_role`.
    pub kind: &'static str,
    /// The purpose of the resource within its system, such as `integration`.
    pub name: String,
    /// The region of the resource; `None` for the resources of IAM, which is global.
    pub region: Option<Region>,
}

impl Address {
    /// The address of a resource that lives in no region.
    pub fn global(kind: &'static str, name: impl Into<String>) -> Self {
        Address {
            kind,
            name: name.into(),
            region: None,
        }
    }

    /// The address of a resource in `region`.
    pub fn regional(kind: &'static str, name: impl Into<String>, region: &Region) -> Self {
        Address {
            kind,
            name: name.into(),
            region: Some(region.clone()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)?;
        match &self.region {
            Some(region) => write!(f, "@{region}"),
            None => Ok(()),
        }
    }
}
