//! From a file's text to a document: its JSON, what kind of policy it is, and where things stand.

use serde_json::Value;

use super::document::{Document, Home};
use super::finding::Finding;
use super::place::{Place, Step};
use super::rule::{Rule, Severity};
use crate::policy::Kind;
use crate::policy::json::{self, JsonError};

pub(super) const RULES: &[&Rule] = &[&NOT_JSON, &DUPLICATE_KEY];

static NOT_JSON: Rule = Rule {
    code: "not-json",
    severity: Severity::Error,
    risk: "AWS refuses a policy that is not JSON.",
    remedy: "Correct the text at the place that the finding names.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
};

static DUPLICATE_KEY: Rule = Rule {
    code: "duplicate-key",
    severity: Severity::Error,
    risk: "Of two members of the same name AWS reads one or refuses the policy, so that what the other says is lost.",
    remedy: "Put the values of both into one list, or give each a statement of its own.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
};

/// A place in a text, both counted from 1 and the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// Why a text cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not JSON that everybody reads the same way.
    Json(Box<Finding>, Position),
    /// It has principals, but no action that tells what it is attached to.
    UnknownKind,
}

/// Reads a policy. Its kind is told by its content where `kind` does not name one.
///
/// # Errors
/// A text that is not strict JSON, and a policy whose kind cannot be told.
pub fn read(text: &str, kind: Option<Kind>, home: Home) -> Result<Document, Unreadable> {
    let json = json::parse(text).map_err(|error| {
        let (rule, line, column) = match &error {
            JsonError::Syntax { line, column, .. } => (&NOT_JSON, *line, *column),
            JsonError::DuplicateKey { line, column, .. } => (&DUPLICATE_KEY, *line, *column),
        };
        let finding = Finding {
            rule,
            place: Place::default(),
            sid: None,
            detail: error.to_string(),
        };
        let column = column.max(1);
        Unreadable::Json(Box::new(finding), Position { line, column })
    })?;
    // The kind decides nothing about how the document is read.
    let document = Document::new(Kind::Managed, home, &json);
    let kind = kind
        .or_else(|| kind_of(&document))
        .ok_or(Unreadable::UnknownKind)?;
    Ok(Document { kind, ..document })
}

/// The kind of policy that a document's content tells. Without a principal it is an identity's,
/// and a managed policy has the least room of those.
fn kind_of(document: &Document) -> Option<Kind> {
    let statements = &document.statements;
    if statements
        .iter()
        .all(|statement| statement.principals.is_none())
    {
        return Some(Kind::Managed);
    }
    let actions = statements
        .iter()
        .filter_map(|statement| statement.actions.as_ref());
    actions
        .flat_map(|actions| &actions.items)
        .find_map(
            |action| match action.text.split(':').next()?.to_ascii_lowercase().as_str() {
                "sts" => Some(Kind::Trust),
                "kms" => Some(Kind::Key),
                "s3" | "s3express" => Some(Kind::Bucket),
                _ => None,
            },
        )
}

/// Where in the text of a document a place is: an object's member where its key stands, all else
/// where its value begins. `None` where the text has no such place.
#[must_use]
pub fn position(text: &str, place: &Place) -> Option<Position> {
    let mut cursor = Cursor { text, at: 0 };
    cursor.skip_space();
    let mut shown = cursor.at;
    for step in &place.0 {
        shown = cursor.enter(step)?;
    }
    let before = text.get(..shown)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some(Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    })
}

/// A walk through a text that is known to be JSON.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Goes from the start of a list or object to the start of the value that the step leads to,
    /// and gives the place to show for it.
    fn enter(&mut self, step: &Step) -> Option<usize> {
        let opening = self.peek()?;
        self.at += 1;
        let mut index = 0;
        loop {
            self.skip_space();
            let start = self.at;
            match (step, opening) {
                (Step::Index(wanted), b'[') if index == *wanted => return Some(start),
                (Step::Key(wanted), b'{') => {
                    let key = self.skip_value()?;
                    self.skip_space();
                    self.at += 1;
                    self.skip_space();
                    let key: String = serde_json::from_str(key).ok()?;
                    if key == *wanted {
                        return Some(start);
                    }
                }
                (Step::Index(_), b'[') => {}
                _ => return None,
            }
            self.skip_value()?;
            self.skip_space();
            if self.peek()? != b',' {
                return None;
            }
            self.at += 1;
            index += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Goes to the end of the value that starts here, and gives its text.
    fn skip_value(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        values.next()?.ok()?;
        let end = values.byte_offset();
        self.at += end;
        rest.get(..end)
    }
}
