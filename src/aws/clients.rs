//! The SDK's clients, which share connections, credentials and the budget of repetitions.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_sts::config::retry::RetryPartition;

use super::retries::{self, HardQuota};
use super::{Aws, Session};
use crate::names::Region;

/// Every client that was needed so far.
pub(super) struct Clients {
    pub(super) config: SdkConfig,
    path_style: bool,
    pub(super) retries: RetryPartition,
    iam: OnceLock<aws_sdk_iam::Client>,
    kms: PerRegion<aws_sdk_kms::Client>,
    s3: PerRegion<aws_sdk_s3::Client>,
    firehose: PerRegion<aws_sdk_firehose::Client>,
    eventbridge: PerRegion<aws_sdk_eventbridge::Client>,
    cloudtrail: PerRegion<aws_sdk_cloudtrail::Client>,
}

impl Clients {
    pub(super) fn new(session: &Session) -> Self {
        Clients {
            config: session.config.clone(),
            path_style: session.path_style,
            retries: retries::budget(),
            iam: OnceLock::new(),
            kms: PerRegion::new(),
            s3: PerRegion::new(),
            firehose: PerRegion::new(),
            eventbridge: PerRegion::new(),
            cloudtrail: PerRegion::new(),
        }
    }
}

/// Clients of one service, each made when its region is first called.
struct PerRegion<C>(Mutex<BTreeMap<Region, C>>);

impl<C: Clone> PerRegion<C> {
    fn new() -> Self {
        PerRegion(Mutex::new(BTreeMap::new()))
    }

    fn get(&self, region: &Region, make: impl FnOnce(aws_config::Region) -> C) -> C {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clients
            .entry(region.clone())
            .or_insert_with(|| make(aws_config::Region::new(region.to_string())))
            .clone()
    }
}

impl Aws {
    /// The IAM client.
    pub fn iam(&self) -> &aws_sdk_iam::Client {
        self.shared.clients.iam.get_or_init(|| {
            let config = aws_sdk_iam::config::Builder::from(&self.shared.clients.config);
            let config = config.retry_partition(self.shared.clients.retries.clone());
            aws_sdk_iam::Client::from_conf(config.build())
        })
    }

    /// The KMS client of `region`.
    pub fn kms(&self, region: &Region) -> aws_sdk_kms::Client {
        self.shared.clients.kms.get(region, |region| {
            let config = aws_sdk_kms::config::Builder::from(&self.shared.clients.config)
                .region(region)
                .retry_partition(self.shared.clients.retries.clone())
                .retry_classifier(HardQuota);
            aws_sdk_kms::Client::from_conf(config.build())
        })
    }

    /// The S3 client of `region`.
    pub fn s3(&self, region: &Region) -> aws_sdk_s3::Client {
        self.shared.clients.s3.get(region, |region| {
            let config = aws_sdk_s3::config::Builder::from(&self.shared.clients.config)
                .region(region)
                .retry_partition(self.shared.clients.retries.clone())
                .force_path_style(self.shared.clients.path_style);
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    /// The Firehose client of `region`.
    pub fn firehose(&self, region: &Region) -> aws_sdk_firehose::Client {
        self.shared.clients.firehose.get(region, |region| {
            let config = aws_sdk_firehose::config::Builder::from(&self.shared.clients.config)
                .region(region)
                .retry_partition(self.shared.clients.retries.clone())
                .retry_classifier(HardQuota);
            aws_sdk_firehose::Client::from_conf(config.build())
        })
    }

    /// The EventBridge client of `region`.
    pub fn eventbridge(&self, region: &Region) -> aws_sdk_eventbridge::Client {
        self.shared.clients.eventbridge.get(region, |region| {
            let config = aws_sdk_eventbridge::config::Builder::from(&self.shared.clients.config)
                .region(region)
                .retry_partition(self.shared.clients.retries.clone())
                .retry_classifier(HardQuota);
            aws_sdk_eventbridge::Client::from_conf(config.build())
        })
    }

    /// The CloudTrail client of `region`.
    pub fn cloudtrail(&self, region: &Region) -> aws_sdk_cloudtrail::Client {
        self.shared.clients.cloudtrail.get(region, |region| {
            let config = aws_sdk_cloudtrail::config::Builder::from(&self.shared.clients.config)
                .region(region)
                .retry_partition(self.shared.clients.retries.clone());
            aws_sdk_cloudtrail::Client::from_conf(config.build())
        })
    }
}
