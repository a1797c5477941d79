//! Names that exist although the Service Authorization Reference lacks them.
//!
//! AWS's own managed policies use some actions and condition keys before the reference has them, or
//! without the reference ever having them. A line of `data/unlisted.txt` is one of:
//! - `action`, its name with the prefix;
//! - `key`, the name of a condition key;
//! - `key of`, an action, and a condition key that the reference has for other actions only.

const UNLISTED: &str = include_str!("data/unlisted.txt");

/// Whether an action exists that the reference lacks. AWS ignores the case.
#[must_use]
pub fn is_unlisted_action(action: &str) -> bool {
    is_line(&["action", action])
}

/// Whether a condition key exists that the reference lacks. AWS ignores the case.
#[must_use]
pub fn is_unlisted_key(key: &str) -> bool {
    is_line(&["key", key])
}

/// Whether requests for an action have a condition key that the reference does not list for it.
#[must_use]
pub fn is_unlisted_key_of(prefix: &str, action: &str, key: &str) -> bool {
    is_line(&["key of", &format!("{prefix}:{action}"), key])
}

fn is_line(fields: &[&str]) -> bool {
    UNLISTED.lines().any(|line| {
        let mut parts = line.split('\t');
        fields.iter().all(|field| {
            parts
                .next()
                .is_some_and(|it| it.eq_ignore_ascii_case(field))
        }) && parts.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::{UNLISTED, is_unlisted_action, is_unlisted_key, is_unlisted_key_of};
    use crate::authorization::{global_keys, service};

    #[test]
    fn names_are_found_whole_and_in_any_case() {
        assert!(is_unlisted_action("SecurityAgent:listtasks"));
        assert!(!is_unlisted_action("securityagent:ListTask"));
        assert!(is_unlisted_key("aws:principalorgmasteraccountid"));
        assert!(!is_unlisted_key("aws:PrincipalOrgMasterAccountId:x"));
        let product = "aws-marketplace:ProductId";
        assert!(is_unlisted_key_of("aws-marketplace", "Subscribe", product));
        assert!(!is_unlisted_key_of(
            "aws-marketplace",
            "ViewSubscriptions",
            product
        ));
    }

    #[test]
    fn every_line_is_still_needed() {
        let has_key = |action: &str, key: &str| {
            let (prefix, name) = action.split_once(':').unwrap();
            let service = service(prefix).unwrap();
            let action = service.action(name).expect(action);
            service.condition_keys_of(action).any(|it| it.matches(key))
        };
        for line in UNLISTED.lines().filter(|line| !line.starts_with('#')) {
            let is_listed = match line.split('\t').collect::<Vec<_>>()[..] {
                ["action", action] => {
                    let (prefix, name) = action.split_once(':').unwrap();
                    service(prefix).is_some_and(|it| it.action(name).is_some())
                }
                ["key", key] => {
                    let (prefix, _) = key.split_once(':').unwrap();
                    service(prefix).is_some_and(|it| it.condition_key(key).is_some())
                        || global_keys().iter().any(|it| it.matches(key))
                }
                ["key of", action, key] => has_key(action, key),
                _ => panic!("{line:?} has none of the forms"),
            };
            assert!(!is_listed, "the reference has it now: {line}");
        }
    }
}
