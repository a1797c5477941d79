//! Names and ARNs of policies that are not ours: permissions boundaries, and the policies that stay
//! on our roles.

use super::given::Given;
use super::invalid::Invalid;
use crate::names::{AccountId, Arn, KeptPolicy, is_iam_name};

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

/// The good ones of the entries, of which each names a policy by its ARN, or by its name and its kind.
pub(super) fn check_kept<'a>(given: &Given<'a, &'a Vec<String>>) -> Vec<Given<'a, KeptPolicy>> {
    let kept = given.check_each(|text| {
        parse_kept(text).map_err(|problem| {
            Invalid::new(
                problem,
                "Write the ARN of a managed policy, or \"aws/NAME\" for one of AWS, \
                 \"customer/NAME\" for one of the account, or \"inline/NAME\".",
            )
        })
    });
    for (index, policy) in kept.iter().enumerate() {
        if kept[..index]
            .iter()
            .any(|other| other.value == policy.value)
        {
            policy.refuse(Invalid::new(
                format!("\"{}\" is listed twice", policy.value),
                "List each policy once.",
            ));
        }
    }
    kept
}

fn parse_kept(text: &str) -> Result<KeptPolicy, String> {
    if text.starts_with("arn:") {
        return parse_policy_arn(text).map(KeptPolicy::Arn);
    }
    let kind = match text.split_once('/') {
        Some((kind, name)) if is_iam_name(name, 128) => Some((kind, name.to_owned())),
        _ => None,
    };
    match kind {
        Some(("aws", name)) => Ok(KeptPolicy::Aws(name)),
        Some(("customer", name)) => Ok(KeptPolicy::Customer(name)),
        Some(("inline", name)) => Ok(KeptPolicy::Inline(name)),
        _ => Err(format!(
            "{text:?} is neither the ARN nor the kind and name of a policy"
        )),
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
