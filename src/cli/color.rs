//! What the command line says of colours, before it is read.

use std::ffi::OsString;

use clap::{ColorChoice, ValueEnum};

use super::variables;

/// What `--color` says, which must be known before the help or an error is written.
pub fn color(words: &[OsString]) -> ColorChoice {
    let mut words = words.iter().filter_map(|word| word.to_str());
    let mut said = std::env::var(format!("{}COLOR", variables::PREFIX)).ok();
    while let Some(word) = words.next().filter(|word| *word != "--") {
        match word.split_once('=') {
            Some(("--color", when)) => said = Some(when.to_owned()),
            None if word == "--color" => said = words.next().map(str::to_owned),
            _ => {}
        }
    }
    let said = said.and_then(|when| ColorChoice::from_str(&when, false).ok());
    said.unwrap_or(ColorChoice::Auto)
}
