//! The catalogue of the ways in which an identity can give itself more permissions.
//!
//! A way is data: the actions that together make it, on what each has to be allowed, what the
//! identity gains, and the public catalogue that describes the way. `docs/escalations.md` lists them.

use super::escalation_rules::{
    CODE, CREDENTIALS, NEW_ROLE, PASSED_ROLE, POLICY, RESOURCE_POLICY, SECRETS, TRUST,
};
use crate::lint::grants::{ROLE, Type, USER};
use crate::lint::rule::Rule;

/// On which resources an action has to be allowed for a way.
#[derive(Clone, Copy)]
pub(super) enum On {
    /// Every resource of each of the types. On chosen ARNs alone the way is not open, because those
    /// may be harmless.
    Every(&'static [Type]),
    /// Every user, or the user that has the policy.
    EveryOrOneself,
    /// Some roles, which have to be those of the way's other actions of this kind.
    SameRoles,
    /// Something: what matters is the role that is passed.
    Something,
}

/// One action of a way.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) action: &'static str,
    pub(super) on: On,
}

/// A way: one action of each step has to be allowed, and to pass a role where the way needs one.
pub(super) struct Way {
    pub(super) rule: &'static Rule,
    /// The principals of the service that acts with a passed role; none if no role is passed.
    pub(super) passed_to: &'static [&'static str],
    pub(super) steps: &'static [&'static [Step]],
    /// What the identity gains: worded to follow the names of the actions, and of a way with a passed
    /// role to follow "let the identity".
    pub(super) gain: &'static str,
    /// The public catalogue with its name for the way.
    pub(super) source: &'static str,
}

/// A known way in which an identity can give itself more permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// The rule that finds it.
    pub rule: &'static Rule,
    /// The actions that have to be allowed together: one of each list.
    pub actions: Vec<Vec<&'static str>>,
    /// What the identity gains, worded to follow the actions.
    pub gain: String,
    /// The public catalogue that describes the way, with its name there.
    pub source: &'static str,
}

/// Every way that lint knows.
pub fn escalations() -> impl Iterator<Item = Escalation> {
    WAYS.iter().map(|way| {
        let is_passing = !way.passed_to.is_empty();
        let pass = is_passing.then(|| vec!["iam:PassRole"]);
        let steps = way.steps.iter();
        let names = steps.map(|step| step.iter().map(|it| it.action).collect());
        let gain = if is_passing {
            format!("let the identity {} with the role", way.gain)
        } else {
            way.gain.to_owned()
        };
        Escalation {
            rule: way.rule,
            actions: pass.into_iter().chain(names).collect(),
            gain,
            source: way.source,
        }
    })
}

const fn way(
    rule: &'static Rule,
    steps: &'static [&'static [Step]],
    gain: &'static str,
    source: &'static str,
) -> Way {
    Way {
        rule,
        passed_to: &[],
        steps,
        gain,
        source,
    }
}

const fn passing(
    passed_to: &'static [&'static str],
    steps: &'static [&'static [Step]],
    gain: &'static str,
    source: &'static str,
) -> Way {
    Way {
        rule: &PASSED_ROLE,
        passed_to,
        steps,
        gain,
        source,
    }
}

const fn every(action: &'static str, what: &'static [Type]) -> Step {
    Step {
        action,
        on: On::Every(what),
    }
}

const fn on_users(action: &'static str) -> Step {
    Step {
        action,
        on: On::EveryOrOneself,
    }
}

const fn on_same_roles(action: &'static str) -> Step {
    Step {
        action,
        on: On::SameRoles,
    }
}

const fn some(action: &'static str) -> Step {
    Step {
        action,
        on: On::Something,
    }
}

