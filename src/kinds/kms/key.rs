//! A KMS key with its alias.
//!
//! A key has no name, and `CreateKey` has no idempotency token. Our key is the one that our alias
//! leads to, if that key carries the ownership tags, which the create call itself sets. The alias
//! is created after the key. So where the alias leads to no key of ours, a key with our tags is ours if it
//! is otherwise exactly as this program makes it: whoever may tag keys can give those of others our
//! tags. A destroy schedules the deletion first and deletes the alias last, so that the key is found
//! by its alias until it is on its way out. An alias can exist only once, which decides between two
//! runs that create a key at the same time.

mod changes;
mod wanted;

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_kms::types::{KeyMetadata, KeyState};

use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::engine::attributes::Value;
use crate::engine::identity::Identity;
use crate::engine::observed::{Consent, Observed, Present};
use crate::engine::ownership::Owner;
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::kinds::kms::found::day;
use crate::names::Region;
use iam_policy::Policy;

/// The kind, as addresses name it.
pub const KIND: &str = "kms_key";

/// The key behind one alias.
#[derive(Debug)]
pub struct KmsKey {
    /// The identity of the key. Its name is its alias, with the prefix `alias/`; AWS chooses its
    /// ARN.
    pub identity: Identity,
    /// The prefix of the ARNs of keys and aliases in its region and account.
    pub arn_prefix: String,
    /// The region of the key.
    pub region: Region,
    /// The description of the key.
    pub description: &'static str,
    /// The policies that this program may have created the key with.
    pub policies: Vec<Policy>,
    /// The specification of the key, if it is wanted.
    pub spec: Option<KeySpec>,
}

/// A symmetric key for one purpose.
#[derive(Debug)]
pub struct KeySpec {
    /// The key policy.
    pub policy: Policy,
}

impl KmsKey {
    pub(super) fn alias(&self) -> &str {
        &self.identity.name
    }

    pub(super) fn operation(&self, name: &'static str) -> Operation {
        Operation {
            service: "kms",
            name,
            region: Some(self.region.clone()),
        }
    }

    /// The ARN of a key that was observed. No write goes to a key without one.
    fn arn_of<'a>(
        &self,
        aws: &Aws,
        present: &'a Present,
        operation: &'static str,
    ) -> Result<&'a str, AwsError> {
        present.arn.as_deref().ok_or_else(|| {
            let operation = self.operation(operation);
            aws.name(AwsError::incomplete(operation, "the key's ARN"))
        })
    }

    /// Whether `key`, which has our alias, is ours. Then another run created it at the same time as this
    /// run created its own, and was faster.
    async fn is_of_another_run(&self, aws: &Aws, key: KeyMetadata) -> Result<bool, AwsError> {
        let found = self.behind_the_alias(aws, key).await?;
        let is_ours = found.present.owner == Owner::Ours;
        Ok(is_ours && self.unlike_ours(&found.present.attributes).is_none())
    }

    async fn delete_alias(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.kms(&self.region);
        let answer = aws
            .call(self.operation("DeleteAlias"), || {
                client.delete_alias().alias_name(self.alias()).send()
            })
            .await;
        gone_is_fine(answer)
    }

    /// What a read tells, also where the key's own policy keeps it from telling more.
    fn told(&self, read: Result<Observed, AwsError>) -> Result<Observed, AwsError> {
        let error = match read {
            Err(error) => error,
            observed => return observed,
        };
        if is_denied_by_its_policy(&error) {
            return Ok(Observed::Obstructed(format!(
                "the policy of the key behind {} in {} does not let this account read it ({}); \
                 delete that alias if nobody uses it, choose another `postfix`, or ask who may \
                 administer the key to correct its policy",
                self.alias(),
                self.region,
                error.operation
            )));
        }
        Err(error)
    }
}

fn is_pending_deletion(state: &Value) -> bool {
    state.same(&KeyState::PendingDeletion.as_str().into())
}

fn is_pending(present: &Present) -> bool {
    let state = present.attributes.get("state");
    state.is_some_and(is_pending_deletion)
}

/// Whether the key's own policy denied the call. A denial for the caller's lack of a permission
/// would tell nothing about the key.
fn is_denied_by_its_policy(error: &AwsError) -> bool {
    error.kind == ErrorKind::Denied && error.message.contains("resource-based policy")
}

/// Whether somebody denied the call on this key: its own policy did, or there is an explicit denial.
/// Both may be meant for one key, so the run can go on without that key. Our own key policy allows
/// the account every read. AWS's wordings: IAM User Guide, "Troubleshoot access denied error
/// messages".
pub(super) fn is_denied_by_others(error: &AwsError) -> bool {
    is_denied_by_its_policy(error)
        || error.kind == ErrorKind::Denied && error.message.contains("with an explicit deny")
}

#[async_trait]
impl Resource for KmsKey {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    fn deletion_note(&self, present: &Present) -> Option<String> {
        let note = "scheduled for deletion already, only its alias is deleted";
        is_pending(present).then(|| note.to_owned())
    }

    fn deletion_warning(
        &self,
        present: &Present,
        consent: Consent,
        now: SystemTime,
    ) -> Option<String> {
        if is_pending(present) {
            return None;
        }
        let until = now + Duration::from_hours(24 * u64::from(consent.recovery_days));
        Some(format!(
            "AWS deletes the key on {}, and with it all that it encrypted, in whichever bucket; until then \
             `provision apply` takes it back",
            day(&until.into())
        ))
    }

    /// A key has no name: its alias is another resource, which comes later.
    fn may_get_a_twin(&self) -> bool {
        true
    }

    /// Once the call is answered, the key is in the state PendingDeletion (API Reference,
    /// "ScheduleKeyDeletion"). The run does not wait for more.
    fn deletion_is_answered(&self) -> bool {
        true
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, _consent: Consent) -> Vec<Permission> {
        self.deleting()
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        match self.told(self.read(aws).await) {
            // A key that is described stays for a week at least.
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Observed::Obstructed(format!(
                "KMS shows the key of {} in {} and does not find all of it ({}), because its answers \
                 lag behind; wait a minute, then run again",
                self.alias(),
                self.region,
                error.brief()
            ))),
            told => told,
        }
    }

    async fn observe_known(&self, aws: &Aws, arn: &str) -> Result<Observed, AwsError> {
        self.told(self.read_known(aws, arn).await)
    }

    async fn exposures(&self, aws: &Aws, present: &Present) -> Result<Vec<String>, AwsError> {
        self.read_exposures(aws, present).await
    }

    fn permissions_for_exposures(&self) -> Vec<Permission> {
        self.exposing()
    }

    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError> {
        let arn = self.arn_of(aws, present, "ScheduleKeyDeletion")?;
        if !is_pending(present) {
            let days = consent.recovery_days.into();
            if let Some(day) = self.schedule_deletion(aws, arn, days).await? {
                aws.announce_progress(format!(
                    "AWS deletes the key on {day}; until then `provision apply` restores it"
                ));
            }
        }
        let own_alias = Value::from(self.alias());
        let is_named = match present.attributes.get("alias") {
            Some(alias) => alias.same(&own_alias),
            // The alias of a key that waits would be in the way of the next apply, and reads may show
            // it late. So it is deleted unseen, unless it leads to another key.
            None => {
                let aliased = self.describe(aws, self.alias()).await?;
                aliased.is_none_or(|key| key.arn() == Some(arn))
            }
        };
        if is_named {
            self.delete_alias(aws).await?;
        }
        Ok(())
    }
}
