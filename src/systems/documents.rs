//! The documents of a system: the built-in ones, or those of the settings' folder that replace
//! them.
//!
//! Placeholders are replaced in the strings of the parsed JSON. Names that the vendor's documents
//! spell out get the postfix of the deployment, and ARNs get its partition.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::engine::document::{Document, Hole};
use crate::failure::Failure;
use crate::kinds::eventbridge::pattern;
use crate::names::Partition;
use crate::settings::Profile;
use crate::text_file::{self, LARGEST_POLICY};
use iam_policy::{Kind, Policy, PolicyError, partition, placeholders};

/// A document that is built into the program.
#[derive(Debug)]
pub struct BuiltIn {
    /// Its name: the name of its file without `.json`.
    pub name: &'static str,
    /// Its form.
    pub form: Form,
    /// The text as the vendor prints it.
    pub documented: &'static str,
    /// The text of the hardened profile, if that differs.
    pub hardened: Option<&'static str>,
}

/// The form of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A policy of one kind.
    Policy(Kind),
    /// The event pattern of a rule.
    EventPattern,
}

/// A document with its text, and the path that the text came from.
#[derive(Debug, Clone)]
struct Source {
    form: Form,
    text: String,
    origin: String,
    /// The system that the text is built into the program for; none for a text of the settings' folder.
    built_in: Option<&'static str>,
    /// The text as JSON, parsed when the document is first used.
    json: OnceLock<Json>,
}

impl Source {
    fn json(&self) -> Result<&Json, Failure> {
        if let Some(json) = self.json.get() {
            return Ok(json);
        }
        let json = iam_policy::json::parse(&self.text).map_err(|error| {
            Failure::new(format!("{} is not JSON", self.origin)).because(error.to_string())
        })?;
        Ok(self.json.get_or_init(|| json))
    }
}

/// Every document of a system.
#[derive(Debug, Clone)]
pub struct Documents(BTreeMap<&'static str, Source>);

/// The placeholder for the account.
pub const ACCOUNT_ID: &str = "AccountId";

/// The values for the placeholders of one document.
#[derive(Debug)]
pub struct Filling<'a> {
    /// Values by placeholder name.
    pub values: BTreeMap<&'static str, String>,
    /// Placeholders that are filled in only when the document is sent.
    pub holes: BTreeMap<&'static str, Hole>,
    /// Names that the documents spell out, each with the name in this deployment.
    pub names: &'a [(&'static str, String)],
    /// The partition, which the documents assume to be `aws`.
    pub partition: Partition,
}

