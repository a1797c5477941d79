//! The keys that carry our tags and that our alias does not lead to.

use super::found::{Found, MOST_NAMED, named};

/// What a key turned out to be that our alias does not lead to.
#[derive(Debug)]
pub(super) enum Stray {
    /// It does not carry our tags, or nothing will be done with it.
    Nothing,
    /// Somebody denies us to read its tags. This is its id.
    Hidden(String),
    /// It carries our tags and is not plainly what this program makes.
    Stranger { id: String, because: String },
    /// It carries our tags and is plainly what this program makes.
    Ours(Box<Found>),
}

/// What the keys of a region turned out to be.
#[derive(Debug, Default)]
pub(super) struct Strays {
    hidden: Vec<String>,
    strangers: Vec<(String, String)>,
    pending: Vec<Found>,
    live: Vec<Found>,
}

impl FromIterator<Stray> for Strays {
    fn from_iter<I: IntoIterator<Item = Stray>>(all: I) -> Self {
        let mut strays = Strays::default();
        for stray in all {
            match stray {
                Stray::Nothing => {}
                Stray::Hidden(id) => strays.hidden.push(id),
                Stray::Stranger { id, because } => strays.strangers.push((id, because)),
                Stray::Ours(found) if found.is_pending_deletion() => strays.pending.push(*found),
                Stray::Ours(found) => strays.live.push(*found),
            }
        }
        strays
    }
}

impl Strays {
    /// The one key that is ours, or the ids of several.
    ///
    /// Keys that are pending deletion have no data left to decrypt, since the bucket is deleted
    /// before its key. Therefore the newest of them is as good as any.
    pub(super) fn ours(mut self) -> Result<Option<Found>, Vec<String>> {
        if self.live.len() > 1 {
            let ids = self.live.iter().map(|it| it.key.key_id().to_owned());
            return Err(ids.collect());
        }
        let newest = self.pending.into_iter();
        let newest = newest.max_by_key(|it| it.key.creation_date().copied());
        Ok(self.live.pop().or(newest))
    }

    /// What a person is to know of the keys that are not taken for ours. `alias` is ours. To a key
    /// that is `wanted` belong also the keys whose tags are hidden: ours may be among them, and is
    /// created a second time then.
    pub(super) fn beside(&self, alias: &str, wanted: bool) -> Option<String> {
        let strangers = self.strangers.iter().map(|(id, because)| {
            format!(
                "the key {id} carries the tags of this deployment and is not taken for ours, \
                 because {because}"
            )
        });
        let mut notes: Vec<String> = strangers.take(MOST_NAMED).collect();
        if let Some(more @ 1..) = self.strangers.len().checked_sub(MOST_NAMED) {
            notes.push(format!("so do {more} more keys"));
        }
        if !notes.is_empty() {
            notes.push(format!(
                "let {alias} lead to the key of this deployment, if one of these is it, and take \
                 the `provision:` tags from all others"
            ));
        }
        if wanted && !self.hidden.is_empty() {
            let keys = named(&self.hidden);
            notes.push(format!("the tags of these keys may not be read: {keys}"));
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}
