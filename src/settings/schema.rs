//! The JSON schema of the settings file, for editors.

use serde_json::{Map, Value as Json, json};

use super::key::{Form, Key, RANGE};
use super::keys;

/// The schema, in the draft that editors of TOML know.
pub fn schema() -> Json {
    let mut schema = section(keys::TOP);
    let own = [
        ("$schema", "http://json-schema.org/draft-07/schema#"),
        ("title", "The settings of provision"),
    ];
    for (key, value) in own.into_iter().rev() {
        schema.shift_insert(0, key.to_owned(), value.into());
    }
    schema.into()
}

fn section(keys: &[Key]) -> Map<String, Json> {
    let properties = keys.iter().map(|key| (key.name.to_owned(), property(key)));
    let properties: Map<_, _> = properties.collect();
    Map::from_iter([
        ("type".to_owned(), "object".into()),
        ("additionalProperties".to_owned(), false.into()),
        ("properties".to_owned(), properties.into()),
    ])
}

fn property(key: &Key) -> Json {
    let mut about = key.about.to_owned();
    let mut property = match &key.form {
        Form::Text | Form::Secret => Map::from_iter([("type".to_owned(), "string".into())]),
        Form::List => Map::from_iter([
            ("type".to_owned(), "array".into()),
            ("items".to_owned(), json!({"type": "string"})),
        ]),
        Form::Table => Map::from_iter([
            ("type".to_owned(), "object".into()),
            ("additionalProperties".to_owned(), json!({"type": "string"})),
        ]),
        Form::Choice(choices) => {
            let choices = choices();
            for choice in &choices {
                about += &format!(" \"{}\": {}.", choice.name, choice.about);
            }
            let names: Vec<&str> = choices.iter().map(|it| it.name.as_str()).collect();
            Map::from_iter([
                ("enum".to_owned(), json!(names)),
                ("default".to_owned(), json!(names.first())),
            ])
        }
        Form::Section(keys) => section(keys),
        Form::Sections(keys) => Map::from_iter([
            ("type".to_owned(), "object".into()),
            ("additionalProperties".to_owned(), section(keys).into()),
        ]),
        Form::Truth => Map::from_iter([("type".to_owned(), "boolean".into())]),
        Form::Share => Map::from_iter([("type".to_owned(), json!(["integer", "string"]))]),
        Form::Shares => Map::from_iter([
            ("type".to_owned(), "array".into()),
            ("items".to_owned(), json!({"type": ["integer", "string"]})),
        ]),
        Form::Range => Map::from_iter([("anyOf".to_owned(), range())]),
    };
    property.shift_insert(0, "description".to_owned(), about.into());
    property.into()
}

