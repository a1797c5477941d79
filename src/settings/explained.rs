//! The settings as they were understood, each with where its value comes from.

use serde_json::{Value as Json, json};

use super::checked::Settings;
use super::general::GeneralFlags;
use super::given::{Origins, Place};
use super::key::{Form, Key};
use super::keys;
use super::source::below;
use super::trust::{Environment, Trust};
use crate::failure::Failure;

/// A setting with its value and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The path of its key, or the name of the flag where it has no key.
    pub key: String,
    /// The value; null where none is set.
    pub value: Json,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag(String),
    /// A variable of the environment.
    Variable(String),
    /// The settings file, with the line.
    File {
        /// How messages name the file.
        name: String,
        /// Counted from 1.
        line: usize,
        /// The variable that the file names, for a value that is not in the file itself.
        variable: Option<String>,
        /// Whether that variable is missing in the environment.
        is_unset: bool,
    },
    /// The profile of the AWS configuration files.
    Profile,
    /// Nobody set it.
    Default,
    /// It is needed and not set.
    Missing,
}

impl Origins {
    /// Every setting, in the order of the keys. The external ID is not among the values.
    ///
    /// # Errors
    /// Settings that cannot be shown; checked settings can.
    pub fn explain(
        &self,
        settings: &Settings,
        flags: &GeneralFlags,
        environment: Environment,
    ) -> Result<Vec<Explained>, Failure> {
        let values = serde_json::to_value(settings)
            .map_err(|error| Failure::new("cannot show the settings").because(error.to_string()))?;
        let mut explained = Vec::new();
        for key in keys::TOP {
            match key.form {
                Form::Section(keys) => {
                    let section = match key.name {
                        "fleet" => self.fleet.as_ref(),
                        name => values.get(name),
                    };
                    if section.is_none() && key.name != "lint" {
                        continue;
                    }
                    for key_below in keys {
                        let value = section.and_then(|it| it.get(key_below.name));
                        let path = below(key.name, key_below.name);
                        self.add(
                            &mut explained,
                            settings,
                            key_below,
                            path,
                            value,
                            environment,
                        );
                    }
                }
                _ => {
                    let value = values.get(key.name);
                    self.add(
                        &mut explained,
                        settings,
                        key,
                        key.name.to_owned(),
                        value,
                        environment,
                    );
                }
            }
        }
        explained.extend(connection(settings, flags, environment));
        Ok(explained)
    }

    fn add(
        &self,
        explained: &mut Vec<Explained>,
        settings: &Settings,
        key: &Key,
        path: String,
        value: Option<&Json>,
        environment: Environment,
    ) {
        if let Form::Sections(keys) = key.form {
            for (name, section) in value.and_then(Json::as_object).into_iter().flatten() {
                let path = below(&path, name);
                // Only what is written there differs.
                for key in keys.iter().filter(|key| section.get(key.name).is_some()) {
                    let (path, value) = (below(&path, key.name), section.get(key.name));
                    self.add(explained, settings, key, path, value, environment);
                }
            }
            return;
        }
        let trust = settings.stackstate.as_ref().map(|it| &it.trust);
        let mut origin = self.origin(&path, environment);
        let mut value = value.cloned().unwrap_or_default();
        match path.as_str() {
            "stackstate.agent_principals" | "stackstate.external_id"
                if trust == Some(&Trust::Ec2) =>
            {
                return;
            }
            "stackstate.agent_principals" => value = json!(self.principals),
            "stackstate.external_id" => value = "(sensitive)".into(),
            "fleet.external_id" if origin != Origin::Default => value = "(sensitive)".into(),
            "stackstate.trust" if trust == Some(&Trust::Unstated) => value = "external".into(),
            "regions" if origin == Origin::Default && !settings.regions.is_empty() => {
                let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
                let mut set = variables.iter().filter(|name| environment(name).is_some());
                origin = set
                    .next()
                    .map_or(Origin::Profile, |name| Origin::Variable((*name).to_owned()));
            }
            "lint.accept" => {
                value = settings
                    .accepted
                    .iter()
                    .map(|(k, v)| ((*k).to_owned(), json!(v)))
                    .collect();
            }
            _ => {}
        }
        let is_needed = path == "stackstate.agent_principals" || path == "stackstate.external_id";
        if origin == Origin::Default && is_needed {
            (value, origin) = (Json::Null, Origin::Missing);
        }
        match (&key.form, value) {
            (Form::Table, Json::Object(entries)) => {
                explained.extend(entries.into_iter().map(|(name, value)| {
                    let key = below(&path, &name);
                    let origin = self.origin(&key, environment);
                    Explained { key, value, origin }
                }));
            }
            (_, value) => {
                let value = match value {
                    Json::String(text) if text.is_empty() => Json::Null,
                    value => value,
                };
                explained.push(Explained {
                    key: path,
                    value,
                    origin,
                });
            }
        }
    }

    fn origin(&self, path: &str, environment: Environment) -> Origin {
        match self.places.get(path) {
            Some(Place::Flag(flag)) if flag.starts_with('-') => Origin::Flag(flag.clone()),
            Some(Place::Flag(variable)) => Origin::Variable(variable.clone()),
            Some(place @ Place::File { source, .. }) => match place.line() {
                Some(line) => {
                    let variable = self.variables.get(path).cloned();
                    let is_set = |name: &String| environment(name).is_some_and(|it| !it.is_empty());
                    Origin::File {
                        name: source.name.clone(),
                        line,
                        is_unset: !variable.as_ref().is_none_or(is_set),
                        variable,
                    }
                }
                None => Origin::Default,
            },
            None => Origin::Default,
        }
    }
}

/// How AWS is reached, which no file says.
fn connection(
    settings: &Settings,
    flags: &GeneralFlags,
    environment: Environment,
) -> Vec<Explained> {
    let connection = &settings.connection;
    let of_text = |key: &str, given: &Option<String>, variable: &str| {
        let from_variable = environment(variable).filter(|value| !value.is_empty());
        let (value, origin) = match (given, from_variable) {
            (Some(value), _) => (json!(value), of_option(flags, key)),
            (None, Some(value)) => (json!(value), Origin::Variable(variable.to_owned())),
            (None, None) => (Json::Null, Origin::Default),
        };
        Explained {
            key: key.to_owned(),
            value,
            origin,
        }
    };
    let of_flag = |key: &str, value: Json, is_given: bool| Explained {
        key: key.to_owned(),
        value,
        origin: match is_given {
            true => of_option(flags, key),
            false => Origin::Default,
        },
    };
    let concurrency = json!(connection.concurrency);
    let read_lag = json!(connection.read_lag.map(|it| it.as_secs()));
    vec![
        of_text("profile", &connection.profile, "AWS_PROFILE"),
        of_text("endpoint-url", &connection.endpoint_url, "AWS_ENDPOINT_URL"),
        of_flag("concurrency", concurrency, flags.concurrency.is_some()),
        of_flag("read-lag", read_lag, flags.read_lag.is_some()),
    ]
}

/// An option, or the variable that takes its place.
fn of_option(flags: &GeneralFlags, key: &str) -> Origin {
    let option = format!("--{key}");
    match flags.variables.get(&option) {
        Some(variable) => Origin::Variable(variable.clone()),
        None => Origin::Flag(option),
    }
}
