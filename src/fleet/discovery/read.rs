//! Reads an organization, one call after the other: Organizations refuses calls that meet another one
//! ("another request is already in progress"; aws-deployment-framework #752).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_organizations::types;

use super::organization::{Member, Organization};
use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::failure::Failure;
use crate::names::AccountId;
use crate::settings::Fleet;

/// The actions that the discovery of these accounts needs: none if they are only named. The units are walked
/// where AWS does not say where an account is.
pub fn actions(fleet: &Fleet) -> Vec<&'static str> {
    if !asks(fleet) {
        return Vec::new();
    }
    let mut actions = vec![
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
        "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListRoots",
    ];
    if !fleet.account_tags.is_empty() {
        actions.push("organizations:ListTagsForResource");
    }
    actions
}

fn asks(fleet: &Fleet) -> bool {
    !fleet.ous.is_empty() || !fleet.excluded_ous.is_empty()
}

/// The most entries that a page has.
const PAGE: i32 = 20;

/// Reads the organization, if the settings need to know it: accounts that are named need nothing of it.
///
/// # Errors
/// Those of the calls, another organization than the settings', and an organizational unit that does not
/// exist.
pub async fn discover(aws: &Aws, fleet: &Fleet) -> Result<Organization, Failure> {
    if !asks(fleet) {
        return Ok(Organization::default());
    }
    let failed = |error: AwsError| failure(&error, fleet);
    let calls = Calls { aws };
    let (id, management) = calls.organization().await.map_err(failed)?;
    refuse_another(&id, fleet)?;
    let mut members = calls.accounts(&id).await.map_err(failed)?;
    let mut units = BTreeSet::new();
    let in_place = |member: &Member| member.inactive().is_some() || !member.path.is_empty();
    let is_walked = !members.values().all(in_place);
    if is_walked {
        let mut tree = calls.tree().await.map_err(failed)?;
        for (account, member) in &mut members {
            member.path = tree.paths.remove(account).unwrap_or_default();
        }
        units = tree.units;
    }
    units.extend(members.values().flat_map(|member| &member.path).cloned());
    for (setting, named) in [("ous", &fleet.ous), ("exclude", &fleet.excluded_ous)] {
        for unit in named {
            let is_known = unit == "root" || units.contains(unit);
            if !is_known && (is_walked || !calls.exists(unit).await.map_err(failed)?) {
                return Err(Failure::new(format!(
                    "`{setting}` in `[fleet]` names {unit}, which the organization {id} does not have"
                ))
                .hint(format!("Correct `{setting}`, then run again")));
            }
        }
    }
    if !fleet.account_tags.is_empty() {
        let wanted = members.iter_mut().filter(|(account, member)| {
            member.inactive().is_none()
                && member.is_in(&fleet.ous).is_some()
                && !fleet.accounts.contains(account)
        });
        for (account, member) in wanted {
            member.tags = calls.tags(account).await.map_err(failed)?;
        }
    }
    Ok(Organization {
        management: Some(management),
        members,
    })
}

fn refuse_another(id: &str, fleet: &Fleet) -> Result<(), Failure> {
    match fleet.organization.as_deref() {
        Some(wanted) if wanted == id => Ok(()),
        Some(wanted) => Err(Failure::new(format!(
            "the credentials belong to the organization {id}, and `organization` in `[fleet]` names {wanted}"
        ))
        .hint(format!(
            "Use credentials of an account of {wanted}, or correct `organization`, then run again"
        ))),
        None => Err(Failure::new(
            "`[fleet]` does not say in which organization accounts are to be discovered",
        )
        .hint(format!(
            "Write `organization = \"{id}\"` into `[fleet]` if that of the credentials is the right one"
        ))),
    }
}

/// The error with the ways out. Only the management account and delegated administrators may list
/// accounts (API Reference of Organizations, "ListAccounts").
fn failure(error: &AwsError, fleet: &Fleet) -> Failure {
    let wanted = fleet.organization.as_deref().unwrap_or("the organization");
    if error.is("AWSOrganizationsNotInUseException") {
        return error.failure().hint(format!(
            "The account of the credentials is in no organization: use credentials of the management \
             account of {wanted}, or of a delegated administrator"
        ));
    }
    if error.kind != ErrorKind::Denied {
        return error.failure();
    }
    let hint = format!(
        "AWS lists the accounts of {wanted} only for its management account and for its delegated \
         administrators: use credentials of such an account, with {} allowed, or name the accounts in \
         `accounts` instead of `ous`",
        actions(fleet).join(", ")
    );
    error.clone().hinted(&hint).failure()
}

/// The places of all accounts.
#[derive(Debug, Default)]
struct Tree {
    paths: BTreeMap<AccountId, Vec<String>>,
    /// The roots and the organizational units.
    units: BTreeSet<String>,
}

struct Calls<'a> {
    aws: &'a Aws,
}

