//! The keys that carry our tags and that our alias does not lead to.

use super::found::{Found, MOST_NAMED, named};
use super::key::is_denied_by_others;
use crate::aws::{AwsError, ErrorKind};

/// What a key turned out to be that our alias does not lead to.
#[derive(Debug)]
pub(super) enum Stray {
    /// It does not carry our tags, or nothing will be done with it.
    Nothing,
    /// Its tags cannot be read.
    Hidden { id: String, error: Box<AwsError> },
    /// It carries our tags and is not plainly what this program makes.
    Stranger { id: String, because: String },
    /// It carries our tags and is plainly what this program makes.
    Ours(Box<Found>),
}

/// Whether an error hides the tags of one key, so that the key is named and the run goes on. A key that
/// was listed and is not found for long may be gone by now.
pub(super) fn hides(error: &AwsError) -> bool {
    matches!(error.kind, ErrorKind::Denied | ErrorKind::NotFound)
}

/// What the keys of a region turned out to be.
#[derive(Debug, Default)]
pub(super) struct Strays {
    /// Whether the tags of any key could be read.
    any_tags: bool,
    /// The first denial that nobody needs to have meant for one key.
    denial: Option<AwsError>,
    hidden: Vec<String>,
    strangers: Vec<(String, String)>,
    pending: Vec<Found>,
    live: Vec<Found>,
}

impl FromIterator<Stray> for Strays {
    fn from_iter<I: IntoIterator<Item = Stray>>(all: I) -> Self {
        let mut strays = Strays::default();
        for stray in all {
            strays.any_tags |= !matches!(stray, Stray::Hidden { .. });
            match stray {
                Stray::Nothing => {}
                Stray::Hidden { id, error } => {
                    strays.hidden.push(id);
                    if error.kind == ErrorKind::Denied && !is_denied_by_others(&error) {
                        strays.denial.get_or_insert(*error);
                    }
                }
                Stray::Stranger { id, because } => strays.strangers.push((id, because)),
                Stray::Ours(found) if found.is_doomed() => strays.pending.push(*found),
                Stray::Ours(found) => strays.live.push(*found),
            }
        }
        strays
    }
}

impl Strays {
    /// The denial of a permission that the caller seems to lack for every key. Ours could be among
    /// those that are hidden. If the tags of any key could be read, the caller has the permission for
    /// some keys, and those without our tags may be the others.
    pub(super) fn denial(&mut self) -> Option<AwsError> {
        self.denial.take().filter(|_| !self.any_tags)
    }

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
                "the key {id} carries the tags of this deployment and is not managed by provision, \
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

#[cfg(test)]
mod tests {
    use aws_sdk_kms::primitives::DateTime;
    use aws_sdk_kms::types::{KeyMetadata, KeyState};

    use super::*;
    use crate::aws::Operation;
    use crate::engine::attributes::Attributes;
    use crate::engine::observed::{Phase, Present};
    use crate::engine::ownership::Owner;

    fn ours(id: &str, state: KeyState, created: i64) -> Stray {
        let key = KeyMetadata::builder().key_id(id).key_state(state);
        let key = key.creation_date(DateTime::from_secs(created));
        Stray::Ours(Box::new(Found {
            key: key.build().unwrap(),
            present: Present::new(Attributes::new(), Owner::Ours, Phase::Stable),
            other_aliases: None,
        }))
    }

    fn stranger(id: &str) -> Stray {
        Stray::Stranger {
            id: id.to_owned(),
            because: "its description is another one".to_owned(),
        }
    }

    /// A key whose tags AWS does not show, in the words of the IAM User Guide, "Troubleshoot access
    /// denied error messages".
    fn hidden(id: &str, why: &str) -> Stray {
        let operation = Operation {
            service: "kms",
            name: "ListResourceTags",
            region: None,
        };
        let code = match why {
            GONE => "NotFoundException",
            _ => "AccessDeniedException",
        };
        Stray::Hidden {
            id: id.to_owned(),
            error: Box::new(AwsError::in_answer(operation, Some(code), Some(why))),
        }
    }

