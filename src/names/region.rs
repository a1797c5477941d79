//! The names of AWS's regions, each with its partition.
//!
//! The list of the public regions is embedded. To ask AWS would need credentials for every
//! partition, and could not find a misspelt region before the first call. AWS opens regions that
//! the list does not have. Therefore any name in the form of a region's is accepted, and
//! [`Region::warning`] warns about a name that is not in the list.

use std::fmt;
use std::str::FromStr;

use super::{InvalidName, Partition};

/// The public regions of a partition.
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

/// The regions of the partition `aws` that every account has.
const ALWAYS_ENABLED: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The directions in the names of regions.
const DIRECTIONS: [&str; 9] = [
    "central",
    "east",
    "north",
    "northeast",
    "northwest",
    "south",
    "southeast",
    "southwest",
    "west",
];

/// The length of the longest name of a region that is accepted. A role's name contains a region and
/// a postfix, and IAM limits its length.
const LONGEST_NAME: usize = 18;

/// The partition of the regions whose names begin with `area`, such as `eu` or `us-gov`.
fn partition_of_area(area: &str) -> Option<Partition> {
    let is_code = |text: &str| matches!(text.as_bytes(), [b'a'..=b'z', b'a'..=b'z']);
    match area {
        "cn" => Some(Partition::China),
        "us-gov" => Some(Partition::UsGov),
        "us-iso" => Some(Partition::Iso),
        "us-isob" => Some(Partition::IsoB),
        "eu-isoe" => Some(Partition::IsoE),
        "us-isof" => Some(Partition::IsoF),
        _ => match area.strip_prefix("eusc-") {
            Some(country) => is_code(country).then_some(Partition::EuropeanSovereign),
            None => is_code(area).then_some(Partition::Aws),
        },
    }
}

/// The partition of a name in the form of a region's: area, direction and number.
///
/// The number is one digit, as in every region. Therefore no name is the beginning of another one.
/// So the end of a region's name is clear even if text follows without a separator, as in a role's
/// name.
fn partition_of_shape(name: &str) -> Option<Partition> {
    let (place, number) = name.rsplit_once('-')?;
    let (area, direction) = place.rsplit_once('-')?;
    let fits = matches!(number.as_bytes(), [b'1'..=b'9'])
        && DIRECTIONS.contains(&direction)
        && name.len() <= LONGEST_NAME;
    fits.then(|| partition_of_area(area)).flatten()
}

/// A name in the form of a region's, together with its partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    name: String,
    partition: Partition,
}

impl Region {
    /// All regions of the list, partition by partition.
    pub fn all() -> impl Iterator<Item = Region> {
        Partition::ALL.into_iter().flat_map(|partition| {
            regions(partition).iter().map(move |name| Region {
                name: (*name).to_owned(),
                partition,
            })
        })
    }

    /// Whether a text has the form of a region's code. Unlike parsing it, this looks for no nearest code.
    pub fn has_form(text: &str) -> bool {
        partition_of_shape(text).is_some()
    }

    /// The region's code, such as `eu-west-1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The partition that the region belongs to.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Whether an account has the region only after somebody enabled it: all that opened after March 20,
    /// 2019 (Account Management Reference Guide, "Enable or disable AWS Regions in your account"). A region
    /// that is not in the list opened later.
    pub fn is_opt_in(&self) -> bool {
        self.partition == Partition::Aws && !ALWAYS_ENABLED.contains(&self.name())
    }

    /// A warning for a region that is not in the list: the region may be new, or misspelt.
    pub fn warning(&self) -> Option<String> {
        if regions(self.partition).contains(&self.name()) {
            return None;
        }
        let meant = nearest(&self.name).map_or_else(String::new, |name| {
            format!("; if it does not exist, did you mean \"{name}\"?")
        });
        Some(format!(
            "{self} is not among the AWS regions that this version knows{meant}"
        ))
    }
}

impl FromStr for Region {
    type Err = InvalidName;

    /// Accepts a region's code. Any other text is [`InvalidName`], with the nearest code of the
    /// list as a suggestion if one is near.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if let Some(partition) = partition_of_shape(text) {
            return Ok(Region {
                name: text.to_owned(),
                partition,
            });
        }
        let remedy = match nearest(text) {
            Some(name) => format!("Write the code of a region; did you mean \"{name}\"?"),
            None => "Write the code of a region, for example \"eu-west-1\".".to_owned(),
        };
        Err(InvalidName {
            problem: format!("{text:?} is not the code of an AWS region"),
            remedy,
        })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The code in the list with the fewest differences from `text`; `None` if even that one has too
