//! The postfix, which every resource's name ends with, checked against the rules of all these names.

use super::invalid::Invalid;

/// How the ownership tags name the deployment without a postfix, which therefore is no postfix.
const WITHOUT_POSTFIX: &str = "default";

/// Suffixes of bucket names that S3 reserves (S3 User Guide, "General purpose bucket naming rules",
/// and "Namespaces for general purpose buckets" for `-an`). The other reserved suffix, `.mrap`, has a
/// dot, which no postfix has. No reserved prefix begins as our names do.
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", "--x-s3", "--table-s3", "-an"];

/// With this length, the longest names stay within AWS's limits: 63 characters for the bucket,
/// 64 for a regional role.
const LONGEST_POSTFIX: usize = 20;

/// The postfix, if every name that ends with it is one that AWS accepts.
pub(super) fn check(text: &str) -> Result<String, Invalid> {
    let invalid = |why: String| {
        Invalid::new(
            format!("{text:?} cannot end the names of resources: {why}"),
            "Use at most 20 of the characters a-z, 0-9 and -, the last one a letter or a digit, \
             for example \"-staging\".",
        )
    };
    let refused = |c: &char| !matches!(c, 'a'..='z' | '0'..='9' | '-');
    if let Some(c) = text.chars().find(refused) {
        return Err(invalid(format!("S3 does not accept the character {c:?}")));
    }
    if text.len() > LONGEST_POSTFIX {
        return Err(invalid(format!("it has {} characters", text.len())));
    }
    if text == WITHOUT_POSTFIX {
        return Err(invalid(
            "that is the tag of the deployment without a postfix".to_owned(),
        ));
    }
    if text.ends_with('-') {
        return Err(invalid("a bucket's name must not end with '-'".to_owned()));
    }
    if let Some(suffix) = RESERVED_SUFFIXES.iter().find(|it| text.ends_with(*it)) {
        return Err(invalid(format!(
            "S3 keeps the ending \"{suffix}\" for itself"
        )));
    }
    Ok(text.to_owned())
}

/// Whether every name that ends with it is one that AWS accepts.
pub fn is_postfix(text: &str) -> bool {
    check(text).is_ok()
}

/// The name of the deployment in the ownership tags.
pub(super) fn deployment(postfix: &str) -> &str {
    match postfix {
        "" => WITHOUT_POSTFIX,
        postfix => postfix,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::names::{Region, is_iam_name};

    proptest! {
        #[test]
        fn an_accepted_postfix_keeps_every_name_within_the_rules(postfix in "[a-z0-9.A-]{0,22}") {
            if let Ok(postfix) = check(&postfix) {
                let bucket = format!("stackstate-logs-123456789012{postfix}");
                prop_assert!(bucket.len() <= 63);
                prop_assert!(bucket.ends_with(|c: char| c.is_ascii_alphanumeric()));
                // The longest name of the shape is longer than any in the list.
                let longest = "us-gov-northwest-1".parse::<Region>();
                for region in Region::all().chain(longest) {
                    let role = format!("StackStateEventBridgeRole-{region}{postfix}");
                    prop_assert!(is_iam_name(&role, 64), "{role}");
                }
            }
        }

        #[test]
        fn no_postfix_gives_the_name_of_the_deployment_without_one(
            postfix in prop_oneof![Just("default".to_owned()), "[a-z0-9-]{1,20}"]
        ) {
            if check(&postfix).is_ok() {
                prop_assert_ne!(deployment(&postfix), deployment(""));
            }
        }

        #[test]
        fn checking_never_panics(text in any::<String>()) {
            let _ = check(&text);
        }
    }
}
