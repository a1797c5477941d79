//! Who may assume the integration role: the agent's principals and the external ID.

use std::fmt;
use std::str::FromStr;

use super::resolve::Given;
use super::{Environment, Need, Secret, Trust, TrustKind};
use crate::failure::Failure;
use crate::names::{AccountId, Arn, Invalid, Partition, is_iam_name};

const EXTERNAL_ID_FORM: &str = "Use 2 to 1224 of the characters A-Z a-z 0-9 _ + = , . @ : / - \
    and nothing else, or write \"${NAME}\" as the whole value to have it read from an environment \
    variable.";

/// Somebody who may assume the integration role: a whole account, or one identity in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Every identity of the account that the account itself allows.
    Account(AccountId),
    /// The account's root, a user, a role, or one session of a role.
    Arn(Arn),
}

impl Principal {
    /// The ARN for a trust policy in `partition`; an account stands for its root.
    pub fn arn(&self, partition: Partition) -> Arn {
        match self {
            Principal::Arn(arn) => arn.clone(),
            Principal::Account(account) => Arn {
                partition,
                service: "iam".to_owned(),
                region: String::new(),
                account: account.to_string(),
                resource: "root".to_owned(),
            },
        }
    }

    /// Whether both mean the same, written as an account ID or as an ARN.
    fn is_same(&self, other: &Self) -> bool {
        let partition = match (self, other) {
            (Principal::Arn(arn), _) | (_, Principal::Arn(arn)) => arn.partition,
            _ => Partition::Aws,
        };
        self.arn(partition) == other.arn(partition)
    }
}

impl FromStr for Principal {
    type Err = Invalid;

    /// Takes an account ID or the ARN of an account's root, a user, a role or an assumed role,
    /// without wildcards; anything else is [`Invalid`].
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = |problem: String| {
            Invalid::new(
                problem,
                "Write an account ID of 12 digits, or an ARN such as \
                 \"arn:aws:iam::210987654321:root\", \"arn:aws:iam::210987654321:role/NAME\", \
                 \"arn:aws:iam::210987654321:user/NAME\" or \
                 \"arn:aws:sts::210987654321:assumed-role/NAME/SESSION\".",
            )
        };
        if let Ok(account) = text.parse() {
            return Ok(Principal::Account(account));
        }
        if text.contains(['*', '?']) {
            return Err(invalid(format!(
                "{text:?} contains a wildcard, which would trust more than one principal"
            )));
        }
        if !text.starts_with("arn:") {
            return Err(invalid(format!(
                "{text:?} is neither an AWS account ID nor an ARN"
            )));
        }
        let arn = text.parse::<Arn>().map_err(|it| invalid(it.problem))?;
        if is_identity(&arn) {
            Ok(Principal::Arn(arn))
        } else {
            Err(invalid(format!(
                "{text:?} is not the ARN of an account's root, a user, a role or an assumed role"
            )))
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Account(account) => account.fmt(f),
            Principal::Arn(arn) => arn.fmt(f),
        }
    }
}

fn is_identity(arn: &Arn) -> bool {
    const LONGEST_NAME: usize = 64;
    if !arn.region.is_empty() || arn.account.parse::<AccountId>().is_err() {
        return false;
    }
    let parts: Vec<&str> = arn.resource.split('/').collect();
    match (arn.service.as_str(), &parts[..]) {
        ("iam", ["root"]) => true,
        ("iam", ["user" | "role", path @ .., name]) => {
            is_iam_name(name, LONGEST_NAME) && path.iter().all(|part| !part.is_empty())
        }
        ("sts", ["assumed-role", role, session]) => {
            is_iam_name(role, LONGEST_NAME) && is_iam_name(session, LONGEST_NAME)
        }
        _ => false,
    }
}

/// What was written about trust, and where.
#[derive(Debug)]
pub(super) struct TrustInput<'a> {
    pub(super) principals: Given<Vec<String>>,
    pub(super) external_id: Option<Given<Secret>>,
    /// The source to name for an external ID that is written out.
    pub(super) literal_source: &'a str,
    /// The settings file, for advice.
    pub(super) file_name: &'a str,
}

