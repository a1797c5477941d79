//! What a person agrees to beside the settings, by options that several commands share.

use clap::Args;

/// What an apply may do only where these options agree to it.
#[derive(Debug, Args)]
pub struct ConsentArgs {
    /// Take over resources that have the deployment's names and are not managed by provision
    #[arg(long)]
    pub adopt: bool,
    /// Remove what restricts access: a Deny, a permissions boundary, a disabled key
    #[arg(long)]
    pub remove_restrictions: bool,
    /// Accept that objects which are in a bucket now expire sooner than they would without this change
    #[arg(long)]
    pub expire_existing_objects: bool,
}

/// What a destroy may do only where these options agree to it.
#[derive(Debug, Args)]
pub struct RemovalArgs {
    /// Days until AWS deletes the key, 7 to 30; until then apply restores it
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u8).range(7..=30)
    )]
    pub key_deletion_days: u8,
    /// Delete every version of every object in the log bucket first
    #[arg(long)]
    pub empty_bucket: bool,
    /// Detach the deployment's policies and roles from identities and instance profiles that provision
    /// does not manage, remove other targets from its rules, and delete a key that has other aliases
    #[arg(long)]
    pub detach_foreign: bool,
}
