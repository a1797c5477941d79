//! The endpoints that AWS's own configuration puts in the place of AWS's.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::services::SERVICES;
use super::session::Session;

/// The endpoint that environment or profile name for the service of this id alone.
pub(super) fn of_service(config: &SdkConfig, id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    config.service_config()?.load_config(key)
}

impl Session {
    /// The endpoints that environment or profile name, each with its place. They do not count where
    /// [`Connections::session`](super::Connections::session) was given an endpoint.
    pub fn endpoints(&self) -> Vec<(String, String)> {
        let config = &self.config;
        if config.get_origin("endpoint_url").is_client_config() {
            return Vec::new();
        }
        // The SDK leaves out a variable that it cannot parse.
        let variable = std::env::var("AWS_ENDPOINT_URL").ok();
        let variable = variable.filter(|url| !url.is_empty());
        let of_all = variable.or_else(|| config.endpoint_url().map(str::to_owned));
        let place = "AWS_ENDPOINT_URL, or endpoint_url in the AWS profile".to_owned();
        let of_all = of_all.map(|url| (place, url));
        let of_one = SERVICES.iter().filter_map(|id| {
            let variable = format!("AWS_ENDPOINT_URL_{}", id.to_uppercase());
            let place = format!("{variable}, or endpoint_url of this service in the AWS profile");
            let url = of_service(config, id).filter(|url| !url.is_empty())?;
            Some((place, url))
        });
        of_all.into_iter().chain(of_one).collect()
    }
}
