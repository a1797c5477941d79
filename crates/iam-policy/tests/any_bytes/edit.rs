//! Changes to bytes by chance.

use proptest::prelude::*;
use proptest::sample::Index;

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
pub enum Edit {
    Truncate(Index),
    Replace(Index, u8),
    Put(Index, usize, Index),
    Repeat(Index, usize),
    Splice(Index, Index),
}

/// Any change.
pub fn edit() -> impl Strategy<Value = Edit> {
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
    pub fn apply(&self, bytes: &mut Vec<u8>, kept: usize) {
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
