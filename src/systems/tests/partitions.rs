//! The same deployment in another partition.

use super::*;

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

#[test]
fn an_agents_account_is_in_the_same_partition() {
    let nodes = laid_out(&settings(&["cn-north-1"]));
    let trust = desired(&nodes, "iam_role.integration", "trust_policy");
    assert_eq!(
        trust["Statement"][0]["Principal"],
        json!({"AWS": ["arn:aws-cn:iam::210987654321:root"]})
    );
}
