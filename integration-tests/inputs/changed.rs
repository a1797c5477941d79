//! The corpora as they are, and what chance makes of them.

use std::fs;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// What is put where something else stood: the wrong type, an end, a command to the terminal.
const PIECES: [&str; 20] = [
    "",
    "{}",
    "[]",
    "null",
    "-1",
    "1e999",
    "\"\"",
    "\"*\"",
    "${x}",
    "\"Version\":",
    "\0",
    "\n",
    "\u{1b}[2J",
    "\u{202e}",
    "é",
    "</a>",
    "<a>",
    "&#27;",
    "true",
    "%1B%",
];

/// One change to some bytes.
#[derive(Debug, Clone)]
enum Edit {
    Truncate(Index),
    Replace(Index, u8),
    Put(Index, usize, Index),
    Repeat(Index, usize),
    Splice(Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        1 => any::<Index>().prop_map(Edit::Truncate),
        3 => (any::<Index>(), any::<u8>()).prop_map(|(at, to)| Edit::Replace(at, to)),
        4 => (any::<Index>(), 0..20_usize, any::<Index>())
            .prop_map(|(at, length, piece)| Edit::Put(at, length, piece)),
        1 => (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(at, from)| Edit::Splice(at, from)),
    ]
}

impl Edit {
    /// Changes `bytes`, but not the first `kept`, which say what the rest is.
    fn apply(&self, bytes: &mut Vec<u8>, kept: usize) {
        let place = |at: &Index| kept + at.index(bytes.len() - kept + 1);
        match self {
            Edit::Truncate(at) => bytes.truncate(place(at)),
            Edit::Replace(at, to) => {
                let at = place(at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *to;
                }
            }
            Edit::Put(at, length, piece) => {
                let at = place(at);
                let end = bytes.len().min(at + length);
                bytes.splice(at..end, piece.get(&PIECES).bytes());
            }
            Edit::Repeat(at, length) => {
                let at = place(at);
                let again = bytes[at..bytes.len().min(at + length)].to_vec();
                bytes.splice(at..at, again);
            }
            Edit::Splice(at, from) => {
                let (at, from) = (place(at), place(from));
                let rest = bytes[from..].to_vec();
                bytes.truncate(at);
                bytes.extend(rest);
            }
        }
    }
}

fn files(target: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(corpus(target)).expect("the corpus");
    let mut paths: Vec<_> = entries.map(|it| it.expect("an entry").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|it| fs::read(it).expect("a file"))
        .collect()
}

/// Checks each file of the corpus, and `cases` that are made of them. With `headed` the first line
/// of a file stays as it is.
fn survives(target: &str, headed: bool, cases: u32, check: fn(&[u8])) {
    let files = files(target);
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

#[test]
fn settings_files() {
    survives("settings_file", false, 300, settings_file::check);
}

#[test]
fn policy_documents() {
    survives("policies", false, 100, policies::check);
}

#[test]
fn documents_that_replace_ours() {
    survives("override_documents", true, 150, override_documents::check);
}

#[test]
fn saved_plans() {
    survives("saved_plan", false, 100, saved_plan::check);
}

#[test]
fn answers_of_aws() {
    survives("aws_answers", true, 100, aws_answers::check);
}
