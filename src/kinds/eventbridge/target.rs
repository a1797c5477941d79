//! The target of an EventBridge rule.
//!
//! Targets carry no tags: a target belongs to whom its rule belongs to. Only the target with our
//! id is managed; others on the same rule are left alone.

use async_trait::async_trait;
use aws_sdk_eventbridge::types::Target;
use futures_util::future::try_join;

use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change};
use crate::engine::ownership::{Owner, Tags};
use crate::engine::permission::{Permission, Task};
use crate::engine::resource::{
    Consent, Created, Known, Observed, Phase, Present, Resource, gone_is_fine,
};
use crate::kinds::eventbridge::permissions;
use crate::names::Region;

/// What EventBridge says of a failed entry that it counts and does not list.
const UNTOLD: (Option<&str>, Option<&str>) = (
    None,
    Some("an entry failed, and EventBridge does not say why"),
);

/// Where a rule sends its events.
#[derive(Debug)]
pub struct EventTarget {
    /// How it is called.
    pub address: Address,
    /// Its id within the rule.
    pub id: &'static str,
    /// The rule's address.
    pub rule: Address,
    /// The rule's name.
    pub rule_name: String,
    /// The rule's ARN.
    pub rule_arn: String,
    /// Where the rule is.
    pub region: Region,
    /// What receives the events.
    pub target_arn: String,
    /// The role that EventBridge uses for that.
    pub role_arn: String,
    /// The rule's tags, which say whose both are.
    pub tags: Tags,
}

impl EventTarget {
    fn operation(&self, name: &'static str) -> Operation {
        events_operation(name, &self.region)
    }

    async fn put(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.eventbridge(&self.region);
        let target = Target::builder()
            .id(self.id)
            .arn(&self.target_arn)
            .role_arn(&self.role_arn);
        // Building fails only without id or ARN, and both are given.
        let target = target.build().ok();
        let put = || {
            let request = client.put_targets().rule(&self.rule_name);
            request
                .set_targets(Some(target.iter().cloned().collect()))
                .send()
        };
        aws.call_checked(self.operation("PutTargets"), put, |answer| {
            let failed = answer.failed_entries().first();
            let failed = failed.map(|entry| (entry.error_code(), entry.error_message()));
            failed.or((answer.failed_entry_count() > 0).then_some(UNTOLD))
        })
        .await?;
        Ok(())
    }

    /// Whatever of a target changes what is sent, and is not ours.
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
    fn address(&self) -> &Address {
        &self.address
    }

    fn name(&self) -> &str {
        self.id
    }

    fn arn(&self) -> Option<String> {
        Some(self.target_arn.clone())
    }

    fn desired(&self, _known: &Known) -> Attributes {
        Attributes::from([
            ("arn".to_owned(), self.target_arn.as_str().into()),
            ("role".to_owned(), self.role_arn.as_str().into()),
        ])
    }

    fn parent(&self) -> Option<&Address> {
        Some(&self.rule)
    }

    /// `RemoveTargets` tells of every target that it did not remove.
    fn deletion_is_answered(&self) -> bool {
        true
    }

    fn permissions(&self, task: Task<'_>) -> Vec<Permission> {
        permissions::target(self, task)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let targets = match targets(aws, &self.region, &self.rule_name).await {
            Ok(targets) => targets,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Observed::Missing),
            Err(error) => return Err(error),
        };
        let Some(target) = targets.iter().find(|target| target.id() == self.id) else {
            return Ok(Observed::Missing);
        };
        let mut attributes = Attributes::from([("arn".to_owned(), target.arn().into())]);
        if let Some(role) = target.role_arn() {
            attributes.insert("role".to_owned(), role.into());
        }
        for (name, value) in Self::additions(target) {
            attributes.insert(name.to_owned(), value.into());
        }
        Ok(Observed::Present(Present::new(
            attributes,
            Owner::Parent,
            Phase::Stable,
        )))
    }

    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError> {
        self.put(aws).await?;
        Ok(Created {
            attributes: self.desired(known),
            arn: None,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        _present: &Present,
        _changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        self.put(aws).await
    }

    /// Disables the rule as well, so that nothing new arrives while the rest is removed.
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
        let remove = async {
            let remove = || {
                let request = client.remove_targets().rule(&self.rule_name);
                request.ids(self.id).send()
            };
            let answer = aws.call_checked(self.operation("RemoveTargets"), remove, |answer| {
                let failed = answer.failed_entries().first();
                let failed = failed.map(|entry| (entry.error_code(), entry.error_message()));
                failed.or((answer.failed_entry_count() > 0).then_some(UNTOLD))
            });
            gone_is_fine(answer.await)
        };
        try_join(disable, remove).await?;
        Ok(())
    }
}

/// An operation of EventBridge.
pub(super) fn events_operation(name: &'static str, region: &Region) -> Operation {
    Operation {
        service: "events",
        name,
        region: Some(region.clone()),
    }
}

/// Every target of a rule, those of others included.
///
/// # Errors
/// Those of `events:ListTargetsByRule`, which finds no rule where there is none.
pub(super) async fn targets(
    aws: &Aws,
    region: &Region,
    rule: &str,
) -> Result<Vec<Target>, AwsError> {
    let client = aws.eventbridge(region);
    aws.list(
        events_operation("ListTargetsByRule", region),
        |token| {
            let request = client.list_targets_by_rule().rule(rule);
            request.set_next_token(token).send()
        },
        |answer| (answer.targets.unwrap_or_default(), answer.next_token),
    )
    .await
}
