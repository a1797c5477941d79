//! A policy document to check, and where it is to be used.

use serde_json::Value;

use crate::names::{AccountId, Partition};
use crate::policy::{Kind, redacted};

/// Where a document is to be used, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home {
    /// The partition, if known.
    pub partition: Option<Partition>,
    /// The account that the policy belongs to, if known.
    pub account: Option<AccountId>,
}

/// A policy document to check, in whatever form it has.
#[derive(Debug, Clone)]
pub struct Document {
    /// What the policy is attached to.
    pub kind: Kind,
    /// Where the policy is to be used.
    pub home: Home,
    /// The document without the external ID, which therefore no finding can hold.
    pub(super) json: Value,
    /// The characters of the document without white space between its tokens.
    pub(super) size: usize,
}

impl Document {
    /// The document to check. Any JSON will do: what is no policy has findings that say so.
    #[must_use]
    pub fn new(kind: Kind, home: Home, json: &Value) -> Self {
        Document {
            kind,
            home,
            json: redacted(json),
            size: json.to_string().chars().count(),
        }
    }
}
