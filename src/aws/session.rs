//! How a session with AWS begins: credentials, region, endpoint and HTTP client.

use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_types::service_config::ServiceConfigKey;

use crate::names::Region;

/// What the usual AWS chain resolved to.
#[derive(Debug)]
pub struct Session {
    /// Shared by every client: one HTTP client, one credentials cache.
    pub config: SdkConfig,
    /// Whether S3 is addressed by path, as emulators and private endpoints need it.
    pub path_style: bool,
    /// The region that settings, environment or profile name.
    pub region: Option<String>,
}

/// The services that are called, by the ids under which endpoints of their own are looked for.
const SERVICES: [&str; 7] = [
    "CloudTrail",
    "EventBridge",
    "Firehose",
    "IAM",
    "KMS",
    "S3",
    "STS",
];

impl Session {
    /// The endpoints that environment or profile name for single services, each with its place.
    pub fn endpoints(&self) -> Vec<(String, String)> {
        let named = |service: &&str| {
            let key = ServiceConfigKey::builder()
                .service_id(service)
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url")
                .build()
                .ok()?;
            let url = self.config.service_config()?.load_config(key)?;
            let variable = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase());
            let place = format!("{variable}, or endpoint_url of this service in the AWS profile");
            Some((place, url))
        };
        SERVICES.iter().filter_map(named).collect()
    }
}

/// Where the calls of global services are signed for when nothing names a region.
const GLOBAL_REGION: &str = "us-east-1";

/// Resolves credentials lazily and everything else now, by the conventions that all AWS tools
/// share. Nothing is sent to AWS, except that the region of an EC2 instance is asked of the
/// instance where neither settings, environment nor profile name one.
pub async fn connect(
    region: Option<&Region>,
    profile: Option<&str>,
    endpoint_url: Option<&str>,
) -> Session {
    let http_client = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(4))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(5))
                .operation_attempt_timeout(Duration::from_secs(60))
                .build(),
        );
    if let Some(region) = region {
        loader = loader.region(aws_config::Region::new(region.to_string()));
    }
    if let Some(profile) = profile {
        // Whoever names a profile means it: as in AWS's own tools, and unlike in the SDK's chain,
        // it wins over credentials in the environment.
        let region = region.map_or(GLOBAL_REGION, |region| region.name());
        let provider = ProviderConfig::without_region()
            .with_region(Some(aws_config::Region::new(region.to_owned())))
            .with_http_client(http_client);
        let credentials = ProfileFileCredentialsProvider::builder()
            .configure(&provider)
            .profile_name(profile)
            .build();
        loader = loader
            .profile_name(profile)
            .credentials_provider(credentials);
    }
    if let Some(url) = endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let mut config = loader.load().await;
    let region = config.region().map(ToString::to_string);
    if region.is_none() {
        let global = aws_config::Region::from_static(GLOBAL_REGION);
        config = config.into_builder().region(global).build();
    }
    let path_style =
        config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    Session {
        config,
        path_style,
        region,
    }
}
