//! Every way of the catalogue: an example, and policies that come near it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::escalation;
use super::{On, Step, WAYS, Way};
use crate::authorization::{resource_may_match, service};
use crate::lint::document::{Document, Home};
use crate::lint::finding::Finding;
use crate::lint::grants::{ROLE, Type, USER};
use crate::lint::subject::Subject;
use crate::policy::Kind;

fn found(statements: Value) -> Vec<Finding> {
    let json = json!({"Version": "2012-10-17", "Statement": statements});
    let document = Document::new(Kind::Managed, Home::default(), &json);
    let mut findings = Vec::new();
    escalation::find(&Subject::of(&document), &mut findings);
    findings
}

/// Whether a policy opens a way by these actions, as the way itself tells.
fn opens(way: &Way, actions: &[&str], statements: Value) -> bool {
    found(statements).iter().any(|it| {
        it.rule.code == way.rule.code
            && it.detail.contains(way.gain)
            && it.detail.contains(actions[0])
    })
}

/// Every choice of one action of each step.
fn choices(way: &Way) -> Vec<Vec<&'static str>> {
    way.steps.iter().fold(vec![Vec::new()], |choices, step| {
        let longer = |choice: Vec<&'static str>| {
            let choice = move |it: &Step| [&choice[..], &[it.action]].concat();
            step.iter().map(choice).collect::<Vec<_>>()
        };
        choices.into_iter().flat_map(longer).collect()
    })
}

