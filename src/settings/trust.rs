//! Who may assume the integration role: the agent's principals and the external ID.

use serde::{Serialize, Serializer};

use super::canonical;
use super::choices::TrustKind;
use super::given::{Given, Place, values};
use super::invalid::Invalid;
use super::missing::Missing;
use super::principal::Principal;
use crate::failure::Failure;
use crate::names::Arn;
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

/// What the settings say about the trust.
#[derive(Debug)]
pub(super) struct Written<'a> {
    pub(super) kind: Given<'a, &'a Option<TrustKind>>,
    pub(super) principals: Given<'a, &'a Vec<String>>,
    pub(super) external_id: Given<'a, &'a Option<Secret>>,
}

/// The trust, and the ARNs among the principals.
pub(super) fn resolve<'a>(
    written: &Written<'a>,
    need: Need,
    environment: Environment,
) -> (Trust, Vec<Given<'a, Arn>>) {
    if written.kind.value.unwrap_or_default() == TrustKind::Ec2 {
        refuse_beside_ec2(written);
        return (Trust::Ec2, Vec::new());
    }
    let principals = check_principals(&written.principals);
    let external_id = written
        .external_id
        .check(|text| resolve_external_id(text, environment, need));
    // What is missing follows from the kind of trust, which is not known where its word is wrong.
    let is_known = !written.kind.reading.problems.has("stackstate.trust");
    if need == Need::Trust && is_known {
        tell_missing(written);
    }
    let arns = principals.iter().filter_map(|given| {
        let arn = given.value.as_arn()?;
        Some(given.with(arn.clone()))
    });
    let arns = arns.collect();
    let trust = match external_id.flatten() {
        Some((external_id, variable)) if !principals.is_empty() => Trust::External {
            principals: values(principals),
            external_id,
            external_id_source: variable
                .unwrap_or_else(|| written.external_id.place.source().to_owned()),
        },
        _ => Trust::Unstated,
    };
    (trust, arns)
}

/// The agent's principals and the external ID have no place in the trust policy for an instance. A
/// flag may well take the place of what the file says about all three, and a variable of the
/// environment may be there for other runs.
fn refuse_beside_ec2(written: &Written) {
    let may_be_ignored = |place: &Place| match place {
        Place::Flag(name) => !name.starts_with('-'),
        Place::File { .. } => matches!(written.kind.place, Place::Flag(_)),
    };
    let refused = |what: &str| {
        Invalid::new(
            format!("with the trust \"ec2\" {what} would be ignored"),
            "Take it out, or take out the trust \"ec2\": it is for an agent on an EC2 instance of this \
             account, which gets the role from an instance profile.",
        )
    };
    let Written {
        principals,
        external_id,
        ..
    } = written;
    if !principals.value.is_empty() && !may_be_ignored(&principals.place) {
        principals.refuse(refused("the agent's principals"));
    }
    if external_id.value.is_some() && !may_be_ignored(&external_id.place) {
        external_id.refuse(refused("the external ID"));
    }
}

fn tell_missing(written: &Written) {
    let Written {
        principals,
        external_id,
        ..
    } = written;
    if principals.value.is_empty() {
        principals.reading.missing(Missing {
            key: "stackstate.agent_principals",
            problem: "the agent's principals are missing, so nobody could assume the integration role",
            line: "agent_principals = [\"210987654321\"]",
            flag: Some("--agent-principal 210987654321"),
            variable: None,
        });
    }
    if external_id.value.is_none() {
        external_id.reading.missing(Missing {
            key: "stackstate.external_id",
            problem: "the external ID is missing, without which the integration role trusts nobody",
            line: "external_id = \"${STS_EXTERNAL_ID}\"",
            flag: Some("--external-id '${STS_EXTERNAL_ID}'"),
            variable: None,
        });
    }
}

fn check_principals<'a>(given: &Given<'a, &'a Vec<String>>) -> Vec<Given<'a, Principal>> {
    let principals = given.check_each(|text| text.parse::<Principal>());
    for (index, given) in principals.iter().enumerate() {
        let principal = &given.value;
        let mut others = principals[..index].iter().map(|other| &other.value);
        if let Some(first) = others.find(|it| it.is_same(principal)) {
            let problem = if first == principal {
                format!("{principal} is listed twice")
            } else {
                format!("{first} and {principal} mean the same principal")
            };
            given.refuse(Invalid::new(problem, "List each principal once."));
        }
    }
    principals
}

/// The external ID and, if it was read from an environment variable, that variable in words.
/// Nothing where the variable is not set and need not be.
pub(super) fn resolve_external_id(
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
pub(super) fn variable_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let is_name = !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

/// The fewest characters of an external ID that cannot be guessed: sixteen random letters and digits
/// are more than 80 bits. Whoever reads a saved plan can try, because the plan has a digest of the ID.
const LONG_ENOUGH: usize = 16;

/// An external ID that nobody can guess: 128 random bits.
///
/// # Errors
/// If the system gives no random bytes.
pub fn generated_external_id() -> Result<Secret, Failure> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| {
        Failure::new("cannot make a random external ID").because(error.to_string())
    })?;
    let digits = random.iter().map(|byte| format!("{byte:02x}"));
    Ok(digits.collect::<String>().into())
}

/// What is not advisable about an external ID, of which `subject` is the name and which stands as it is in the file `public`, if that is
/// one that everybody on this machine may read.
pub(super) fn warnings(external_id: &Secret, subject: &str, public: Option<&str>) -> Vec<String> {
    let mut warnings = Vec::new();
    if external_id.expose().chars().count() < LONG_ENOUGH {
        warnings.push(format!(
            "{subject} has fewer than {LONG_ENOUGH} characters and can be guessed: take a \
             random one"
        ));
    }
    if let Some(file) = public {
        warnings.push(format!(
            "everybody on this machine can read {subject} in {file}: run `chmod o-r {file}`, or \
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
