//! What `provision permissions --fleet` prints.

use serde_json::Value as Json;

use crate::harness::{AGENT, Account, MAIN, OTHER, Output};

/// Accounts that are discovered and one that is named, which has another region.
fn fleet() -> Account {
    let account = Account::new(&[MAIN]);
    account.write(
        "provision.toml",
        &format!(
            "regions = [{MAIN:?}]\n[stackstate]\nagent_principals = [{AGENT:?}]\n\
             external_id = \"${{STS_EXTERNAL_ID}}\"\n[fleet]\nrole = \"provision/ProvisionDeploy\"\n\
             external_id = \"${{STS_EXTERNAL_ID}}\"\norganization = \"o-a1b2c3d4e5\"\n\
             accounts = [\"111111111111\"]\nous = [\"root\"]\n[fleet.account.\"111111111111\"]\n\
             regions = [{OTHER:?}]\n"
        ),
    );
    account
}

fn printed(args: &[&str]) -> Output {
    let output = fleet().provision(&[&["permissions", "--fleet"], args].concat());
    assert!(output.calls.is_empty(), "AWS was called by {output}");
    output.exits(0)
}

/// The actions that are allowed on resources that contain `part`.
fn actions(documents: &Json, part: &str) -> String {
    let documents = documents.as_array().unwrap();
    let statements = documents
        .iter()
        .flat_map(|it| it["Statement"].as_array().unwrap());
    let with = statements.filter(|it| it["Resource"].to_string().contains(part));
    with.map(|it| it["Action"].to_string()).collect()
}

#[test]
fn the_caller_assumes_and_the_role_works_in_every_account_and_region() {
    let documents = printed(&["apply", "destroy"]).json();
    let (caller, role) = (&documents["caller"], &documents["role"]);
    let assumed = actions(caller, "arn:aws:iam::*:role/provision/ProvisionDeploy");
    assert_eq!(assumed, r#""sts:AssumeRole""#);
    let named = actions(
        caller,
        "arn:aws:iam::111111111111:role/provision/ProvisionDeploy",
    );
    assert_eq!(named, r#""sts:AssumeRole""#);
    for (part, action) in [
        (
            "arn:aws:s3:::stackstate-logs-${aws:PrincipalAccount}",
            "s3:CreateBucket",
        ),
        (
            "arn:aws:firehose:eu-west-1:*:deliverystream/",
            "firehose:CreateDeliveryStream",
        ),
        (
            "arn:aws:firehose:us-east-1:*:deliverystream/",
            "firehose:DeleteDeliveryStream",
        ),
        (
            "arn:aws:iam::*:role/StackStateAwsIntegrationRole",
            "iam:DeleteRole",
        ),
    ] {
        assert!(
            actions(role, part).contains(action),
            "{action} on {part}: {role:#}"
        );
    }
    assert!(!role.to_string().contains("111111111111"), "{role:#}");
    let read = printed(&["plan"]).json();
    assert!(!read["role"].to_string().contains("Create"), "{read:#}");
}

#[test]
fn the_template_needs_no_more_than_its_parameters() {
    let output = printed(&["--cloudformation"]);
    assert!(output.stdout.len() <= 51_200);
    let template = output.json();
    let parameters = template["Parameters"].as_object().unwrap();
    assert!(parameters.keys().eq(["CallerArn", "ExternalId"]));
    let text = template.to_string();
    assert!(
        text.contains("iam:CreateRole") && text.contains("iam:DeleteRole"),
        "{output}"
    );
    assert!(text.contains("us-east-1"), "{output}");
    let alone = fleet().provision(&["permissions", "--cloudformation"]);
    alone.exits(1).says("--fleet");
}
