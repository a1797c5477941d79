//! Files as they are, and what chance makes of them.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;

use super::edit::edit;

/// Checks each file of a corpus, and `cases` inputs that are made of them. With `headed` the first
/// line of a file stays as it is.
pub fn survives(corpus: &Path, headed: bool, cases: u32, check: fn(&[u8])) {
    let files = files(corpus);
    for file in &files {
        check(file);
    }
    let inputs = (any::<Index>(), prop::collection::vec(edit(), 1..6));
    proptest!(ProptestConfig::with_cases(cases), |((file, edits) in inputs)| {
        let mut bytes = file.get(&files).clone();
        let head = bytes.iter().position(|byte| *byte == b'\n');
        let kept = head.filter(|_| headed).map_or(0, |end| end + 1);
        for edit in &edits {
            edit.apply(&mut bytes, kept);
        }
        check(&bytes);
    });
    let any_bytes = prop::collection::vec(any::<u8>(), 0..200);
    proptest!(ProptestConfig::with_cases(cases), |(bytes in any_bytes)| check(&bytes));
}

fn files(corpus: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(corpus).expect("the corpus");
    let mut paths: Vec<_> = entries.map(|it| it.expect("an entry").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|it| fs::read(it).expect("a file"))
        .collect()
}
