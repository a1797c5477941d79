//! The settings: of those that have flags the help is what there is to say.

use clap::builder::PossibleValue;
use clap::{Arg, Args, Command};

use super::topic::{Group, Part, Topic, row};
use crate::settings::{FileKey, GeneralFlags, StackStateFlags, TopLevel, keys_of_the_file_alone};

/// Every setting: the keys at the top and those of each section, and what flags alone set.
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
    let alone = keys_of_the_file_alone().into_iter().map(of_file);
    keys.chain(below).chain(alone).chain(flags).collect()
}

fn of_file(key: FileKey) -> Topic {
    let section = key.path.split('.').next().unwrap_or_default();
    let mut parts = vec![Part::Text(key.about.to_owned())];
    if key.usual != "\"\"" {
        parts.push(Part::Row(
            "for example",
            format!("`{} = {}`", key.name, key.usual),
        ));
    }
    Topic {
        group: Group::Setting,
        title: format!("a key of the settings file, under [{section}], without a flag"),
        words: vec![key.path, key.name.to_owned()],
        parts,
    }
}

/// `section` is that of the settings file; none where a flag alone sets the setting.
fn topic(argument: &Arg, section: Option<&str>) -> Topic {
    let id = argument.get_id().as_str();
    let flag = argument.get_long().map(|long| format!("--{long}"));
    let help = argument.get_help().map(ToString::to_string);
    let (title, key) = match section {
        None => ("a setting that has no key in the file".to_owned(), None),
        Some("") => ("a key of the settings file".to_owned(), Some(id.to_owned())),
        Some(section) => (
            format!("a key of the settings file, under [{section}]"),
            Some(format!("{section}.{id}")),
        ),
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
