//! Finds our key, by its alias or among all keys of a region.

use std::collections::BTreeMap;
use std::pin::pin;

use aws_sdk_kms::types::{KeyMetadata, KeyState};
use futures_util::future::{Either, ready, select, try_join, try_join3};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::found::{Found, attributes_of, day, described, is_doomed, named};
use super::key::{KmsKey, is_denied_by_others};
use super::lag::{again, reads_late};
use super::origin;
use super::strays::{Stray, Strays, hides};
use crate::aws::{Aws, AwsError};
use crate::engine::attributes::{self, Attributes};
use crate::engine::holder::Holder;
use crate::engine::known::Known;
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::resource::Resource;

/// How many keys are looked at at the same time, of the thousands that a region may have. The rest of
/// the run needs its turns too, and the account its rate: AWS allows 2,000 calls of `ListResourceTags` a
/// second (KMS Developer Guide, "Request quotas"), and these take some tenth of it.
const STRAYS_AT_ONCE: usize = 8;

impl KmsKey {
    /// The key that the alias leads to.
    async fn aliased(&self, aws: &Aws) -> Result<Option<Found>, AwsError> {
        match self.describe(aws, self.alias()).await? {
            Some(key) => self.behind_the_alias(aws, key).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same for a key that our alias was found to lead to.
    pub(super) async fn behind_the_alias(
        &self,
        aws: &Aws,
        key: KeyMetadata,
    ) -> Result<Found, AwsError> {
        let (tags, details, other_aliases) = try_join3(
            self.visible_tags_of(aws, key.key_id()),
            self.details_if_like_ours(aws, &key),
            self.aliases_if_unwanted(aws, key.key_id()),
        )
        .await?;
        let mut attributes = attributes_of(&key, details);
        attributes.insert("alias".to_owned(), self.alias().into());
        let owner = self.owner(tags, &mut attributes);
        Ok(self.found(key, attributes, owner, other_aliases))
    }

    /// The owner by the tags, which are added to `attributes` as far as we manage them.
    pub(super) fn owner(
        &self,
        tags: Option<BTreeMap<String, String>>,
        attributes: &mut Attributes,
    ) -> Owner {
        match tags {
            Some(tags) => self.identity.tags.lower_observed(&tags, attributes),
            None => Owner::Foreign("its tags may not be read".to_owned()),
        }
    }

    pub(super) fn found(
        &self,
        key: KeyMetadata,
        attributes: Attributes,
        owner: Owner,
        other_aliases: Option<Vec<String>>,
    ) -> Found {
        let never_ours = || origin::never_ours(&key).or_else(|| origin::never_rotates(&attributes));
        let owner = match owner {
            Owner::Ours => never_ours().map_or(Owner::Ours, Owner::Foreign),
            owner => owner,
        };
        let owner = match (owner, key.key_state()) {
            (Owner::Foreign(whose), Some(state)) if is_doomed(&key) => {
                Owner::Foreign(format!("{whose}; it is on its way out ({state})"))
            }
            (owner, _) => owner,
        };
        // A destroy deletes the alias too. So it is not done with a key that still has the alias.
        let is_named = self.spec.is_none() && attributes.contains_key("alias");
        let phase = match key.key_state() {
            Some(KeyState::PendingDeletion) if !is_named => Phase::PendingDeletion,
            _ => Phase::Stable,
        };
        let mut present = Present::new(attributes, owner, phase);
        present.arn = key.arn().map(ToOwned::to_owned);
        Found {
            key,
            present,
            other_aliases,
        }
    }

    /// Notes in our key that `other` has our alias, and says so.
    pub(super) fn lose_alias(&self, present: &mut Present, other: &KeyMetadata) -> String {
        let whose = other.key_id();
        let taken = format!("the alias {} belongs to the key {whose}", self.alias());
        present.leaves_name = true;
        let attributes = &mut present.attributes;
        attributes.insert("alias".to_owned(), taken.as_str().into());
        taken
    }

    /// The answer of [`Resource::observe`], or the error of a key whose own policy hides it.
    ///
    /// The alias nearly always leads to our key, and then no other key is read. All keys are listed
    /// at the same time, so the search for a key without the alias takes no longer. That is cheap: a
    /// page has a thousand keys, and no page is asked for once the alias was found to lead to ours.
    pub(super) async fn read(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let (aliased, listed) = (pin!(self.aliased(aws)), pin!(self.all_keys(aws)));
        let (aliased, listed) = match select(aliased, listed).await {
            Either::Left((aliased, listed)) => (aliased?, Either::Left(listed)),
            Either::Right((ids, aliased)) => (aliased.await?, Either::Right(ready(ids))),
        };
        let in_the_way = match aliased {
            Some(ours) if ours.present.owner == Owner::Ours => {
                return self.shown(aws, ours, None).await;
            }
            other => other,
        };
        let mut ids = listed.await?;
        ids.retain(|id| in_the_way.as_ref().is_none_or(|it| it.key.key_id() != id));
        let strays = stream::iter(ids).map(|id| self.stray(aws, id));
        let strays: Vec<Stray> = strays.buffered(STRAYS_AT_ONCE).try_collect().await?;
        let mut strays: Strays = strays.into_iter().collect();
        if let (None, Some(denial)) = (&in_the_way, strays.denial()) {
            return Err(denial);
        }
        let beside = strays.beside(self.alias(), self.spec.is_some());
        let ours = match strays.ours() {
            Ok(ours) => ours,
            Err(several) => {
                return Ok(Observed::Obstructed(format!(
                    "{} keys in {} are as this program makes them and carry the tags of this \
                     deployment: {}; schedule those for deletion that encrypt nothing, or take \
                     their `provision:` tags away, so that one remains",
                    several.len(),
                    self.region,
                    named(&several)
                )));
            }
        };
        match (ours, in_the_way, beside) {
            (Some(mut ours), other, mut beside) => {
                if let Some(other) = other {
                    let taken = self.lose_alias(&mut ours.present, &other.key);
                    // Where the key is wanted, the reason says so.
                    if self.spec.is_none() {
                        let texts = [Some(taken), beside.take()];
                        let texts: Vec<String> = texts.into_iter().flatten().collect();
                        beside = Some(texts.join("; "));
                    }
                }
                self.shown(aws, ours, beside).await
            }
            // If no key is ours, the key that has our alias is in the way.
            (None, Some(other), beside) => self.shown(aws, other, beside).await,
            (None, None, Some(beside)) => Ok(Observed::MissingBeside(beside)),
            (None, None, None) => Ok(Observed::Missing),
        }
    }

    /// What the key of that id is, to which our alias does not lead.
    async fn stray(&self, aws: &Aws, id: String) -> Result<Stray, AwsError> {
        let tags = match self.tags_of(aws, &id).await {
            Ok(tags) => tags,
            Err(error) if hides(&error) => {
                let error = Box::new(error);
                return Ok(Stray::Hidden { id, error });
            }
            Err(error) => return Err(error),
        };
        let mut tagged = Attributes::new();
        if self.identity.tags.lower_observed(&tags, &mut tagged) != Owner::Ours {
            return Ok(Stray::Nothing);
        }
        let stranger = |because: String| {
            let id = id.clone();
            Ok(Stray::Stranger { id, because })
        };
        let read = async {
            let key = again(aws, reads_late, || self.described(aws, &id)).await?;
            let others = self.other_aliases(aws, &id);
            let (details, others) = try_join(self.details_if_like_ours(aws, &key), others).await?;
            Ok((key, details, others))
        };
        let (key, details, others) = match read.await {
            Ok(read) => read,
            Err(error) if is_denied_by_others(&error) => {
                return stranger(format!("{} is denied", error.operation));
            }
            Err(error) => return Err(error),
        };
        tagged.extend(attributes_of(&key, details));
        let because = match others.first() {
            Some(alias) => Some(format!("it has the alias {alias}")),
            None => self.unlike_ours(&tagged).map(ToOwned::to_owned),
        };
        let found = self.found(key, tagged, Owner::Ours, Some(others));
        match (&found.present.owner, because) {
            // Such a key is on its way out, and nothing would be done with it.
            (Owner::Foreign(_), _) | (_, Some(_)) if found.is_doomed() => Ok(Stray::Nothing),
            (Owner::Foreign(reason), _) => stranger(reason.clone()),
            (_, Some(reason)) => stranger(reason),
            _ => Ok(Stray::Ours(Box::new(found))),
        }
    }

    /// The key with what a person is to know where it is changed or deleted.
    pub(super) async fn shown(
        &self,
        aws: &Aws,
        found: Found,
        beside: Option<String>,
    ) -> Result<Observed, AwsError> {
        let Found {
            key,
            mut present,
            other_aliases,
        } = found;
        let stays_as_it_is = self.wanted().is_some_and(|wanted| {
            let desired = wanted.desired(Some(&present), &Known::new());
            let changes = attributes::diff(&present.attributes, &desired);
            present.owner == Owner::Ours && changes.is_empty()
        });
        if !stays_as_it_is {
            let aliases = match other_aliases {
                Some(aliases) => aliases,
                None => self.other_aliases(aws, key.key_id()).await?,
            };
            let ends = key.deletion_date().map(day);
            let ends = ends.map_or_else(String::new, |day| format!("; AWS deletes it on {day}"));
            present.note = Some(described(&key, &aliases) + &ends);
            if self.spec.is_none() {
                let holder = |alias: &String| {
                    let name = alias.strip_prefix("alias/").unwrap_or(alias);
                    Holder::new("alias", name)
                };
                present.held_by = aliases.iter().map(holder).collect();
            }
        }
        let notes = present.note.into_iter().chain(beside);
        let notes: Vec<String> = notes.collect();
        present.note = (!notes.is_empty()).then(|| notes.join("; "));
        Ok(Observed::Present(present))
    }
}
