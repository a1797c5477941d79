//! A document in the form in which it is written to AWS.

use iam_policy::{Kind, redacted};
use serde_json::Value as Json;

use crate::engine::address::Address;
use crate::engine::document::Document;

/// The characters that AWS allows an event pattern to have.
pub const PATTERN_LIMIT: usize = 4_096;

/// A document in the form in which it is written to AWS.
#[derive(Debug)]
pub struct Written {
    /// What tells it from all others: the document's name, and the region where there are several
    /// of it.
    pub name: String,
    /// The document's name.
    pub document: &'static str,
    /// Where its text came from.
    pub origin: String,
    /// The resource that carries it.
    pub carrier: Address,
    /// What is written.
    pub content: Content,
}

/// The content of a document.
#[derive(Debug)]
pub enum Content {
    /// A policy.
    Policy(Kind, Document),
    /// What a rule listens for.
    EventPattern(Json),
}

impl Content {
    /// What it is, in words.
    pub fn form(&self) -> String {
        match self {
            Content::Policy(kind, _) => kind.to_string(),
            Content::EventPattern(_) => "event pattern".to_owned(),
        }
    }

    /// The document as it is sent, without the external ID.
    pub fn shown(&self) -> Json {
        match self {
            Content::Policy(_, document) => redacted(document.to_show().document()),
            Content::EventPattern(pattern) => pattern.clone(),
        }
    }

    /// The characters that it has and may have, white space between its tokens left out.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Content::Policy(kind, document) => (document.with_sample_ids().size(), kind.limit()),
            Content::EventPattern(pattern) => (pattern.to_string().chars().count(), PATTERN_LIMIT),
        }
    }
}
