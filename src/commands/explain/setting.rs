//! The settings. Of one that has a flag, the flag's help is what there is to say; of another key of the file,
//! what the schema says.

use clap::builder::PossibleValue;
use clap::{Arg, Args, Command};
use serde_json::Value as Json;

use super::topic::{Group, Part, Topic, row};
use crate::settings::{GeneralFlags, StackStateFlags, TopLevel, schema};

/// Every setting: the keys at the top, those of `[stackstate]`, what flags alone set, and the keys that no
/// flag sets.
pub(super) fn topics() -> Vec<Topic> {
    let top = TopLevel::augment_args(Command::default());
    let general = GeneralFlags::augment_args(Command::default());
    let stackstate = StackStateFlags::augment_args(Command::default());
    let is_key = |argument: &&Arg| {
        top.get_arguments()
            .any(|it| it.get_id() == argument.get_id())
    };
    let (keys, flags): (Vec<&Arg>, Vec<&Arg>) = general.get_arguments().partition(is_key);
    let keys = keys.into_iter().map(|it| topic(it, Some("")));
    let below = stackstate
        .get_arguments()
        .map(|it| topic(it, Some("stackstate")));
    let flags = flags.into_iter().map(|it| topic(it, None));
    let mut topics = keys.chain(below).chain(flags).collect();
    add_others(&mut topics, "", &schema());
    topics
}

/// Adds the keys of a section that are not there yet, and those of the sections in it.
fn add_others(topics: &mut Vec<Topic>, section: &str, schema: &Json) {
    for (name, key) in schema["properties"].as_object().into_iter().flatten() {
        let path = match section {
            "" => name.clone(),
            _ => format!("{section}.{name}"),
        };
        if topics.iter().all(|it| it.name() != path) {
            topics.push(other(&path, name, section, key));
        }
        add_others(topics, &path, key);
    }
}

/// A key that no flag sets, as the schema describes it.
fn other(path: &str, name: &str, section: &str, key: &Json) -> Topic {
    let texts = |json: &Json| -> Vec<String> {
        let texts = json.as_array().into_iter().flatten();
        texts.filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let keys = |json: &Json| -> Option<String> {
        let keys = json["properties"].as_object()?.keys();
        Some(keys.map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    let of_each = keys(&key["additionalProperties"]);
    let is_mixed = key["items"]["type"].is_array();
    let holds = match (key["type"].as_str(), keys(key), of_each) {
        (_, Some(keys), _) => format!("the keys {keys}"),
        (_, None, Some(keys)) => format!("sections, each with the keys {keys}"),
        (Some("array"), ..) if is_mixed => "a list of strings and numbers".to_owned(),
        (Some("array"), ..) => "a list of strings".to_owned(),
        (Some("object"), ..) => "a table of strings".to_owned(),
        (Some("boolean"), ..) => "true or false".to_owned(),
        (Some(_), ..) => "a string".to_owned(),
        (None, ..) if key["type"].is_array() => "a number or a string".to_owned(),
        (None, ..) if key["anyOf"].is_array() => "a number, or a table of min and max".to_owned(),
        (None, ..) => texts(&key["enum"]).join(" or "),
    };
    Topic {
        group: Group::Setting,
        words: vec![path.to_owned(), name.to_owned()],
        title: title(section),
        parts: vec![
            Part::Text(key["description"].as_str().unwrap_or_default().to_owned()),
            Part::Row("holds", holds),
            Part::Row("flag", "none".to_owned()),
        ],
    }
}

fn title(section: &str) -> String {
    match section {
        "" => "a key of the settings file".to_owned(),
        _ => format!("a key of the settings file, under [{section}]"),
    }
}

/// `section` is that of the settings file; none where a flag alone sets the setting.
fn topic(argument: &Arg, section: Option<&str>) -> Topic {
    let id = argument.get_id().as_str();
    let flag = argument.get_long().map(|long| format!("--{long}"));
    let help = argument.get_help().map(ToString::to_string);
    let (title, key) = match section {
        None => ("a setting that has no key in the file".to_owned(), None),
        Some("") => (title(""), Some(id.to_owned())),
        Some(section) => (title(section), Some(format!("{section}.{id}"))),
    };
    let variable = argument
        .get_env()
        .map(|it| it.to_string_lossy().into_owned());
    let values = argument.get_possible_values();
    let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let names = argument.get_value_names().unwrap_or_default();
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut parts = vec![Part::Text(help.unwrap_or_default())];
    parts.extend(match values[..] {
        [] => row("holds", &names),
        _ => Some(Part::Row("holds", values.join(" or "))),
    });
    parts.extend(row("flag", flag.as_slice()));
    parts.extend(row("variable", variable.as_slice()));
    let words = key.iter().cloned().chain(flag).chain([id.to_owned()]);
    Topic {
        group: Group::Setting,
        words: words.collect(),
        title,
        parts,
    }
}
