//! The positions of a document's places in its text.

use std::collections::HashMap;

use super::place::{Place, Step};

/// A position in a text. Both numbers count from 1, and the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// The position of each of `places` in the text of a document: that of the key for a member of an
/// object, and that of the first character for any other value. `None` if the text has no such place.
/// Of two members of the same name the first counts.
///
/// One walk finds all of them, since a document may have as many findings as characters.
#[must_use]
pub fn positions(text: &str, places: &[&Place]) -> Vec<Option<Position>> {
    let mut walk = Walk {
        text,
        at: 0,
        here: Place::default(),
        found: places.iter().map(|place| (*place, None)).collect(),
        counted: 0,
        position: Position { line: 1, column: 1 },
    };
    walk.skip_space();
    walk.note(walk.at);
    // Text that is no JSON is walked through as far as it can be read.
    let _ = walk.value();
    places.iter().map(|place| walk.found[place]).collect()
}

/// A walk through a text that a JSON parser has accepted, which bounds how deep it nests.
struct Walk<'a> {
    text: &'a str,
    at: usize,
    /// The place of the value that is walked through.
    here: Place,
    found: HashMap<&'a Place, Option<Position>>,
    /// How far the text was counted, and the position there.
    counted: usize,
    position: Position,
}

impl<'a> Walk<'a> {
    /// Goes from the start of a value to its end. `None` where the text ends before.
    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' => self.members(b'}', |walk, start, _| {
                let key = walk.string()?;
                walk.skip_space();
                // The colon.
                walk.at += 1;
                walk.skip_space();
                Some((start, Step::Key(serde_json::from_str(key).ok()?)))
            }),
            b'[' => self.members(b']', |_, start, index| Some((start, Step::Index(index)))),
            b'"' => self.string().map(|_| ()),
            _ => {
                let rest = self.text.get(self.at..)?;
                let ends = |c: char| c.is_ascii_whitespace() || ",]}".contains(c);
                self.at += rest.find(ends).unwrap_or(rest.len());
                Some(())
            }
        }
    }

    /// Goes from an opening to the end of `closing`. `enter` goes to the start of the next value, and
    /// returns the offset to show for that value and the step into it.
    fn members(
        &mut self,
        closing: u8,
        enter: impl Fn(&mut Self, usize, usize) -> Option<(usize, Step)>,
    ) -> Option<()> {
        self.at += 1;
        self.skip_space();
        let mut index = 0;
        while self.peek()? != closing {
            let (shown, step) = enter(self, self.at, index)?;
            self.here.0.push(step);
            self.note(shown);
            self.value()?;
            self.here.0.pop();
            self.skip_space();
            if self.peek()? == b',' {
                self.at += 1;
                self.skip_space();
            }
            index += 1;
        }
        self.at += 1;
        Some(())
    }

    /// Goes to the end of the string that starts here, and gives it with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at)
    }

    /// Notes the offset of the place that the walk is at, if it is asked for.
    fn note(&mut self, offset: usize) {
        let Some(found @ None) = self.found.get_mut(&self.here) else {
            return;
        };
        for c in self.text[self.counted..offset].chars() {
            if c == '\n' {
                self.position.line += 1;
                self.position.column = 1;
            } else {
                self.position.column += 1;
            }
        }
        self.counted = offset;
        *found = Some(self.position);
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }
}
