//! The SDK's clients of one account, which share connections, credentials and the budget of
//! repetitions.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::IdentityCache;
use aws_sdk_sts::config::retry::RetryPartition;

use super::retries;
use crate::names::Region;

/// How long before their end the credentials of a session are renewed: longer than a call may last.
const RENEWED_BEFORE: Duration = Duration::from_secs(5 * 60);

/// Longer than it takes to give up in two regions; the SDK's own limit of half a minute is less than a call
/// is repeated that AWS throttles.
const LONGEST_RENEWAL: Duration = Duration::from_secs(15 * 60);

/// Every client that was needed so far, by its type and its region.
pub(super) struct Clients {
    config: SdkConfig,
    pub(super) path_style: bool,
    pub(super) retries: RetryPartition,
    made: Mutex<HashMap<(TypeId, Option<Region>), Box<dyn Any + Send>>>,
}

impl Clients {
    pub(super) fn new(config: SdkConfig, path_style: bool, retries: RetryPartition) -> Self {
        Clients {
            config,
            path_style,
            retries,
            made: Mutex::default(),
        }
    }

    /// Clients of the same services with other credentials, which have a cache of their own: the
    /// SDK's holds 64 credentials and then drops any of them (aws-smithy-runtime,
    /// `client/identity/cache/lazy.rs`).
    pub(super) fn with(&self, credentials: SharedCredentialsProvider) -> Self {
        let config = self.config.to_builder().credentials_provider(credentials);
        let cache = IdentityCache::lazy()
            .buffer_time(RENEWED_BEFORE)
            .load_timeout(LONGEST_RENEWAL);
        let config = config.identity_cache(cache.build());
        Clients::new(config.build(), self.path_style, self.retries.clone())
    }

    /// The same clients for one account of many.
    ///
    /// S3 is addressed by path there: with the name of each bucket in that of a host, each account would
    /// need connections of its own. S3 takes both "in all AWS Regions", and will give a year's notice
    /// before it stops (S3 User Guide, "Virtual hosting of general purpose buckets"; AWS News Blog,
    /// "Amazon S3 Path Deprecation Plan").
    pub(super) fn of_one_of_many(&self) -> Self {
        Clients::new(self.config.clone(), true, retries::budget_of_one_of_many())
    }

    /// The session's region, if it is a known one.
    pub(super) fn region(&self) -> Option<Region> {
        self.config.region()?.as_ref().parse().ok()
    }

    /// The client of type `C` in `region`, or in the session's. `make` is called once.
    pub(super) fn get<C: Clone + Send + 'static>(
        &self,
        region: Option<&Region>,
        make: impl FnOnce(&SdkConfig) -> C,
    ) -> C {
        let key = (TypeId::of::<C>(), region.cloned());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let client = made.get(&key).and_then(|it| it.downcast_ref::<C>());
        if let Some(client) = client {
            return client.clone();
        }
        let client = match region {
            None => make(&self.config),
            Some(region) => {
                let region = aws_config::Region::new(region.to_string());
                make(&self.config.to_builder().region(region).build())
            }
        };
        made.insert(key, Box::new(client.clone()));
        client
    }
}
