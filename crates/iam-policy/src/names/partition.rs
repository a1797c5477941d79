//! The partitions of AWS.

use std::fmt;

/// A group of regions that share one IAM and one ARN prefix; nothing crosses its border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// The commercial regions, `aws`.
    Aws,
    /// The regions in China, `aws-cn`.
    China,
    /// The European Sovereign Cloud, `aws-eusc`.
    EuropeanSovereign,
    /// The isolated regions of `aws-iso`.
    Iso,
    /// The isolated regions of `aws-iso-b`.
    IsoB,
    /// The isolated regions of `aws-iso-e`.
    IsoE,
    /// The isolated regions of `aws-iso-f`.
    IsoF,
    /// GovCloud (US), `aws-us-gov`.
    UsGov,
}

impl Partition {
    /// Every partition.
    pub const ALL: [Partition; 8] = [
        Partition::Aws,
        Partition::China,
        Partition::EuropeanSovereign,
        Partition::Iso,
        Partition::IsoB,
        Partition::IsoE,
        Partition::IsoF,
        Partition::UsGov,
    ];

    /// The name in ARNs.
    pub fn name(self) -> &'static str {
        match self {
            Partition::Aws => "aws",
            Partition::China => "aws-cn",
            Partition::EuropeanSovereign => "aws-eusc",
            Partition::Iso => "aws-iso",
            Partition::IsoB => "aws-iso-b",
            Partition::IsoE => "aws-iso-e",
            Partition::IsoF => "aws-iso-f",
            Partition::UsGov => "aws-us-gov",
        }
    }

    /// The partition of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_found_by_the_name_in_arns() {
        for partition in Partition::ALL {
            assert_eq!(Partition::from_name(partition.name()), Some(partition));
        }
        assert_eq!(Partition::from_name("AWS"), None);
    }
}
