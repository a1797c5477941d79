//! How near a word that somebody wrote is to a known one.

/// Whether `known` can be meant: at most one letter in three is another one, missing or out of place.
pub(super) fn is_near(written: &str, known: &str) -> bool {
    strsim::damerau_levenshtein(written, known) <= written.len() / 3
}
