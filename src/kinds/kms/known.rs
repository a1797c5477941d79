//! Reads a key again whose ARN is known, and no other key.

use futures_util::future::try_join4;

use super::found::{attributes_of, is_doomed};
use super::key::KmsKey;
use super::lag::{again, reads_late};
use crate::aws::{Aws, AwsError};
use crate::engine::observed::Observed;

impl KmsKey {
    /// The answer of [`Resource::observe_known`](crate::engine::resource::Resource::observe_known).
    ///
    /// All is asked for at once. Our alias nearly always leads to the key, and so describes it. The
    /// key is described by its ARN only where the alias does not.
    pub(super) async fn read_known(&self, aws: &Aws, arn: &str) -> Result<Observed, AwsError> {
        let (aliased, tags, details, other_aliases) = try_join4(
            self.describe(aws, self.alias()),
            self.visible_tags_of(aws, arn),
            self.details(aws, arn),
            self.aliases_if_unwanted(aws, arn),
        )
        .await?;
        let is_named = aliased.as_ref().is_some_and(|it| it.arn() == Some(arn));
        let (key, other) = match aliased {
            Some(key) if is_named => (key, None),
            // The alias of a key that is on its way out was deleted, or is about to be.
            other => (
                again(aws, reads_late, || self.described(aws, arn)).await?,
                other.filter(|other| !is_doomed(other)),
            ),
        };
        let mut attributes = attributes_of(&key, details);
        if is_named {
            attributes.insert("alias".to_owned(), self.alias().into());
        }
        let owner = self.owner(tags, &mut attributes);
        let mut found = self.found(key, attributes, owner, other_aliases);
        let taken = other.map(|other| self.lose_alias(&mut found.present, &other));
        match self.spec {
            // What a person is to know of the key stands in the plan.
            Some(_) => Ok(Observed::Present(found.present)),
            None => self.shown(aws, found, taken).await,
        }
    }
}
