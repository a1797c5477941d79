//! The policy that a document is, as lint reads it.

use crate::systems::{Content, Site, Written};
use iam_policy::Kind;
use iam_policy::lint::{Document, Home};

/// The policy of a written document; `None` if the document is no policy.
pub(super) fn policy_of(written: &Written, site: &Site) -> Option<(Kind, Document)> {
    let Content::Policy(kind, policy) = &written.content else {
        return None;
    };
    let home = Home {
        partition: Some(site.partition),
        account: Some(site.account.clone()),
    };
    let policy = policy.sample();
    Some((*kind, Document::new(*kind, home, policy.document())))
}
