//! The value of a setting that counts, and the place that a refusal of the value names.
//!
//! A section of the settings is one struct, which clap fills from the flags and serde from the
//! settings file. A field of the struct is one setting: the field's name is the key in the file,
//! and clap knows the field's flag. So [`given!`] finds value and place of every setting.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use clap::{Arg, Args, Command};

use super::invalid::Invalid;
use super::missing::{self, Missing};
use super::problems::Problems;
use super::source::Source;
use crate::failure::Failure;

/// The setting of one field of a [`Section`], as [`Given`].
macro_rules! given {
    ($section:ident.$field:ident) => {
        $section.get(stringify!($field), |it| &it.$field)
    };
}
pub(super) use given;

/// What all sections of one reading have in common.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The settings file; empty where there is none.
    pub(super) source: Arc<Source>,
    pub(super) problems: Problems,
    pub(super) missing: RefCell<Vec<Missing>>,
    /// Whether a part of the file could not be read, so that nothing is known to be missing.
    pub(super) is_broken: Cell<bool>,
    /// Where the value of each setting that was asked for comes from, by the path of its key.
    pub(super) origins: RefCell<BTreeMap<String, Place>>,
}

impl Reading {
    /// The reading of a file.
    pub(super) fn of(source: Arc<Source>) -> Self {
        Reading {
            source,
            ..Reading::default()
        }
    }

    /// Notes that a setting is needed and given nowhere, unless what is given was refused already.
    pub(super) fn missing(&self, missing: Missing) {
        let flag = missing.flag.and_then(|it| it.split(' ').next());
        let is_refused =
            self.problems.has(missing.key) || flag.is_some_and(|it| self.problems.has(it));
        if !self.is_broken.get() && !is_refused {
            self.missing.borrow_mut().push(missing);
        }
    }

    /// Whether a setting is missing.
    pub(super) fn lacks_something(&self) -> bool {
        !self.missing.borrow().is_empty()
    }

    /// Everything that is wrong, each failure with the path of its key or with its flag.
    pub(super) fn failures(&self) -> Vec<(String, Failure)> {
        let missing = missing::failures(&self.source, &self.missing.borrow());
        let missing = missing.into_iter().map(|it| (String::new(), it));
        self.problems.take().into_iter().chain(missing).collect()
    }
}

/// One section of the settings: what the file says, and what the flags say if the section has any.
#[derive(Debug)]
pub(super) struct Section<'a, T> {
    pub(super) reading: &'a Reading,
    /// The section's name in the file; empty for the keys at the top.
    name: String,
    pub(super) in_file: &'a T,
    flags: Option<Flags<'a, T>>,
}

#[derive(Debug)]
struct Flags<'a, T> {
    values: &'a T,
    /// The variables that some flags have their values from.
    variables: &'a BTreeMap<String, String>,
    /// From the name of a field to the name of the flag.
    name: fn(&str) -> String,
}

impl<'a, T> Section<'a, T> {
    /// A section that has no flags.
    pub(super) fn new(reading: &'a Reading, name: impl Into<String>, in_file: &'a T) -> Self {
        Section {
            reading,
            name: name.into(),
            in_file,
            flags: None,
        }
    }

    /// The same section, with flags that win over the file.
    pub(super) fn with_flags(
        mut self,
        values: &'a T,
        variables: &'a BTreeMap<String, String>,
    ) -> Self
    where
        T: Args,
    {
        self.flags = Some(Flags {
            values,
            variables,
            name: flag_name::<T>,
        });
        self
    }

    /// The place of a key in the file.
    pub(super) fn place(&self, key: &str) -> Place {
        Place::File {
            source: Arc::clone(&self.reading.source),
            key: self.path(key),
        }
    }

    /// The path of a key.
    pub(super) fn path(&self, key: &str) -> String {
        match self.name.as_str() {
            "" => key.to_owned(),
            section => format!("{section}.{key}"),
        }
    }

    /// The flag's value if the flag was given, otherwise the file's. [`given!`] calls this.
    pub(super) fn get<V: Default + PartialEq>(
        &self,
        field: &str,
        value: impl Fn(&'a T) -> &'a V,
    ) -> Given<'a, &'a V> {
        let (value, place) = match &self.flags {
            Some(flags) if *value(flags.values) != V::default() => {
                (value(flags.values), Place::Flag(flags.place(field)))
            }
            _ => (value(self.in_file), self.place(field)),
        };
        self.note(self.path(field), &place);
        Given {
            value,
            place,
            reading: self.reading,
        }
    }

    /// Notes where the value of a key comes from.
    pub(super) fn note(&self, key: String, place: &Place) {
        self.reading.origins.borrow_mut().insert(key, place.clone());
    }
}

impl<T> Flags<'_, T> {
    /// The flag of a field, or the variable that its value comes from.
    fn place(&self, field: &str) -> String {
        let flag = (self.name)(field);
        self.variables.get(&flag).cloned().unwrap_or(flag)
    }
}

