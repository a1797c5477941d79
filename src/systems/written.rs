//! A document in the form in which it is written to AWS.

use iam_policy::{Kind, redacted};
use serde_json::Value as Json;

use crate::engine::address::Address;
use crate::engine::document::Document;
use crate::kinds::eventbridge::pattern;

/// A document in the form in which it is written to AWS.
#[derive(Debug)]
pub struct Written {
    /// The unique name: the document's name, with the region if it is written once in each region.
    pub name: String,
    /// The document's name.
    pub document: &'static str,
    /// The path that its text came from.
    pub origin: String,
    /// The system whose built-in document it is; none for a document of the settings' folder.
    pub built_in: Option<&'static str>,
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
    /// number that AWS allows in an account whose quotas were not raised.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Content::Policy(kind, document) => (document.sample().size(), kind.quota()),
            Content::EventPattern(pattern) => (pattern::size(pattern), pattern::QUOTA),
        }
    }

    /// What a person should know about a document that AWS takes only where a quota was raised.
    pub fn over_quota(&self) -> Option<String> {
        let (size, quota) = self.size();
        match self {
            Content::EventPattern(pattern) => pattern::over_quota(pattern),
            Content::Policy(kind, _) => (size > quota).then(|| {
                format!(
                    "the {kind} has {size} characters, and AWS allows {quota} unless the quota \
                     \"Role trust policy length\" of IAM was raised (Service Quotas)"
                )
            }),
        }
    }
}
