//! The way to the same account with the rights of a role.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::account::{Account, Aws};
use super::error::AwsError;
use super::operation::Operation;
use super::rates::Rates;
use crate::secret::{Secret, known};

/// The shortest session that STS gives, in seconds (API Reference, "AssumeRole", `DurationSeconds`).
const SHORTEST: i32 = 900;

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
        let operation = Operation {
            service: "sts",
            name: "AssumeRole",
            region: self.account.clients.region(),
        };
        let client = self.sts(None);
        let external_id = external_id.map(|secret| secret.expose().to_owned());
        let answer = self
            .call(operation.clone(), || {
                let request = client.assume_role().role_arn(role);
                let request = request
                    .role_session_name(session)
                    .duration_seconds(SHORTEST);
                request.set_external_id(external_id.clone()).send()
            })
            .await?;
        let Some(given) = answer.credentials else {
            let incomplete = AwsError::incomplete(operation, "the credentials of the session");
            return Err(self.name(incomplete));
        };
        known::remember(&given.secret_access_key);
        known::remember(&given.session_token);
        let credentials = Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            None,
            "AssumeRole",
        );
        let own = &self.account;
        Ok(Aws {
            account: Arc::new(Account {
                clients: own
                    .clients
                    .with(SharedCredentialsProvider::new(credentials)),
                id: Arc::clone(&own.id),
                partition: own.partition.clone(),
                regions: own.regions.clone(),
                profile: own.profile.clone(),
                rates: Rates::default(),
                gate: own.gate.clone(),
                read_lag: own.read_lag,
                activity: Arc::clone(&own.activity),
            }),
            ..self.clone()
        })
    }
}