/// The flag of a field, as clap has it.
fn flag_name<T: Args>(field: &str) -> String {
    let command = T::augment_args(Command::default());
    let mut arguments = command.get_arguments();
    let argument = arguments.find(|argument| argument.get_id() == field);
    format!("--{}", argument.and_then(Arg::get_long).unwrap_or(field))
}

/// Where a value was written.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// On the command line, as this flag, or in this variable of the environment.
    Flag(String),
    /// In the settings file, with this path of keys. The file need not have it.
    File { source: Arc<Source>, key: String },
}

impl Place {
    /// The flag or variable, or the file without the key.
    pub(super) fn source(&self) -> &str {
        match self {
            Place::Flag(flag) => flag,
            Place::File { source, .. } => &source.name,
        }
    }

    /// The number of the line in the file; `None` for a flag, and where the file does not have the
    /// key.
    pub(super) fn line(&self) -> Option<usize> {
        match self {
            Place::Flag(_) => None,
            Place::File { source, key } => source.line(key),
        }
    }

    /// The place of one item of a list.
    pub(super) fn item(&self, index: usize) -> Place {
        match self {
            Place::Flag(flag) => Place::Flag(flag.clone()),
            Place::File { source, key } => Place::File {
                source: Arc::clone(source),
                key: format!("{key}[{index}]"),
            },
        }
    }

    /// The failure for a value of this place.
    pub(super) fn refused(&self, why: impl Into<Invalid>) -> Failure {
        match self {
            Place::Flag(flag) => why.into().at(flag),
            Place::File { source, key } => match source.span(key) {
                Some(span) => source.refuse(span, key.split('[').next().unwrap_or(key), why.into()),
                None => why.into().at(format!("{}: {key}", source.name)),
            },
        }
    }
}

impl fmt::Display for Place {
    /// The flag, or the path of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Flag(flag) => f.write_str(flag),
            Place::File { key, .. } => f.write_str(key),
        }
    }
}

/// Where the values of a draft come from.
#[derive(Debug, Clone)]
pub struct Origins {
    pub(super) places: BTreeMap<String, Place>,
    /// The principals as they were written, since settings that are not complete do not have them.
    pub(super) principals: Vec<String>,
    /// The variable that each external ID names, by the path of its key and whether or not it is set.
    pub(super) variables: BTreeMap<&'static str, String>,
    /// What the fleet is, without its external ID.
    pub(super) fleet: Option<serde_json::Value>,
}

/// A value, and the place to name when the value is refused. The place of a value that was not
/// written is the key in the file.
#[derive(Debug)]
pub(super) struct Given<'a, T> {
    pub(super) value: T,
    pub(super) place: Place,
    pub(super) reading: &'a Reading,
}

impl<'a, T> Given<'a, T> {
    /// Notes that the value is refused.
    pub(super) fn refuse(&self, why: impl Into<Invalid>) {
        let key = self.place.to_string();
        let failure = || self.place.refused(why);
        self.reading.problems.add(&key, failure);
    }

    /// Another value, of the same place.
    pub(super) fn with<U>(&self, value: U) -> Given<'a, U> {
        Given {
            value,
            place: self.place.clone(),
            reading: self.reading,
        }
    }
}

impl<T> Given<'_, &Option<T>> {
    /// The checked value, if there is one that is good.
    pub(super) fn check<U, E: Into<Invalid>>(
        &self,
        check: impl FnOnce(&T) -> Result<U, E>,
    ) -> Option<U> {
        let checked = self.value.as_ref().map(check)?;
        checked.map_err(|why| self.refuse(why)).ok()
    }
}

impl<'a, T> Given<'a, &'a Vec<T>> {
    /// The checked values of a list that are good, each with its place.
    pub(super) fn check_each<U, E: Into<Invalid>>(
        &self,
        check: impl Fn(&T) -> Result<U, E>,
    ) -> Vec<Given<'a, U>> {
        let items = self.value.iter().enumerate();
        let items = items.filter_map(|(index, item)| {
            let given = Given {
                value: (),
                place: self.place.item(index),
                reading: self.reading,
            };
            match check(item) {
                Ok(value) => Some(given.with(value)),
                Err(why) => {
                    given.refuse(why);
                    None
                }
            }
        });
        items.collect()
    }
}

/// The values without their places.
pub(super) fn values<T>(given: Vec<Given<T>>) -> Vec<T> {
    given.into_iter().map(|it| it.value).collect()
}
