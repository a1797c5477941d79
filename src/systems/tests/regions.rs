//! The region and the deployment in the name of a role.

use proptest::prelude::*;

use super::*;
use crate::names::Region;

fn region_of(role: &str, postfix: &str) -> Option<Region> {
    Names { postfix }.region_of_role(role)
}

#[test]
fn only_the_regional_roles_of_this_deployment_name_a_region() {
    let cases = [
        (
            "StackStateFirehoseRole-eu-west-1",
            "",
            true,
            "our role of Firehose",
        ),
        (
            "StackStateEventBridgeRole-eu-west-1",
            "",
            true,
            "our role of EventBridge",
        ),
        (
            "StackStateFirehoseRole-eu-west-1-dev",
            "-dev",
            true,
            "with our postfix",
        ),
        (
            "StackStateFirehoseRole-eu-west-1-dev",
            "",
            false,
            "another deployment's, seen from the default one",
        ),
        (
            "StackStateFirehoseRole-eu-west-1",
            "-dev",
            false,
            "the default one's, seen from another",
        ),
        (
            "StackStateFirehoseRole-eu-west-1-my-dev",
            "-dev",
            false,
            "a postfix that ends like ours",
        ),
        (
            "StackStateFirehoseRole-eu-west-1-dev",
            "-my-dev",
            false,
            "a postfix that ours ends with",
        ),
        (
            "StackStateFirehoseRole-eu-west-1",
            "-1",
            false,
            "a postfix that looks like a part of the region",
        ),
        (
            "StackStateFirehoseRole-eu-west-11",
            "1",
            true,
            "ours with a digit as its postfix",
        ),
        (
            "StackStateFirehoseRole-eu-west-11",
            "",
            false,
            "no region of that name",
        ),
        (
            "StackStateAwsIntegrationRole",
            "",
            false,
            "the integration role",
        ),
        (
            "stackstatefirehoserole-eu-west-1",
            "",
            false,
            "case matters in names",
        ),
        ("my-StackStateFirehoseRole-eu-west-1", "", false, "a prefix"),
        ("StackStateFirehoseRole-", "", false, "no region at all"),
    ];
    for (role, postfix, ours, why) in cases {
        let expected = ours.then(|| "eu-west-1".parse().unwrap());
        assert_eq!(region_of(role, postfix), expected, "{why}");
    }
}

proptest! {
    #[test]
    fn a_role_belongs_to_one_deployment(
        region in prop::sample::select(Region::all().collect::<Vec<_>>()),
        own in "(-?[a-z0-9]{1,3}){0,3}",
        other in "(-?[a-z0-9]{1,3}){0,3}",
    ) {
        for role in ["StackStateFirehoseRole", "StackStateEventBridgeRole"] {
            let role = format!("{role}-{region}{own}");
            prop_assert_eq!(region_of(&role, &own), Some(region.clone()));
            prop_assert_eq!(region_of(&role, &other).is_some(), own == other);
        }
    }
}
