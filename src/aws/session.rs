//! What AWS's own configuration resolved to.

use aws_config::SdkConfig;

/// The credentials, the region and the endpoints of one account.
#[derive(Debug, Clone)]
pub struct Session {
    /// What every client of the account is made of: one HTTP client, one cache of credentials.
    pub config: SdkConfig,
    /// Whether S3 is addressed by path, as emulators and private endpoints need it.
    pub path_style: bool,
    /// The AWS profile that was chosen, by a setting or in the environment.
    pub profile: Option<String>,
    /// The region that settings, environment or profile name.
    pub region: Option<String>,
}
