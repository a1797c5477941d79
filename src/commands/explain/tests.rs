//! What is explained, under which words, and how it reads.

use super::*;

fn all() -> Vec<Topic> {
    topics().unwrap()
}

#[test]
fn a_word_is_found_however_it_is_written() {
    let topics = all();
    let firehose = "iam_role.firehose-REGION";
    let cases: &[(&str, &[&str], &str)] = &[
        ("all-actions", &["all-actions"], "a code"),
        (firehose, &[firehose], "an address with its placeholder"),
        (
            "iam_role.firehose-ap-south-2",
            &[firehose],
            "an address of a plan",
        ),
        (
            "role/StackStateFirehoseRole-REGION",
            &[firehose],
            "the end of an ARN",
        ),
        ("StackStateFirehoseRole-us-east-1", &[firehose], "a name"),
        (
            "arn:aws:iam::210987654321:role/StackStateFirehoseRole-eu-north-1",
            &[firehose],
            "an ARN of another account",
        ),
        (
            "s3_bucket.logs",
            &["s3_bucket.logs@MAIN_REGION"],
            "without its region",
        ),
        (
            "stackstate-logs-210987654321",
            &["s3_bucket.logs@MAIN_REGION"],
            "the bucket's name",
        ),
        (
            "iam_policy.Mine",
            &["iam_policy.NAME"],
            "a name of the settings",
        ),
        ("iam_role.other", &["iam_role"], "no resource, but its kind"),
        (
            "Versioning",
            &["versioning"],
            "an attribute in another case",
        ),
        (
            "inline_policy[default]",
            &["inline_policy[NAME]"],
            "of a family",
        ),
        ("tags[team]", &["tags[KEY]"], "of several kinds, once"),
        ("key_policy", &["key_policy"], "an attribute"),
        (
            "role",
            &["role", "role", "fleet.role"],
            "an attribute of two kinds, and a setting",
        ),
        ("waves", &["fleet.waves"], "a key of the fleet"),
        ("kms_key.rotation", &["rotation"], "an attribute of a kind"),
        ("regions", &["regions"], "a key at the top of the file"),
        (
            "stackstate.trust",
            &["stackstate.trust"],
            "a key of a section",
        ),
        (
            "external_id",
            &["stackstate.external_id", "fleet.external_id"],
            "without its section",
        ),
        ("--policy-profile", &["stackstate.profile"], "a flag"),
        ("--concurrency", &["--concurrency"], "a flag without a key"),
        (
            "attach_to",
            &["audit_trail.attach_to"],
            "a key without a flag",
        ),
        ("audit_trail", &["audit_trail"], "a section"),
        ("lint.accept", &["lint.accept"], "a table"),
        (
            "permissions_boundary",
            &[
                "permissions_boundary",
                "stackstate.permissions_boundary",
                "audit_trail.permissions_boundary",
            ],
            "an attribute, and a key of two sections",
        ),
        ("moon", &[], "nothing"),
    ];
    for (word, names, reason) in cases {
        let found: Vec<&str> = find(&topics, word).iter().map(|it| it.name()).collect();
        assert_eq!(found, *names, "{word}: {reason}");
    }
}

#[test]
fn an_unknown_word_gets_the_nearest_names() {
    let topics = all();
    let cases = [
        ("all-action", "Near are all-actions"),
        ("s3_bucket.log", "Near are s3_bucket.logs@MAIN_REGION"),
        ("versoning", "Near are versioning"),
        (
            "firehose",
            "Near are event_target.firehose@REGION, firehose_stream, ",
        ),
        ("moon", "`provision explain` lists"),
    ];
    for (word, expected) in cases {
        let hint = unknown(&topics, word).hint.unwrap_or_default();
        assert!(hint.starts_with(expected), "{word}: {hint}");
    }
}

#[test]
fn what_can_be_explained_fits_one_screen() {
    for width in [60, 80] {
        let text = overview(&all(), width);
        assert!(text.lines().count() < 24, "{width}: {text}");
        insta::assert_snapshot!(format!("overview_{width}"), text);
    }
}

#[test]
fn lists_name_everything() {
    let lists = codes(80) + &attributes(80);
    for topic in all() {
        let is_listed = matches!(topic.group, Group::Code | Group::Attribute);
        assert!(
            !is_listed || lists.contains(topic.name()),
            "{}",
            topic.name()
        );
    }
}

#[test]
fn explanations_as_a_person_reads_them() {
    let topics = all();
    let words = [
        "service-without-source",
        "not-json",
        "iam_role.firehose-REGION",
        "kms_key.integration",
        "event_target.firehose",
        "iam_policy.NAME",
        "iam_role",
        "tags[team]",
        "lifecycle",
        "regions",
        "encryption",
        "audit_trail",
        "audit_trail.profile",
        "attach_to",
    ];
    for width in [60, 80] {
        let texts = words.map(|word| {
            let found = find(&topics, word).into_iter();
            found.map(|it| it.text(width)).collect::<String>()
        });
        let text = anstream::adapter::strip_str(&texts.join("\n")).to_string();
        insta::assert_snapshot!(format!("explained_{width}"), text);
    }
}
