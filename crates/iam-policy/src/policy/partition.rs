//! Moving a document from the partition `aws`, in which most documents are written, to another one.

use serde_json::Value;

/// Gives every string value that starts with `arn:aws:` the given partition, for example
/// `aws-cn` or `aws-us-gov`.
///
/// Nothing else changes: neither service principals nor host names nor object keys.
pub fn rewrite(document: &mut Value, partition: &str) {
    match document {
        Value::String(text) => {
            if let Some(rest) = text.strip_prefix("arn:aws:") {
                *text = format!("arn:{partition}:{rest}");
            }
        }
        Value::Array(items) => {
            for item in items {
                rewrite(item, partition);
            }
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                rewrite(member, partition);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::rewrite;
    use serde_json::json;

    #[test]
    fn only_arns_of_the_default_partition_move() {
        let cases = [
            (
                json!("arn:aws:s3:::b/*"),
                json!("arn:aws-cn:s3:::b/*"),
                "an ARN",
            ),
            (
                json!({"k": [["arn:aws:iam::1:root"]]}),
                json!({"k": [["arn:aws-cn:iam::1:root"]]}),
                "nested",
            ),
            (
                json!("events.amazonaws.com"),
                json!("events.amazonaws.com"),
                "a service principal",
            ),
            (
                json!("s3.eu-west-1.amazonaws.com"),
                json!("s3.eu-west-1.amazonaws.com"),
                "a host",
            ),
            (
                json!("arn:aws-us-gov:s3:::b"),
                json!("arn:aws-us-gov:s3:::b"),
                "another partition",
            ),
            (
                json!("arn:*:s3:::b"),
                json!("arn:*:s3:::b"),
                "a wildcard partition",
            ),
            (
                json!("see arn:aws:s3:::b"),
                json!("see arn:aws:s3:::b"),
                "not at the start",
            ),
            (
                json!({"arn:aws:s3:::b": 1}),
                json!({"arn:aws:s3:::b": 1}),
                "an object key",
            ),
            (json!([1, true, null]), json!([1, true, null]), "no string"),
        ];
        for (mut document, expected, reason) in cases {
            rewrite(&mut document, "aws-cn");
            assert_eq!(document, expected, "{reason}");
        }
    }

    #[test]
    fn the_default_partition_changes_nothing() {
        let mut document = json!(["arn:aws:s3:::b", "x"]);
        rewrite(&mut document, "aws");
        assert_eq!(document, json!(["arn:aws:s3:::b", "x"]));
    }
}
