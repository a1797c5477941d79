//! The settings and where they come from, as text and as JSON.

use serde_json::{Value as Json, json};

use super::wrap;
use crate::settings::{Explained, Origin};

/// The settings in the form of the file, each with a comment that says where it comes from.
pub fn text(explained: &[Explained], width: usize) -> String {
    let (of_file, of_flags): (Vec<_>, Vec<_>) = explained
        .iter()
        .partition(|setting| is_of_file(&setting.key));
    let fitting = of_file.iter().filter_map(|setting| {
        let taken = wrap::width_of(&assignment(setting));
        fits(taken, setting, width).then_some(taken)
    });
    let column = fitting.max().unwrap_or(0);
    let mut text = String::new();
    let mut section = "";
    for setting in of_file {
        let below = setting.key.split_once('.');
        // Tags have a table at the top, and no section.
        let below = below.map_or("", |(section, _)| section);
        let below = if below == "tags" { "" } else { below };
        if below != section {
            text.push_str(&format!("\n[{below}]\n"));
            section = below;
        }
        let line = assignment(setting);
        let taken = wrap::width_of(&line);
        let origin = origin(&setting.origin);
        let gap = match (fits(column, setting, width), fits(taken, setting, width)) {
            (true, true) => column - taken + 2,
            (false, true) => 2,
            (_, false) => {
                text.push_str(&format!("# {origin}\n{line}\n"));
                continue;
            }
        };
        text.push_str(&format!("{line}{}# {origin}\n", " ".repeat(gap)));
    }
    text.push_str("\n# How AWS is reached: by flags and variables alone.\n");
    for setting in of_flags {
        let value = match &setting.value {
            Json::Null => "not set".to_owned(),
            Json::String(value) => value.clone(),
            value => value.to_string(),
        };
        let origin = origin(&setting.origin);
        text.push_str(&format!("# --{}: {value} ({origin})\n", setting.key));
    }
    text
}

/// Whether the setting's origin stands in the same line, after so many columns.
fn fits(taken: usize, setting: &Explained, width: usize) -> bool {
    taken + 4 + wrap::width_of(&origin(&setting.origin)) <= width
}

/// The setting as a line of the file; a comment where it has no value.
fn assignment(setting: &Explained) -> String {
    let key = match setting.key.split_once('.') {
        Some((section, key)) if section != "tags" => key,
        _ => &setting.key,
    };
    match &setting.value {
        Json::Null => format!("# {key} ="),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(ToString::to_string).collect();
            format!("{key} = [{}]", items.join(", "))
        }
        Json::Object(entries) => {
            let entries = entries.iter();
            let entries: Vec<String> = entries.map(|(key, it)| format!("{key} = {it}")).collect();
            format!("{key} = {{ {} }}", entries.join(", "))
        }
        value => format!("{key} = {value}"),
    }
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Flag(flag) => flag.clone(),
        Origin::Variable(name) => format!("variable {name}"),
        Origin::File {
            name,
            line,
            variable,
            is_unset,
        } => {
            let variable = variable.iter().map(|name| format!(", variable {name}"));
            let unset = if *is_unset { ", which is not set" } else { "" };
            format!("{name}:{line}{}{unset}", variable.collect::<String>())
        }
        Origin::Profile => "AWS profile".to_owned(),
        Origin::Default => "default".to_owned(),
        Origin::Missing => "missing".to_owned(),
    }
}

fn is_of_file(key: &str) -> bool {
    !["profile", "endpoint-url", "concurrency", "read-lag"].contains(&key)
}

/// The settings as one document.
pub fn document(file: Option<&str>, explained: &[Explained]) -> Json {
    let settings = explained.iter().map(|setting| {
        let mut entry = json!({"key": setting.key, "value": setting.value});
        entry["origin"] = match &setting.origin {
            Origin::Flag(flag) => json!({"kind": "flag", "flag": flag}),
            Origin::Variable(name) => json!({"kind": "variable", "variable": name}),
            Origin::File {
                name,
                line,
                variable,
                ..
            } => json!({"kind": "file", "file": name, "line": line, "variable": variable}),
            Origin::Profile => json!({"kind": "aws-profile"}),
            Origin::Default => json!({"kind": "default"}),
            Origin::Missing => json!({"kind": "missing"}),
        };
        entry
    });
    json!({"file": file, "settings": settings.collect::<Vec<_>>()})
}