impl Calls<'_> {
    /// The organization's id, and its management account.
    async fn organization(&self) -> Result<(String, AccountId), AwsError> {
        let client = self.aws.organizations();
        let operation = operation("DescribeOrganization");
        let answer = self
            .aws
            .call(operation.clone(), || client.describe_organization().send())
            .await?;
        let found = answer.organization.and_then(|found| {
            let management = found.master_account_id?.parse().ok()?;
            Some((found.id?, management))
        });
        let missing = "the organization's id and management account";
        found.ok_or_else(|| self.aws.name(AwsError::incomplete(operation, missing)))
    }

    /// The accounts of the organization of this id, in their places as far as AWS says where they are.
    async fn accounts(&self, id: &str) -> Result<BTreeMap<AccountId, Member>, AwsError> {
        let client = self.aws.organizations();
        let operation = operation("ListAccounts");
        let listed = self.aws.list(
            operation.clone(),
            |token| {
                let request = client.list_accounts().max_results(PAGE);
                request.set_next_token(token).send()
            },
            |answer| (answer.accounts.unwrap_or_default(), answer.next_token),
        );
        let listed = listed.await?.into_iter();
        listed
            .map(|account| {
                let number = account.id().and_then(|id| id.parse().ok());
                let missing = || AwsError::incomplete(operation.clone(), "an account's id");
                let number = number.ok_or_else(|| self.aws.name(missing()))?;
                Ok((number, member(account, id)))
            })
            .collect()
    }

    /// Walks through all units.
    async fn tree(&self) -> Result<Tree, AwsError> {
        let mut tree = Tree::default();
        let mut open: Vec<Vec<String>> = Vec::new();
        open.extend(self.roots().await?.into_iter().map(|root| vec![root]));
        while let Some(path) = open.pop() {
            let Some(unit) = path.last() else { continue };
            // A unit that is moved meanwhile may be met twice.
            if !tree.units.insert(unit.clone()) {
                continue;
            }
            for account in self.accounts_in(unit).await? {
                tree.paths.insert(account, path.clone());
            }
            let below = self.units_in(unit).await?.into_iter();
            open.extend(below.map(|unit| [path.clone(), vec![unit]].concat()));
        }
        Ok(tree)
    }

    async fn roots(&self) -> Result<Vec<String>, AwsError> {
        let client = self.aws.organizations();
        self.aws
            .list(
                operation("ListRoots"),
                |token| client.list_roots().set_next_token(token).send(),
                |answer| {
                    let roots = answer.roots.unwrap_or_default().into_iter();
                    (roots.filter_map(|root| root.id), answer.next_token)
                },
            )
            .await
    }

    async fn accounts_in(&self, unit: &str) -> Result<Vec<AccountId>, AwsError> {
        let client = self.aws.organizations();
        self.aws
            .list(
                operation("ListAccountsForParent"),
                |token| {
                    let request = client.list_accounts_for_parent().parent_id(unit);
                    request.max_results(PAGE).set_next_token(token).send()
                },
                |answer| {
                    let accounts = answer.accounts.unwrap_or_default().into_iter();
                    let ids = accounts.filter_map(|account| account.id?.parse().ok());
                    (ids, answer.next_token)
                },
            )
            .await
    }

    async fn units_in(&self, unit: &str) -> Result<Vec<String>, AwsError> {
        let client = self.aws.organizations();
        self.aws
            .list(
                operation("ListOrganizationalUnitsForParent"),
                |token| {
                    let request = client.list_organizational_units_for_parent();
                    let request = request.parent_id(unit).max_results(PAGE);
                    request.set_next_token(token).send()
                },
                |answer| {
                    let units = answer.organizational_units.unwrap_or_default().into_iter();
                    (units.filter_map(|unit| unit.id), answer.next_token)
                },
            )
            .await
    }

    /// Whether the unit exists, which may hold no account.
    async fn exists(&self, unit: &str) -> Result<bool, AwsError> {
        match self.units_in(unit).await {
            Ok(_) => Ok(true),
            Err(error) if error.is("ParentNotFoundException") => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn tags(&self, account: &AccountId) -> Result<BTreeMap<String, String>, AwsError> {
        let client = self.aws.organizations();
        let aws = self.aws.on_behalf_of(account);
        let tags = aws.list(
            operation("ListTagsForResource"),
            |token| {
                let request = client
                    .list_tags_for_resource()
                    .resource_id(account.as_str());
                request.set_next_token(token).send()
            },
            |answer| {
                let tags = answer.tags.unwrap_or_default().into_iter();
                (tags.map(|tag| (tag.key, tag.value)), answer.next_token)
            },
        );
        Ok(tags.await?.into_iter().collect())
    }
}

fn operation(name: &'static str) -> Operation {
    Operation {
        service: "organizations",
        name,
        region: None,
    }
}

/// An account of the organization of this id. `State` takes the place of `Status`, which was retired on
/// 2026-09-09 (API Reference of Organizations, "Account").
fn member(account: types::Account, organization: &str) -> Member {
    let state = account.state().map(types::AccountState::as_str);
    let status = account.status().map(types::AccountStatus::as_str);
    Member {
        state: state.or(status).map(str::to_owned),
        path: path(account.paths(), organization),
        tags: BTreeMap::new(),
        name: account.name,
    }
}

/// The root and the units in the account's path, which is `o-…/r-…/ou-…/123456789012/`.
fn path(paths: &[String], organization: &str) -> Vec<String> {
    let of_organization = |path: &String| path.split('/').next() == Some(organization);
    let Some(path) = paths.iter().find(|path| of_organization(path)) else {
        return Vec::new();
    };
    let parts = path.split('/').map(str::to_owned);
    parts
        .filter(|part| part.starts_with("r-") || part.starts_with("ou-"))
        .collect()
}
