//! Checks that a CloudTrail trail logs management events in each region.
//!
//! Without such a trail EventBridge gets no `AWS API Call via CloudTrail` events there, and the rule sees
//! no API calls (EventBridge User Guide, "AWS service events delivered via AWS CloudTrail").

use std::collections::BTreeMap;

use aws_sdk_cloudtrail::types::{AdvancedEventSelector, EventSelector, ReadWriteType, Trail};
use futures_util::future::{join_all, try_join};

use super::check::{Check, Verdict};
use crate::aws::{Aws, AwsError, Operation};
use crate::names::Region;

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

/// Reads the trails of every region of the account.
pub async fn all(aws: &Aws) -> Vec<Seen> {
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
            "whether a CloudTrail trail logs management events in {} could not be found out: {why}",
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
    match try_join(status, selects).await {
        Err(error) => Logging::Unknown(error.brief()),
        Ok((status, selects)) if status.is_logging() == Some(true) && selects => Logging::On,
        Ok(_) => Logging::Off,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudtrail::types::AdvancedFieldSelector;

    use super::*;

    fn classic(include: Option<bool>, kind: Option<ReadWriteType>) -> EventSelector {
        EventSelector::builder()
            .set_include_management_events(include)
            .set_read_write_type(kind)
            .build()
    }

    fn advanced(fields: &[(&str, &str)]) -> AdvancedEventSelector {
        let fields = fields.iter().map(|(field, value)| {
            let field = AdvancedFieldSelector::builder()
                .field(*field)
                .equals(*value);
            field.build().unwrap()
        });
        AdvancedEventSelector::builder()
            .set_field_selectors(Some(fields.collect()))
            .build()
            .unwrap()
    }

    #[test]
    fn a_trail_serves_if_it_logs_management_events_that_change_something() {
        use ReadWriteType::{All, ReadOnly, WriteOnly};
        let management = ("eventCategory", "Management");
        let data = [advanced(&[("eventCategory", "Data")])];
        let reads = [advanced(&[management, ("readOnly", "true")])];
        let writes = [advanced(&[management, ("readOnly", "false")])];
        let both = [
            advanced(&[("eventCategory", "Data")]),
            advanced(&[management]),
        ];
        let cases: [(&str, &[EventSelector], &[AdvancedEventSelector], bool); 10] = [
            ("by default all are logged", &[], &[], true),
            ("all", &[classic(Some(true), Some(All))], &[], true),
            ("writes", &[classic(Some(true), Some(WriteOnly))], &[], true),
            ("defaults of a selector", &[classic(None, None)], &[], true),
            (
                "reads alone",
                &[classic(Some(true), Some(ReadOnly))],
                &[],
                false,
            ),
            ("none", &[classic(Some(false), Some(All))], &[], false),
            ("data events alone", &[], &data, false),
            ("advanced, reads alone", &[], &reads, false),
            ("advanced, writes", &[], &writes, true),
            ("one of several is enough", &[], &both, true),
        ];
        for (reason, classic, advanced, expected) in cases {
            assert_eq!(logs_writes(classic, advanced), expected, "{reason}");
        }
    }

    #[test]
    fn a_trail_is_asked_about_in_its_home_region() {
        let cases = [
            (Some("eu-west-1"), Some("eu-west-1"), "the same region"),
            (Some("us-east-1"), Some("us-east-1"), "another region"),
            (Some("moon"), None, "no code of a region"),
            (None, Some("eu-west-1"), "the region where it was seen"),
        ];
        let seen_in = "eu-west-1".parse().unwrap();
        for (named, expected, reason) in cases {
            let trail = Trail::builder().set_home_region(named.map(str::to_owned));
            let found = home(&trail.build(), &seen_in);
            assert_eq!(found.as_ref().ok().map(Region::name), expected, "{reason}");
        }
    }

    #[test]
    fn one_trail_that_logs_is_enough_and_an_unknown_one_leaves_it_open() {
        let unknown = || Logging::Unknown("why".to_owned());
        let cases = [
            ("no trail", vec![], Logging::Off),
            ("one is off", vec![Logging::Off], Logging::Off),
            (
                "one is on",
                vec![unknown(), Logging::Off, Logging::On],
                Logging::On,
            ),
            ("one may be on", vec![Logging::Off, unknown()], unknown()),
        ];
        for (reason, trails, expected) in cases {
            assert_eq!(together(trails), expected, "{reason}");
        }
    }

    #[test]
    fn regions_without_a_trail_are_named_together() {
        let regions: Vec<Region> = ["eu-west-1", "us-east-1", "eu-north-1"]
            .iter()
            .map(|name| name.parse().unwrap())
            .collect();
        let checked = |found: [Logging; 3]| -> Vec<(Verdict, String)> {
            let checks = checks(regions.iter().zip(found));
            checks
                .into_iter()
                .map(|it| (it.verdict, it.message))
                .collect()
        };
        let found = checked([Logging::Off, Logging::On, Logging::Off]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, Verdict::Warning);
        assert!(
            found[0].1.contains("in eu-west-1, eu-north-1:"),
            "{}",
            found[0].1
        );

        let unknown = Logging::Unknown("why".to_owned());
        let found = checked([unknown, Logging::On, Logging::Off]);
        let verdicts: Vec<_> = found.iter().map(|(verdict, _)| *verdict).collect();
        assert_eq!(verdicts, [Verdict::Warning, Verdict::Unknown]);

        let found = checked([Logging::On, Logging::On, Logging::On]);
        assert_eq!(found[0].0, Verdict::Ok);
    }
}
