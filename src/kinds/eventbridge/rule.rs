//! An EventBridge rule on the default bus.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_eventbridge::types::{RuleState, Tag};
use futures_util::future::{OptionFuture, join3};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::targets::{events_operation, remove_targets, targets};
use crate::aws::{Aws, AwsError, ErrorKind, Operation, Pauses};
use crate::engine::attributes::{Attributes, Change, changed_tags};
use crate::engine::holder::Holder;
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::permission::Permission;
use crate::engine::resource::{self, Resource, Specified, Wanted, gone_is_fine};
use crate::kinds::eventbridge::pattern;
use crate::kinds::tags::{from_service, to_service};
use crate::names::Region;

/// The kind, as addresses name it.
pub const KIND: &str = "event_rule";

/// For how long a rule that is gone may be shown. EventBridge names no bound; a few seconds are usual.
const SHOWN_LATE: Duration = Duration::from_secs(10);

/// A rule under one name.
#[derive(Debug)]
pub struct EventRule {
    /// The identity of the rule. The ARN follows from partition, region, account and name.
    pub identity: Identity,
    /// The region of the rule.
    pub region: Region,
    /// The id of our target of the rule. Any other target holds the rule.
    pub target: &'static str,
    /// The specification of the rule, if it is wanted.
    pub spec: Option<RuleSpec>,
}

/// A rule that selects events by a pattern.
#[derive(Debug)]
pub struct RuleSpec {
    /// The pattern of the events that the rule selects.
    pub pattern: Json,
}

/// A pattern with its alternatives sorted. Two patterns of the same meaning are equal in this form.
fn canonical(pattern: &Json) -> Json {
    match pattern {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(canonical).collect();
            items.sort_by_key(ToString::to_string);
            items.dedup();
            Json::Array(items)
        }
        Json::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), canonical(value)))
            .collect(),
        scalar => scalar.clone(),
    }
}

impl EventRule {
    fn operation(&self, name: &'static str) -> Operation {
        events_operation(name, &self.region)
    }

    /// Whether a rule that is shown, and was missing before, may be put.
    ///
    /// A rule of ours is made by another run, or was deleted a moment ago and is shown late. `PutRule` is
    /// right for both. Where the answers contradict each other, the rule is gone once none shows it any
    /// more for some seconds.
    async fn may_be_put(&self, aws: &Aws) -> Result<bool, AwsError> {
        let begun = Instant::now();
        let mut pauses = Pauses::default();
        loop {
            match resource::observe(self, aws).await? {
                Observed::Present(rule) => return Ok(rule.owner == Owner::Ours),
                Observed::Missing if begun.elapsed() < SHOWN_LATE => {}
                Observed::Missing => return Ok(true),
                _ => return Ok(false),
            }
            if !aws.pause(pauses.next()).await {
                return Ok(false);
            }
        }
    }

    /// The targets that others added to the rule.
    async fn targets_of_others(&self, aws: &Aws) -> Result<Vec<Holder>, AwsError> {
        let targets = targets(aws, &self.region, &self.identity.name).await?;
        let others = targets.into_iter().map(|target| target.id);
        let others = others.filter(|id| id != self.target);
        Ok(others.map(|id| Holder::new("target", id)).collect())
    }
}

#[async_trait]
impl Resource for EventRule {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, consent: Consent) -> Vec<Permission> {
        self.deleting(consent)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let client = aws.eventbridge(&self.region);
        let rule = aws.call(self.operation("DescribeRule"), || {
            client.describe_rule().name(&self.identity.name).send()
        });
        let tags = aws.call(self.operation("ListTagsForResource"), || {
            client
                .list_tags_for_resource()
                .resource_arn(self.identity.as_resource())
                .send()
        });
        let holders = self.spec.is_none().then(|| self.targets_of_others(aws));
        let (rule, tags, holders) = join3(rule, tags, OptionFuture::from(holders)).await;
        let rule = match rule {
            Ok(rule) => rule,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Observed::Missing),
            Err(error) => return Err(error),
        };
        let mut attributes = Attributes::new();
        if let Some(state) = rule.state() {
            attributes.insert("state".to_owned(), state.as_str().into());
        }
        if let Some(text) = rule.event_pattern() {
            // AWS never answers a pattern that is not JSON. If it did, the text would show as
            // drift.
            let pattern =
                serde_json::from_str(text).map_or_else(|_| text.into(), |p| canonical(&p));
            attributes.insert("event_pattern".to_owned(), pattern.into());
        }
        if let Some(schedule) = rule.schedule_expression() {
            attributes.insert("schedule".to_owned(), schedule.into());
        }
        let tags = from_service(tags?.tags());
        let owner = self.identity.tags.lower_observed(&tags, &mut attributes);
        let owner = match rule.managed_by() {
            Some(service) => Owner::Foreign(format!("AWS manages it for {service}")),
            None => owner,
        };
        let mut present = Present::new(attributes, owner, Phase::Stable);
        present.held_by = holders.transpose()?.unwrap_or_default();
        Ok(Observed::Present(present))
    }

    /// The targets of our own rule are compared with the target.
    async fn exposures(&self, aws: &Aws, present: &Present) -> Result<Vec<String>, AwsError> {
        if present.owner == Owner::Ours {
            return Ok(Vec::new());
        }
        let targets = targets(aws, &self.region, &self.identity.name).await?;
        let others = targets.iter().filter(|target| target.id != self.target);
        let others = others.map(|target| format!("its events also go to {}", target.arn));
        Ok(others.collect())
    }

    async fn delete(
        &self,
        aws: &Aws,
        present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        if !present.held_by.is_empty() {
            let ids = present.held_by.iter().map(|target| target.name.clone());
            remove_targets(aws, &self.region, &self.identity.name, ids.collect()).await?;
        }
        let client = aws.eventbridge(&self.region);
        let answer = aws
            .call(self.operation("DeleteRule"), || {
                client.delete_rule().name(&self.identity.name).send()
            })
            .await;
        match gone_is_fine(answer) {
            // The rule still has targets (API Reference, "DeleteRule"). The removal of our target
            // may not have spread, or others added one meanwhile.
            Err(error) if error.is("ValidationException") => Err(AwsError {
                kind: ErrorKind::InUse,
                ..error
            }),
            answer => answer,
        }
    }
}

