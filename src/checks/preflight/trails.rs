//! Checks that a CloudTrail trail logs management events in each region.
//!
//! Without such a trail EventBridge gets no `AWS API Call via CloudTrail` events there, and the rule sees
//! no API calls (EventBridge User Guide, "AWS service events delivered via AWS CloudTrail").

use std::collections::BTreeMap;

use aws_sdk_cloudtrail::types::{AdvancedEventSelector, EventSelector, ReadWriteType, Trail};
use futures_util::future::{join, join_all};

use super::check::{Check, Verdict};
use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::names::{AccountId, Region};

/// What one trail logs, or all trails of a region together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logging {
    /// Management events that change something are logged.
    On,
    /// Management events that change something are not logged.
    Off,
    /// That could not be found out; the text gives the reason.
    Unknown(String),
}

/// What a region's trails log together.
fn together(trails: impl IntoIterator<Item = Logging>) -> Logging {
    let mut all = Logging::Off;
    for trail in trails {
        match trail {
            Logging::On => return Logging::On,
            Logging::Unknown(_) => all = trail,
            Logging::Off => {}
        }
    }
    all
}

/// Whether a trail with these selectors logs management events that change something. A trail has
/// classic selectors or advanced ones. A trail without any logs all management events.
fn logs_writes(classic: &[EventSelector], advanced: &[AdvancedEventSelector]) -> bool {
    if !advanced.is_empty() {
        return advanced.iter().any(|selector| {
            let fields = selector.field_selectors();
            let equals = |name: &str, value: &str| {
                fields.iter().any(|field| {
                    field.field() == name && field.equals().iter().any(|it| it == value)
                })
            };
            equals("eventCategory", "Management") && !equals("readOnly", "true")
        });
    }
    classic.is_empty()
        || classic.iter().any(|selector| {
            selector.include_management_events().unwrap_or(true)
                && selector.read_write_type() != Some(&ReadWriteType::ReadOnly)
        })
}

/// The trails that log in a region, those of other regions and of the organization included.
pub type Seen = (Region, Result<Vec<Trail>, AwsError>);

/// Reads the trails of every region of the account. The run goes on without what is throttled.
pub async fn all(aws: &Aws) -> Vec<Seen> {
    let aws = &aws.impatient();
    let seen = aws
        .regions()
        .iter()
        .map(async |region| (region.clone(), describe(aws, region).await));
    join_all(seen).await
}

/// The region that a trail was created in, where CloudTrail must be asked about the trail.
fn home(trail: &Trail, seen_in: &Region) -> Result<Region, String> {
    let Some(named) = trail.home_region() else {
        return Ok(seen_in.clone());
    };
    let region = named.parse();
    region.map_err(|_| {
        format!(
            "CloudTrail says that the trail's home is {named:?}, which is not the code of an AWS \
             region"
        )
    })
}

/// Checks what the trails log.
pub async fn look(aws: &Aws, seen: &[Seen]) -> Vec<Check> {
    let aws = &aws.impatient();
    // A trail of all regions is listed in each region, and is read once.
    let mut trails: BTreeMap<&str, (&Trail, &Region)> = BTreeMap::new();
    for (region, described) in seen {
        for trail in described.as_deref().unwrap_or_default() {
            let arn = trail.trail_arn().unwrap_or_default();
            trails.entry(arn).or_insert((trail, region));
        }
    }
    let logging = trails.iter().map(async |(arn, (trail, seen_in))| {
        let logging = match home(trail, seen_in) {
            Ok(home) => logs(aws, trail, &home).await,
            Err(why) => Logging::Unknown(why),
        };
        (*arn, logging)
    });
    let logging: BTreeMap<&str, Logging> = join_all(logging).await.into_iter().collect();
    let of_region = |described: &Result<Vec<Trail>, AwsError>| match described {
        Err(error) => Logging::Unknown(error.brief()),
        Ok(trails) => together(trails.iter().filter_map(|trail| {
            let arn = trail.trail_arn().unwrap_or_default();
            logging.get(arn).cloned()
        })),
    };
    checks(
        seen.iter()
            .map(|(region, described)| (region, of_region(described))),
    )
}

