//! What a fleet needs: the caller, to find the accounts and to assume the role in them; the role, in each
//! account.

use super::discovery::actions;
use crate::engine::permission::{Condition, Permission, allow};
use crate::names::{AccountId, Partition, Region, Site};
use crate::settings::Fleet;

/// Each account, where a policy may name it by a variable.
const OWN_ACCOUNT: &str = "${aws:PrincipalAccount}";

/// The permissions of whoever runs the program. A role may be assumed in every account of the organization
/// if accounts are discovered, and in those accounts that are named.
pub fn caller(fleet: &Fleet, partition: Partition) -> Vec<Permission> {
    let role = |account: &str| format!("arn:{partition}:iam::{account}:role/{}", fleet.role);
    let assume = ["sts:AssumeRole"];
    let mut all = allow("DiscoverAccounts", &["*"], &[], &actions(fleet));
    if !fleet.ous.is_empty() {
        let organization = fleet.organization.iter();
        let ours: Vec<Condition> = organization
            .map(|id| Condition::text("aws:ResourceOrgID", id))
            .collect();
        let everywhere = role("*");
        all.extend(allow(
            "AssumeRoleInTheOrganization",
            &[&everywhere],
            &ours,
            &assume,
        ));
    }
    let named: Vec<String> = fleet.accounts.iter().map(|it| role(it.as_str())).collect();
    if !named.is_empty() {
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        all.extend(allow("AssumeRoleInNamedAccounts", &named, &[], &assume));
    }
    all
}

/// The permission to find out which regions the account has enabled. It is needed if a region that must be
/// enabled may be left out.
pub fn find_regions(fleet: &Fleet, site: &Site) -> Vec<Permission> {
    if !fleet.skips_missing_regions || !site.regions.iter().any(Region::is_opt_in) {
        return Vec::new();
    }
    let account = site.arn("account", "", "account");
    allow(
        "FindEnabledRegions",
        &[&account],
        &[],
        &["account:ListRegions"],
    )
}