    const EXPLICIT: &str = "with an explicit deny in a service control policy";
    const BY_THE_KEY: &str = "because no resource-based policy allows the action";
    const NO_PERMISSION: &str = "because no identity-based policy allows the action";
    const NO_BOUNDARY: &str = "because no permissions boundary allows the action";
    const GONE: &str = "Key 'arn:x' does not exist";

    #[test]
    fn only_what_may_hide_every_key_ends_the_run() {
        let cases = [
            ("the key's own policy", vec![hidden("a", BY_THE_KEY)], None),
            ("somebody meant to", vec![hidden("a", EXPLICIT)], None),
            ("it was deleted", vec![hidden("a", GONE)], None),
            (
                "the caller may lack the permission for ours too",
                vec![hidden("a", EXPLICIT), hidden("b", NO_PERMISSION)],
                Some(NO_PERMISSION),
            ),
            (
                "so may a boundary",
                vec![hidden("a", NO_BOUNDARY)],
                Some(NO_BOUNDARY),
            ),
            (
                "the caller has the permission for some keys, and may have it for tagged ones alone",
                vec![hidden("a", NO_PERMISSION), Stray::Nothing],
                None,
            ),
        ];
        for (why, strays, expected) in cases {
            let denial = strays.into_iter().collect::<Strays>().denial();
            let denial = denial.map(|error| error.message);
            assert_eq!(denial.as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn one_live_key_is_ours_or_else_the_newest_that_waits_for_its_deletion() {
        use KeyState::{Disabled, Enabled, PendingDeletion};
        let live = |id| ours(id, Enabled, 1);
        let pending = |id, created| ours(id, PendingDeletion, created);
        let cases = [
            ("none has our tags", vec![Stray::Nothing], Ok(None)),
            ("a stranger is nobody", vec![stranger("s")], Ok(None)),
            (
                "a stranger beside ours",
                vec![stranger("s"), live("a")],
                Ok(Some("a")),
            ),
            (
                "a live key rather than a younger one that is to be deleted",
                vec![pending("b", 9), live("a")],
                Ok(Some("a")),
            ),
            (
                "the newest that is to be deleted",
                vec![pending("a", 1), pending("b", 2)],
                Ok(Some("b")),
            ),
            (
                "nobody can tell which of two it is",
                vec![live("a"), ours("b", Disabled, 2)],
                Err(vec!["a".to_owned(), "b".to_owned()]),
            ),
        ];
        for (why, strays, expected) in cases {
            let found = strays.into_iter().collect::<Strays>().ours();
            let found = found.map(|found| found.map(|found| found.key.key_id));
            let expected = expected.map(|id| id.map(ToOwned::to_owned));
            assert_eq!(found, expected, "{why}");
        }
    }

    #[test]
    fn what_is_not_taken_for_ours_is_named_within_bounds() {
        let hidden = |id: &str| hidden(id, EXPLICIT);
        let told = |strays: Vec<Stray>, wanted| {
            let strays: Strays = strays.into_iter().collect();
            strays.beside("alias/it", wanted).unwrap_or_default()
        };
        assert_eq!(told(vec![Stray::Nothing], true), "");
        assert_eq!(
            told(vec![stranger("s")], false),
            "the key s carries the tags of this deployment and is not managed by provision, because its \
             description is another one; let alias/it lead to the key of this deployment, if one of \
             these is it, and take the `provision:` tags from all others"
        );
        let seven = || ["a", "b", "c", "d", "e", "f", "g"];
        let many = told(seven().map(stranger).into(), false);
        assert!(many.contains("the key e carries"), "{many}");
        assert!(!many.contains("the key f carries"), "{many}");
        assert!(many.contains("so do 2 more keys"), "{many}");
        assert_eq!(
            told(seven().map(hidden).into(), true),
            "the tags of these keys may not be read: a, b, c, d, e and 2 more"
        );
        assert_eq!(
            told(vec![hidden("a")], false),
            "",
            "a destroy creates no second key"
        );
    }
}
