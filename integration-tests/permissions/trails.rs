//! CloudTrail, which the emulator lacks: what it answers of one trail.

use serde_json::json;

use crate::harness::{Account, MAIN};

/// Has CloudTrail answer in every region that there is one trail of the main region, which covers
/// the others too if `everywhere`, and which logs what `kind` says.
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
