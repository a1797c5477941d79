//! Names and ARNs of policies that are not ours: permissions boundaries, and the policies that stay
//! on our roles.

use super::given::Given;
use super::invalid::Invalid;
use crate::names::{KeptPolicy, ManagedPolicy, is_iam_name};

/// A permissions boundary; `None` for an empty text.
pub(super) fn parse_boundary(text: &str) -> Result<Option<ManagedPolicy>, Invalid> {
    match text {
        "" => Ok(None),
        text => Ok(Some(text.parse()?)),
    }
}

/// The good ones of the entries, of which each names a policy by its ARN, or by its name and its kind.
pub(super) fn check_kept<'a>(given: &Given<'a, &'a Vec<String>>) -> Vec<Given<'a, KeptPolicy>> {
    let kept = given.check_each(|text| {
        parse_kept(text).map_err(|problem| {
            Invalid::new(
                problem,
                "Write the ARN of a managed policy, \"policy/PATH/NAME\" for one of the account, \
                 \"customer/NAME\" for one whatever its path, \"aws/NAME\" for one of AWS, or \
                 \"inline/NAME\".",
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
    if text.starts_with("arn:") || text.starts_with("policy/") {
        let policy = text.parse::<ManagedPolicy>();
        return policy.map(KeptPolicy::Managed).map_err(|it| it.problem);
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
