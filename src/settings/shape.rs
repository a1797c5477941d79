//! Whether a settings file has the keys and the types of [`keys`], and what to write where it has not.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::invalid::Invalid;
use super::key::{Choice, Form, Key, RANGE};
use super::keys;
use super::source::below;

/// A part of the file that cannot be read.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) span: Range<usize>,
    /// The path of the key; where it is the key that is wrong, of the one that was probably meant.
    pub(super) key: String,
    pub(super) is_unknown: bool,
    pub(super) why: Invalid,
}

/// Takes everything out of the table that does not fit to the keys, and says why.
pub(super) fn check(table: &mut DeTable) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    check_section(table, "", keys::TOP, &mut misfits);
    misfits
}

fn check_section(table: &mut DeTable, path: &str, keys: &'static [Key], out: &mut Vec<Misfit>) {
    let mut unfit = Vec::new();
    for (name, value) in table.iter_mut() {
        let written = name.get_ref().as_ref();
        let before = out.len();
        match keys.iter().find(|key| key.name == written) {
            Some(key) => check_value(key, below(path, key.name), value, out),
            None => out.push(Misfit {
                span: name.span(),
                key: nearest(written, keys).map_or(String::new(), |meant| below(path, meant)),
                is_unknown: true,
                why: unknown(written, path, keys, value.get_ref()),
            }),
        }
        let is_section = keys.iter().any(|key| {
            key.name == written
                && matches!(key.form, Form::Section(_) | Form::Sections(_))
                && value.get_ref().is_table()
        });
        if out.len() > before && !is_section {
            unfit.push(written.to_owned());
        }
    }
    for name in unfit {
        table.remove(name.as_str());
    }
}

fn check_value(key: &Key, path: String, value: &mut Spanned<DeValue>, out: &mut Vec<Misfit>) {
    let span = value.span();
    let why = match (&key.form, value.get_mut()) {
        (Form::Section(keys), DeValue::Table(table)) => {
            return check_section(table, &path, keys, out);
        }
        (Form::Sections(keys), DeValue::Table(table)) => {
            return check_sections(table, &path, keys, out);
        }
        (Form::Truth, DeValue::Boolean(_)) => return,
        (Form::Share, _) => return check_share(path, value, out),
        (Form::Shares, DeValue::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check_share(format!("{path}[{index}]"), item, out);
            }
            return;
        }
        (Form::Range, DeValue::Table(table)) if is_range(table) => return,
        (Form::Range, value) if is_whole(value) => return,
        (Form::Table, DeValue::Table(table)) => {
            for (key, value) in table.iter() {
                check_text(below(&path, key.get_ref()), value, out);
            }
            return;
        }
        (Form::List, DeValue::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check_text(format!("{path}[{index}]"), item, out);
            }
            return;
        }
        (Form::Text, _) => return check_text(path, value, out),
        (Form::Secret, DeValue::String(_)) => return,
        // Neither the value nor its type is named.
        (Form::Secret, _) => Invalid::new("the value must be a string in quotes", WRITE_TEXT),
        (Form::Choice(choices), value) => match refused_choice(&choices(), value) {
            Some(why) => why,
            None => return,
        },
        (Form::List, DeValue::String(text)) => Invalid::new(
            "the value must be a list of strings",
            format!("Write {} = [{text:?}].", key.name),
        ),
        (Form::List, value) => Invalid::new(
            format!(
                "the value must be a list of strings, and is {}",
                kind(value)
            ),
            format!("Write {} = [\"…\"].", key.name),
        ),
        (Form::Section(_), value) => not_a_section(&path, value),
        (Form::Sections(_), value) => not_a_section(&format!("{path}.NAME"), value),
        (Form::Truth, value) => Invalid::new(
            format!("the value must be true or false, and is {}", kind(value)),
            "Write true or false, without quotes.",
        ),
        (Form::Shares, value) => Invalid::new(
            format!("the value must be a list, and is {}", kind(value)),
            format!("Write {} = {}.", key.name, key.usual),
        ),
        (Form::Range, _) => Invalid::new(
            "the value is neither a whole number nor a table of `min` and `max`",
            format!("Write {} = 1000, or {0} = {}.", key.name, key.usual),
        ),
        (Form::Table, value) => Invalid::new(
            format!(
                "the value must be a table of strings, and is {}",
                kind(value)
            ),
            format!("Write {} = {{ name = \"value\" }}.", key.name),
        ),
    };
    out.push(Misfit {
        span,
        key: path,
        is_unknown: false,
        why,
    });
}