/// many.
fn nearest(text: &str) -> Option<&'static str> {
    const FARTHEST: usize = 3;
    // A text far longer than any code is not near, and would be costly to compare.
    if text.len() > 32 {
        return None;
    }
    let text = text.to_ascii_lowercase().replace('_', "-");
    Partition::ALL
        .into_iter()
        .flat_map(regions)
        .map(|&name| (strsim::levenshtein(&text, name), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= FARTHEST)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_region_of_the_list_is_parsed_with_its_partition() {
        for region in Region::all() {
            assert_eq!(region.name().parse(), Ok(region.clone()));
            assert_eq!(region.warning(), None);
        }
        let distinct: HashSet<_> = Region::all().map(|region| region.name).collect();
        assert_eq!(distinct.len(), Region::all().count());
    }

    #[test]
    fn a_name_belongs_to_the_partition_of_its_area() {
        let cases = [
            ("eu-west-1", Some("aws"), true, "in the list"),
            ("cn-northwest-1", Some("aws-cn"), true, "in the list"),
            ("us-gov-west-1", Some("aws-us-gov"), true, "in the list"),
            ("eusc-de-east-1", Some("aws-eusc"), true, "in the list"),
            ("us-isob-east-1", Some("aws-iso-b"), true, "in the list"),
            ("ap-southeast-9", Some("aws"), false, "another number"),
            ("nz-north-1", Some("aws"), false, "another country"),
            ("cn-south-1", Some("aws-cn"), false, "another direction"),
            ("us-gov-central-1", Some("aws-us-gov"), false, "the same"),
            ("eusc-fr-west-2", Some("aws-eusc"), false, "another country"),
            ("us-iso-east-2", Some("aws-iso"), false, "another number"),
            ("eu-isoe-north-1", Some("aws-iso-e"), false, "the same"),
            ("us-isof-west-1", Some("aws-iso-f"), false, "the same"),
            ("eu-west-0", None, false, "no region has that number"),
            ("eu-west-11", None, false, "two digits"),
            ("eu-west-1a", None, false, "an availability zone"),
            ("eu-west", None, false, "no number"),
            ("eu-left-1", None, false, "no direction"),
            ("us-east1", None, false, "a hyphen too few"),
            ("eu--west-1", None, false, "a hyphen too many"),
            ("EU-WEST-1", None, false, "codes are in lower case"),
            ("us-mil-east-1", None, false, "no partition is named so"),
            ("eusc-east-1", None, false, "the country is missing"),
            ("us-isob-northeast-1", None, false, "too long for a role"),
            (
                "aws-global",
                None,
                false,
                "no region, but a name of the SDK",
            ),
        ];
        for (name, partition, listed, reason) in cases {
            let region = name.parse::<Region>().ok();
            let found = region.as_ref().map(|it| it.partition().name());
            assert_eq!(found, partition, "{name}: {reason}");
            let warned = region.and_then(|region| region.warning()).is_some();
            assert_eq!(warned, partition.is_some() && !listed, "{name}: {reason}");
        }
    }

    #[test]
    fn the_warning_for_an_unlisted_region_suggests_the_nearest_one() {
        let warning = |name: &str| name.parse::<Region>().unwrap().warning();
        assert_eq!(
            warning("eu-west-8").unwrap(),
            "eu-west-8 is not among the AWS regions that this version knows; if it does not \
             exist, did you mean \"eu-west-1\"?"
        );
        assert_eq!(
            warning("eusc-fr-south-2").unwrap(),
            "eusc-fr-south-2 is not among the AWS regions that this version knows"
        );
    }

    #[test]
    fn the_error_for_an_invalid_code_suggests_the_nearest_region() {
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
                problem: "\"eu-west-11\" is not the code of an AWS region".to_owned(),
                remedy: "Write the code of a region; did you mean \"eu-west-1\"?".to_owned(),
            }
        );
    }

    proptest! {
        #[test]
        fn no_name_is_the_beginning_of_another(
            name in "(us-gov|[a-z]{2})-(north|south)?(east|west)-[1-9]",
            more in "[a-z0-9-]{1,6}",
        ) {
            prop_assert!(name.parse::<Region>().is_ok());
            let longer = name + &more;
            prop_assert!(longer.parse::<Region>().is_err());
        }
    }
}
