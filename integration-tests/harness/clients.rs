//! The SDK's clients for the tests themselves, which call the emulator without the proxy.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::{Account, MAIN, models};

/// Fails the test that sends a request that AWS would refuse.
#[derive(Debug)]
struct Checked<T>(T);

impl HttpClient for Checked<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Checked(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Checked<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        models::check(&request);
        self.0.call(request)
    }
}

/// The configuration that all clients of one account share.
pub fn config(endpoint: &str, credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Checked(aws_smithy_http_client::Builder::new().build_http()))
        .endpoint_url(endpoint)
        .region(Region::new(MAIN))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

impl Account {
    /// The configuration of clients whose requests are not checked: for what AWS would refuse, so that
    /// the program meets worse than AWS lets anybody write.
    pub fn unchecked(&self) -> SdkConfig {
        let client = aws_smithy_http_client::Builder::new().build_http();
        self.sdk.to_builder().http_client(client).build()
    }

    fn in_region(&self, region: &str) -> SdkConfig {
        let region = Region::new(region.to_owned());
        self.sdk.to_builder().region(region).build()
    }

    /// IAM, which is global.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.sdk)
    }

    /// KMS in `region`.
    pub fn kms(&self, region: &str) -> aws_sdk_kms::Client {
        aws_sdk_kms::Client::new(&self.in_region(region))
    }

    /// The id of the key that the deployment's alias leads to, in the main region.
    pub async fn key_id(&self) -> String {
        let key = self.kms(MAIN).describe_key();
        let key = key.key_id("alias/stackstate-integration").send().await;
        let key = key.expect("a key behind the alias").key_metadata;
        key.expect("the key's metadata").key_id
    }

    /// S3 in `region`, with bucket names in the path.
    pub fn s3(&self, region: &str) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.in_region(region));
        aws_sdk_s3::Client::from_conf(config.force_path_style(true).build())
    }

    /// Firehose in `region`.
    pub fn firehose(&self, region: &str) -> aws_sdk_firehose::Client {
        aws_sdk_firehose::Client::new(&self.in_region(region))
    }

    /// EventBridge in `region`.
    pub fn events(&self, region: &str) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::new(&self.in_region(region))
    }

    /// Organizations, which is global.
    pub fn organizations(&self) -> aws_sdk_organizations::Client {
        aws_sdk_organizations::Client::new(&self.sdk)
    }

    /// The way to the account, as the program itself has it.
    pub fn aws(&self) -> provision::aws::Aws {
        let session = provision::aws::Session {
            config: self.sdk.clone(),
            path_style: true,
            profile: None,
            region: None,
        };
        let (_, stop) = tokio::sync::watch::channel(false);
        provision::aws::Connections::new(1, stop).account(&session, None, &[])
    }

    /// CloudTrail in `region`.
    pub fn cloudtrail(&self, region: &str) -> aws_sdk_cloudtrail::Client {
        aws_sdk_cloudtrail::Client::new(&self.in_region(region))
    }
}