impl Documents {
    /// The documents of the profile. A file in `folder` replaces the document of its name.
    ///
    /// # Errors
    /// A folder or file that cannot be read, a JSON file that has the name of no document, and a
    /// file with the name of a document that is not a `.json` file.
    pub fn load(
        built_in: &[BuiltIn],
        system: &'static str,
        profile: Profile,
        folder: Option<&Path>,
    ) -> Result<Self, Failure> {
        let of_profile = |document: &BuiltIn| {
            let name = document.name;
            let (text, origin) = match (profile, document.hardened) {
                (Profile::Hardened, Some(text)) => {
                    (text, format!("policies/{system}/hardened/{name}.json"))
                }
                _ => (
                    document.documented,
                    format!("policies/{system}/{name}.json"),
                ),
            };
            let form = document.form;
            let text = text.to_owned();
            let json = OnceLock::new();
            let source = Source {
                form,
                text,
                origin,
                built_in: Some(system),
                json,
            };
            (name, source)
        };
        let mut documents: BTreeMap<&'static str, Source> =
            built_in.iter().map(of_profile).collect();
        let Some(folder) = folder else {
            return Ok(Documents(documents));
        };
        let unreadable = |path: &Path, error: std::io::Error| {
            Failure::new(format!("cannot read the policies in {}", path.display()))
                .because(error.to_string())
                .hint("`policies` names a folder with documents that replace the built-in ones")
        };
        for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
            let path = entry.map_err(|error| unreadable(folder, error))?.path();
            let stem = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .unwrap_or_default();
            if path.extension().is_none_or(|extension| extension != "json") {
                // Other files may stand beside the documents, unless their name shows that they
                // were meant to replace one.
                if documents.contains_key(stem) {
                    return Err(
                        Failure::new(format!("{} replaces no document", path.display()))
                            .hint(format!("Call it {stem}.json, or take it out of the folder")),
                    );
                }
                continue;
            }
            let Some(document) = documents.get_mut(stem) else {
                let names: Vec<_> = documents
                    .keys()
                    .map(|name| format!("{name}.json"))
                    .collect();
                return Err(
                    Failure::new(format!("{} replaces no document", path.display()))
                        .hint(format!("The documents are called {}", names.join(", "))),
                );
            };
            let text = text_file::read_regular_file(&path, LARGEST_POLICY);
            let text = text.map_err(|error| unreadable(&path, error))?;
            document.text = text;
            document.origin = path.display().to_string();
            document.built_in = None;
        }
        Ok(Documents(documents))
    }

    /// The texts of the documents, by name.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0
            .iter()
            .map(|(name, document)| (*name, document.text.as_str()))
    }

    /// The path that the text of a document came from, in this project or in the settings' folder.
    pub fn origin(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |document| &document.origin)
    }

    /// The system that a document is built into the program for; none for a document of the settings'
    /// folder.
    pub fn built_in(&self, name: &str) -> Option<&'static str> {
        self.0.get(name)?.built_in
    }

    /// A policy with its placeholders filled in.
    ///
    /// # Errors
    /// A document that is not JSON, that has a key twice, an unknown placeholder, or an element or a
    /// character that a policy does not have, or that is longer than AWS allows. Each error names the
    /// file and the place in it. A managed policy may be longer, because it is shortened later.
    pub fn policy(
        &self,
        name: &str,
        filling: &Filling<'_>,
        prepare: impl FnOnce(&mut Json),
    ) -> Result<Document, Failure> {
        let (mut json, source) = self.filled(name, filling, prepare)?;
        let Form::Policy(kind) = source.form else {
            return Err(Failure::new(format!("{name} is not a policy")));
        };
        let origin = &source.origin;
        if kind.grants_to_identity() {
            name_version(&mut json, filling);
        }
        let no_policy = |error: PolicyError| {
            Failure::new(format!("{origin} is not a policy")).because(error.to_string())
        };
        let policy = Policy::from_value(json).map_err(no_policy)?;
        if policy.statements().is_empty() {
            return Err(Failure::new(format!("{origin} has no statements"))
                .hint("AWS takes no policy without a statement"));
        }
        // IAM User Guide, "IAM and AWS STS quotas": a policy has no character above U+00FF. KMS's API
        // Reference, "PutKeyPolicy", has the same pattern. For a bucket policy S3 names none.
        let strange = policy.compact().chars().find(|c| *c > '\u{ff}');
        if let Some(strange) = strange.filter(|_| kind != Kind::Bucket) {
            let code = u32::from(strange);
            let what = format!("{origin} has the character U+{code:04X}, {strange:?}");
            return Err(Failure::new(what).hint(
                "AWS takes only characters up to U+00FF in this policy: a dash or a space that was copied \
                 from a page may look like an ordinary one",
            ));
        }
        let document = Document::new(policy, &filling.holes).map_err(no_policy)?;
        if kind != Kind::Managed {
            within(origin, document.sample().size(), kind.limit())?;
        }
        Ok(document)
    }

    /// A policy that has no holes, filled in.
    ///
    /// # Errors
    /// As for [`Documents::policy`], and a document that has holes.
    pub fn policy_without_holes(
        &self,
        name: &str,
        filling: &Filling<'_>,
        prepare: impl FnOnce(&mut Json),
    ) -> Result<Policy, Failure> {
        let document = self.policy(name, filling, prepare)?;
        let policy = document.policy().cloned();
        policy.ok_or_else(|| {
            let origin = self.origin(name);
            Failure::new(format!(
                "{origin} depends on what is known only after an apply"
            ))
        })
    }

    /// An event pattern with its placeholders filled in.
    ///
    /// # Errors
    /// Those of [`Documents::policy`], and a pattern that is no object or has an empty list.
    pub fn pattern(&self, name: &str, filling: &Filling<'_>) -> Result<Json, Failure> {
        let (json, Source { origin, .. }) = self.filled(name, filling, |_| {})?;
        if !json.is_object() {
            return Err(Failure::new(format!("{origin} is not an event pattern"))
                .hint("An event pattern is a JSON object of fields, each with a list of values"));
        }
        if let Some(field) = empty_list(&json) {
            return Err(
                Failure::new(format!("{origin} has an empty list in {field}"))
                    .hint("No event matches an empty list: name a value, or leave the field out"),
            );
        }
        within(origin, pattern::size(&json), pattern::LIMIT)?;
        Ok(json)
    }

    fn filled(
        &self,
        name: &str,
        filling: &Filling<'_>,
        prepare: impl FnOnce(&mut Json),
    ) -> Result<(Json, &Source), Failure> {
        let Some(source) = self.0.get(name) else {
            return Err(Failure::new(format!("there is no document called {name}")));
        };
        let origin = &source.origin;
        let mut json = source.json()?.clone();
        for_each_string(&mut json, &mut |text| {
            for (documented, actual) in filling.names {
                // A document of the settings' folder may spell out the names of this deployment
                // already.
                if documented != actual && !text.contains(actual.as_str()) {
                    *text = text.replace(documented, actual);
                }
            }
        });
        prepare(&mut json);
        let mut values = filling.values.clone();
        values.extend(filling.holes.keys().map(|hole| (*hole, open(hole))));
        placeholders::replace(&mut json, &values).map_err(|error| {
            Failure::new(format!("{origin} cannot be filled in")).because(error.to_string())
        })?;
        partition::rewrite(&mut json, filling.partition.name());
        Ok((json, source))
    }
}

