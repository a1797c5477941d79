//! What trails log, and what is said of those that cannot be read.

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
fn a_member_account_learns_that_the_trail_is_the_organizations() {
    let theirs = "arn:aws:cloudtrail:us-east-1:111122223333:trail/all";
    let ours = "arn:aws:cloudtrail:us-east-1:123456789012:trail/all";
    let cases = [
        (theirs, true, "TrailNotFoundException", true, "a member"),
        (
            theirs,
            true,
            "CloudTrailARNInvalidException",
            true,
            "a member, as seen in steampipe-plugin-aws #577",
        ),
        (theirs, true, "AccessDeniedException", true, "a member"),
        (
            theirs,
            true,
            "ThrottlingException",
            false,
            "nothing was refused",
        ),
        (
            ours,
            true,
            "AccessDeniedException",
            false,
            "the management account lacks a permission",
        ),
        (
            ours,
            false,
            "TrailNotFoundException",
            false,
            "a trail that was just deleted",
        ),
    ];
    let account = "123456789012".parse().unwrap();
    for (arn, organization, code, named, why) in cases {
        let trail = Trail::builder()
            .trail_arn(arn)
            .is_organization_trail(organization);
        let region = "us-east-1".parse().unwrap();
        let operation = operation("GetEventSelectors", &region);
        let error = AwsError::in_answer(operation, Some(code), None);
        let found = unread(&trail.build(), Some(&account), &error);
        assert!(found.contains(code), "{why}: {found}");
        assert_eq!(
            found.contains("of an organization"),
            named,
            "{why}: {found}"
        );
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