fn on(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

fn pass(service: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": resource, "Condition": {"StringEquals": {"iam:PassedToService": service}}})
}

#[test]
fn each_way_is_found_by_each_choice_of_its_actions_and_by_no_fewer() {
    for way in WAYS {
        for choice in choices(way) {
            let with_pass = |actions: &[&str], resource: &str| {
                let passes = way.passed_to.iter().map(|service| pass(service, resource));
                json!(passes.chain([on(actions, "*")]).collect::<Vec<_>>())
            };
            let open = with_pass(&choice, "*");
            assert!(opens(way, &choice, open.clone()), "{choice:?}: {open}");
            for index in 0..choice.len() {
                let mut fewer = choice.clone();
                fewer.remove(index);
                let policy = with_pass(&fewer, "*");
                assert!(!opens(way, &choice, policy), "{choice:?} without {index}");
            }
        }
    }
}

#[test]
fn a_way_is_not_open_on_chosen_resources_or_with_a_denial() {
    for way in WAYS {
        let actions = &choices(way)[0];
        let passes: Vec<_> = way.passed_to.iter().map(|it| pass(it, "*")).collect();
        let with = |others: Vec<Value>| json!([passes.clone(), others].concat());
        let denial = json!({"Effect": "Deny", "Action": actions[0], "Resource": "*"});
        let denied = with(vec![on(actions, "*"), denial]);
        assert!(!opens(way, actions, denied), "{actions:?} denied");
        let tagged = json!({"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}});
        if let On::Every(types) = way.steps[0][0].on {
            let Type {
                service, beginning, ..
            } = types[0];
            let chosen = format!("arn:aws:{service}:eu-west-1:123456789012:{beginning}chosen");
            let policy = with(vec![on(actions, &chosen)]);
            assert!(!opens(way, actions, policy), "{actions:?} on {chosen}");
            assert!(
                !opens(way, actions, with(vec![tagged])),
                "{actions:?} with a tag"
            );
        }
        if !way.passed_to.is_empty() {
            let one_role = "arn:aws:iam::123456789012:role/r";
            let own: Vec<_> = way.passed_to.iter().map(|it| pass(it, one_role)).collect();
            let policy = json!([own, vec![on(actions, "*")]].concat());
            assert!(!opens(way, actions, policy), "{actions:?} with one role");
            let policy = json!([pass("nothing.amazonaws.com", "*"), on(actions, "*")]);
            assert!(
                !opens(way, actions, policy),
                "{actions:?} for another service"
            );
        }
    }
}

/// The catalogue names actions and resources as the reference does.
#[test]
fn every_action_exists_and_works_on_what_the_catalogue_says() {
    for step in WAYS
        .iter()
        .flat_map(|way| way.steps.iter().copied().flatten())
    {
        let (prefix, name) = step.action.split_once(':').expect("an action");
        let service = service(prefix).unwrap_or_else(|| panic!("{}", step.action));
        let action = service
            .action(name)
            .unwrap_or_else(|| panic!("{}", step.action));
        assert_eq!(action.name, name, "as AWS writes it");
        let types: &[Type] = match step.on {
            On::Every(types) => types,
            On::EveryOrOneself => &[USER],
            On::SameRoles => &[ROLE],
            On::Something => &[],
        };
        for Type {
            service: of,
            beginning,
            ..
        } in types
        {
            let example = format!("arn:aws:{of}:*:*:{beginning}");
            let mut types = service.resource_types_of(action);
            let fits = types.any(|it| {
                it.arns.iter().any(|arn| {
                    resource_may_match(&format!("{example}*"), arn)
                        || resource_may_match(&example, arn)
                })
            });
            assert!(fits, "{} on {example}", step.action);
        }
    }
}

#[test]
fn every_way_has_a_source_and_no_two_are_the_same() {
    let catalogues = [
        "Rhino Security Labs ",
        "pathfinding.cloud ",
        "cloudsplaining, ",
        "Prowler ",
        "HackTricks Cloud, ",
    ];
    let mut seen = BTreeSet::new();
    for way in WAYS {
        let known = catalogues.iter().any(|it| way.source.starts_with(it));
        assert!(known, "{}", way.source);
        for choice in choices(way) {
            assert!(
                seen.insert((way.passed_to, choice.clone())),
                "{choice:?} twice"
            );
        }
    }
}

/// The ways as the public catalogues write them, apart from those that `docs/escalations.md` leaves
/// out. Where a catalogue lists what an attacker also needs to look around, that is left out here.
#[rustfmt::skip]
const PUBLISHED: &[(&str, &[&str])] = &[
    ("pathfinding.cloud iam-001", &["iam:CreatePolicyVersion"]),
    ("pathfinding.cloud iam-002", &["iam:CreateAccessKey"]),
    ("pathfinding.cloud iam-003", &["iam:CreateAccessKey", "iam:DeleteAccessKey"]),
    ("pathfinding.cloud iam-004", &["iam:CreateLoginProfile"]),
    ("pathfinding.cloud iam-005", &["iam:PutRolePolicy"]),
    ("pathfinding.cloud iam-006", &["iam:UpdateLoginProfile"]),
    ("pathfinding.cloud iam-007", &["iam:PutUserPolicy"]),
    ("pathfinding.cloud iam-008", &["iam:AttachUserPolicy"]),
    ("pathfinding.cloud iam-009", &["iam:AttachRolePolicy"]),
    ("pathfinding.cloud iam-010", &["iam:AttachGroupPolicy"]),
    ("pathfinding.cloud iam-011", &["iam:PutGroupPolicy"]),
    ("pathfinding.cloud iam-012", &["iam:UpdateAssumeRolePolicy"]),
    ("pathfinding.cloud iam-013", &["iam:AddUserToGroup"]),
    ("pathfinding.cloud iam-014", &["iam:AttachRolePolicy", "sts:AssumeRole"]),
    ("pathfinding.cloud iam-015", &["iam:AttachUserPolicy", "iam:CreateAccessKey"]),
    ("pathfinding.cloud iam-016", &["iam:CreatePolicyVersion", "sts:AssumeRole"]),
    ("pathfinding.cloud iam-017", &["iam:PutRolePolicy", "sts:AssumeRole"]),
    ("pathfinding.cloud iam-018", &["iam:PutUserPolicy", "iam:CreateAccessKey"]),
    ("pathfinding.cloud iam-019", &["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"]),
    ("pathfinding.cloud iam-020", &["iam:CreatePolicyVersion", "iam:UpdateAssumeRolePolicy"]),
    ("pathfinding.cloud iam-021", &["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"]),
    ("pathfinding.cloud sts-001", &["sts:AssumeRole"]),
    ("pathfinding.cloud lambda-001", &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]),
    ("pathfinding.cloud lambda-002", &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"]),
    ("pathfinding.cloud lambda-003", &["lambda:UpdateFunctionCode"]),
    ("pathfinding.cloud lambda-004", &["lambda:UpdateFunctionCode", "lambda:InvokeFunction"]),
    ("pathfinding.cloud lambda-005", &["lambda:UpdateFunctionCode", "lambda:AddPermission"]),
    ("pathfinding.cloud lambda-006", &["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"]),
    ("pathfinding.cloud ec2-001", &["iam:PassRole", "ec2:RunInstances"]),
    ("pathfinding.cloud ec2-002", &["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"]),
    ("pathfinding.cloud ec2-003", &["ec2-instance-connect:SendSSHPublicKey"]),
    ("pathfinding.cloud ec2-004", &["iam:PassRole", "ec2:RequestSpotInstances"]),
    ("pathfinding.cloud ec2-005", &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"]),
    ("pathfinding.cloud cloudformation-001", &["iam:PassRole", "cloudformation:CreateStack"]),
    ("pathfinding.cloud cloudformation-002", &["cloudformation:UpdateStack"]),
    ("pathfinding.cloud cloudformation-003", &["iam:PassRole", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"]),
    ("pathfinding.cloud cloudformation-004", &["iam:PassRole", "cloudformation:UpdateStackSet"]),
    ("pathfinding.cloud cloudformation-005", &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"]),
    ("pathfinding.cloud codebuild-001", &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"]),
    ("pathfinding.cloud codebuild-002", &["codebuild:StartBuild"]),
    ("pathfinding.cloud codebuild-003", &["codebuild:StartBuildBatch"]),
    ("pathfinding.cloud codebuild-004", &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuildBatch"]),
    ("pathfinding.cloud codedeploy-001", &["codedeploy:CreateDeployment"]),
    ("pathfinding.cloud ecs-001", &["iam:PassRole", "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:CreateService"]),
    ("pathfinding.cloud ecs-002", &["iam:PassRole", "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask"]),
    ("pathfinding.cloud ecs-003", &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:CreateService"]),
    ("pathfinding.cloud ecs-004", &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"]),
    ("pathfinding.cloud ecs-005", &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:StartTask"]),
    ("pathfinding.cloud ecs-006", &["ecs:ExecuteCommand"]),
    ("pathfinding.cloud ecs-007", &["iam:PassRole", "ecs:StartTask", "ecs:RegisterContainerInstance"]),
    ("pathfinding.cloud ecs-008", &["iam:PassRole", "ecs:RunTask"]),
    ("pathfinding.cloud ecs-009", &["iam:PassRole", "ecs:StartTask"]),
    ("pathfinding.cloud glue-001", &["iam:PassRole", "glue:CreateDevEndpoint"]),
    ("pathfinding.cloud glue-002", &["glue:UpdateDevEndpoint"]),
    ("pathfinding.cloud glue-003", &["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"]),
    ("pathfinding.cloud glue-004", &["iam:PassRole", "glue:CreateJob", "glue:CreateTrigger"]),
    ("pathfinding.cloud glue-005", &["iam:PassRole", "glue:UpdateJob", "glue:StartJobRun"]),
    ("pathfinding.cloud glue-006", &["iam:PassRole", "glue:UpdateJob", "glue:CreateTrigger"]),
    ("pathfinding.cloud glue-007", &["iam:PassRole", "glue:CreateSession", "glue:RunStatement"]),
    ("pathfinding.cloud sagemaker-001", &["iam:PassRole", "sagemaker:CreateNotebookInstance"]),
    ("pathfinding.cloud sagemaker-002", &["iam:PassRole", "sagemaker:CreateTrainingJob"]),
    ("pathfinding.cloud sagemaker-003", &["iam:PassRole", "sagemaker:CreateProcessingJob"]),
    ("pathfinding.cloud sagemaker-004", &["sagemaker:CreatePresignedNotebookInstanceUrl"]),
    ("pathfinding.cloud sagemaker-005", &["sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:StopNotebookInstance", "sagemaker:UpdateNotebookInstance", "sagemaker:StartNotebookInstance"]),
    ("pathfinding.cloud ssm-001", &["ssm:StartSession"]),
    ("pathfinding.cloud ssm-002", &["ssm:SendCommand"]),
    ("pathfinding.cloud ssm-003", &["iam:PassRole", "ssm:CreateDocument", "ssm:StartAutomationExecution"]),
    ("pathfinding.cloud bedrock-001", &["iam:PassRole", "bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"]),
    ("pathfinding.cloud bedrock-002", &["bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"]),
    ("pathfinding.cloud bedrock-003", &["iam:PassRole", "bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:InvokeAgentRuntime"]),
    ("pathfinding.cloud bedrock-004", &["bedrock-agentcore:InvokeAgentRuntimeCommand"]),
    ("pathfinding.cloud bedrock-005", &["iam:PassRole", "bedrock-agentcore:CreateHarness", "bedrock-agentcore:InvokeHarness"]),
    ("pathfinding.cloud bedrock-006", &["iam:PassRole", "bedrock-agentcore:CreateBrowser", "bedrock-agentcore:StartBrowserSession", "bedrock-agentcore:ConnectBrowserAutomationStream"]),
    ("pathfinding.cloud bedrock-007", &["bedrock-agentcore:StartBrowserSession", "bedrock-agentcore:ConnectBrowserAutomationStream"]),
    ("pathfinding.cloud apprunner-001", &["iam:PassRole", "apprunner:CreateService"]),
    ("pathfinding.cloud apprunner-002", &["apprunner:UpdateService"]),
    ("pathfinding.cloud batch-001", &["iam:PassRole", "batch:RegisterJobDefinition", "batch:SubmitJob"]),
    ("pathfinding.cloud batch-002", &["batch:SubmitJob"]),
    ("pathfinding.cloud batch-003", &["iam:PassRole", "batch:CreateComputeEnvironment", "batch:CreateJobQueue", "batch:RegisterJobDefinition", "batch:SubmitJob"]),
    ("pathfinding.cloud braket-001", &["iam:PassRole", "braket:CreateJob"]),
    ("pathfinding.cloud cognito-identity-001", &["iam:PassRole", "cognito-identity:SetIdentityPoolRoles"]),
    ("pathfinding.cloud datapipeline-001", &["iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"]),
    ("pathfinding.cloud emr-001", &["iam:PassRole", "elasticmapreduce:RunJobFlow"]),
    ("pathfinding.cloud emrserverless-001", &["iam:PassRole", "emr-serverless:CreateApplication", "emr-serverless:StartJobRun"]),
    ("pathfinding.cloud gamelift-001", &["iam:PassRole", "gamelift:CreateBuild", "gamelift:CreateFleet"]),
    ("pathfinding.cloud imagebuilder-001", &["iam:PassRole", "imagebuilder:CreateComponent", "imagebuilder:CreateImageRecipe", "imagebuilder:CreateInfrastructureConfiguration", "imagebuilder:CreateImage"]),
    ("pathfinding.cloud kinesisanalytics-001", &["iam:PassRole", "kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication"]),
    ("pathfinding.cloud omics-001", &["iam:PassRole", "omics:CreateWorkflow", "omics:StartRun"]),
    ("pathfinding.cloud mwaa-001", &["iam:PassRole", "airflow:CreateEnvironment"]),
    ("pathfinding.cloud mwaa-002", &["airflow:UpdateEnvironment"]),
    ("pathfinding.cloud amplify-001", &["iam:PassRole", "amplify:CreateApp", "amplify:CreateBranch", "amplify:StartJob"]),
    ("pathfinding.cloud scheduler-001", &["iam:PassRole", "scheduler:CreateSchedule"]),
    ("pathfinding.cloud stepfunctions-001", &["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"]),
    ("pathfinding.cloud stepfunctions-002", &["states:UpdateStateMachine", "states:StartExecution"]),
    ("Rhino Security Labs 2", &["iam:SetDefaultPolicyVersion"]),
    ("Prowler lambda:UpdateFunctionConfiguration", &["lambda:UpdateFunctionConfiguration"]),
    ("Prowler PassRole+CreateAutoScaling", &["iam:PassRole", "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration"]),
    ("Prowler PassRole+UpdateAutoScaling", &["iam:PassRole", "autoscaling:UpdateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration"]),
    ("Prowler PassRole+ECS+StartTask", &["iam:PassRole", "ecs:StartTask", "ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance"]),
    ("cloudsplaining PassExistingRoleToNewLambdaThenTriggerWithNewDynamo", &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping", "dynamodb:CreateTable", "dynamodb:PutItem"]),
    ("cloudsplaining data exfiltration of parameters", &["ssm:GetParameters"]),
    ("cloudsplaining data exfiltration of secrets", &["secretsmanager:GetSecretValue"]),
    ("HackTricks Cloud, IAM", &["iam:PutRolePermissionsBoundary"]),
    ("HackTricks Cloud, IAM", &["iam:PutUserPermissionsBoundary"]),
    ("HackTricks Cloud, IAM", &["iam:UpdateSAMLProvider"]),
    ("HackTricks Cloud, IAM", &["iam:UploadSSHPublicKey"]),
    ("HackTricks Cloud, IAM Identity Center", &["sso:PutInlinePolicyToPermissionSet", "sso:ProvisionPermissionSet"]),
    ("HackTricks Cloud, IAM Identity Center", &["sso:AttachManagedPolicyToPermissionSet", "sso:ProvisionPermissionSet"]),
    ("HackTricks Cloud, IAM Identity Center", &["sso:CreateAccountAssignment"]),
    ("HackTricks Cloud, IAM Identity Center", &["identitystore:CreateGroupMembership"]),
    ("IAM Vulnerable 3", &["iam:PassRole", "ec2:RunInstances"]),
    ("IAM Vulnerable ec2InstanceConnect", &["ec2-instance-connect:SendSSHPublicKey"]),
];

#[test]
fn every_published_way_is_found() {
    for (name, actions) in PUBLISHED {
        let findings = found(json!([on(actions, "*")]));
        assert!(
            findings.iter().any(|it| it.rule.code != "pass-any-role"),
            "{name}: {actions:?}"
        );
    }
}