/// Adds the version to a permission policy that has none, as two of the vendor's have none.
///
/// IAM answers "Policy document must be version 2012-10-17 or greater" to such a document. The
/// versions differ in policy variables alone. So the version changes nothing in a document without
/// a policy variable. A document with one is left as it was written.
fn name_version(json: &mut Json, filling: &Filling<'_>) {
    // A hole is no policy variable, nor is the placeholder of the account, which stays open while a
    // document is only checked.
    let later = filling.holes.keys().copied().chain([ACCOUNT_ID]).map(open);
    let later: Vec<String> = later.collect();
    let mut has_variable = false;
    for_each_string(json, &mut |text| {
        let rest = later
            .iter()
            .fold(text.clone(), |rest, it| rest.replace(it, ""));
        has_variable |= rest.contains("${");
    });
    if let (Json::Object(fields), false) = (json, has_variable)
        && !fields.contains_key("Version")
    {
        // IAM's older parsers need the version before the statements.
        fields.shift_insert(0, "Version".to_owned(), "2012-10-17".into());
    }
}

/// A placeholder in the syntax of the documents.
pub fn open(name: &str) -> String {
    format!("${{{name}}}")
}

/// The path of a field of an event pattern that has an empty list, which no event matches.
fn empty_list(pattern: &Json) -> Option<String> {
    pattern
        .as_object()?
        .iter()
        .find_map(|(field, value)| match value {
            Json::Array(items) if items.is_empty() => Some(field.clone()),
            _ => empty_list(value).map(|below| format!("{field}.{below}")),
        })
}

fn within(origin: &str, size: usize, most: usize) -> Result<(), Failure> {
    if size <= most {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{origin} has {size} characters without white space, of {most} that AWS allows"
    ))
    .hint("Shorten the document: merge statements, drop Sids, or use wildcards"))
}

/// Applies `change` to every string value of a document.
pub fn for_each_string(json: &mut Json, change: &mut impl FnMut(&mut String)) {
    match json {
        Json::String(text) => change(text),
        Json::Array(items) => items
            .iter_mut()
            .for_each(|item| for_each_string(item, change)),
        Json::Object(fields) => fields
            .values_mut()
            .for_each(|value| for_each_string(value, change)),
        _ => {}
    }
}