/// The trust of that kind. With EC2's, principals and external ID do not matter and are not
/// looked at.
pub(super) fn resolve(
    kind: TrustKind,
    input: &TrustInput,
    need: Need,
    environment: Environment,
) -> Result<Trust, Failure> {
    if kind == TrustKind::Ec2 {
        return Ok(Trust::Ec2);
    }
    let principals = principals(&input.principals)?;
    let external_id = match &input.external_id {
        Some(given) => external_id(given, input.literal_source, need, environment)?,
        None => None,
    };
    match (principals.is_empty(), external_id, need) {
        (false, Some((external_id, external_id_source)), _) => Ok(Trust::External {
            principals,
            external_id,
            external_id_source,
        }),
        (_, _, Need::Names) => Ok(Trust::Unstated),
        (true, _, Need::Trust) => Err(Failure::new(
            "the agent's principals are missing, so nobody could assume the integration role",
        )
        .hint(format!(
            "Add agent_principals = [\"210987654321\"] below [stackstate] in {}, \
             or pass --agent-principal 210987654321.",
            input.file_name
        ))),
        (false, None, Need::Trust) => Err(Failure::new(
            "the external ID is missing, without which the integration role trusts nobody",
        )
        .hint(format!(
            "Add external_id = \"${{STS_EXTERNAL_ID}}\" below [stackstate] in {}, \
             or pass --external-id '${{STS_EXTERNAL_ID}}'.",
            input.file_name
        ))),
    }
}

fn principals(given: &Given<Vec<String>>) -> Result<Vec<Principal>, Failure> {
    let principals = given.check_each(|text| text.parse::<Principal>())?;
    for (index, principal) in principals.iter().enumerate() {
        if let Some(first) = principals[..index].iter().find(|it| it.is_same(principal)) {
            let problem = if first == principal {
                format!("{principal} is listed twice")
            } else {
                format!("{first} and {principal} mean the same principal")
            };
            return Err(Invalid::new(problem, "List each principal once.").at(&given.place));
        }
    }
    Ok(principals)
}

/// The external ID and its source, or nothing where it is not set and need not be.
fn external_id(
    given: &Given<Secret>,
    literal_source: &str,
    need: Need,
    environment: Environment,
) -> Result<Option<(Secret, String)>, Failure> {
    let Given { value, place } = given;
    let Some(variable) = variable_name(value.expose()) else {
        check_external_id(value.expose(), "the external ID").map_err(|it| it.at(place))?;
        return Ok(Some((value.clone(), literal_source.to_owned())));
    };
    let source = format!("the environment variable {variable}");
    match environment(variable).filter(|text| !text.is_empty()) {
        Some(text) => {
            check_external_id(&text, &format!("the value of {source}"))
                .map_err(|it| it.at(place))?;
            Ok(Some((text.into(), source)))
        }
        None if need == Need::Names => Ok(None),
        None => Err(Invalid::new(
            format!("{source} is not set or is empty"),
            format!("Set {variable} to the external ID."),
        )
        .at(place)),
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

/// The refusal tells one character and its position at most, never the text.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_may_be_accounts_users_roles_and_sessions() {
        let cases = [
            "210987654321",
            "arn:aws:iam::210987654321:root",
            "arn:aws:iam::210987654321:user/agent",
            "arn:aws:iam::210987654321:user/division/team/agent@example.com",
            "arn:aws:iam::210987654321:role/agent",
            "arn:aws:sts::210987654321:assumed-role/agent/session",
        ];
        for text in cases {
            assert_eq!(text.parse::<Principal>().unwrap().to_string(), text);
        }
        let refused = [
            ("arn:aws:iam::21098765432:root", "an account of 11 digits"),
            ("arn:aws:iam::210987654321:role/", "no name"),
            ("arn:aws:iam::210987654321:role//agent", "an empty path"),
            ("arn:aws:iam::210987654321:role/agent*", "a wildcard"),
            (
                "arn:aws:iam:eu-west-1:210987654321:root",
                "IAM has no region",
            ),
            ("arn:aws:sts::210987654321:assumed-role/agent", "no session"),
            ("arn:aws:s3:::bucket", "no principal"),
        ];
        for (text, reason) in refused {
            assert!(text.parse::<Principal>().is_err(), "{reason}");
        }
    }
}
