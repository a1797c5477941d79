//! What the accounts of a run share, and how the way to each account is made.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::watch;

use super::account::Aws;
use super::endpoints;
use super::gate::Gate;
use super::network::Network;
use super::pauses::READ_LAG;
use super::session::Session;
use super::wire;
use crate::names::{AccountId, Region};

/// Where the calls of global services are signed for when nothing names a region.
const GLOBAL_REGION: &str = "us-east-1";

/// What the accounts of a run share: the HTTP client with its connections, the limit on calls under
/// way, the end of the run, and how old answers may be.
///
/// The limit is one for all accounts, because it bounds the connections and the memory of this
/// process. What AWS limits for each account is counted for each account.
#[derive(Debug, Clone)]
pub struct Connections {
    http_client: SharedHttpClient,
    gate: Gate,
    read_lag: Duration,
}

impl Connections {
    /// At most `concurrency` calls are under way at any time. When `stop` becomes true no further
    /// call begins, and those under way finish.
    pub fn new(concurrency: usize, stop: watch::Receiver<bool>) -> Self {
        Connections::over(Network::default(), concurrency, stop)
    }

    /// The same over `network`.
    pub fn over(network: Network, concurrency: usize, stop: watch::Receiver<bool>) -> Self {
        Connections {
            http_client: wire::client(network),
            gate: Gate::new(concurrency, stop),
            read_lag: READ_LAG,
        }
    }

    /// The same, where answers are at most `read_lag` old.
    #[must_use]
    pub fn answering_within(self, read_lag: Duration) -> Self {
        Connections { read_lag, ..self }
    }

    /// How the SDK repeats what fails in transit.
    pub(crate) fn retries() -> RetryConfig {
        RetryConfig::standard().with_max_attempts(4)
    }

    /// Resolves credentials lazily and everything else now, by the conventions that all AWS tools
    /// share. Nothing is sent to AWS, except that the region of an EC2 instance is asked of the
    /// instance where neither `region`, environment nor profile name one.
    pub async fn session(
        &self,
        region: Option<&Region>,
        profile: Option<&str>,
        endpoint_url: Option<&str>,
    ) -> Session {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(self.http_client.clone())
            .retry_config(Connections::retries())
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
            // Whoever names a profile means it: as in AWS's own tools, and unlike in the SDK's
            // chain, it wins over credentials in the environment.
            let region = region.map_or(GLOBAL_REGION, |region| region.name());
            let provider = ProviderConfig::without_region()
                .with_region(Some(aws_config::Region::new(region.to_owned())))
                .with_http_client(self.http_client.clone());
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
            config.endpoint_url().is_some() || endpoints::of_service(&config, "S3").is_some();
        let of_environment = || std::env::var("AWS_PROFILE").ok();
        let profile = profile.map(str::to_owned).or_else(of_environment);
        Session {
            config,
            profile,
            path_style,
            region,
        }
    }

    /// The way to the account that `session`'s credentials belong to, and to its `regions`, the
    /// main region first.
    ///
    /// Errors and logs name `account`, the only one that the way may be used for, or else the one
    /// that [`Aws::caller`] finds.
    pub fn account(
        &self,
        session: &Session,
        account: Option<&AccountId>,
        regions: &[Region],
    ) -> Aws {
        Aws::new(session, account, regions, self.gate.clone(), self.read_lag)
    }
}
