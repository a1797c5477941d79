//! Leaves out the regions that an account does not have.

use crate::aws::{AwsError, ErrorKind};
use crate::commands::context::Context;
use crate::engine::warning::Warning;
use crate::failure::Failure;
use crate::names::Region;
use crate::systems::{self, Goal};

/// What every service says where a policy of the organization denies a call (IAM User Guide, "Troubleshoot
/// access denied error messages").
const DENIED_BY_ORGANIZATION: &str = "explicit deny in a service control policy";

/// The account's regions in which an organization's policy denies calls.
pub(super) fn denied_by_organization(errors: &[AwsError], regions: &[Region]) -> Vec<Region> {
    let is_denied = |region: &&Region| {
        errors.iter().any(|error| {
            error.kind == ErrorKind::Denied
                && error.operation.region.as_ref() == Some(*region)
                && error.message.contains(DENIED_BY_ORGANIZATION)
        })
    };
    regions.iter().filter(is_denied).cloned().collect()
}

/// Says which of an account's regions are left out. In one that is denied a deployment may still be.
pub(super) fn left_out(all: &[Region], planned: &[Region]) -> Option<Warning> {
    let names = all.iter().filter(|it| !planned.contains(it));
    let names: Vec<&str> = names.map(Region::name).collect();
    (!names.is_empty()).then(|| Warning {
        address: None,
        message: format!(
            "left out as `missing_regions` says: {}; what is deployed there stays as it is",
            names.join(", ")
        ),
    })
}

/// Leaves these regions out of what is planned in the account.
///
/// # Errors
/// The main region is among them, without which nothing can be there; a document that cannot be used.
pub(super) fn leave_out(
    context: &mut Context,
    goal: Goal,
    missing: &[Region],
) -> Result<(), Failure> {
    if missing.is_empty() {
        return Ok(());
    }
    let regions = &mut context.settings.regions;
    if let Some(main) = regions.first().filter(|it| missing.contains(it)) {
        return Err(Failure::new(format!(
            "the main region {main} is not enabled or is denied in this account"
        ))
        .hint(
            "Enable it, name other regions in `[fleet.account.\"ID\"]`, or leave the account out with \
             `exclude`",
        ));
    }
    regions.retain(|it| !missing.contains(it));
    context.aws = context.aws.within(regions);
    context.systems = systems::named(&context.settings, goal)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_told() {
        let regions = |names: &[&str]| -> Vec<Region> {
            names.iter().map(|name| name.parse().unwrap()).collect()
        };
        let all = regions(&["eu-west-1", "us-east-1", "ap-east-1"]);
        assert_eq!(left_out(&all, &all), None);
        let warning = left_out(&all, &regions(&["eu-west-1"])).unwrap();
        assert!(
            warning
                .message
                .starts_with("left out as `missing_regions` says: us-east-1, ap-east-1;"),
            "{warning:?}"
        );
    }
}
