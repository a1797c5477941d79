//! The syntax of ARNs: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.

use std::fmt;
use std::str::FromStr;

use super::invalid::InvalidName;
use super::partition::Partition;

/// A syntactically correct ARN in a known partition.
///
/// Region and account may be empty, as they are for global resources; what the resource looks
/// like is for the user of the ARN to check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    /// The partition, always a known one.
    pub partition: Partition,
    /// The service, such as `iam`; never empty.
    pub service: String,
    /// The region's code, or nothing.
    pub region: String,
    /// The account's ID, or nothing, or `aws` for what AWS itself owns.
    pub account: String,
    /// All the rest, colons included; never empty.
    pub resource: String,
}

impl FromStr for Arn {
    type Err = InvalidName;

    /// Takes an ARN apart. Missing parts, an unknown partition, and white space or control
    /// characters anywhere are [`InvalidName`].
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = |why: String| {
            InvalidName::new(
                format!("{text:?} is not an ARN: {why}"),
                "Write it as arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, \
                 for example \"arn:aws:iam::123456789012:role/name\".",
            )
        };
        if let Some(c) = text.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(invalid(format!("it contains the character {c:?}")));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return Err(invalid(
                "it does not consist of \"arn\" and five more parts".to_owned(),
            ));
        };
        let Some(partition) = Partition::from_name(partition) else {
            return Err(invalid(format!("there is no partition {partition:?}")));
        };
        if service.is_empty() || resource.is_empty() {
            return Err(invalid("its service or its resource is empty".to_owned()));
        }
        Ok(Arn {
            partition,
            service: service.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            resource: resource.to_owned(),
        })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Arn {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_arn_is_taken_apart_and_put_together_again() {
        let cases = [
            ("arn:aws:iam::123456789012:role/a", "no region"),
            ("arn:aws-cn:s3:::bucket", "neither region nor account"),
            ("arn:aws:kms:eu-west-1:123456789012:key/1-2", "both"),
            (
                "arn:aws:logs:eu-west-1:123456789012:log-group:x:*",
                "colons in the resource",
            ),
        ];
        for (text, reason) in cases {
            assert_eq!(text.parse::<Arn>().unwrap().to_string(), text, "{reason}");
        }
    }

    #[test]
    fn the_error_shows_what_is_wrong_with_an_arn() {
        let cases = [
            (
                "arn:aws:iam::123456789012",
                "it does not consist of \"arn\" and five more parts",
            ),
            (
                "ARN:aws:iam::123456789012:role/a",
                "it does not consist of \"arn\" and five more parts",
            ),
            (
                "arn:aws-uk:iam::123456789012:role/a",
                "there is no partition \"aws-uk\"",
            ),
            (
                "arn:aws:iam::123456789012:",
                "its service or its resource is empty",
            ),
            (
                "arn:aws:iam::123456789012:role/a b",
                "it contains the character ' '",
            ),
        ];
        for (text, why) in cases {
            assert_eq!(
                text.parse::<Arn>().unwrap_err().problem,
                format!("{text:?} is not an ARN: {why}")
            );
        }
    }

    proptest! {
        #[test]
        fn reading_an_arn_never_panics(text in any::<String>()) {
            let _ = text.parse::<Arn>();
        }

        #[test]
        fn what_is_accepted_is_printed_as_it_was_written(text in "arn:aws(-cn)?:[a-z:/*]{0,12}") {
            if let Ok(arn) = text.parse::<Arn>() {
                prop_assert_eq!(arn.to_string(), text);
            }
        }
    }
}
