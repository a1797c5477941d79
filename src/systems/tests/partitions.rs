//! The same deployment in another partition.

use super::*;
use crate::settings::Profile;

#[test]
fn every_arn_follows_the_partition() {
    for (regions, partition) in [
        (["cn-north-1", "cn-northwest-1"], "aws-cn"),
        (["us-gov-west-1", "us-gov-east-1"], "aws-us-gov"),
    ] {
        for settings in [settings(&regions), with_postfix(&regions, "-blue")] {
            let found = strings(&laid_out(&settings));
            let arns: Vec<_> = found
                .iter()
                .filter(|(_, text)| text.contains("arn:"))
                .collect();
            let expected = format!("arn:{partition}:");
            for (place, text) in &arns {
                assert!(text.starts_with(&expected), "{place}: {text}");
            }
            // The comparison with the partition `aws` shows that no ARN was lost.
            let at_home = strings(&laid_out(&crate::fakes::deployment::settings(&[
                "eu-west-1",
                "us-east-1",
            ])));
            let at_home = at_home.iter().filter(|(_, text)| text.contains("arn:"));
            assert_eq!(arns.len(), at_home.count(), "{partition}");
        }
    }
}

/// `ec2.amazonaws.com.cn` is the form that AWS documents for China; the other one was refused there
/// at times (kubernetes/kops issue 27).
#[test]
fn ec2_has_a_name_of_its_own_in_china() {
    for profile in [Profile::Documented, Profile::Hardened] {
        for (region, expected) in [
            ("cn-north-1", "ec2.amazonaws.com.cn"),
            ("eu-west-1", "ec2.amazonaws.com"),
            ("us-gov-west-1", "ec2.amazonaws.com"),
        ] {
            let mut settings = on_ec2(&[region]);
            stackstate(&mut settings).profile = profile;
            let trust = desired(&laid_out(&settings), "iam_role.integration", "trust_policy");
            let principal = &trust["Statement"][0]["Principal"];
            assert_eq!(principal, &json!({"Service": expected}), "{region}");
        }
    }
}

#[test]
fn an_agents_account_is_in_the_same_partition() {
    let nodes = laid_out(&settings(&["cn-north-1"]));
    let trust = desired(&nodes, "iam_role.integration", "trust_policy");
    assert_eq!(
        trust["Statement"][0]["Principal"],
        json!({"AWS": ["arn:aws-cn:iam::210987654321:root"]})
    );
}
