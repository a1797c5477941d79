//! The wanted and the observed lifecycle of the log bucket's objects.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use serde_json::{Value as Json, json};

use crate::engine::attributes::Value;

const DAYS: i32 = 1;

/// The wanted rule: every object expires after a day. The agent has read it long before.
///
/// # Errors
/// A part is missing that the SDK asks for.
pub fn wanted() -> Result<BucketLifecycleConfiguration, BuildError> {
    let rule = LifecycleRule::builder()
        .id("provision-expire-after-one-day")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::builder()
                .days_after_initiation(DAYS)
                .build(),
        )
        .expiration(LifecycleExpiration::builder().days(DAYS).build())
        .noncurrent_version_expiration(
            NoncurrentVersionExpiration::builder()
                .noncurrent_days(DAYS)
                .build(),
        )
        .build()?;
    BucketLifecycleConfiguration::builder().rules(rule).build()
}

/// The wanted rule in words.
pub fn in_words() -> String {
    format!("{DAYS}-day expiry")
}

/// Whether objects expire by the wanted rule that stay, or stay longer, by the rules that were found.
pub fn shortens(found: Option<&Value>) -> bool {
    let rules = match found {
        Some(Value::Plain(Json::Array(rules))) => rules.as_slice(),
        _ => &[],
    };
    let within_a_day = |days: &Json| days.as_i64().is_some_and(|days| days <= DAYS.into());
    let expires_all = |rule: &Json| {
        rule["status"] == ExpirationStatus::Enabled.as_str()
            && rule["prefix"] == ""
            && rule.get("other").is_none()
            && within_a_day(&rule["expire_days"])
            && within_a_day(&rule["expire_noncurrent_days"])
    };
    !rules.iter().any(expires_all)
}

/// The rules in a canonical order and form. Settings of a rule that ours does not have are listed
/// in `other`, and therefore show as drift.
pub fn lower(rules: &[LifecycleRule]) -> Json {
    let mut rules: Vec<Json> = rules.iter().map(lower_rule).collect();
    rules.sort_by_key(ToString::to_string);
    Json::Array(rules)
}

fn lower_rule(rule: &LifecycleRule) -> Json {
    let filter = rule.filter();
    // S3 answers the prefix of a rule in one of two places. The older place is outside the filter.
    #[expect(
        deprecated,
        reason = "rules that were written long ago are read back this way"
    )]
    let prefix = filter
        .and_then(|f| f.prefix())
        .or(rule.prefix())
        .unwrap_or_default();
    let abort = rule.abort_incomplete_multipart_upload();
    let expiration = rule.expiration();
    let noncurrent = rule.noncurrent_version_expiration();
    let mut lowered = json!({
        "id": rule.id(),
        "status": rule.status().as_str(),
        "prefix": prefix,
        "abort_multipart_days": abort.and_then(|abort| abort.days_after_initiation()),
        "expire_days": expiration.and_then(|expiration| expiration.days()),
        "expire_noncurrent_days": noncurrent.and_then(|noncurrent| noncurrent.noncurrent_days()),
    });
    let mut other = Vec::new();
    if !rule.transitions().is_empty() || !rule.noncurrent_version_transitions().is_empty() {
        other.push("transitions");
    }
    if filter.is_some_and(|f| {
        f.tag().is_some()
            || f.and().is_some()
            || f.object_size_greater_than().is_some()
            || f.object_size_less_than().is_some()
    }) {
        other.push("a filter by tag or size");
    }
    if expiration.is_some_and(|e| e.date().is_some()) {
        other.push("expiration at a date");
    }
    if expiration.and_then(|e| e.expired_object_delete_marker()) == Some(true) {
        other.push("removal of expired delete markers");
    }
    if noncurrent
        .and_then(|n| n.newer_noncurrent_versions())
        .is_some()
    {
        other.push("a number of noncurrent versions that stay");
    }
    if !other.is_empty() {
        lowered["other"] = json!(other);
    }
    lowered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_expire_sooner_unless_the_rules_let_all_of_them_expire_within_a_day() {
        let wanted = || lower(wanted().unwrap().rules());
        let with = |field: &str, value: Json| {
            let mut rules = wanted();
            rules[0][field] = value;
            Some(rules)
        };
        let cases = [
            (None, true, "no rule: objects stay"),
            (Some(json!([])), true, "the same"),
            (Some(wanted()), false, "the wanted rule"),
            (
                with("id", json!("theirs")),
                false,
                "another name of the rule",
            ),
            (with("expire_days", json!(30)), true, "30 days become 1"),
            (
                with("expire_days", Json::Null),
                true,
                "only old versions expire",
            ),
            (
                with("expire_noncurrent_days", json!(7)),
                true,
                "old versions stay for a week",
            ),
            (
                with("expire_noncurrent_days", Json::Null),
                true,
                "old versions stay",
            ),
            (
                with("prefix", json!("AWSLogs/")),
                true,
                "other prefixes stay",
            ),
            (with("status", json!("Disabled")), true, "the rule is off"),
            (
                with("other", json!(["a filter by tag or size"])),
                true,
                "some objects stay",
            ),
            (
                with("abort_multipart_days", Json::Null),
                false,
                "an upload is no object",
            ),
        ];
        for (found, expected, why) in cases {
            assert_eq!(
                shortens(found.map(Value::Plain).as_ref()),
                expected,
                "{why}"
            );
        }
    }
}
