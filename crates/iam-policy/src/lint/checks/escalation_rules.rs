//! The rules on ways to more permissions: what a finding of each means.

use crate::lint::rule::{Rule, Severity};

const REFERENCE: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html";
const PASSING: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html";

pub(super) static POLICY: Rule = Rule {
    code: "escalation-by-policy",
    severity: Severity::Security,
    risk: "The identity can change permissions, its own included, so it can give itself every permission in the account.",
    remedy: "Limit the action to chosen ARNs, and to a permissions boundary or to chosen policies by a condition.",
    reference: REFERENCE,
};

pub(super) static CREDENTIALS: Rule = Rule {
    code: "escalation-by-credentials",
    severity: Severity::Security,
    risk: "The identity can create a password or an access key for any other user and act with that user's permissions.",
    remedy: "Limit the action to arn:aws:iam::*:user/${aws:username}, which is the user itself.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_iam_credentials_console.html",
};

pub(super) static TRUST: Rule = Rule {
    code: "escalation-by-trust",
    severity: Severity::Security,
    risk: "The identity can assume roles that have more permissions than the identity.",
    remedy: "Limit the action to the ARNs of the roles that are meant.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html",
};

pub(super) static NEW_ROLE: Rule = Rule {
    code: "escalation-by-new-role",
    severity: Severity::Security,
    risk: "The identity can create a role, give it every permission and assume it.",
    remedy: "Require a permissions boundary by a condition on iam:PermissionsBoundary, both for creating roles and for giving policies to roles.",
    reference: REFERENCE,
};

pub(super) static PASSED_ROLE: Rule = Rule {
    code: "escalation-by-passed-role",
    severity: Severity::Security,
    risk: "The identity can make a service act with a role that has more permissions than the identity.",
    remedy: "Limit iam:PassRole to roles whose permissions the identity cannot change, and to the services that need them.",
    reference: PASSING,
};

pub(super) static CODE: Rule = Rule {
    code: "escalation-by-foreign-code",
    severity: Severity::Security,
    risk: "The identity can run its own code where a role with more permissions is already in use.",
    remedy: "Limit the action to the ARNs that are meant.",
    reference: PASSING,
};

pub(super) static RESOURCE_POLICY: Rule = Rule {
    code: "escalation-by-resource-policy",
    severity: Severity::Security,
    risk: "The identity can write into a resource's own policy that the identity, or anybody, may do everything with the resource.",
    remedy: "Limit the action to the ARNs that are meant.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
};

pub(super) static SECRETS: Rule = Rule {
    code: "all-secrets",
    severity: Severity::Security,
    risk: "The identity can read the passwords and keys that others keep there, and act with the permissions which those give.",
    remedy: "Limit the action to the ARNs that are meant.",
    reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html",
};
