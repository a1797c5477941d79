//! Condition operators: their spelling and the type of value that they compare.
//!
//! See "IAM JSON policy elements: Condition operators" in the IAM User Guide.

/// What an operator compares its values as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A date as ISO 8601 or as seconds since 1970.
    Date,
    /// `true` or `false`.
    Bool,
    /// Base64.
    Binary,
    /// An IP address or a range of them.
    Address,
    /// An ARN.
    Arn,
}

/// Which of a request's values must match, where a key can have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// Every one; also true if there is none.
    All,
    /// At least one.
    Any,
}

/// An operator taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// The prefix, if there is one.
    pub quantifier: Option<Quantifier>,
    /// The name without prefix and suffix, as AWS spells it.
    pub name: &'static str,
    /// What it compares.
    pub compares: Type,
    /// Whether it is also true if the request has no such key.
    pub if_exists: bool,
}

const OPERATORS: [(&str, Type); 27] = [
    ("StringEquals", Type::Text),
    ("StringNotEquals", Type::Text),
    ("StringEqualsIgnoreCase", Type::Text),
    ("StringNotEqualsIgnoreCase", Type::Text),
    ("StringLike", Type::Text),
    ("StringNotLike", Type::Text),
    ("NumericEquals", Type::Number),
    ("NumericNotEquals", Type::Number),
    ("NumericLessThan", Type::Number),
    ("NumericLessThanEquals", Type::Number),
    ("NumericGreaterThan", Type::Number),
    ("NumericGreaterThanEquals", Type::Number),
    ("DateEquals", Type::Date),
    ("DateNotEquals", Type::Date),
    ("DateLessThan", Type::Date),
    ("DateLessThanEquals", Type::Date),
    ("DateGreaterThan", Type::Date),
    ("DateGreaterThanEquals", Type::Date),
    ("Bool", Type::Bool),
    ("BinaryEquals", Type::Binary),
    ("IpAddress", Type::Address),
    ("NotIpAddress", Type::Address),
    ("ArnEquals", Type::Arn),
    ("ArnLike", Type::Arn),
    ("ArnNotEquals", Type::Arn),
    ("ArnNotLike", Type::Arn),
    ("Null", Type::Bool),
];

impl Operator {
    /// The operator of that spelling, if there is one. AWS ignores the case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (quantifier, rest) = match text.split_once(':') {
            None => (None, text),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAllValues") => {
                (Some(Quantifier::All), rest)
            }
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(Quantifier::Any), rest)
            }
            Some(_) => return None,
        };
        let (rest, if_exists) = match rest.len().checked_sub("IfExists".len()) {
            Some(at)
                if rest
                    .get(at..)
                    .is_some_and(|it| it.eq_ignore_ascii_case("IfExists")) =>
            {
                (&rest[..at], true)
            }
            _ => (rest, false),
        };
        let mut operators = OPERATORS.into_iter();
        let (name, compares) = operators.find(|(name, _)| name.eq_ignore_ascii_case(rest))?;
        Some(Operator {
            quantifier,
            name,
            compares,
            if_exists,
        })
    }

    /// The same operator without prefix and suffix.
    #[must_use]
    pub fn plain(self) -> Self {
        Operator {
            quantifier: None,
            if_exists: false,
            ..self
        }
    }

    /// Whether it compares by pattern: `*` and `?` are wildcards. `ArnEquals` is the same as
    /// `ArnLike`.
    #[must_use]
    pub fn has_wildcards(self) -> bool {
        self.name.ends_with("Like") || self.compares == Type::Arn
    }

    /// Whether it is true for values that are not those of the policy.
    #[must_use]
    pub fn is_negated(self) -> bool {
        self.name.contains("Not")
    }

    /// Whether it is true only if the request has the key and a value of the key matches.
    #[must_use]
    pub fn demands_match(self) -> bool {
        let negated = self.is_negated() || self.name == "Null";
        !negated && !self.if_exists && self.quantifier != Some(Quantifier::All)
    }
}
