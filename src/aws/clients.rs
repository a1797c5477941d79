//! The SDK's clients of one account, which share connections, credentials and the budget of
//! repetitions.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::retry::RetryPartition;

use super::retries;
use crate::names::Region;

/// Every client that was needed so far, by its type and its region.
pub(super) struct Clients {
    config: SdkConfig,
    pub(super) path_style: bool,
    pub(super) retries: RetryPartition,
    made: Mutex<HashMap<(TypeId, Option<Region>), Box<dyn Any + Send>>>,
}

impl Clients {
    pub(super) fn new(config: SdkConfig, path_style: bool) -> Self {
        Clients {
            config,
            path_style,
            retries: retries::budget(),
            made: Mutex::default(),
        }
    }

    /// Clients of the same services with other credentials.
    pub(super) fn with(&self, credentials: SharedCredentialsProvider) -> Self {
        let config = self.config.to_builder().credentials_provider(credentials);
        Clients::new(config.build(), self.path_style)
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
