//! What the options of a command agree to.

use crate::cli::{ConsentArgs, RemovalArgs};
use crate::engine::observed::Consent;

/// Consent to an apply.
pub(super) fn to_apply(args: &ConsentArgs) -> Consent {
    Consent {
        adopt: args.adopt,
        remove_restrictions: args.remove_restrictions,
        expire_content: args.expire_existing_objects,
        ..Consent::default()
    }
}

/// All that the options agree to, for a saved plan of either sort.
pub(super) fn to_all(args: &ConsentArgs, removal: &RemovalArgs) -> Consent {
    Consent {
        adopt: args.adopt,
        expire_content: args.expire_existing_objects,
        ..to_destroy(removal, args.remove_restrictions)
    }
}

/// Consent to a destroy.
pub(super) fn to_destroy(args: &RemovalArgs, remove_restrictions: bool) -> Consent {
    Consent {
        remove_restrictions,
        detach_foreign: args.detach_foreign,
        delete_content: args.empty_bucket,
        recovery_days: args.key_deletion_days,
        ..Consent::default()
    }
}
