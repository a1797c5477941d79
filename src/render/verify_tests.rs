//! Snapshots of what was tried and of what is deployed, in narrow and in usual terminals.

use std::time::Duration;

use aws_smithy_types::DateTime;

use super::{status, verify, wrap};
use crate::aws::{AwsError, Operation};
use crate::checks::status::Part;
use crate::checks::verify::{Outcome, Step};
use crate::engine::node::Observations;
use crate::engine::observed::Consent;
use crate::engine::plan;
use crate::fakes::deployment::{laid_out, settings};
use crate::kinds::s3::versions::{Version, Written};
use crate::names::Region;

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

/// The text at both widths. What is copied, such as an ARN, is not broken.
fn at_both(text: impl Fn(usize) -> String) -> String {
    let mut texts = String::new();
    for width in [60, 80] {
        let shown = text(width);
        let lines = shown.lines().filter(|line| !line.contains("AWSLogs/"));
        assert!(lines.map(wrap::width_of).all(|it| it <= width), "{shown}");
        texts.push_str(&format!("{width} columns\n{shown}\n"));
    }
    anstream::adapter::strip_str(&texts).to_string()
}

#[test]
fn steps_as_a_person_reads_them() {
    let (main, other) = (region("eu-west-1"), region("us-east-1"));
    let prefix = "AWSLogs/123456789012/EventBridge";
    let seconds = Duration::from_secs_f64;
    let steps = [
        Step::new("resources", Outcome::Pass, "all 13 resources exist").took(seconds(0.5)),
        Step::new("versioning", Outcome::Pass, "the bucket keeps versions"),
        Step::new(
            "trails",
            Outcome::Unknown,
            "could not determine whether a CloudTrail trail logs management events in us-east-1: \
             cloudtrail:DescribeTrails answers AccessDenied",
        ),
        Step::new(
            "stream",
            Outcome::Pass,
            format!("the record arrived below {prefix}/eu-west-1/"),
        )
        .in_region(&main)
        .took(seconds(61.24)),
        Step::new(
            "rule",
            Outcome::Fail,
            format!(
                "sent a test event of the source my.app to the default bus; nothing arrived below \
                 {prefix}/us-east-1/ within 600 s"
            ),
        )
        .in_region(&other)
        .advice("Look at the rule and its target with `provision plan`")
        .took(seconds(600.0)),
    ];
    let left = ["what was sent in us-east-1 and has not arrived may still arrive".to_owned()];
    let failed = at_both(|width| verify::text(&steps, &left, width));
    let unknown = verify::text(&steps[..3], &[], 80);
    let well = verify::text(&steps[..2], &[], 80);
    let all = format!("{failed}{unknown}\n{well}");
    insta::assert_snapshot!(anstream::adapter::strip_str(&all));
}

#[test]
fn what_is_deployed_as_a_person_reads_it() {
    let at = DateTime::from_secs(1_790_000_000);
    let denied = Operation {
        service: "s3",
        name: "ListObjectVersions",
        region: None,
    };
    let denied = AwsError::in_answer(denied, Some("AccessDenied"), None);
    let part = |region: Option<&str>, exists, wanted, differs, last| Part {
        region: region.map(|name| name.parse().unwrap()),
        exists,
        wanted,
        differs,
        since: Ok(Some(at)),
        last,
    };
    let arrived = Written {
        version: Version {
            key: "a".to_owned(),
            id: None,
        },
        size: 1,
        at: DateTime::from_secs(1_790_000_100),
    };
    let parts = [
        part(None, 5, 5, 0, None),
        part(Some("eu-west-1"), 5, 5, 1, Some(Ok(Some(arrived)))),
        part(Some("eu-central-1"), 3, 3, 0, Some(Ok(None))),
        part(Some("ap-southeast-2"), 2, 3, 0, Some(Err(denied))),
        part(Some("us-east-1"), 0, 3, 0, None),
    ];
    let nodes = laid_out(&settings(&["eu-west-1"]));
    let plan = plan::plan(&nodes, &Observations::new(), Consent::default());
    let now = 1_790_000_400;
    insta::assert_snapshot!(at_both(|width| status::text(&parts, &plan, now, width)));
}
