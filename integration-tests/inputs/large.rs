//! Feeds input that is far too large, far too deep or endless to the checks. The bound is in bytes of
//! memory, because a busy machine does not change them.

use allocation_counter::measure;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;

use super::*;

const MIB: usize = 1024 * 1024;
/// Three hundred times the longest policy that AWS accepts.
const LARGE: usize = 10 * MIB;

/// Fails if the check takes more than `most` bytes of memory at once.
#[track_caller]
fn costs(why: &str, check: impl FnOnce(), most: usize) {
    let used = measure(check).bytes_max;
    assert!(used <= most as u64, "{why}: {used} bytes, of {most}");
}

/// Repeats `text` until there are at least `length` bytes.
fn filled(length: usize, text: impl Fn(usize) -> String) -> String {
    let mut all = String::new();
    for index in 0.. {
        if all.len() >= length {
            break;
        }
        if index > 0 {
            all.push(',');
        }
        all.push_str(&text(index));
    }
    all
}

/// Policies of at least `length` bytes, each large in another way.
fn policies_of(length: usize) -> Vec<(&'static str, String)> {
    let statement = |rest: &str| {
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{rest}}}]}}"#)
    };
    let list = |name: &str| filled(length, |index| format!(r#""{name}{index}""#));
    let third = |name: &str| filled(length / 3, |index| format!(r#""{name}{index}""#));
    let statements = filled(length, |index| {
        format!(r#"{{"Effect":"Allow","Action":"s3:A{index}","Resource":"arn:aws:s3:::b{index}"}}"#)
    });
    let depth = length / 2;
    vec![
        (
            "many statements",
            format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#),
        ),
        (
            "many actions",
            statement(&format!(r#""Action":[{}],"Resource":"*""#, list("s3:A"))),
        ),
        (
            "lists whose combinations multiply",
            statement(&format!(
                r#""Principal":{{"AWS":[{}]}},"Action":[{}],"Resource":[{}]"#,
                third("a"),
                third("s3:A"),
                third("arn:aws:s3:::b")
            )),
        ),
        (
            "many values of a condition",
            statement(&format!(
                r#""Action":"s3:*","Resource":"*","Condition":{{"StringLike":{{"aws:x":[{}]}}}}"#,
                list("v*")
            )),
        ),
        (
            "one long action",
            statement(&format!(
                r#""Action":"{}","Resource":"*""#,
                "*a".repeat(depth)
            )),
        ),
        ("deep lists", "[".repeat(length)),
        (
            "deep objects",
            statement(&format!(r#""Condition":{}"#, r#"{"a":"#.repeat(length / 5))),
        ),
        ("no policy", "x".repeat(length)),
    ]
}

#[test]
fn memory_is_bounded_for_policies_longer_than_a_managed_one_may_be() {
    for (why, text) in policies_of(8 * 1024) {
        let both = format!("{text}\0{}", text.replace('1', "2"));
        costs(why, || policies::check(both.as_bytes()), 64 * MIB);
    }
}

#[test]
fn memory_is_bounded_for_files_that_are_too_large_or_too_deep() {
    // The TOML parser keeps a token of a hundred bytes for each bracket.
    for (why, text, most) in [
        ("too large", "# ".repeat(LARGE), 4 * MIB),
        (
            "too deep",
            format!("a = {}", "[".repeat(MIB - 10)),
            200 * MIB,
        ),
        (
            "deep keys",
            format!("[{}a]", "a.".repeat(MIB / 2 - 10)),
            200 * MIB,
        ),
    ] {
        costs(why, || settings_file::check(text.as_bytes()), most);
    }
    let deep = |open: &str| open.repeat(LARGE / open.len());
    for (why, text) in [
        ("too large", " ".repeat(2 * LARGE)),
        ("too deep", deep("[")),
        ("deep objects", deep("{\"plan\":")),
    ] {
        costs(why, || saved_plan::check(text.as_bytes()), 64 * MIB);
    }
    let text = format!("key-policy\n{}", " ".repeat(LARGE));
    costs(
        "a document",
        || override_documents::check(text.as_bytes()),
        4 * MIB,
    );
}

/// The body of an answer to `call` with a policy.
fn with_policy(call: &str, policy: &str) -> String {
    let encoded = || utf8_percent_encode(policy, NON_ALPHANUMERIC);
    match call {
        "kms:GetKeyPolicy" => format!(r#"{{"Policy": {}}}"#, Json::from(policy)),
        "s3:GET ?policy" => policy.to_owned(),
        "iam:GetPolicyVersion" => format!(
            "<GetPolicyVersionResponse><GetPolicyVersionResult><PolicyVersion>\
             <Document>{}</Document><VersionId>v1</VersionId></PolicyVersion>\
             </GetPolicyVersionResult></GetPolicyVersionResponse>",
            encoded()
        ),
        call => panic!("{call} answers no policy"),
    }
}

#[test]
fn memory_is_bounded_for_answers_with_a_policy_that_is_too_large() {
    for call in ["kms:GetKeyPolicy", "s3:GET ?policy", "iam:GetPolicyVersion"] {
        let statement = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
        let statements = filled(LARGE, |_| statement.to_owned());
        let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        let body = format!("{call} 200\n{}", with_policy(call, &policy));
        let check = || aws_answers::check(body.as_bytes());
        // The text is as long as the answer, and only its length is used.
        costs(call, check, 13 * body.len());
    }
}

#[test]
fn answers_that_nest_too_deep_never_panic() {
    let depth = 100_000;
    let json = ["[", "{\"a\":", "{\"Tags\":[", "{\"Policy\":{"];
    let calls = [
        "kms:GetKeyPolicy",
        "kms:ListResourceTags",
        "events:DescribeRule",
    ];
    for (call, open) in calls.iter().flat_map(|call| json.map(|open| (call, open))) {
        let text = format!("{call} 200\n{}", open.repeat(depth));
        aws_answers::check(text.as_bytes());
        let text = format!("{call} 200\n{{\"a\":{}", open.repeat(depth));
        aws_answers::check(text.as_bytes());
    }
    for call in [
        "iam:GetAccountAuthorizationDetails",
        "iam:GetRole",
        "iam:ListRoles",
        "s3:GET ?lifecycle",
        "s3:GET ?tagging",
    ] {
        for open in ["<a>", "<Role>", "<Rule>"] {
            let text = format!("{call} 200\n<x>{}", open.repeat(depth));
            aws_answers::check(text.as_bytes());
        }
    }
}

#[test]
fn reading_a_list_that_never_ends_stops() {
    let xml = |list: &str| {
        format!(
            "iam:{list} 200\n<{list}Response><{list}Result><IsTruncated>true</IsTruncated>\
             <Marker>again</Marker></{list}Result></{list}Response>"
        )
    };
    let answers = [
        xml("ListRoles"),
        xml("ListRolePolicies"),
        xml("ListAttachedRolePolicies"),
        xml("ListEntitiesForPolicy"),
        r#"kms:ListKeys 200
{"Keys": [], "Truncated": true, "NextMarker": "again"}"#
            .to_owned(),
        r#"kms:ListResourceTags 200
{"Tags": [], "Truncated": true, "NextMarker": "again"}"#
            .to_owned(),
        r#"events:ListTargetsByRule 200
{"Targets": [], "NextToken": "again"}"#
            .to_owned(),
        r#"firehose:ListTagsForDeliveryStream 200
{"Tags": [{"Key": "a", "Value": "b"}], "HasMoreTags": true}"#
            .to_owned(),
    ];
    for answer in answers {
        aws_answers::check(answer.as_bytes());
    }
}
