//! The known name that a misspelt one was probably meant to be.

/// The known name with the fewest changed letters, if these are few for a name of that length. The
/// first of those that are equally near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    let most = name.len().max(4) / 4;
    // Names differ by as many letters at least as their lengths do.
    let known = known
        .into_iter()
        .filter(|known| known.len().abs_diff(name.len()) <= most);
    let distance = |known: &str| strsim::osa_distance(&name, &known.to_ascii_lowercase());
    let candidates = known.map(|known| (distance(known), known));
    let (changes, nearest) = candidates.min_by_key(|&(changes, _)| changes)?;
    (changes <= most).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["GetObject", "GetObjectAcl", "PutObject", "ListBucket"];
        let cases = [
            ("GetObjects", Some("GetObject"), "one letter too many"),
            (
                "getobjct",
                Some("GetObject"),
                "one letter too few, in another case",
            ),
            ("ListBuckte", Some("ListBucket"), "two letters swapped"),
            ("GetObjectACLs", Some("GetObjectAcl"), "the nearest of two"),
            ("DeleteEverything", None, "nothing like it"),
            ("", None, "nothing"),
        ];
        for (name, expected, reason) in cases {
            assert_eq!(nearest(name, known), expected, "{reason}");
        }
    }
}
