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

/// The services that the SDK itself calls to obtain credentials.
const FOR_CREDENTIALS: &[&str] = &["SSO", "SSO OIDC", "STS"];

/// The variable that names an endpoint for the service of this id alone.
fn variable_of(id: &str) -> String {
    let id = id.to_uppercase().replace(' ', "_");
    format!("AWS_ENDPOINT_URL_{id}")
}

impl Session {
    /// The endpoints that environment or profile name, each with its place.
    ///
    /// Where [`Connections::session`](super::Connections::session) was given an endpoint, only those
    /// that are used to obtain credentials count. The profile's are not among them then; a request in
    /// the clear is refused all the same when it is made.
    pub fn endpoints(&self) -> Vec<(String, String)> {
        let config = &self.config;
        // The SDK leaves out a variable that it cannot parse.
        let set = |name: &str| std::env::var(name).ok();
        if config.get_origin("endpoint_url").is_client_config() {
            let of_one = FOR_CREDENTIALS.iter().filter_map(|id| {
                let name = variable_of(id);
                let own = set(&name).map(|url| (name, url));
                own.or_else(|| Some(("AWS_ENDPOINT_URL".to_owned(), set("AWS_ENDPOINT_URL")?)))
            });
            return of_one.collect();
        }
        let of_all = set("AWS_ENDPOINT_URL").or_else(|| config.endpoint_url().map(str::to_owned));
        let place = "AWS_ENDPOINT_URL, or endpoint_url in the AWS profile".to_owned();
        let of_all = of_all.map(|url| (place, url));
        let of_one = SERVICES.iter().chain(FOR_CREDENTIALS).filter_map(|id| {
            let variable = variable_of(id);
            // Credentials are obtained from it even where the configuration is to be ignored.
            let url = of_service(config, id).or_else(|| set(&variable))?;
            let place = format!("{variable}, or endpoint_url of this service in the AWS profile");
            Some((place, url))
        });
        of_all.into_iter().chain(of_one).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The dependencies of a package of `Cargo.lock` that are clients of a service.
    fn clients(package: &str) -> BTreeSet<String> {
        let lock: toml::Table = include_str!("../../Cargo.lock").parse().unwrap();
        let packages = lock["package"].as_array().unwrap();
        let package = packages
            .iter()
            .find(|it| it["name"].as_str() == Some(package));
        let needed = package.unwrap()["dependencies"].as_array().unwrap();
        let needed = needed.iter().filter_map(|it| it.as_str());
        let needed = needed.filter_map(|it| it.strip_prefix("aws-sdk-"));
        needed.map(str::to_owned).collect()
    }

    /// The names that the clients of services have as crates.
    fn crates(ids: &[&str]) -> BTreeSet<String> {
        let names = ids.iter().map(|id| id.to_lowercase().replace(' ', ""));
        names.collect()
    }

    #[test]
    fn every_service_that_can_be_called_is_checked() {
        assert_eq!(crates(SERVICES), clients("provision"), "our own calls");
        assert_eq!(
            crates(FOR_CREDENTIALS),
            clients("aws-config"),
            "the calls for credentials"
        );
    }
}
