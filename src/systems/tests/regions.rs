//! Which region a role's name tells of, and to which deployment it belongs.

use proptest::prelude::*;

use super::*;
use crate::names::Region;

fn region_of(role: &str, postfix: &str) -> Option<Region> {
    Names { postfix }.region_of_role(role)
}

#[test]
fn only_this_deployments_regional_roles_tell_of_a_region() {
    let cases = [
        ("StackStateFirehoseRole-eu-west-1", "", true, "one of ours"),
        (
            "StackStateEventBridgeRole-eu-west-1",
            "",
            true,
            "the other one",
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
            "the role that exists once",
        ),
        (
            "stackstatefirehoserole-eu-west-1",
            "",
            false,
            "names are told apart by case",
        ),
        (
            "my-StackStateFirehoseRole-eu-west-1",
            "",
            false,
            "something before it",
        ),
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
