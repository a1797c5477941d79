//! The codes of regions.

/// The regions of all partitions, as AWS's own SDKs know them in `partitions.json` (botocore 1.44.5,
/// 2026), sorted. AWS opens new ones, so that a region that is not here may exist.
#[rustfmt::skip]
const REGIONS: [&str; 48] = [
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",
    "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-central-2", "eu-isoe-west-1",
    "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
    "eusc-de-east-1", "il-central-1", "me-central-1", "me-south-1", "me-west-1", "mx-central-1",
    "sa-east-1", "sa-west-1", "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1",
    "us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "us-isof-east-1",
    "us-isof-south-1", "us-west-1", "us-west-2",
];

/// Whether a text is the code of a region that AWS's SDKs know.
pub(crate) fn is_known_region(text: &str) -> bool {
    REGIONS.contains(&text)
}

/// Whether a text looks like the code of a region, known or not.
pub(crate) fn looks_like_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = words.split_last() else {
        return false;
    };
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    words.len() >= 2
        && words.iter().all(is_word)
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_regions_are_sorted_and_look_like_regions() {
        assert!(REGIONS.is_sorted_by(|a, b| a < b));
        for region in REGIONS {
            assert!(looks_like_region(region), "{region}");
        }
    }

    #[test]
    fn what_is_a_region() {
        let cases = [
            ("eu-west-1", true, true, "a region"),
            ("us-gov-west-1", true, true, "of another partition"),
            ("eu-west-99", false, true, "one that may come"),
            ("EU-WEST-1", false, false, "capitals"),
            ("europe", false, false, "no number"),
            ("eu-1", false, false, "too few words"),
            ("", false, false, "nothing"),
        ];
        for (text, known, looks, reason) in cases {
            assert_eq!(is_known_region(text), known, "{reason}");
            assert_eq!(looks_like_region(text), looks, "{reason}");
        }
    }
}