impl Specified<'_, EventRule, RuleSpec> {
    async fn put(&self, aws: &Aws, tags: Option<Vec<Tag>>) -> Result<(), AwsError> {
        let client = aws.eventbridge(&self.resource.region);
        let answer = aws.call(self.resource.operation("PutRule"), || {
            client
                .put_rule()
                .name(&self.resource.identity.name)
                .event_pattern(self.spec.pattern.to_string())
                .state(RuleState::Enabled)
                .set_tags(tags.clone())
                .send()
        });
        answer.await.map_err(|error| {
            // EventBridge does not say which number it compared with.
            match (error.kind, pattern::over_quota(&self.spec.pattern)) {
                (ErrorKind::Refused | ErrorKind::Quota, Some(note)) => {
                    error.hinted(&format!("Shorten the pattern, or have it allowed: {note}"))
                }
                _ => error,
            }
        })?;
        Ok(())
    }
}

#[async_trait]
impl Wanted for Specified<'_, EventRule, RuleSpec> {
    fn desired(&self, _found: Option<&Present>, _known: &Known) -> Attributes {
        let mut attributes = Attributes::from([
            (
                "event_pattern".to_owned(),
                canonical(&self.spec.pattern).into(),
            ),
            ("state".to_owned(), RuleState::Enabled.as_str().into()),
        ]);
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }

    fn summary(&self, _desired: &Attributes) -> String {
        pattern::in_words(&canonical(&self.spec.pattern))
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.creating()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        self.updating(changes)
    }

    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError> {
        // PutRule would silently overwrite a rule that someone else created since the observation.
        let client = aws.eventbridge(&self.resource.region);
        let there = aws
            .call(self.resource.operation("DescribeRule"), || {
                client
                    .describe_rule()
                    .name(&self.resource.identity.name)
                    .send()
            })
            .await;
        match there {
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(_) if self.resource.may_be_put(aws).await? => {}
            Ok(_) => {
                let code = Some("ResourceAlreadyExistsException");
                let operation = self.resource.operation("PutRule");
                let message = Some("the rule exists by now");
                return Err(aws.name(AwsError::in_answer(operation, code, message)));
            }
        }
        self.put(aws, Some(to_service(self.resource.identity.tags.iter())))
            .await?;
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
        // PutRule ignores tags for a rule that exists. They are written first, so a rule that is
        // taken over is ours before it is changed.
        let tags = to_service(changed_tags(changes));
        if !tags.is_empty() {
            let client = aws.eventbridge(&self.resource.region);
            aws.call(self.resource.operation("TagResource"), || {
                let request = client
                    .tag_resource()
                    .resource_arn(self.resource.identity.as_resource());
                request.set_tags(Some(tags.clone())).send()
            })
            .await?;
        }
        if changes.len() > tags.len() {
            self.put(aws, None).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::canonical;

    #[test]
    fn the_order_of_alternatives_makes_no_difference() {
        let a = json!({"source": ["aws.s3", "aws.ec2"], "detail": {"x": [{"prefix": "b"}, {"prefix": "a"}]}});
        let b = json!({"detail": {"x": [{"prefix": "a"}, {"prefix": "b"}]}, "source": ["aws.ec2", "aws.s3", "aws.s3"]});
        assert_eq!(canonical(&a), canonical(&b));
        assert_ne!(canonical(&a), canonical(&json!({"source": ["aws.s3"]})));
    }
}
