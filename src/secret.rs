//! A text that must not reach a log, an error or a terminal by accident.

pub mod known;

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error};

/// A secret text; `Debug` hides it and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for the few places that must send it, digest it or show it on request.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// Accepts a string. The error for any other value names neither the value nor its type, since
    /// serde's own message would quote a number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer) {
            Ok(toml::Value::String(text)) => Ok(Secret(text)),
            _ => Err(D::Error::custom("the value must be a string in quotes")),
        }
    }
}
