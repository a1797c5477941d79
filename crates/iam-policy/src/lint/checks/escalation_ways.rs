//! The catalogue of the ways in which an identity can give itself more permissions.

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

/// On which resources an action has to be allowed to give more permissions.
pub(super) enum Target {
    /// Anything of a service whose ARN's last part begins like that.
    Any(&'static str, &'static str),
    /// Any user, or the user that has the policy.
    AnyOrOneself,
}

/// One action that gives more permissions by itself.
pub(super) struct Direct {
    pub(super) action: &'static str,
    pub(super) target: Target,
    pub(super) rule: &'static Rule,
    /// The effect, worded to follow the name of the action.
    pub(super) effect: &'static str,
}

const fn direct(
    rule: &'static Rule,
    action: &'static str,
    target: Target,
    effect: &'static str,
) -> Direct {
    Direct {
        action,
        target,
        rule,
        effect,
    }
}

#[rustfmt::skip]
pub(super) static DIRECT: &[Direct] = &[
    direct(&POLICY, "iam:CreatePolicyVersion", Target::Any("iam", "policy/"), "rewrites a policy that is attached to the identity"),
    direct(&POLICY, "iam:SetDefaultPolicyVersion", Target::Any("iam", "policy/"), "brings back an older and wider version of a policy"),
    direct(&POLICY, "iam:AttachUserPolicy", Target::AnyOrOneself, "attaches any policy to a user"),
    direct(&POLICY, "iam:AttachGroupPolicy", Target::Any("iam", "group/"), "attaches any policy to a group of the identity"),
    direct(&POLICY, "iam:AttachRolePolicy", Target::Any("iam", "role/"), "attaches any policy to a role that the identity can use"),
    direct(&POLICY, "iam:PutUserPolicy", Target::AnyOrOneself, "writes any policy into a user"),
    direct(&POLICY, "iam:PutGroupPolicy", Target::Any("iam", "group/"), "writes any policy into a group of the identity"),
    direct(&POLICY, "iam:PutRolePolicy", Target::Any("iam", "role/"), "writes any policy into a role that the identity can use"),
    direct(&POLICY, "iam:AddUserToGroup", Target::Any("iam", "group/"), "adds a user to a group with more permissions"),
    direct(&CREDENTIALS, "iam:CreateAccessKey", Target::Any("iam", "user/"), "makes an access key of any user"),
    direct(&CREDENTIALS, "iam:CreateLoginProfile", Target::Any("iam", "user/"), "makes a password for any user that has none"),
    direct(&CREDENTIALS, "iam:UpdateLoginProfile", Target::Any("iam", "user/"), "replaces the password of any user"),
    direct(&TRUST, "iam:UpdateAssumeRolePolicy", Target::Any("iam", "role/"), "lets the identity into any role"),
    direct(&TRUST, "sts:AssumeRole", Target::Any("iam", "role/"), "assumes every role that trusts the account"),
    direct(&CODE, "lambda:UpdateFunctionCode", Target::Any("lambda", "function:"), "replaces the code of any function, which runs with the function's role"),
    direct(&CODE, "glue:UpdateDevEndpoint", Target::Any("glue", "devEndpoint/"), "lets the identity log in to any development endpoint, which has a role"),
    direct(&CODE, "sagemaker:CreatePresignedNotebookInstanceUrl", Target::Any("sagemaker", "notebook-instance/"), "opens any notebook, which has a role"),
    direct(&CODE, "ssm:SendCommand", Target::Any("ssm", "document/"), "runs any document of commands on instances, with their role"),
    direct(&CODE, "ssm:StartSession", Target::Any("ec2", "instance/"), "logs in to any instance, which has a role"),
];

/// A service that acts with a role that is passed to the service.
pub(super) struct RoleUser {
    /// The principal to which the role is passed.
    pub(super) service: &'static str,
    /// The other actions that have to be allowed: one of each step.
    pub(super) steps: &'static [&'static [&'static str]],
    /// The effect, worded to follow "let the identity".
    pub(super) effect: &'static str,
}

const fn role_user(
    service: &'static str,
    steps: &'static [&'static [&'static str]],
    effect: &'static str,
) -> RoleUser {
    RoleUser {
        service,
        steps,
        effect,
    }
}

#[rustfmt::skip]
pub(super) static PASSED: &[RoleUser] = &[
    role_user("lambda.amazonaws.com", &[&["lambda:CreateFunction"], &["lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:AddPermission", "lambda:CreateEventSourceMapping", "lambda:CreateFunctionUrlConfig"]], "run code of its own"),
    role_user("ec2.amazonaws.com", &[&["ec2:RunInstances"]], "start an instance and take its credentials"),
    role_user("cloudformation.amazonaws.com", &[&["cloudformation:CreateStack", "cloudformation:UpdateStack"]], "create resources from a template"),
    role_user("glue.amazonaws.com", &[&["glue:CreateDevEndpoint", "glue:CreateJob"]], "run code of its own in Glue"),
    role_user("sagemaker.amazonaws.com", &[&["sagemaker:CreateNotebookInstance", "sagemaker:CreateTrainingJob", "sagemaker:CreateProcessingJob"]], "run code of its own in SageMaker"),
    role_user("datapipeline.amazonaws.com", &[&["datapipeline:CreatePipeline"], &["datapipeline:PutPipelineDefinition"], &["datapipeline:ActivatePipeline"]], "run commands in a pipeline"),
    role_user("codebuild.amazonaws.com", &[&["codebuild:CreateProject", "codebuild:UpdateProject"], &["codebuild:StartBuild", "codebuild:StartBuildBatch"]], "run commands in a build"),
    role_user("ecs-tasks.amazonaws.com", &[&["ecs:RegisterTaskDefinition"], &["ecs:RunTask", "ecs:StartTask", "ecs:CreateService", "ecs:UpdateService"]], "run a container of its own"),
    role_user("states.amazonaws.com", &[&["states:CreateStateMachine", "states:UpdateStateMachine"], &["states:StartExecution", "states:StartSyncExecution"]], "make any API call in a state machine"),
    role_user("scheduler.amazonaws.com", &[&["scheduler:CreateSchedule", "scheduler:UpdateSchedule"]], "make any API call on a schedule"),
    role_user("events.amazonaws.com", &[&["events:PutRule"], &["events:PutTargets"]], "have targets called by a rule"),
];
