//! The value of a setting that counts, and the place that a refusal of the value names.
//!
//! A section of the settings is one struct, which clap fills from the flags and serde from the
//! settings file. A field of the struct is one setting: the field's name is the key in the file,
//! and clap knows the field's flag. So [`given!`] finds value and place of every setting.

use std::collections::BTreeMap;
use std::fmt;

use clap::{Arg, Args, Command};

use super::invalid::Invalid;
use crate::failure::Failure;

/// The setting of one field of a [`Section`], as [`Given`].
macro_rules! given {
    ($section:ident.$field:ident) => {
        $section.get(stringify!($field), |it| &it.$field)
    };
}
pub(super) use given;

/// One section of the settings: what the file says, and what the flags say if the section has any.
#[derive(Debug)]
pub(super) struct Section<'a, T> {
    /// How messages name the file.
    file_name: &'a str,
    /// The section's name in the file; empty for the keys at the top.
    name: &'static str,
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
    pub(super) fn new(file_name: &'a str, name: &'static str, in_file: &'a T) -> Self {
        Section {
            file_name,
            name,
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
        let section = self.name;
        Place::File {
            name: self.file_name.to_owned(),
            key: match section {
                "" => key.to_owned(),
                _ => format!("{section}.{key}"),
            },
        }
    }

    /// The flag's value if the flag was given, otherwise the file's. [`given!`] calls this.
    pub(super) fn get<V: Default + PartialEq>(
        &self,
        field: &str,
        value: impl Fn(&'a T) -> &'a V,
    ) -> Given<&'a V> {
        match &self.flags {
            Some(flags) if *value(flags.values) != V::default() => Given {
                value: value(flags.values),
                place: Place::Flag(flags.place(field)),
            },
            _ => Given {
                value: value(self.in_file),
                place: self.place(field),
            },
        }
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
    /// In the settings file, with this path of keys.
    File { name: String, key: String },
}

impl Place {
    /// The flag or variable, or the file without the key.
    pub(super) fn source(&self) -> &str {
        match self {
            Place::Flag(flag) => flag,
            Place::File { name, .. } => name,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Flag(flag) => f.write_str(flag),
            Place::File { name, key } => write!(f, "{name}: {key}"),
        }
    }
}

/// A value, and the place to name when the value is refused. The place of a value that was not
/// written is the key in the file.
#[derive(Debug)]
pub(super) struct Given<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

impl<T> Given<T> {
    /// The failure for a value that is refused.
    pub(super) fn refused(&self, why: impl Into<Invalid>) -> Failure {
        why.into().at(&self.place)
    }

    /// Another value, of the same place.
    pub(super) fn with<U: Clone>(&self, value: &U) -> Given<U> {
        Given {
            value: value.clone(),
            place: self.place.clone(),
        }
    }
}

impl<T> Given<&Option<T>> {
    /// Checks the value if there is one.
    pub(super) fn check<U, E: Into<Invalid>>(
        &self,
        check: impl FnOnce(&T) -> Result<U, E>,
    ) -> Result<Option<U>, Failure> {
        let checked = self.value.as_ref().map(check).transpose();
        checked.map_err(|why| self.refused(why))
    }
}

impl<T> Given<&Vec<T>> {
    /// Checks every value of a list; the first refusal is the failure.
    pub(super) fn check_each<U, E: Into<Invalid>>(
        &self,
        check: impl Fn(&T) -> Result<U, E>,
    ) -> Result<Vec<U>, Failure> {
        let checked = self.value.iter().map(check).collect::<Result<_, _>>();
        checked.map_err(|why| self.refused(why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{StackStateFlags, TopLevel};

    /// The keys that `T` takes from a file, as serde names them where a key is unknown.
    fn keys<T: serde::de::DeserializeOwned>() -> Vec<String> {
        let refusal = toml::from_str::<T>("no-such-key = 1").err().unwrap();
        let quoted = refusal.message().split('`').skip(3).step_by(2);
        quoted.map(str::to_owned).collect()
    }

    #[test]
    fn every_key_has_a_flag_unless_it_is_a_section() {
        let cases = [
            (
                keys::<StackStateFlags>(),
                StackStateFlags::augment_args as fn(Command) -> Command,
                &[][..],
            ),
            (
                keys::<TopLevel>(),
                TopLevel::augment_args,
                &["stackstate", "audit_trail", "lint"],
            ),
        ];
        for (keys, augment, sections) in cases {
            assert!(keys.len() > 2, "{keys:?}");
            let command = augment(Command::default());
            for key in keys.iter().filter(|key| !sections.contains(&key.as_str())) {
                let mut arguments = command.get_arguments();
                let argument = arguments.find(|argument| argument.get_id() == key.as_str());
                assert!(argument.and_then(Arg::get_long).is_some(), "{key}");
            }
        }
    }
}
