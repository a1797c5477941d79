//! The regions of all partitions, as far as they are public.
//!
//! The list is embedded, since asking AWS would need credentials for every partition and could
//! not catch a misspelt region before the first call.

use std::fmt;
use std::str::FromStr;

use super::{InvalidName, Partition};

/// The regions of a partition that are public.
fn regions(partition: Partition) -> &'static [&'static str] {
    match partition {
        Partition::Aws => &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
        Partition::China => &["cn-north-1", "cn-northwest-1"],
        Partition::EuropeanSovereign => &["eusc-de-east-1"],
        Partition::Iso => &["us-iso-east-1", "us-iso-west-1"],
        Partition::IsoB => &["us-isob-east-1", "us-isob-west-1"],
        Partition::IsoE => &["eu-isoe-west-1"],
        Partition::IsoF => &["us-isof-east-1", "us-isof-south-1"],
        Partition::UsGov => &["us-gov-east-1", "us-gov-west-1"],
    }
}

/// A region that exists, together with its partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    name: &'static str,
    partition: Partition,
}

impl Region {
    /// Every known region, partition by partition.
    pub fn all() -> impl Iterator<Item = Region> {
        Partition::ALL.into_iter().flat_map(|partition| {
            regions(partition)
                .iter()
                .map(move |name| Region { name, partition })
        })
    }

    /// The region's code, such as `eu-west-1`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The partition that the region belongs to.
    pub fn partition(&self) -> Partition {
        self.partition
    }
}

impl FromStr for Region {
    type Err = InvalidName;

    /// Takes a region's code; an unknown one is [`InvalidName`], with the nearest known code as the
    /// suggestion if one is near.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if let Some(region) = Self::all().find(|region| region.name == text) {
            return Ok(region);
        }
        let remedy = match nearest(text) {
            Some(name) => format!("Write the code of a region; did you mean \"{name}\"?"),
            None => "Write the code of a region, for example \"eu-west-1\".".to_owned(),
        };
        Err(InvalidName {
            problem: format!("{text:?} is not an AWS region that this version knows"),
            remedy,
        })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The known code with the fewest differences, unless even that one is too far off to be meant.
fn nearest(text: &str) -> Option<&'static str> {
    const FARTHEST: usize = 3;
    // A text far longer than any code cannot be near, and would be costly to compare.
    if text.len() > 32 {
        return None;
    }
    let text = text.to_ascii_lowercase().replace('_', "-");
    Region::all()
        .map(|region| (edit_distance(&text, region.name), region.name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= FARTHEST)
        .map(|(_, name)| name)
}

/// How many characters must be added, removed or replaced to make one text of the other.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, a_char) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b_char) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(a_char != b_char);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_region_is_found_by_its_code_and_knows_its_partition() {
        let cases = [
            ("eu-west-1", "aws"),
            ("us-east-1", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-isob-east-1", "aws-iso-b"),
        ];
        for (name, partition) in cases {
            let region: Region = name.parse().unwrap();
            assert_eq!(
                (region.name(), region.partition().name()),
                (name, partition)
            );
        }
        let distinct: HashSet<_> = Region::all().map(|region| region.name).collect();
        assert_eq!(distinct.len(), Region::all().count());
    }

    #[test]
    fn an_unknown_region_is_answered_with_the_nearest_one() {
        let cases = [
            ("eu-west-11", Some("eu-west-1"), "a digit too many"),
            ("eu-west-1a", Some("eu-west-1"), "an availability zone"),
            ("EU-WEST-1", Some("eu-west-1"), "codes are in lower case"),
            ("us_east_1", Some("us-east-1"), "underscores for hyphens"),
            ("useast1", Some("us-east-1"), "hyphens left out"),
            ("frankfurt", None, "nothing is near"),
            ("", None, "nothing was written"),
        ];
        for (text, suggestion, reason) in cases {
            assert_eq!(nearest(text), suggestion, "{reason}");
        }
        assert_eq!(
            "eu-west-11".parse::<Region>().unwrap_err(),
            InvalidName {
                problem: "\"eu-west-11\" is not an AWS region that this version knows".to_owned(),
                remedy: "Write the code of a region; did you mean \"eu-west-1\"?".to_owned(),
            }
        );
    }

    proptest! {
        #[test]
        fn the_distance_is_a_metric(a in "[ab-]{0,6}", b in "[ab-]{0,6}", c in "[ab-]{0,6}") {
            prop_assert_eq!(edit_distance(&a, &b) == 0, a == b);
            prop_assert_eq!(edit_distance(&a, &b), edit_distance(&b, &a));
            prop_assert!(
                edit_distance(&a, &c) <= edit_distance(&a, &b) + edit_distance(&b, &c)
            );
        }
    }
}
