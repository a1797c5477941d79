//! A document in the form in which it is written to AWS.

use iam_policy::{Kind, redacted};
use serde_json::Value as Json;

use crate::engine::address::Address;
use crate::engine::document::Document;

/// The largest number of characters that AWS allows in an event pattern.
pub const PATTERN_LIMIT: usize = 4_096;

/// A document in the form in which it is written to AWS.
#[derive(Debug)]
pub struct Written {
    /// The unique name: the document's name, with the region if it is written once in each region.
    pub name: String,
    /// The document's name.
    pub document: &'static str,
    /// The path that its text came from.
    pub origin: String,
    /// The resource that the document is written to.
    pub carrier: Address,
    /// The content that is written.
    pub content: Content,
}

/// The content of a document.
#[derive(Debug)]
pub enum Content {
    /// A policy.
    Policy(Kind, Document),
    /// The event pattern of a rule.
    EventPattern(Json),
}

impl Content {
    /// The form of the document, in words.
    pub fn form(&self) -> String {
        match self {
            Content::Policy(kind, _) => kind.to_string(),
            Content::EventPattern(_) => "event pattern".to_owned(),
        }
    }

    /// The document as it is sent, but with the external ID and an unknown key id replaced.
    pub fn shown(&self) -> Json {
        match self {
            Content::Policy(_, document) => redacted(document.to_show().document()),
            Content::EventPattern(pattern) => pattern.clone(),
        }
    }

    /// The number of characters that the document has, without white space between tokens, and the
    /// number that AWS allows.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Content::Policy(kind, document) => (document.with_sample_ids().size(), kind.limit()),
            Content::EventPattern(pattern) => (pattern.to_string().chars().count(), PATTERN_LIMIT),
        }
    }
}
