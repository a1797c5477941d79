//! What is known of a key of the settings file.

use clap::ValueEnum;

/// A key of the settings file.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// What the key is for, as a sentence.
    pub(super) about: &'static str,
    /// What it usually is, as TOML.
    pub(super) usual: &'static str,
}

/// What a key holds.
#[derive(Debug)]
pub(super) enum Form {
    /// A string.
    Text,
    /// A string that is never shown.
    Secret,
    /// One of a few strings.
    Choice(fn() -> Vec<Choice>),
    /// A list of strings.
    List,
    /// A table of strings, whose keys are free.
    Table,
    /// A table of these keys.
    Section(&'static [Key]),
    /// Tables of these keys, whose own keys are free.
    Sections(&'static [Key]),
    /// True or false.
    Truth,
    /// A number of accounts, or a string.
    Share,
    /// A list of what [`Form::Share`] holds.
    Shares,
    /// A number of accounts, or a table of the least and the most.
    Range,
}

/// The keys of the table that stands for a range.
pub(super) const RANGE: [&str; 2] = ["min", "max"];

/// A string to choose, and what it means.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) about: String,
}

/// The strings to choose that stand for the values of `T`.
pub(super) fn choices<T: ValueEnum>() -> Vec<Choice> {
    let values = T::value_variants().iter();
    let values = values.filter_map(ValueEnum::to_possible_value);
    let choice = |value: clap::builder::PossibleValue| Choice {
        name: value.get_name().to_owned(),
        about: value.get_help().map_or(String::new(), ToString::to_string),
    };
    values.map(choice).collect()
}