const FUNCTION: Type = Type::new("lambda", "function:");
const DEV_ENDPOINT: Type = Type::new("glue", "devEndpoint/");
const NOTEBOOK: Type = Type::new("sagemaker", "notebook-instance/");
const NOTEBOOK_CONFIG: Type = Type::new("sagemaker", "notebook-instance-lifecycle-config/");
const USER_PROFILE: Type = Type::new("sagemaker", "user-profile/");
const PARAMETER: Type = Type::new("ssm", "parameter/");
const INSTANCE: Type = Type::new("ec2", "instance/");
const LAUNCH_TEMPLATE: Type = Type::new("ec2", "launch-template/");
const IMAGE: Type = Type::new("ec2", "image/");
const SNAPSHOT: Type = Type::new("ec2", "snapshot/");
const TASK: Type = Type::new("ecs", "task/");
const STACK: Type = Type::new("cloudformation", "stack/");
const RUNNER: Type = Type::new("apprunner", "service/");
const PROJECT: Type = Type::new("codebuild", "project/");
const DEPLOYMENT_GROUP: Type = Type::new("codedeploy", "deploymentgroup:");
const JOB_DEFINITION: Type = Type::new("batch", "job-definition/");
const STATE_MACHINE: Type = Type::new("states", "stateMachine:");
const INTERPRETER: Type = Type::new("bedrock-agentcore", "code-interpreter-custom/");
const RUNTIME: Type = Type::new("bedrock-agentcore", "runtime/");
const BROWSER: Type = Type::new("bedrock-agentcore", "browser-custom/");
const AIRFLOW: Type = Type::new("airflow", "environment/");
const GROUP: Type = Type::new("iam", "group/");
const DOCUMENT_OF_POLICY: Type = Type::new("iam", "policy/");
const SAML_PROVIDER: Type = Type::new("iam", "saml-provider/");
const PERMISSION_SET: Type = Type::new("sso", "permissionSet/");
const ACCOUNT: Type = Type::new("sso", "account/");
const DIRECTORY_GROUP: Type = Type::new("identitystore", "group/");
const BUCKET: Type = Type::new("s3", "");
const ACCESS_POINT: Type = Type::new("s3", "accesspoint/");
const KEY: Type = Type::new("kms", "key/");
const SECRET: Type = Type::new("secretsmanager", "secret:");
const REPOSITORY: Type = Type::new("ecr", "repository/");
const QUEUE: Type = Type::new("sqs", "");
const TOPIC: Type = Type::new("sns", "");
const TABLE: Type = Type::new("dynamodb", "table/");
const DB_SNAPSHOT: Type = Type::new("rds", "snapshot:");
const LIGHTSAIL_INSTANCE: Type = Type::new("lightsail", "Instance/");
const DB_USER: Type = Type::new("rds-db", "dbuser:");
const CLUSTER_USER: Type = Type::new("redshift", "dbuser:");
const RUN_SHELL_SCRIPT: Type = Type::named("ssm", "document/AWS-RunShellScript");

