//! An EventBridge rule on the default bus.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_eventbridge::types::{RuleState, Tag, Target};
use futures_util::future::join;
use serde_json::Value as Json;

use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change, changed_tags};
use crate::engine::ownership::{Owner, Tags};
use crate::engine::permission::{Permission, Task};
use crate::engine::resource::{
    Consent, Created, Known, Observed, Phase, Present, Resource, gone_is_fine,
};
use crate::kinds::eventbridge::permissions;
use crate::kinds::eventbridge::target::{events_operation, targets};
use crate::names::Region;

/// A rule that selects events by a pattern.
#[derive(Debug)]
pub struct EventRule {
    /// How it is called.
    pub address: Address,
    /// Its name in AWS, at most 64 characters.
    pub name: String,
    /// Its ARN, which follows from partition, region, account and name.
    pub arn: String,
    /// Where it is.
    pub region: Region,
    /// Which events it selects.
    pub pattern: Json,
    /// The id of our target in it.
    pub target: &'static str,
    /// Its tags.
    pub tags: Tags,
}

/// A pattern in the form in which two of the same meaning are equal: alternatives in order.
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

    fn event_tags<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Tag> {
        // Building fails only without key or value, and both are given.
        tags.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok())
            .collect()
    }

    async fn put(&self, aws: &Aws, tags: Option<Vec<Tag>>) -> Result<(), AwsError> {
        let client = aws.eventbridge(&self.region);
        aws.call(self.operation("PutRule"), || {
            client
                .put_rule()
                .name(&self.name)
                .event_pattern(self.pattern.to_string())
                .state(RuleState::Enabled)
                .set_tags(tags.clone())
                .send()
        })
        .await?;
        Ok(())
    }
}

#[async_trait]
impl Resource for EventRule {
    fn address(&self) -> &Address {
        &self.address
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn arn(&self) -> Option<String> {
        Some(self.arn.clone())
    }

    fn desired(&self, _known: &Known) -> Attributes {
        let mut attributes = Attributes::from([
            ("event_pattern".to_owned(), canonical(&self.pattern).into()),
            ("state".to_owned(), RuleState::Enabled.as_str().into()),
        ]);
        self.tags.lower_desired(&mut attributes);
        attributes
    }

    fn permissions(&self, task: Task<'_>) -> Vec<Permission> {
        permissions::rule(self, task)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let client = aws.eventbridge(&self.region);
        let rule = aws.call(self.operation("DescribeRule"), || {
            client.describe_rule().name(&self.name).send()
        });
        let tags = aws.call(self.operation("ListTagsForResource"), || {
            client
                .list_tags_for_resource()
                .resource_arn(&self.arn)
                .send()
        });
        let (rule, tags) = join(rule, tags).await;
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
            // A pattern that is not JSON cannot come from AWS; shown as it is, it is drift.
            let pattern =
                serde_json::from_str(text).map_or_else(|_| text.into(), |p| canonical(&p));
            attributes.insert("event_pattern".to_owned(), pattern.into());
        }
        if let Some(schedule) = rule.schedule_expression() {
            attributes.insert("schedule".to_owned(), schedule.into());
        }
        let tags: BTreeMap<String, String> = tags?
            .tags()
            .iter()
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect();
        let owner = self.tags.lower_observed(&tags, &mut attributes);
        let owner = match rule.managed_by() {
            Some(service) => Owner::Foreign(format!("AWS manages it for {service}")),
            None => owner,
        };
        Ok(Observed::Present(Present::new(
            attributes,
            owner,
            Phase::Stable,
        )))
    }

    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError> {
        // PutRule overwrites without a word what someone else made since it was looked for.
        let client = aws.eventbridge(&self.region);
        let there = aws
            .call(self.operation("DescribeRule"), || {
                client.describe_rule().name(&self.name).send()
            })
            .await;
        match there {
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(_) => {
                let code = Some("ResourceAlreadyExistsException");
                let operation = self.operation("PutRule");
                let message = Some("the rule exists by now");
                return Err(aws.name(AwsError::in_answer(operation, code, message)));
            }
        }
        self.put(aws, Some(Self::event_tags(self.tags.iter())))
            .await?;
        Ok(Created {
            attributes: self.desired(known),
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
        // PutRule ignores tags for a rule that exists. They go first, so that a rule taken over is
        // ours before it is changed.
        let tags = Self::event_tags(changed_tags(changes));
        if !tags.is_empty() {
            let client = aws.eventbridge(&self.region);
            aws.call(self.operation("TagResource"), || {
                let request = client.tag_resource().resource_arn(&self.arn);
                request.set_tags(Some(tags.clone())).send()
            })
            .await?;
        }
        if changes.len() > tags.len() {
            self.put(aws, None).await?;
        }
        Ok(())
    }

    async fn delete(
        &self,
        aws: &Aws,
        _present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        let client = aws.eventbridge(&self.region);
        let answer = aws
            .call(self.operation("DeleteRule"), || {
                client.delete_rule().name(&self.name).send()
            })
            .await;
        let error = match gone_is_fine(answer) {
            Err(error) if error.code.as_deref() == Some("ValidationException") => error,
            answer => return answer,
        };
        // It still has targets. Ours was removed, which may not have spread; what others added is
        // not ours to remove.
        let targets = match targets(aws, &self.region, &self.name).await {
            Ok(targets) => targets,
            Err(gone) if gone.kind == ErrorKind::NotFound => return Ok(()),
            Err(_) => return Err(error),
        };
        let ids = targets.iter().map(Target::id);
        let others: Vec<&str> = ids.filter(|id| *id != self.target).collect();
        if others.is_empty() {
            return Err(AwsError {
                kind: ErrorKind::InUse,
                ..error
            });
        }
        Err(AwsError {
            message: format!(
                "{} Others added targets to the rule {}: remove {} (aws events remove-targets), \
                 then run again",
                error.message,
                self.name,
                others.join(", ")
            ),
            ..error
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::canonical;

    #[test]
    fn the_order_of_alternatives_means_nothing() {
        let a = json!({"source": ["aws.s3", "aws.ec2"], "detail": {"x": [{"prefix": "b"}, {"prefix": "a"}]}});
        let b = json!({"detail": {"x": [{"prefix": "a"}, {"prefix": "b"}]}, "source": ["aws.ec2", "aws.s3", "aws.s3"]});
        assert_eq!(canonical(&a), canonical(&b));
        assert_ne!(canonical(&a), canonical(&json!({"source": ["aws.s3"]})));
    }
}