/// Takes everything out of the tables that does not fit, and what is no table.
fn check_sections(table: &mut DeTable, path: &str, keys: &'static [Key], out: &mut Vec<Misfit>) {
    let mut unfit = Vec::new();
    for (name, value) in table.iter_mut() {
        let path = below(path, name.get_ref());
        let span = value.span();
        match value.get_mut() {
            DeValue::Table(table) => check_section(table, &path, keys, out),
            other => {
                unfit.push(name.get_ref().to_string());
                out.push(Misfit {
                    span,
                    why: not_a_section(&path, other),
                    key: path,
                    is_unknown: false,
                });
            }
        }
    }
    for name in unfit {
        table.remove(name.as_str());
    }
}

fn not_a_section(path: &str, value: &DeValue) -> Invalid {
    Invalid::new(
        format!("the value must be a section, and is {}", kind(value)),
        format!("Write [{path}] on a line of its own, and the keys of the section below it."),
    )
}

fn check_share(key: String, value: &Spanned<DeValue>, out: &mut Vec<Misfit>) {
    if matches!(value.get_ref(), DeValue::String(_)) || is_whole(value.get_ref()) {
        return;
    }
    out.push(Misfit {
        span: value.span(),
        key,
        is_unknown: false,
        why: Invalid::new(
            "the value is neither a whole number nor a string in quotes",
            "Write a number of accounts, or a part of them in quotes, for example \"10%\".",
        ),
    });
}

/// Whether a table has the least and the most of a range, and nothing else.
fn is_range(table: &DeTable) -> bool {
    let is_in_it = |key: &&str| table.get(*key).is_some_and(|it| is_whole(it.get_ref()));
    table.len() == RANGE.len() && RANGE.iter().all(is_in_it)
}

fn is_whole(value: &DeValue) -> bool {
    let DeValue::Integer(number) = value else {
        return false;
    };
    i64::from_str_radix(number.as_str(), number.radix()).is_ok()
}

const WRITE_TEXT: &str = "Put the value in quotes.";

fn check_text(key: String, value: &Spanned<DeValue>, out: &mut Vec<Misfit>) {
    let remedy = match value.get_ref() {
        DeValue::String(_) => return,
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            WRITE_TEXT
        }
        DeValue::Array(_) | DeValue::Table(_) => "Write one string in quotes.",
    };
    let is = kind(value.get_ref());
    out.push(Misfit {
        span: value.span(),
        key,
        is_unknown: false,
        why: Invalid::new(
            format!("the value must be a string in quotes, and is {is}"),
            remedy,
        ),
    });
}

fn refused_choice(choices: &[Choice], value: &DeValue) -> Option<Invalid> {
    let names = || choices.iter().map(|choice| choice.name.as_str());
    let quoted: Vec<String> = names().map(|name| format!("{name:?}")).collect();
    let all = quoted.join(" or ");
    let written = match value {
        DeValue::String(written) => written,
        other => {
            let problem = format!("the value must be {all}, and is {}", kind(other));
            return Some(Invalid::new(problem, format!("Write {all}.")));
        }
    };
    if names().any(|name| name == written) {
        return None;
    }
    Some(Invalid::new(
        format!("{written:?} is neither {}", quoted.join(" nor ")),
        match keys::nearest(written, names()) {
            Some(name) => format!("Did you mean {name:?}?"),
            None => format!("Write {all}."),
        },
    ))
}

/// Why a key is none of the section's, with the key or the section that was probably meant.
fn unknown(name: &str, path: &str, keys: &'static [Key], value: &DeValue) -> Invalid {
    let what = match (path, value) {
        ("", DeValue::Table(_)) => format!("unknown section [{name}]"),
        ("", _) => format!("unknown key `{name}`"),
        (path, _) => format!("unknown key `{name}` in [{path}]"),
    };
    let elsewhere = keys::TOP.iter().find(|section| match section.form {
        Form::Section(keys) => keys.iter().any(|key| key.name == name),
        _ => false,
    });
    let remedy = match (nearest(name, keys), elsewhere) {
        (Some(nearest), _) if path.is_empty() && value.is_table() => {
            format!("Did you mean [{nearest}]?")
        }
        (Some(nearest), _) => format!("Did you mean `{nearest}`?"),
        (None, Some(section)) => format!("Move it below [{}].", section.name),
        (None, None) if keys::TOP.iter().any(|key| key.name == name) => {
            "Move it above the first section.".to_owned()
        }
        (None, None) => {
            let known = keys.iter().map(|key| format!("`{}`", key.name));
            let known: Vec<String> = known.collect();
            format!("Write one of {}.", known.join(", "))
        }
    };
    Invalid::new(what, remedy)
}

fn nearest(name: &str, keys: &'static [Key]) -> Option<&'static str> {
    keys::nearest(name, keys.iter().map(|key| key.name))
}

fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
