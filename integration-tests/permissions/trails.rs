//! Answers in place of CloudTrail, which the emulator lacks, with one trail.

use serde_json::json;

use crate::harness::{Account, MAIN};

/// From now on CloudTrail has one trail, of the main region. With `everywhere` the trail covers all
/// regions; `kind` is the kind of events that it logs.
pub fn trail(account: &Account, everywhere: bool, kind: &str) {
    let arn = format!("arn:aws:cloudtrail:{MAIN}:{}:trail/all", account.id);
    account.answer_with("DescribeTrails", move |call| {
        let trail = json!({
            "Name": "all", "TrailARN": arn, "HomeRegion": MAIN, "IsMultiRegionTrail": everywhere,
            "HasCustomEventSelectors": true,
        });
        let seen = everywhere || call.region == MAIN;
        let trails = if seen { vec![trail] } else { Vec::new() };
        (
            "200 OK".to_owned(),
            json!({"trailList": trails}).to_string(),
        )
    });
    account.answer("GetTrailStatus", r#"{"IsLogging": true}"#);
    let selector = json!({"IncludeManagementEvents": true, "ReadWriteType": kind});
    let selectors = json!({"EventSelectors": [selector]}).to_string();
    account.answer("GetEventSelectors", &selectors);
}