#[rustfmt::skip]
pub(super) static WAYS: &[Way] = &[
    way(&POLICY, &[&[every("iam:CreatePolicyVersion", &[DOCUMENT_OF_POLICY])]], "rewrites a policy that is attached to the identity", "pathfinding.cloud iam-001"),
    way(&POLICY, &[&[every("iam:SetDefaultPolicyVersion", &[DOCUMENT_OF_POLICY])]], "brings back an older and wider version of a policy", "Rhino Security Labs 2"),
    way(&POLICY, &[&[on_users("iam:AttachUserPolicy")]], "attaches any policy to a user", "pathfinding.cloud iam-008"),
    way(&POLICY, &[&[every("iam:AttachGroupPolicy", &[GROUP])]], "attaches any policy to a group of the identity", "pathfinding.cloud iam-010"),
    way(&POLICY, &[&[every("iam:AttachRolePolicy", &[ROLE])]], "attaches any policy to a role that the identity can use", "pathfinding.cloud iam-009"),
    way(&POLICY, &[&[on_users("iam:PutUserPolicy")]], "writes any policy into a user", "pathfinding.cloud iam-007"),
    way(&POLICY, &[&[every("iam:PutGroupPolicy", &[GROUP])]], "writes any policy into a group of the identity", "pathfinding.cloud iam-011"),
    way(&POLICY, &[&[every("iam:PutRolePolicy", &[ROLE])]], "writes any policy into a role that the identity can use", "pathfinding.cloud iam-005"),
    way(&POLICY, &[&[every("iam:AddUserToGroup", &[GROUP])]], "adds a user to a group with more permissions", "pathfinding.cloud iam-013"),
    way(&POLICY, &[&[on_users("iam:DeleteUserPermissionsBoundary"), on_users("iam:PutUserPermissionsBoundary")]], "takes away the permissions boundary that limits a user", "HackTricks Cloud, IAM"),
    way(&POLICY, &[&[every("iam:DeleteRolePermissionsBoundary", &[ROLE]), every("iam:PutRolePermissionsBoundary", &[ROLE])]], "takes away the permissions boundary that limits a role", "HackTricks Cloud, IAM"),
    way(&POLICY, &[&[every("sso:PutInlinePolicyToPermissionSet", &[PERMISSION_SET]), every("sso:AttachManagedPolicyToPermissionSet", &[PERMISSION_SET]), every("sso:AttachCustomerManagedPolicyReferenceToPermissionSet", &[PERMISSION_SET])]], "gives any policy to a permission set of IAM Identity Center", "HackTricks Cloud, IAM Identity Center"),
    way(&POLICY, &[&[every("sso:DeletePermissionsBoundaryFromPermissionSet", &[PERMISSION_SET])]], "takes away the permissions boundary that limits a permission set of IAM Identity Center", "HackTricks Cloud, IAM Identity Center"),
    way(&POLICY, &[&[every("sso:CreateAccountAssignment", &[PERMISSION_SET, ACCOUNT])]], "assigns any permission set to a user in any account", "HackTricks Cloud, IAM Identity Center"),
    way(&POLICY, &[&[every("identitystore:CreateGroupMembership", &[DIRECTORY_GROUP])]], "adds a user to a group of IAM Identity Center with more permissions", "HackTricks Cloud, IAM Identity Center"),
    way(&CREDENTIALS, &[&[every("iam:CreateAccessKey", &[USER])]], "makes an access key of any user", "pathfinding.cloud iam-002"),
    way(&CREDENTIALS, &[&[every("iam:CreateLoginProfile", &[USER])]], "makes a password for any user that has none", "pathfinding.cloud iam-004"),
    way(&CREDENTIALS, &[&[every("iam:UpdateLoginProfile", &[USER])]], "replaces the password of any user", "pathfinding.cloud iam-006"),
    way(&CREDENTIALS, &[&[every("iam:CreateServiceSpecificCredential", &[USER]), every("iam:ResetServiceSpecificCredential", &[USER]), every("iam:UploadSSHPublicKey", &[USER])]], "makes a password or a key of any user for a single service", "HackTricks Cloud, IAM"),
    way(&TRUST, &[&[every("iam:UpdateAssumeRolePolicy", &[ROLE])]], "lets the identity into any role", "pathfinding.cloud iam-012"),
    way(&TRUST, &[&[every("sts:AssumeRole", &[ROLE])]], "assumes every role that trusts the account", "pathfinding.cloud sts-001"),
    way(&TRUST, &[&[every("iam:UpdateSAMLProvider", &[SAML_PROVIDER])]], "lets an identity provider of one's own into every role that trusts a SAML provider", "HackTricks Cloud, IAM"),
    way(&CODE, &[&[every("lambda:UpdateFunctionCode", &[FUNCTION]), every("lambda:UpdateFunctionConfiguration", &[FUNCTION])]], "replaces the code of any function, which runs with the function's role", "pathfinding.cloud lambda-003"),
    way(&CODE, &[&[every("glue:UpdateDevEndpoint", &[DEV_ENDPOINT])]], "lets the identity log in to any development endpoint, which has a role", "pathfinding.cloud glue-002"),
    way(&CODE, &[&[every("sagemaker:CreatePresignedNotebookInstanceUrl", &[NOTEBOOK])]], "opens any notebook, which has a role", "pathfinding.cloud sagemaker-004"),
    way(&CODE, &[&[every("sagemaker:UpdateNotebookInstanceLifecycleConfig", &[NOTEBOOK_CONFIG])]], "changes the script with which any notebook starts, with the notebook's role", "pathfinding.cloud sagemaker-005"),
    way(&CODE, &[&[every("sagemaker:CreateNotebookInstanceLifecycleConfig", &[NOTEBOOK_CONFIG])], &[every("sagemaker:UpdateNotebookInstance", &[NOTEBOOK])], &[every("sagemaker:StartNotebookInstance", &[NOTEBOOK])]], "have any notebook start with a script of one's own, with the notebook's role", "pathfinding.cloud sagemaker-005"),
    way(&CODE, &[&[every("sagemaker:CreatePresignedDomainUrl", &[USER_PROFILE])]], "opens the Studio of any user, which has a role", "pathfinding.cloud sagemaker-004, for Studio"),
    way(&CODE, &[&[every("ssm:SendCommand", &[RUN_SHELL_SCRIPT, INSTANCE])]], "runs commands on any instance, with its role", "pathfinding.cloud ssm-002"),
    way(&CODE, &[&[every("ssm:StartSession", &[INSTANCE])]], "logs in to any instance, which has a role", "pathfinding.cloud ssm-001"),
    way(&CODE, &[&[every("ec2-instance-connect:SendSSHPublicKey", &[INSTANCE]), every("ec2-instance-connect:SendSerialConsoleSSHPublicKey", &[INSTANCE])]], "logs in to any instance that takes the key, with the instance's role", "pathfinding.cloud ec2-003"),
    way(&CODE, &[&[every("ec2:ModifyInstanceAttribute", &[INSTANCE])], &[every("ec2:StopInstances", &[INSTANCE])], &[every("ec2:StartInstances", &[INSTANCE])]], "restart any instance with a script of one's own, with the instance's role", "pathfinding.cloud ec2-002"),
    way(&CODE, &[&[every("ec2:CreateLaunchTemplateVersion", &[LAUNCH_TEMPLATE])], &[every("ec2:ModifyLaunchTemplate", &[LAUNCH_TEMPLATE])]], "have instances started later run a script of one's own, with the role of their template", "pathfinding.cloud ec2-005"),
    way(&CODE, &[&[every("ecs:ExecuteCommand", &[TASK])]], "runs commands in any task, with the task's role", "pathfinding.cloud ecs-006"),
    way(&CODE, &[&[every("cloudformation:UpdateStack", &[STACK])]], "changes any stack, with the stack's service role", "pathfinding.cloud cloudformation-002"),
    way(&CODE, &[&[every("cloudformation:CreateChangeSet", &[STACK])], &[every("cloudformation:ExecuteChangeSet", &[STACK])]], "change any stack, with the stack's service role", "pathfinding.cloud cloudformation-005"),
    way(&CODE, &[&[every("apprunner:UpdateService", &[RUNNER])]], "replaces the code of any App Runner service, which has a role", "pathfinding.cloud apprunner-002"),
    way(&CODE, &[&[every("codebuild:StartBuild", &[PROJECT]), every("codebuild:StartBuildBatch", &[PROJECT])]], "runs commands of one's own in any build project, with the project's role", "pathfinding.cloud codebuild-002"),
    way(&CODE, &[&[every("codedeploy:CreateDeployment", &[DEPLOYMENT_GROUP])]], "runs scripts of one's own on the instances of any deployment group, with their role", "pathfinding.cloud codedeploy-001"),
    way(&CODE, &[&[every("batch:SubmitJob", &[JOB_DEFINITION])]], "runs commands of one's own in any job, with the job's role", "pathfinding.cloud batch-002"),
    way(&CODE, &[&[every("states:UpdateStateMachine", &[STATE_MACHINE])]], "changes the calls that any state machine makes with its role", "pathfinding.cloud stepfunctions-002"),
    way(&CODE, &[&[every("airflow:UpdateEnvironment", &[AIRFLOW])]], "has any Airflow environment run code of one's own, with the environment's role", "pathfinding.cloud mwaa-002"),
    way(&CODE, &[&[every("bedrock-agentcore:StartCodeInterpreterSession", &[INTERPRETER])], &[every("bedrock-agentcore:InvokeCodeInterpreter", &[INTERPRETER])]], "run code in any interpreter of AgentCore, with the interpreter's role", "pathfinding.cloud bedrock-002"),
    way(&CODE, &[&[every("bedrock-agentcore:InvokeAgentRuntimeCommand", &[RUNTIME])]], "runs commands in any agent of AgentCore, with the agent's role", "pathfinding.cloud bedrock-004"),
    way(&CODE, &[&[every("bedrock-agentcore:StartBrowserSession", &[BROWSER])], &[some("bedrock-agentcore:ConnectBrowserAutomationStream")]], "steer any browser of AgentCore, from which its role can be used", "pathfinding.cloud bedrock-007"),
    way(&RESOURCE_POLICY, &[&[every("s3:PutBucketPolicy", &[BUCKET]), every("s3:PutBucketAcl", &[BUCKET])]], "opens any bucket to anybody", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("s3:PutAccessPointPolicy", &[ACCESS_POINT])]], "opens any access point to anybody whom its bucket lets in", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("kms:PutKeyPolicy", &[KEY])]], "lets anybody use any key", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("kms:CreateGrant", &[KEY])]], "lets the identity use any key that leaves permissions to IAM", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("secretsmanager:PutResourcePolicy", &[SECRET])]], "lets anybody read any secret", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("ecr:SetRepositoryPolicy", &[REPOSITORY])]], "lets anybody replace the images of any repository", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("lambda:AddPermission", &[FUNCTION])]], "lets anybody invoke any function", "pathfinding.cloud lambda-005"),
    way(&RESOURCE_POLICY, &[&[every("sqs:SetQueueAttributes", &[QUEUE]), every("sqs:AddPermission", &[QUEUE])]], "lets anybody read and write any queue", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("sns:SetTopicAttributes", &[TOPIC]), every("sns:AddPermission", &[TOPIC])]], "lets anybody publish to any topic and subscribe to it", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("dynamodb:PutResourcePolicy", &[TABLE])]], "lets anybody read and write any table", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("ec2:ModifySnapshotAttribute", &[SNAPSHOT])]], "lets anybody copy the snapshot of any disk", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("ec2:ModifyImageAttribute", &[IMAGE])]], "lets anybody start instances from any image", "cloudsplaining, resource exposure"),
    way(&RESOURCE_POLICY, &[&[every("rds:ModifyDBSnapshotAttribute", &[DB_SNAPSHOT])]], "lets anybody restore the snapshot of any database", "cloudsplaining, resource exposure"),
    way(&SECRETS, &[&[every("secretsmanager:GetSecretValue", &[SECRET])]], "reads every secret", "cloudsplaining, data exfiltration"),
    way(&SECRETS, &[&[every("ssm:GetParameter", &[PARAMETER]), every("ssm:GetParameters", &[PARAMETER]), every("ssm:GetParametersByPath", &[PARAMETER]), every("ssm:GetParameterHistory", &[PARAMETER])]], "reads every parameter, secret ones included where the key allows it", "cloudsplaining, data exfiltration"),
    way(&SECRETS, &[&[every("lightsail:GetInstanceAccessDetails", &[LIGHTSAIL_INSTANCE])]], "gives the key with which to log in to any Lightsail instance", "cloudsplaining, credentials exposure"),
    way(&SECRETS, &[&[every("redshift:GetClusterCredentials", &[CLUSTER_USER])]], "gives a password of any database user of any Redshift cluster", "cloudsplaining, credentials exposure"),
    way(&SECRETS, &[&[every("rds-db:connect", &[DB_USER])]], "logs in to any database as any user that may log in with IAM", "cloudsplaining, credentials exposure"),
    way(&NEW_ROLE, &[&[on_same_roles("iam:CreateRole")], &[on_same_roles("iam:AttachRolePolicy"), on_same_roles("iam:PutRolePolicy")]], "make a role that the identity may assume and that may do everything", "Rhino Security Labs 9, 12 and 14"),
    passing(&["lambda.amazonaws.com"], &[&[some("lambda:CreateFunction"), some("lambda:UpdateFunctionConfiguration")], &[some("lambda:InvokeFunction"), some("lambda:InvokeAsync"), some("lambda:AddPermission"), some("lambda:CreateEventSourceMapping"), some("lambda:CreateFunctionUrlConfig")]], "run code of its own", "pathfinding.cloud lambda-001, 002 and 006"),
    passing(&["ec2.amazonaws.com"], &[&[some("ec2:RunInstances")]], "start an instance and take its credentials", "pathfinding.cloud ec2-001"),
    passing(&["ec2.amazonaws.com"], &[&[some("ec2:RequestSpotInstances"), some("ec2:RequestSpotFleet")]], "start a spot instance and take its credentials", "pathfinding.cloud ec2-004"),
    passing(&["ec2.amazonaws.com"], &[&[some("autoscaling:CreateLaunchConfiguration")], &[some("autoscaling:CreateAutoScalingGroup"), some("autoscaling:UpdateAutoScalingGroup")]], "start instances of a group and take their credentials", "Prowler PassRole+CreateAutoScaling"),
    passing(&["ec2.amazonaws.com"], &[&[some("ec2:AssociateIamInstanceProfile"), some("ec2:ReplaceIamInstanceProfileAssociation"), some("iam:AddRoleToInstanceProfile")]], "give a role to an instance that runs", "HackTricks Cloud, EC2"),
    passing(&["cloudformation.amazonaws.com"], &[&[some("cloudformation:CreateStack"), some("cloudformation:UpdateStack")]], "create resources from a template", "pathfinding.cloud cloudformation-001"),
    passing(&["cloudformation.amazonaws.com"], &[&[some("cloudformation:CreateChangeSet")], &[some("cloudformation:ExecuteChangeSet")]], "create resources from a change set", "pathfinding.cloud cloudformation-005"),
    passing(&["cloudformation.amazonaws.com"], &[&[some("cloudformation:CreateStackSet")], &[some("cloudformation:CreateStackInstances")]], "create resources from a template in every account of a stack set", "pathfinding.cloud cloudformation-003"),
    passing(&["cloudformation.amazonaws.com"], &[&[some("cloudformation:UpdateStackSet")]], "change the resources of a stack set", "pathfinding.cloud cloudformation-004"),
    passing(&["glue.amazonaws.com"], &[&[some("glue:CreateDevEndpoint")]], "log in to a development endpoint of Glue", "pathfinding.cloud glue-001"),
    passing(&["glue.amazonaws.com"], &[&[some("glue:CreateJob"), some("glue:UpdateJob")], &[some("glue:StartJobRun"), some("glue:CreateTrigger"), some("glue:StartTrigger")]], "run code of its own in a job of Glue", "pathfinding.cloud glue-003 to 006"),
    passing(&["glue.amazonaws.com"], &[&[some("glue:CreateSession")], &[some("glue:RunStatement")]], "run code of its own in a session of Glue", "pathfinding.cloud glue-007"),
    passing(&["sagemaker.amazonaws.com"], &[&[some("sagemaker:CreateNotebookInstance"), some("sagemaker:CreateTrainingJob"), some("sagemaker:CreateProcessingJob"), some("sagemaker:CreateHyperParameterTuningJob"), some("sagemaker:CreateDomain"), some("sagemaker:CreateUserProfile")]], "run code of its own in SageMaker", "pathfinding.cloud sagemaker-001 to 003"),
    passing(&["datapipeline.amazonaws.com"], &[&[some("datapipeline:CreatePipeline")], &[some("datapipeline:PutPipelineDefinition")], &[some("datapipeline:ActivatePipeline")]], "run commands in a pipeline", "pathfinding.cloud datapipeline-001"),
    passing(&["codebuild.amazonaws.com"], &[&[some("codebuild:CreateProject"), some("codebuild:UpdateProject")], &[some("codebuild:StartBuild"), some("codebuild:StartBuildBatch")]], "run commands in a build", "pathfinding.cloud codebuild-001 and 004"),
    passing(&["ecs-tasks.amazonaws.com"], &[&[some("ecs:RunTask"), some("ecs:StartTask")]], "run a container with commands of its own", "pathfinding.cloud ecs-002, 004, 005 and 007 to 009"),
    passing(&["ecs-tasks.amazonaws.com"], &[&[some("ecs:RegisterTaskDefinition")], &[some("ecs:CreateService"), some("ecs:UpdateService")]], "run a container of its own in a service", "pathfinding.cloud ecs-001 and 003"),
    passing(&["ecs-tasks.amazonaws.com", "batch.amazonaws.com"], &[&[some("batch:RegisterJobDefinition")], &[some("batch:SubmitJob")]], "run a container of its own in Batch", "pathfinding.cloud batch-001 and 003"),
    passing(&["states.amazonaws.com"], &[&[some("states:CreateStateMachine"), some("states:UpdateStateMachine")], &[some("states:StartExecution"), some("states:StartSyncExecution")]], "make any API call in a state machine", "pathfinding.cloud stepfunctions-001"),
    passing(&["scheduler.amazonaws.com"], &[&[some("scheduler:CreateSchedule"), some("scheduler:UpdateSchedule")]], "make any API call on a schedule", "pathfinding.cloud scheduler-001"),
    passing(&["events.amazonaws.com"], &[&[some("events:PutRule")], &[some("events:PutTargets")]], "have targets called by a rule", "HackTricks Cloud, EventBridge"),
    passing(&["tasks.apprunner.amazonaws.com"], &[&[some("apprunner:CreateService"), some("apprunner:UpdateService")]], "run code of its own in App Runner", "pathfinding.cloud apprunner-001"),
    passing(&["bedrock-agentcore.amazonaws.com"], &[&[some("bedrock-agentcore:CreateCodeInterpreter")], &[some("bedrock-agentcore:StartCodeInterpreterSession")], &[some("bedrock-agentcore:InvokeCodeInterpreter")]], "run code in an interpreter of AgentCore", "pathfinding.cloud bedrock-001"),
    passing(&["bedrock-agentcore.amazonaws.com"], &[&[some("bedrock-agentcore:CreateAgentRuntime")], &[some("bedrock-agentcore:InvokeAgentRuntime"), some("bedrock-agentcore:InvokeAgentRuntimeCommand")]], "run an agent of its own in AgentCore", "pathfinding.cloud bedrock-003"),
    passing(&["bedrock-agentcore.amazonaws.com"], &[&[some("bedrock-agentcore:CreateHarness")], &[some("bedrock-agentcore:InvokeHarness"), some("bedrock-agentcore:InvokeAgentRuntimeCommand")]], "run a harness of its own in AgentCore", "pathfinding.cloud bedrock-005"),
    passing(&["bedrock-agentcore.amazonaws.com"], &[&[some("bedrock-agentcore:CreateBrowser")], &[some("bedrock-agentcore:StartBrowserSession")], &[some("bedrock-agentcore:ConnectBrowserAutomationStream")]], "steer a browser of AgentCore", "pathfinding.cloud bedrock-006"),
    passing(&["airflow.amazonaws.com", "airflow-env.amazonaws.com"], &[&[some("airflow:CreateEnvironment"), some("airflow:UpdateEnvironment")]], "run code of its own in Airflow", "pathfinding.cloud mwaa-001"),
    passing(&["amplify.amazonaws.com"], &[&[some("amplify:CreateApp"), some("amplify:UpdateApp")], &[some("amplify:StartJob"), some("amplify:CreateBranch")]], "run commands in a build of Amplify", "pathfinding.cloud amplify-001"),
    passing(&["ec2.amazonaws.com", "elasticbeanstalk.amazonaws.com"], &[&[some("elasticbeanstalk:CreateEnvironment"), some("elasticbeanstalk:UpdateEnvironment")]], "run code of its own in Elastic Beanstalk", "HackTricks Cloud, Elastic Beanstalk"),
    passing(&["ec2.amazonaws.com", "elasticmapreduce.amazonaws.com"], &[&[some("elasticmapreduce:RunJobFlow")]], "run code of its own in a cluster of EMR", "pathfinding.cloud emr-001"),
    passing(&["emr-serverless.amazonaws.com"], &[&[some("emr-serverless:StartJobRun")]], "run code of its own in EMR Serverless", "pathfinding.cloud emrserverless-001"),
    passing(&["gamelift.amazonaws.com"], &[&[some("gamelift:CreateFleet")]], "run a server of its own in GameLift", "pathfinding.cloud gamelift-001"),
    passing(&["ec2.amazonaws.com"], &[&[some("imagebuilder:CreateInfrastructureConfiguration"), some("imagebuilder:UpdateInfrastructureConfiguration")], &[some("imagebuilder:CreateImage"), some("imagebuilder:CreateImagePipeline"), some("imagebuilder:StartImagePipelineExecution")]], "run commands on an instance that builds an image", "pathfinding.cloud imagebuilder-001"),
    passing(&["kinesisanalytics.amazonaws.com"], &[&[some("kinesisanalytics:CreateApplication")], &[some("kinesisanalytics:StartApplication")]], "run code of its own in Managed Service for Apache Flink", "pathfinding.cloud kinesisanalytics-001"),
    passing(&["omics.amazonaws.com"], &[&[some("omics:StartRun")]], "run a workflow of its own in HealthOmics", "pathfinding.cloud omics-001"),
    passing(&["braket.amazonaws.com"], &[&[some("braket:CreateJob")]], "run code of its own in Braket", "pathfinding.cloud braket-001"),
    passing(&["cognito-identity.amazonaws.com"], &[&[some("cognito-identity:SetIdentityPoolRoles")]], "take the credentials that an identity pool gives to anybody", "pathfinding.cloud cognito-identity-001"),
    passing(&["ssm.amazonaws.com"], &[&[some("ssm:StartAutomationExecution")]], "make any API call in an automation", "pathfinding.cloud ssm-003"),
    passing(&["rolesanywhere.amazonaws.com"], &[&[some("rolesanywhere:CreateTrustAnchor")], &[some("rolesanywhere:CreateProfile")]], "take credentials with a certificate of its own", "HackTricks Cloud, IAM Roles Anywhere"),
];

#[cfg(test)]
#[path = "escalation_ways_tests.rs"]
mod tests;
