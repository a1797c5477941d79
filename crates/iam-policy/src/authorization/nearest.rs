//! The known name that a misspelt one was probably meant to be.

/// The known name with the fewest changed letters, if these are few for a name of that length. The
/// first of those that are equally near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    let most = name.len().max(4) / 4;
    // Names differ by as many letters at least as their lengths do, and as one has and the other has not.
    // Both are counted much faster than the changes.
    let letters = letters(&name);
    let known = known.into_iter().filter(|known| {
        known.len().abs_diff(name.len()) <= most && only_in_one(letters, known) <= most
    });
    let distance = |known: &str| strsim::osa_distance(&name, &known.to_ascii_lowercase());
    let candidates = known.map(|known| (distance(known), known));
    let (changes, nearest) = candidates.min_by_key(|&(changes, _)| changes)?;
    (changes <= most).then_some(nearest)
}

/// How often the text has each letter, of which some count as one.
fn letters(text: &str) -> [i16; 32] {
    let mut letters = [0_i16; 32];
    for byte in text.bytes() {
        // The last five bits of a letter are the same in both cases.
        let letter = &mut letters[usize::from(byte & 31)];
        *letter = letter.saturating_add(1);
    }
    letters
}

/// A number of letters that are at most so many as have to be changed to make one text of the other.
fn only_in_one(mut letters: [i16; 32], other: &str) -> usize {
    for (own, others) in letters.iter_mut().zip(self::letters(other)) {
        *own = own.saturating_sub(others);
    }
    let (mut more, mut fewer) = (0, 0);
    for count in letters {
        let side = if count > 0 { &mut more } else { &mut fewer };
        *side += usize::from(count.unsigned_abs());
    }
    more.max(fewer)
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
