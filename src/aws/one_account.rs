//! One account serves a run: credentials that change meanwhile are asked whose they are.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::{Credentials, IdentityCache};
use aws_smithy_types::error::display::DisplayErrorContext;

use super::under_way::Activity;
use crate::names::AccountId;
use crate::secret::known;

/// Hands out the credentials of one account alone.
///
/// The SDK asks for credentials again when those it has are about to expire, and a
/// `credential_process`, for example, may then answer with those of another account. The first
/// credentials are handed out at once, because only reads are made with them before
/// [`Aws::caller`](super::Aws::caller) has answered: as long as they are in use, that call was signed
/// with them too. Before any other credentials are handed out, AWS is asked whose they are. Once for
/// an access key is enough, because a key belongs to one account for ever (AWS STS API Reference,
/// `GetAccessKeyInfo`).
#[derive(Debug)]
pub(super) struct OneAccount {
    provider: SharedCredentialsProvider,
    /// What the question is asked with, except for the credentials.
    config: SdkConfig,
    /// The account of the run, shared with the way to the account.
    account: Arc<OnceLock<AccountId>>,
    activity: Arc<Activity>,
    /// The access keys that AWS was asked about; `None` until the first credentials.
    asked: Mutex<Option<BTreeSet<String>>>,
}

/// Credentials of another account than the run's.
#[derive(Debug, thiserror::Error)]
#[error(
    "the credentials changed while the program ran: they now belong to the account {now}, and \
     this run is for the account {expected} alone"
)]
pub(super) struct AnotherAccount {
    now: AccountId,
    expected: AccountId,
}

impl OneAccount {
    /// `config` with its credentials limited to one account: `account`, or the one that is first
    /// found.
    pub(super) fn limit(
        config: &SdkConfig,
        account: &Arc<OnceLock<AccountId>>,
        activity: &Arc<Activity>,
    ) -> SdkConfig {
        let Some(provider) = config.credentials_provider() else {
            return config.clone();
        };
        let one_account = OneAccount {
            provider,
            config: config.clone(),
            account: Arc::clone(account),
            activity: Arc::clone(activity),
            asked: Mutex::default(),
        };
        let provider = SharedCredentialsProvider::new(one_account);
        config.to_builder().credentials_provider(provider).build()
    }

    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let credentials = self.provider.provide_credentials();
        let credentials = self.activity.awaiting_credentials(credentials).await?;
        known::remember(credentials.secret_access_key());
        if let Some(token) = credentials.session_token() {
            known::remember(token);
        }
        let key = credentials.access_key_id();
        let token = credentials.session_token().unwrap_or_default();
        // The SDK puts both into headers, and expects them to fit.
        if key.is_empty() || (key.chars().chain(token.chars())).any(|it| !it.is_ascii_graphic()) {
            return Err(CredentialsError::provider_error(
                "the access key or the session token of the credentials is empty or has a character \
                 that neither may have",
            ));
        }
        {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            match &*asked {
                None => {
                    *asked = Some(BTreeSet::new());
                    return Ok(credentials);
                }
                Some(asked) if asked.contains(key) => return Ok(credentials),
                Some(_) => {}
            }
        }
        let now = self.account_of(&credentials).await?;
        let expected = self.account.get_or_init(|| now.clone());
        if now != *expected {
            let expected = expected.clone();
            return Err(CredentialsError::provider_error(AnotherAccount {
                now,
                expected,
            }));
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get_or_insert_default().insert(key.to_owned());
        Ok(credentials)
    }

    /// The account that the credentials belong to.
    async fn account_of(&self, credentials: &Credentials) -> Result<AccountId, CredentialsError> {
        let config = aws_sdk_sts::config::Builder::from(&self.config)
            .credentials_provider(credentials.clone())
            .identity_cache(IdentityCache::no_cache());
        let sts = aws_sdk_sts::Client::from_conf(config.build());
        let answer = sts.get_caller_identity().send().await;
        tracing::debug!(
            answered = answer.is_ok(),
            "sts:GetCallerIdentity for new credentials"
        );
        let account = match answer {
            Ok(answer) => answer.account.unwrap_or_default(),
            Err(error) => {
                let why = DisplayErrorContext(error);
                return Err(CredentialsError::provider_error(format!(
                    "the credentials were renewed, and AWS does not say whose they are: {why}"
                )));
            }
        };
        account.parse().map_err(|_| {
            CredentialsError::provider_error(
                "the credentials were renewed, and AWS's answer names no account of theirs",
            )
        })
    }
}

impl ProvideCredentials for OneAccount {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
