//! Permission to write a resource's own policy, where the document withholds what that gives.

use super::partly::has_too_many_grants;
use crate::authorization::patterns_overlap;
use crate::lint::finding::Finding;
use crate::lint::grants::{Grant, Type, grants};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[&SELF_GRANT];

static SELF_GRANT: Rule = Rule {
    code: "self-grant",
    severity: Severity::Warning,
    risk: "The policy seems to withhold an action that the identity can allow to itself, or to anybody, in the resource's own policy.",
    remedy: "Leave the change of the resource's policy to another identity, or allow the withheld action openly.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
};

/// A way to write the policy of a chosen resource: the action, what it works on, the action that it
/// gives, and what follows the resource's ARN in the ARNs of that.
const WRITERS: [(&str, Type, &str, &str); 6] = [
    (
        "s3:PutBucketPolicy",
        Type::new("s3", ""),
        "s3:GetObject",
        "/*",
    ),
    (
        "kms:PutKeyPolicy",
        Type::new("kms", "key/"),
        "kms:Decrypt",
        "",
    ),
    (
        "kms:CreateGrant",
        Type::new("kms", "key/"),
        "kms:Decrypt",
        "",
    ),
    (
        "secretsmanager:PutResourcePolicy",
        Type::new("secretsmanager", "secret:"),
        "secretsmanager:GetSecretValue",
        "",
    ),
    (
        "dynamodb:PutResourcePolicy",
        Type::new("dynamodb", "table/"),
        "dynamodb:GetItem",
        "",
    ),
    (
        "ecr:SetRepositoryPolicy",
        Type::new("ecr", "repository/"),
        "ecr:BatchGetImage",
        "",
    ),
];

/// If the action is allowed on every resource, `escalation-by-resource-policy` says so.
pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if !subject.kind.grants_to_identity() || has_too_many_grants(subject) {
        return;
    }
    for (action, what, given, suffix) in WRITERS {
        let of_given = grants(subject, given);
        let withheld = |grant: &Grant| {
            let resource = format!("{}{suffix}", grant.resource);
            let mut of_given = of_given.iter();
            !of_given.any(|it| patterns_overlap(it.resource, &resource))
        };
        let grant = grants(subject, action).into_iter().find(|grant| {
            grant.may_be(what)
                // A bucket's name has no slash, so an object's ARN has no policy.
                && (what.service != "s3" || !grant.resource.contains('/'))
                && !grant.reaches_every(what)
                && !grant.is_limited(action)
                && withheld(grant)
        });
        if let Some(grant) = grant {
            let resource = printable(grant.resource);
            let detail =
                format!("with {action} the identity can allow {given} on {resource} to itself");
            findings.push(grant.statement.finding(&SELF_GRANT, grant.path, detail));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{WRITERS, find};
    use crate::authorization::service;
    use crate::lint::checks::trial::check;

    #[test]
    #[rustfmt::skip]
    fn what_the_identity_can_allow_to_itself() {
        let on = |action: Value, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let bucket = "arn:aws:s3:::b";
        let key = "arn:aws:kms:eu-west-1:123456789012:key/k";
        let reads = |place: &str| format!("self-grant {place}: with s3:PutBucketPolicy the identity can allow s3:GetObject on arn:aws:s3:::b to itself");
        check(find, [
            ("a bucket that it may not read", on(json!("s3:PutBucketPolicy"), bucket), &[&reads("Statement.Action") as &str] as &[&str]),
            ("by a wildcard", on(json!(["s3:PutBucket*"]), bucket), &[&reads("Statement.Action[0]")]),
            ("a bucket that it may read", json!([on(json!("s3:PutBucketPolicy"), bucket), on(json!("s3:GetObject"), "arn:aws:s3:::b/*")]), &[]),
            ("a bucket of which it may read a part", json!([on(json!("s3:PutBucketPolicy"), bucket), on(json!("s3:GetObject"), "arn:aws:s3:::b/public/*")]), &[]),
            ("every bucket has a rule of its own", on(json!("s3:PutBucketPolicy"), "*"), &[]),
            ("reading is denied, which holds", json!([on(json!("s3:PutBucketPolicy"), bucket), {"Effect": "Deny", "Action": "s3:PutBucketPolicy", "Resource": "*"}]), &[]),
            ("a grant for itself", on(json!("kms:CreateGrant"), key), &[&format!("self-grant Statement.Action: with kms:CreateGrant the identity can allow kms:Decrypt on {key} to itself")]),
            ("a grant for a service of AWS", json!({"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": key, "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}), &[]),
            ("no resource of the service", on(json!("*"), "arn:aws:sqs:eu-west-1:123456789012:q"), &[]),
        ]);
    }

    #[test]
    fn the_table_names_actions_that_exist() {
        for action in WRITERS
            .iter()
            .flat_map(|(action, _, given, _)| [action, given])
        {
            let (prefix, name) = action.split_once(':').unwrap();
            let known = service(prefix).is_some_and(|it| it.action(name).is_some());
            assert!(known, "{action}");
        }
    }
}