/// One check for all regions in which no trail logs, and one for all regions that share a reason why
/// that is not known. If a trail logs in every region, one check says so.
fn checks<'a>(found: impl Iterator<Item = (&'a Region, Logging)>) -> Vec<Check> {
    let mut on = Vec::new();
    let mut off = Vec::new();
    let mut unknown: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (region, logging) in found {
        match logging {
            Logging::On => on.push(region.name()),
            Logging::Off => off.push(region.name()),
            Logging::Unknown(why) => unknown.entry(why).or_default().push(region.name()),
        }
    }
    let mut checks = Vec::new();
    if !off.is_empty() {
        let message = format!(
            "no CloudTrail trail logs management events in {}: the rule there sees no API calls",
            off.join(", ")
        );
        checks.push(Check::new("trails", Verdict::Warning, message));
    }
    for (why, regions) in unknown {
        let message = format!(
            "could not determine whether a CloudTrail trail logs management events in {}: {why}",
            regions.join(", ")
        );
        checks.push(Check::new("trails", Verdict::Unknown, message));
    }
    if checks.is_empty() && !on.is_empty() {
        let message = format!("a trail logs management events in {}", on.join(", "));
        checks.push(Check::new("trails", Verdict::Ok, message));
    }
    checks
}

fn operation(name: &'static str, region: &Region) -> Operation {
    Operation {
        service: "cloudtrail",
        name,
        region: Some(region.clone()),
    }
}

async fn describe(aws: &Aws, region: &Region) -> Result<Vec<Trail>, AwsError> {
    let client = aws.cloudtrail(region);
    let answer = aws
        .call(operation("DescribeTrails", region), || {
            client.describe_trails().include_shadow_trails(true).send()
        })
        .await?;
    Ok(answer.trail_list.unwrap_or_default())
}

async fn logs(aws: &Aws, trail: &Trail, home: &Region) -> Logging {
    let client = aws.cloudtrail(home);
    let arn = trail.trail_arn().unwrap_or_default();
    let status = aws.call(operation("GetTrailStatus", home), || {
        client.get_trail_status().name(arn).send()
    });
    let selects = async {
        // Without selectors of its own a trail logs all management events.
        if trail.has_custom_event_selectors() != Some(true) {
            return Ok(true);
        }
        let answer = aws
            .call(operation("GetEventSelectors", home), || {
                client.get_event_selectors().trail_name(arn).send()
            })
            .await?;
        Ok(logs_writes(
            answer.event_selectors(),
            answer.advanced_event_selectors(),
        ))
    };
    match join(status, selects).await {
        // Either is enough to know that the trail does not serve.
        (Ok(status), _) if status.is_logging() != Some(true) => Logging::Off,
        (_, Ok(false)) => Logging::Off,
        (Ok(_), Ok(true)) => Logging::On,
        (Err(error), _) | (_, Err(error)) => Logging::Unknown(unread(trail, aws.account(), &error)),
    }
}

/// Why it could not be read what a trail logs.
///
/// A member account sees its organization's trail and whether it is on (API Reference,
/// "GetTrailStatus", `Name`). To the question which events it logs CloudTrail answers there with
/// `TrailNotFoundException` or `CloudTrailARNInvalidException` (steampipe-plugin-aws #577,
/// cloud-custodian #6394).
fn unread(trail: &Trail, account: Option<&AccountId>, error: &AwsError) -> String {
    let arn = trail.trail_arn().unwrap_or_default();
    let owner = arn.split(':').nth(4);
    let is_foreign = owner.is_some() && owner != account.map(AccountId::as_str);
    let is_refused = matches!(
        error.kind,
        ErrorKind::Denied | ErrorKind::NotFound | ErrorKind::Refused
    );
    let why = error.brief();
    match trail.is_organization_trail() == Some(true) && is_foreign && is_refused {
        true => format!(
            "{arn} is the trail of an organization, and a member account may not read which events \
             it logs ({why}); its management account can tell"
        ),
        false => why,
    }
}

#[cfg(test)]
mod tests;
