//! The target of an EventBridge rule.
//!
//! Targets carry no tags: a target has the owner of its rule. Every further target of the rule
//! receives the same events, so it is drift of a wanted target, and an update removes it.

use async_trait::async_trait;
use aws_sdk_eventbridge::types::Target;
use futures_util::future::try_join;

use super::targets::{events_operation, failed_entry, remove_targets, targets};
use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change, key_of};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::kinds::summary::{name_in, text};
use crate::names::Region;

/// The kind, as addresses name it.
pub const KIND: &str = "event_target";

/// A target under one id. EventBridge gives targets no ARN.
#[derive(Debug)]
pub struct EventTarget {
    /// The identity of the target. Its name is its id within the rule, and its tags are those of
    /// the rule.
    pub identity: Identity,
    /// The rule's address.
    pub rule: Address,
    /// The rule's name.
    pub rule_name: String,
    /// The rule's ARN.
    pub rule_arn: String,
    /// The region of the rule.
    pub region: Region,
    /// The specification of the target, if it is wanted.
    pub spec: Option<TargetSpec>,
}

/// The receiver of the events of a rule.
#[derive(Debug)]
pub struct TargetSpec {
    /// The ARN of the receiver.
    pub arn: String,
    /// The ARN of the role with which EventBridge sends the events.
    pub role_arn: String,
}

/// The family of attributes for the targets of the rule that are not ours, by their ids.
const FURTHER: &str = "further_target";

/// The id of the target that is not ours and that the change removes.
fn id_of_further(change: &Change) -> Option<&str> {
    key_of(&change.attribute, FURTHER)
}

impl EventTarget {
    fn operation(&self, name: &'static str) -> Operation {
        events_operation(name, &self.region)
    }

    /// The settings of a target that we never set and that change what is sent.
    fn additions(target: &Target) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        let mut add = |name, value: Option<String>| found.extend(value.map(|value| (name, value)));
        add("input", target.input().map(ToOwned::to_owned));
        add("input_path", target.input_path().map(ToOwned::to_owned));
        add(
            "input_transformer",
            target
                .input_transformer()
                .map(|t| t.input_template().to_owned()),
        );
        let dead_letters = target.dead_letter_config().and_then(|config| config.arn());
        add("dead_letter_queue", dead_letters.map(ToOwned::to_owned));
        found
    }
}

#[async_trait]
impl Resource for EventTarget {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    fn parent(&self) -> Option<&Address> {
        Some(&self.rule)
    }

    /// The answer of `RemoveTargets` lists every target that was not removed.
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
        let targets = match targets(aws, &self.region, &self.rule_name).await {
            Ok(targets) => targets,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Observed::Missing),
            Err(error) => return Err(error),
        };
        let (own, others): (Vec<&Target>, Vec<&Target>) = targets
            .iter()
            .partition(|target| target.id() == self.identity.name);
        let mut attributes = Attributes::new();
        for target in own {
            attributes.insert("arn".to_owned(), target.arn().into());
            if let Some(role) = target.role_arn() {
                attributes.insert("role".to_owned(), role.into());
            }
            for (name, value) in Self::additions(target) {
                attributes.insert(name.to_owned(), value.into());
            }
        }
        for target in others.iter().filter(|_| self.spec.is_some()) {
            attributes.insert(format!("{FURTHER}[{}]", target.id()), target.arn().into());
        }
        // A wanted target is also added to a rule that has others alone.
        if attributes.is_empty() {
            return Ok(Observed::Missing);
        }
        Ok(Observed::Present(Present::new(
            attributes,
            Owner::Parent,
            Phase::Stable,
        )))
    }

    /// Disables the rule as well, so no new event arrives while the other resources are deleted.
    async fn delete(
        &self,
        aws: &Aws,
        _present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        let client = aws.eventbridge(&self.region);
        let disable = async {
            let answer = aws.call(self.operation("DisableRule"), || {
                client.disable_rule().name(&self.rule_name).send()
            });
            gone_is_fine(answer.await)
        };
        let ids = vec![self.identity.name.clone()];
        let remove = remove_targets(aws, &self.region, &self.rule_name, ids);
        try_join(disable, remove).await?;
        Ok(())
    }
}

impl Specified<'_, EventTarget, TargetSpec> {
    async fn put(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.eventbridge(&self.resource.region);
        let target = Target::builder()
            .id(&self.resource.identity.name)
            .arn(&self.spec.arn)
            .role_arn(&self.spec.role_arn);
        let operation = self.resource.operation("PutTargets");
        let target = aws.built(&operation, target.build())?;
        let put = || {
            let request = client.put_targets().rule(&self.resource.rule_name);
            request.targets(target.clone()).send()
        };
        aws.call_checked(operation, put, |answer| {
            let first = answer.failed_entries().first();
            let first = first.map(|entry| (entry.error_code(), entry.error_message()));
            failed_entry(first, answer.failed_entry_count())
        })
        .await?;
        Ok(())
    }
}

#[async_trait]
impl Wanted for Specified<'_, EventTarget, TargetSpec> {
    fn desired(&self, _found: Option<&Present>, _known: &Known) -> Attributes {
        Attributes::from([
            ("arn".to_owned(), self.spec.arn.as_str().into()),
            ("role".to_owned(), self.spec.role_arn.as_str().into()),
        ])
    }

    fn summary(&self, desired: &Attributes) -> String {
        format!("to {}", name_in(text(desired, "arn")))
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.putting()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        let mut all = self.putting();
        if changes.is_none_or(|changes| changes.iter().any(|it| id_of_further(it).is_some())) {
            all.extend(self.removing_others());
        }
        all
    }

    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError> {
        self.put(aws).await?;
        Ok(Created {
            attributes: self.desired(None, known),
            arn: None,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        _present: &Present,
        changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        let others = changes.iter().filter_map(id_of_further);
        let others: Vec<String> = others.map(ToOwned::to_owned).collect();
        let is_put = changes.len() > others.len();
        if !others.is_empty() {
            let (region, rule) = (&self.resource.region, &self.resource.rule_name);
            remove_targets(aws, region, rule, others).await?;
        }
        if is_put {
            self.put(aws).await?;
        }
        Ok(())
    }
}
