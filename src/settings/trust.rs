//! Who may assume the integration role: the agent's principals and the external ID.

use clap::ValueEnum;
use serde::{Deserialize, Serialize, Serializer};

use super::canonical;
use super::given::Given;
use super::invalid::Invalid;
use super::principal::Principal;
use crate::failure::Failure;
use crate::secret::Secret;

const EXTERNAL_ID_FORM: &str = "Use 2 to 1224 of the characters A-Z a-z 0-9 _ + = , . @ : / - \
    and nothing else, or write \"${NAME}\" as the whole value to have it read from an environment \
    variable.";

/// The environment, as a function from a variable's name to its value.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How much a command needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Everything, including the parts of the trust policy: loading fails if one is missing.
    Trust,
    /// What the names of resources follow from. A part of the trust policy may be missing, which
    /// gives [`Trust::Unstated`]; the parts that are there are still checked.
    Names,
}

/// The two trust policies to choose from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TrustKind {
    /// The agent's accounts or principals, with an external ID
    #[default]
    External,
    /// The EC2 service, with an instance profile
    Ec2,
}

/// Who may assume the integration role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "trust", rename_all = "lowercase")]
pub enum Trust {
    /// An agent outside of this account, which presents an external ID.
    External {
        /// Never empty, and each principal once.
        #[serde(rename = "agent_principals", serialize_with = "canonical_principals")]
        principals: Vec<Principal>,
        /// The external ID, in the form that AWS accepts. A secret is never serialized;
        /// [`Settings::digest_entries`](super::Settings::digest_entries) adds it.
        #[serde(skip)]
        external_id: Secret,
        /// Where the external ID came from, in words, for example `provision.toml` or
        /// `the environment variable STS_EXTERNAL_ID`.
        #[serde(skip)]
        external_id_source: String,
    },
    /// An agent on an EC2 instance of this account.
    Ec2,
    /// Trust is external, but principals or external ID are not known. Only [`Need::Names`] gives
    /// this, and no trust policy can be written from it.
    Unstated,
}

fn canonical_principals<S: Serializer>(principals: &[Principal], to: S) -> Result<S::Ok, S::Error> {
    let texts: Vec<String> = principals.iter().map(Principal::canonical).collect();
    canonical::sorted(&texts, to)
}

/// The trust of that kind. An EC2 trust has neither principals nor an external ID, so neither is
/// checked.
pub(super) fn resolve(
    kind: TrustKind,
    principals: &Given<&Vec<String>>,
    external_id: &Given<&Option<Secret>>,
    need: Need,
    environment: Environment,
) -> Result<Trust, Failure> {
    if kind == TrustKind::Ec2 {
        return Ok(Trust::Ec2);
    }
    let trusted = check_principals(principals)?;
    let checked = external_id.check(|text| resolve_external_id(text, environment, need))?;
    let (principals_place, id_place) = (&principals.place, &external_id.place);
    match (trusted.is_empty(), checked.flatten(), need) {
        (false, Some((external_id, variable)), _) => Ok(Trust::External {
            principals: trusted,
            external_id,
            external_id_source: variable.unwrap_or_else(|| id_place.source().to_owned()),
        }),
        (_, _, Need::Names) => Ok(Trust::Unstated),
        (true, _, Need::Trust) => Err(Failure::new(
            "the agent's principals are missing, so nobody could assume the integration role",
        )
        .hint(format!(
            "Add agent_principals = [\"210987654321\"] below [stackstate] in {}, \
             or pass --agent-principal 210987654321.",
            principals_place.source()
        ))),
        (false, None, Need::Trust) => Err(Failure::new(
            "the external ID is missing, without which the integration role trusts nobody",
        )
        .hint(format!(
            "Add external_id = \"${{STS_EXTERNAL_ID}}\" below [stackstate] in {}, \
             or pass --external-id '${{STS_EXTERNAL_ID}}'.",
            id_place.source()
        ))),
    }
}

fn check_principals(given: &Given<&Vec<String>>) -> Result<Vec<Principal>, Failure> {
    let principals = given.check_each(|text| text.parse::<Principal>())?;
    for (index, principal) in principals.iter().enumerate() {
        if let Some(first) = principals[..index].iter().find(|it| it.is_same(principal)) {
            let problem = if first == principal {
                format!("{principal} is listed twice")
            } else {
                format!("{first} and {principal} mean the same principal")
            };
            return Err(given.refused(Invalid::new(problem, "List each principal once.")));
        }
    }
    Ok(principals)
}

/// The external ID and, if it was read from an environment variable, that variable in words.
/// Nothing where the variable is not set and need not be.
fn resolve_external_id(
    written: &Secret,
    environment: Environment,
    need: Need,
) -> Result<Option<(Secret, Option<String>)>, Invalid> {
    let Some(variable) = variable_name(written.expose()) else {
        check_external_id(written.expose(), "the external ID")?;
        return Ok(Some((written.clone(), None)));
    };
    let source = format!("the environment variable {variable}");
    match environment(variable).filter(|text| !text.is_empty()) {
        Some(text) => {
            check_external_id(&text, &format!("the value of {source}"))?;
            Ok(Some((text.into(), Some(source))))
        }
        None if need == Need::Names => Ok(None),
        None => Err(Invalid::new(
            format!("{source} is not set or is empty"),
            format!("Set {variable} to the external ID."),
        )),
    }
}

/// The name in a text that consists of `${NAME}` and nothing else.
fn variable_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let is_name = !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

/// The fewest characters of an external ID that cannot be guessed: sixteen random letters and digits
/// are more than 80 bits. Whoever reads a saved plan can try, because the plan has a digest of the ID.
const LONG_ENOUGH: usize = 16;

/// What is not advisable about an external ID, which stands as it is in the file `public`, if that is
/// one that everybody on this machine may read.
pub(super) fn warnings(external_id: &Secret, public: Option<&str>) -> Vec<String> {
    let mut warnings = Vec::new();
    if external_id.expose().chars().count() < LONG_ENOUGH {
        warnings.push(format!(
            "the external ID has fewer than {LONG_ENOUGH} characters and can be guessed: take a \
             random one"
        ));
    }
    if let Some(file) = public {
        warnings.push(format!(
            "everybody on this machine can read the external ID in {file}: run `chmod o-r {file}`, or \
             write \"${{NAME}}\" in its place to have it read from an environment variable"
        ));
    }
    warnings
}

/// The refusal names one character and its position at most, never the text.
fn check_external_id(text: &str, subject: &str) -> Result<(), Invalid> {
    let refused = text
        .chars()
        .enumerate()
        .find(|(_, c)| !c.is_ascii_alphanumeric() && !"_+=,.@:/-".contains(*c));
    let problem = match (refused, text.chars().count()) {
        (Some((index, c)), _) => format!(
            "{subject} has the character {c:?} at position {}, which AWS does not accept",
            index + 1
        ),
        (None, 2..=1224) => return Ok(()),
        (None, 1) => format!("{subject} has only 1 character"),
        (None, count) => format!("{subject} has {count} characters"),
    };
    Err(Invalid::new(problem, EXTERNAL_ID_FORM))
}
