//! The names of the kinds of resources for a person.

/// The name of a kind as AWS's console has it; a kind that is not known stays as it is.
pub fn kind_words(kind: &str) -> &str {
    match kind {
        "event_rule" => "EventBridge rule",
        "event_target" => "EventBridge target",
        "firehose_stream" => "Firehose stream",
        "iam_instance_profile" => "Instance profile",
        "iam_policy" => "IAM policy",
        "iam_policy_attachment" => "Policy attachment",
        "iam_role" => "IAM role",
        "kms_key" => "KMS key",
        "s3_bucket" => "S3 bucket",
        other => other,
    }
}
