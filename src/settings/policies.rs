//! Names and ARNs of policies that are not ours: permissions boundaries, and the policies that stay
//! on our roles.

use super::given::Given;
use super::invalid::Invalid;
use crate::failure::Failure;
use crate::names::{AccountId, Arn, is_iam_name};

/// The ARN of a permissions boundary; `None` for an empty text.
pub(super) fn parse_boundary(text: &str) -> Result<Option<Arn>, Invalid> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_policy_arn(text).map(Some).map_err(|problem| {
        Invalid::new(
            problem,
            "Write the ARN of a managed policy, \
             for example \"arn:aws:iam::123456789012:policy/boundary\".",
        )
    })
}

/// Checks that each entry is the name or the ARN of a policy and that none is listed twice; gives
/// the ARNs.
pub(super) fn check_kept(given: &Given<&Vec<String>>) -> Result<Vec<Arn>, Failure> {
    let arns = given.check_each(|text| {
        let refused = |problem| {
            Invalid::new(
                problem,
                "Write the name of a policy, for example \"extra-permissions\", or its ARN, \
                 for example \"arn:aws:iam::aws:policy/ReadOnlyAccess\".",
            )
        };
        if text.starts_with("arn:") {
            parse_policy_arn(text).map(Some).map_err(refused)
        } else if is_iam_name(text, 128) {
            Ok(None)
        } else {
            Err(refused(format!("{text:?} is not the name of a policy")))
        }
    })?;
    let mut seen = given.value.iter().enumerate();
    match seen.find(|(index, text)| given.value[..*index].contains(text)) {
        Some((_, text)) => Err(given.refused(Invalid::new(
            format!("{text:?} is listed twice"),
            "List each policy once.",
        ))),
        None => Ok(arns.into_iter().flatten().collect()),
    }
}

fn parse_policy_arn(text: &str) -> Result<Arn, String> {
    let arn = text.parse::<Arn>().map_err(|invalid| invalid.problem)?;
    let name = arn
        .resource
        .strip_prefix("policy/")
        .and_then(|path| path.rsplit('/').next());
    let is_policy = arn.service == "iam"
        && arn.region.is_empty()
        && (arn.account == "aws" || arn.account.parse::<AccountId>().is_ok())
        && name.is_some_and(|name| is_iam_name(name, 128));
    if is_policy {
        Ok(arn)
    } else {
        Err(format!("{text:?} is not the ARN of a managed policy"))
    }
}
