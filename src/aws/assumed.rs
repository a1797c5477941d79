//! Sessions of a role.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;

use super::account::{Account, Aws};
use super::error::AwsError;
use super::operation::Operation;
use super::rates::Rates;
use crate::names::Region;
use crate::secret::Secret;
use crate::secret::known::{Remembered, remember_while};

/// The shortest session that STS gives, in seconds (API Reference, "AssumeRole", `DurationSeconds`).
const SHORTEST: i32 = 900;

/// What STS is asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The ARN of the role.
    pub(super) role: String,
    /// The session's name.
    pub(super) session: String,
    pub(super) external_id: Option<Secret>,
    /// The session policy.
    pub(super) policy: Option<String>,
    /// How long the session lasts, in seconds.
    pub(super) seconds: i32,
}

/// The credentials of a session.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) credentials: Credentials,
    /// To be held as long as the session is used.
    pub(super) secrets: [Remembered; 2],
}

impl Aws {
    /// The way to the same account in a session of `role`.
    ///
    /// # Errors
    /// Those of `sts:AssumeRole`: a denial if the role does not trust the caller.
    pub async fn assuming(
        &self,
        role: &str,
        session: &str,
        external_id: Option<&Secret>,
    ) -> Result<Aws, AwsError> {
        let asked = Asked {
            role: role.to_owned(),
            session: session.to_owned(),
            external_id: external_id.cloned(),
            policy: None,
            seconds: SHORTEST,
        };
        let (_, given) = self.assume(&asked, None).await?;
        let own = &self.account;
        let provider = SharedCredentialsProvider::new(given.credentials);
        Ok(Aws {
            account: Arc::new(Account {
                clients: own.clients.with(provider),
                id: Arc::clone(&own.id),
                partition: own.partition.clone(),
                profile: own.profile.clone(),
                rates: Rates::default(),
                gate: own.gate.clone(),
                read_lag: own.read_lag,
                activity: Arc::clone(&own.activity),
                caller: None,
                _secrets: Some(given.secrets),
            }),
            ..self.clone()
        })
    }

    /// Asks STS in `region`, or in the session's, for a session of a role.
    ///
    /// # Errors
    /// Those of `sts:AssumeRole`, and an answer without credentials.
    pub(super) async fn assume(
        &self,
        asked: &Asked,
        region: Option<&Region>,
    ) -> Result<(AssumeRoleOutput, Given), AwsError> {
        let operation = Operation {
            service: "sts",
            name: "AssumeRole",
            region: region.cloned().or_else(|| self.account.clients.region()),
        };
        let client = self.sts(region);
        let external_id = asked.external_id.as_ref();
        let external_id = external_id.map(|secret| secret.expose().to_owned());
        let mut answer = self
            .call(operation.clone(), || {
                let request = client.assume_role().role_arn(&asked.role);
                request
                    .role_session_name(&asked.session)
                    .duration_seconds(asked.seconds)
                    .set_external_id(external_id.clone())
                    .set_policy(asked.policy.clone())
                    .send()
            })
            .await?;
        let Some(given) = answer.credentials.take() else {
            let incomplete = AwsError::incomplete(operation, "the credentials of the session");
            return Err(self.name(incomplete));
        };
        let secrets = [&given.secret_access_key, &given.session_token];
        let secrets = secrets.map(|secret| remember_while(secret));
        let credentials = Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            given.expiration.try_into().ok(),
            "AssumeRole",
        );
        let given = Given {
            credentials,
            secrets,
        };
        Ok((answer, given))
    }
}
