//! Leaves out the regions that an account does not have.

use crate::aws::{AwsError, ErrorKind};
use crate::commands::context::Context;
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