/// A number, or the least and the most.
fn range() -> Json {
    let number = json!({"type": "integer"});
    let both = RANGE.map(|key| (key.to_owned(), number.clone()));
    json!([
        number,
        {
            "type": "object",
            "additionalProperties": false,
            "properties": Map::from_iter(both),
            "required": RANGE,
        }
    ])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::file::parse;

    const SCHEMA: &str = include_str!("../../docs/settings.schema.json");
    const PAGE: &str = include_str!("../../docs/settings.md");
    const README: &str = include_str!("../../README.md");

    fn validates(toml: &str) -> bool {
        let value: toml::Table = toml::from_str(toml).unwrap();
        let value = serde_json::to_value(value).unwrap();
        jsonschema::validator_for(&schema())
            .unwrap()
            .is_valid(&value)
    }

    fn is_read(toml: &str) -> bool {
        parse(toml, "provision.toml").1.failures().is_empty()
    }

    #[test]
    fn the_schema_in_the_docs_is_that_of_the_program() {
        let written = format!("{:#}\n", schema());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.schema.json");
            fs::write(path, &written).unwrap();
            return;
        }
        assert!(written == SCHEMA, "run this test with UPDATE_DOCS=1");
    }

    #[test]
    fn the_examples_in_the_docs_have_the_form_of_the_schema() {
        let blocks = [PAGE, README].into_iter().flat_map(|page| {
            let blocks = page.split("```toml\n").skip(1);
            blocks.map(|block| block.split("```").next().unwrap())
        });
        let blocks: Vec<&str> = blocks.collect();
        assert!(!blocks.is_empty(), "the page has an example");
        for block in blocks {
            assert!(validates(block), "{block}");
            assert!(is_read(block), "{block}");
        }
    }

    #[test]
    fn schema_and_reader_refuse_the_same() {
        let cases = [
            ("", true, "an empty file"),
            ("account = \"1\"", true, "the form alone is checked"),
            ("account = 1", false, "a number"),
            ("acount = \"1\"", false, "an unknown key"),
            ("regions = []", true, "an empty list"),
            ("regions = \"eu-west-1\"", false, "no list"),
            ("regions = [1]", false, "a list of numbers"),
            ("tags = { any = \"a\" }", true, "free keys"),
            ("tags = { any = 1 }", false, "a tag that is a number"),
            ("tags = [\"a\"]", false, "tags in a list"),
            ("[stackstate]", true, "an empty section"),
            ("stackstate = [\"a\"]", false, "a section by position"),
            ("[stackstate]\ntrust = \"ec2\"", true, "a choice"),
            ("[stackstate]\ntrust = \"EC2\"", false, "another spelling"),
            (
                "[stackstate]\ntrust = 1",
                false,
                "a choice that is a number",
            ),
            (
                "[stackstate]\nregions = []",
                false,
                "a key of another section",
            ),
            (
                "[stackstate]\nexternal_id = 1",
                false,
                "a secret that is a number",
            ),
            (
                "[audit_trail]\nattach_to = [\"user/a\"]",
                true,
                "the other system",
            ),
            (
                "[lint.accept]\nall-actions = \"why\"",
                true,
                "a table in a section",
            ),
            (
                "[lint.accept]\nall-actions = true",
                false,
                "a reason that is none",
            ),
            ("[fleet]\nrole = \"a\"", true, "many accounts"),
            ("[fleet]\nroles = \"a\"", false, "an unknown key"),
            ("[fleet]\nmanagement = true", true, "a truth"),
            ("[fleet]\nmanagement = \"true\"", false, "a truth in quotes"),
            ("[fleet]\nexpect = 3", true, "a number"),
            ("[fleet]\nexpect = \"3\"", false, "a number in quotes"),
            ("[fleet]\nexpect = 3.5", false, "no whole number"),
            ("[fleet]\nexpect = { min = 1, max = 2 }", true, "a range"),
            ("[fleet]\nexpect = { min = 1 }", false, "half a range"),
            (
                "[fleet]\nexpect = { min = 1, max = 2, most = 3 }",
                false,
                "more than a range",
            ),
            ("[fleet]\nwaves = [\"10%\", 20]", true, "both forms"),
            ("[fleet]\nwaves = [1.5]", false, "no whole number"),
            ("[fleet]\nwaves = \"100%\"", false, "no list"),
            ("[fleet]\nmax_failures = 2", true, "a number"),
            ("[fleet]\nmax_failures = \"2%\"", true, "a part"),
            ("[fleet]\nmax_failures = true", false, "neither"),
            ("[fleet]\nmissing_regions = \"skip\"", true, "a choice"),
            ("[fleet]\nmissing_regions = \"leave\"", false, "no choice"),
            (
                "[fleet.account.\"1\"]\nregions = [\"a\"]",
                true,
                "the form alone is checked",
            ),
            (
                "[fleet.account.\"1\"]\npostfix = \"-a\"",
                false,
                "only regions and tags",
            ),
            ("[fleet]\naccount = \"1\"", false, "no section"),
            (
                "[fleet.account]\n\"1\" = [\"a\"]",
                false,
                "a list in the place of a section",
            ),
        ];
        for (toml, accepted, reason) in cases {
            assert_eq!(validates(toml), accepted, "the schema: {reason}");
            assert_eq!(is_read(toml), accepted, "the reader: {reason}");
        }
    }
}
