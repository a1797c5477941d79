//! The changes of a key. KMS may know the state of a key late, or the key may be in another state by now
//! than it was read in. So each is tried again for a while, and what is refused for longer is read and
//! decided again.

use std::error::Error as StdError;

use aws_sdk_kms::error::SdkError;
use aws_sdk_kms::operation::RequestId;
use aws_sdk_kms::types::KeyMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{KmsKey, is_pending_deletion};
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::Change;
use crate::kinds::kms::found::is_doomed;
use crate::kinds::kms::lag::{again, in_another_state, writes_late};

/// Who has our alias.
pub(super) enum Alias {
    /// The key that it was created for.
    Ours,
    /// This other key, for which `CreateAlias` failed with that error.
    Another(Box<(KeyMetadata, AwsError)>),
}

impl KmsKey {
    /// Makes one change.
    pub(super) async fn change<T, E, F>(
        &self,
        aws: &Aws,
        operation: &'static str,
        send: impl Fn() -> F,
    ) -> Result<(), AwsError>
    where
        T: RequestId,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let call = || aws.call(self.operation(operation), &send);
        again(aws, writes_late, call).await.map(drop)
    }

    pub(super) async fn enable_rotation(&self, aws: &Aws, id: &str) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        let send = || client.enable_key_rotation().key_id(id).send();
        self.change(aws, "EnableKeyRotation", send).await
    }

    /// Lets the alias lead to the key with this ARN.
    ///
    /// # Errors
    /// Those of AWS. [`ErrorKind::AlreadyExists`] says that the alias exists and that nobody can tell
    /// whose it is.
    pub(super) async fn lead_alias(&self, aws: &Aws, arn: &str) -> Result<Alias, AwsError> {
        let client = aws.kms(&self.region);
        let send = || {
            let request = client.create_alias().alias_name(self.alias());
            request.target_key_id(arn).send()
        };
        let attempt = || async {
            let error = match self.change(aws, "CreateAlias", send).await {
                Ok(()) => return Ok(Alias::Ours),
                Err(error) if error.kind == ErrorKind::AlreadyExists => error,
                Err(error) => return Err(error),
            };
            match self.describe(aws, self.alias()).await? {
                // Reads showed the alias too late, or the answer to an earlier attempt was lost.
                Some(key) if key.arn() == Some(arn) => Ok(Alias::Ours),
                Some(key) if !is_doomed(&key) => Ok(Alias::Another(Box::new((key, error)))),
                // Reads are late, or a destroy is about to delete the alias.
                _ => Err(error),
            }
        };
        again(aws, |error| error.kind == ErrorKind::AlreadyExists, attempt).await
    }

    /// Schedules the deletion, and returns its day if AWS names it. AWS refuses it of a key that waits already (KMS Developer Guide, "Key
    /// states of AWS KMS keys"), which another run may have asked for.
    pub(super) async fn schedule_deletion(
        &self,
        aws: &Aws,
        id: &str,
        days: i32,
    ) -> Result<Option<String>, AwsError> {
        let client = aws.kms(&self.region);
        let answer = aws
            .call(self.operation("ScheduleKeyDeletion"), || {
                let request = client.schedule_key_deletion().key_id(id);
                request.pending_window_in_days(days).send()
            })
            .await;
        let error = match answer {
            Ok(answer) => {
                let date = answer.deletion_date();
                let date = date.and_then(|date| date.fmt(Format::DateTime).ok());
                return Ok(date.map(|date| date.chars().take_while(|it| *it != 'T').collect()));
            }
            Err(error) if in_another_state(&error) => error,
            Err(error) => return Err(error),
        };
        let waits = || async {
            match self.describe(aws, id).await? {
                Some(key) if is_doomed(&key) => Ok(()),
                _ => Err(error.clone()),
            }
        };
        again(aws, in_another_state, waits).await?;
        Ok(None)
    }

    pub(super) async fn recover(
        &self,
        aws: &Aws,
        id: &str,
        change: &Change,
    ) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        if change.before.as_ref().is_some_and(is_pending_deletion) {
            let answer = aws
                .call(self.operation("CancelKeyDeletion"), || {
                    client.cancel_key_deletion().key_id(id).send()
                })
                .await;
            match answer {
                // The key no longer waits. If it does not take changes all the same, the next one says so.
                Err(error) if in_another_state(&error) => {}
                answer => drop(answer?),
            }
        }
        let send = || client.enable_key().key_id(id).send();
        self.change(aws, "EnableKey", send).await
    }
}