/// The permissions in `account` as those in the account of whoever has them.
///
/// A variable may stand in an ARN only after its fifth colon (IAM User Guide, "IAM policy elements: Variables
/// and tags"), so that the account of an ARN is `*`. That leads to no other account: IAM knows the caller's
/// account alone, and elsewhere it takes the other account's own policy too.
pub fn in_own_account(permissions: Vec<Permission>, account: &AccountId) -> Vec<Permission> {
    let named = |text: &str| text.replace(account.as_str(), OWN_ACCOUNT);
    let arn = |text: String| match text.splitn(6, ':').collect::<Vec<_>>()[..] {
        [arn, partition, service, region, owner, resource] => {
            let owner = if owner == account.as_str() {
                "*"
            } else {
                owner
            };
            let resource = named(resource);
            format!("{arn}:{partition}:{service}:{region}:{owner}:{resource}")
        }
        _ => text.clone(),
    };
    let permissions = permissions.into_iter();
    permissions
        .map(|permission| Permission {
            resources: permission.resources.into_iter().map(&arn).collect(),
            conditions: permission
                .conditions
                .into_iter()
                .map(|it| Condition {
                    value: named(&it.value),
                    ..it
                })
                .collect(),
            ..permission
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::permissions::policy;
    use crate::fleet::discovery::fakes::{account, fleet, fleet_of};

    fn statements(permissions: &[Permission]) -> String {
        let document = policy(permissions).expect("a policy");
        let statements = document.document()["Statement"].as_array().cloned();
        let lines = statements.unwrap_or_default().into_iter().map(|it| {
            format!(
                "{} on {} if {}\n",
                it["Action"], it["Resource"], it["Condition"]
            )
        });
        lines.collect::<String>().replace('"', "")
    }

    #[test]
    fn the_caller_may_discover_and_assume_no_more_than_the_settings_say() {
        let named = || vec![account(1), account(2)];
        let tags = [("provision".to_owned(), "yes".to_owned())].into();
        let reads = "[organizations:DescribeOrganization,organizations:ListAccounts,\
                     organizations:ListAccountsForParent,\
                     organizations:ListOrganizationalUnitsForParent,organizations:ListRoots";
        let role = "role/provision/ProvisionDeploy";
        let in_named = format!(
            "sts:AssumeRole on [arn:aws:iam::000000000001:{role},arn:aws:iam::000000000002:{role}] if null\n"
        );
        let in_organization = format!(
            "sts:AssumeRole on arn:aws:iam::*:{role} if \
             {{StringEquals:{{aws:ResourceOrgID:o-a1b2c3d4e5}}}}\n"
        );
        let cases = [
            (
                Fleet {
                    accounts: named(),
                    ..fleet()
                },
                in_named.clone(),
                "named accounts need nothing of the organization",
            ),
            (
                Fleet {
                    account_tags: tags,
                    ..fleet_of(&["root"])
                },
                format!(
                    "{reads},organizations:ListTagsForResource] on * if null\n{in_organization}"
                ),
                "tags are read where they decide",
            ),
            (
                Fleet {
                    accounts: named(),
                    ..fleet_of(&["root"])
                },
                format!("{reads}] on * if null\n{in_organization}{in_named}"),
                "named accounts may be outside of the organization",
            ),
            (
                Fleet {
                    accounts: named(),
                    excluded_ous: vec!["ou-ab12-sandbox1".to_owned()],
                    ..fleet()
                },
                format!("{reads}] on * if null\n{in_named}"),
                "whether a named account is in an excluded unit has to be found out",
            ),
        ];
        for (fleet, expected, why) in cases {
            assert_eq!(
                statements(&caller(&fleet, Partition::Aws)),
                expected,
                "{why}"
            );
        }
    }

    #[test]
    fn enabled_regions_are_read_only_where_one_may_be_left_out() {
        let skipping = Fleet {
            skips_missing_regions: true,
            ..fleet()
        };
        let read = "account:ListRegions on arn:aws:account::000000000001:account if null\n";
        let cases = [
            (
                skipping.clone(),
                "eu-south-1",
                read,
                "a region that must be enabled",
            ),
            (skipping, "eu-west-1", "", "a region that every account has"),
            (fleet(), "eu-south-1", "", "a missing region is a failure"),
        ];
        for (fleet, region, expected, why) in cases {
            let site = Site {
                partition: Partition::Aws,
                account: account(1),
                regions: vec![region.parse().expect("a region")],
            };
            assert_eq!(statements(&find_regions(&fleet, &site)), expected, "{why}");
        }
    }

    #[test]
    fn variables_stand_where_iam_allows_them() {
        let cases = [
            (
                "arn:aws:iam::123456789012:role/x",
                "arn:aws:iam::*:role/x",
                "no variable before the fifth colon",
            ),
            (
                "arn:aws:s3:::logs-123456789012",
                "arn:aws:s3:::logs-${aws:PrincipalAccount}",
                "the account in a bucket's name",
            ),
            (
                "arn:aws:iam::aws:policy/x",
                "arn:aws:iam::aws:policy/x",
                "AWS's own policy",
            ),
            (
                "arn:aws:iam::210987654321:role/x",
                "arn:aws:iam::210987654321:role/x",
                "the account of somebody else",
            ),
            ("*", "*", "everything"),
        ];
        let own = "123456789012".parse().expect("an account");
        for (before, after, why) in cases {
            let condition = Condition::arn("iam:PolicyARN", "arn:aws:iam::123456789012:policy/x");
            let before = allow("X", &[before], &[condition], &["iam:GetRole"]);
            let [permission] = &in_own_account(before, &own)[..] else {
                panic!("one permission stays one")
            };
            assert_eq!(permission.resources, [after], "{why}");
            assert_eq!(
                permission.conditions[0].value, "arn:aws:iam::${aws:PrincipalAccount}:policy/x",
                "a condition's value is a text, in which a variable may stand anywhere"
            );
        }
    }
}
