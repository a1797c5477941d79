//! Tests of the report on what the settings write: as text, as JSON and as SARIF.

use std::collections::BTreeSet;

use iam_policy::Kind;
use iam_policy::lint::{self, Home, Report};
use iam_policy::report::Extent;
use serde_json::Value as Json;

use crate::fakes::deployment::{
    EXTERNAL_ID, layout, settings, site, unencrypted, with_audit_trail,
};
use crate::settings::Settings;
use crate::systems::Goal;

/// Settings of all systems, in one region.
fn everything() -> Settings {
    with_audit_trail(settings(&["eu-west-1"]))
}

fn of_settings(settings: &Settings) -> Report {
    let layout = layout(settings, Goal::Present).unwrap();
    super::report(settings, &layout, &site(settings)).unwrap()
}

fn text(report: &Report, width: usize) -> String {
    let extent = Extent {
        width,
        is_whole: false,
    };
    anstream::adapter::strip_str(&iam_policy::report::text(report, extent)).to_string()
}

#[test]
fn the_shipped_documents_as_a_person_reads_them() {
    for width in [60, 80] {
        let text = text(&of_settings(&everything()), width);
        insta::assert_snapshot!(
            format!("the_shipped_documents_as_a_person_reads_them_{width}"),
            text
        );
    }
}

#[test]
fn no_output_contains_the_external_id() {
    let report = of_settings(&everything());
    for output in [
        text(&report, 80),
        iam_policy::report::json(&report).to_string(),
        super::sarif(&report).to_string(),
    ] {
        assert!(!output.contains(EXTERNAL_ID));
    }
}

#[test]
fn a_sarif_log_fits_the_schema_of_sarif() {
    let schema = include_str!("../../../crates/iam-policy/src/report/sarif-2.1.0.schema.json");
    let schema: Json = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for settings in [everything(), unencrypted(&["eu-west-1", "us-east-1"])] {
        let log = super::sarif(&of_settings(&settings));
        let problems: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(problems, Vec::<String>::new());
    }
}

#[test]
fn each_sarif_result_has_what_code_scanning_needs() {
    let log = super::sarif(&of_settings(&unencrypted(&["eu-west-1", "us-east-1"])));
    let run = &log["runs"][0];
    let mut fingerprints = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            run["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
        let place = &result["locations"][0]["physicalLocation"];
        assert!(
            place["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
                .starts_with("policies/")
        );
        let fingerprint = result["partialFingerprints"]["findingHash/v1"].to_string();
        assert!(fingerprints.insert(fingerprint), "{result}");
    }
}

#[test]
fn the_documented_audit_trail_policy_allows_escalation_to_administrator() {
    let text = include_str!("../../../policies/audit-trail/permissions.json");
    let document = lint::read(text, Some(Kind::Managed), Home::default()).unwrap();
    let findings = lint::lint(&document);
    let details: Vec<_> = findings.iter().map(|it| it.detail.as_str()).collect();
    assert!(
        details.contains(
            &"iam:CreateRole (IAMRoles), iam:AttachRolePolicy (IAMRoles), iam:PassRole \
              (PassAuditTrailRole), lambda:CreateFunction (Lambda) and lambda:AddPermission (Lambda) \
              let the identity run code of its own with a role with any permission; the entry also opens \
              the ways by scheduler:CreateSchedule"
        ),
        "{details:#?}"
    );
}
