//! A CloudFormation template with the role of a fleet, which a StackSet brings into each account.

use serde_json::{Map, Value as Json, json};

use crate::checks::permissions::{documents, policy};
use crate::engine::permission::Permission;
use crate::failure::Failure;
use crate::names::{AccountId, Partition};
use crate::settings::Fleet;
use iam_policy::Kind;

/// The bytes of a template that is passed as it is (CloudFormation User Guide, "Understand CloudFormation
/// quotas").
const LONGEST: usize = 51_200;

/// The managed policies that a role may have unless AWS was asked for more (IAM User Guide, "IAM and AWS STS
/// quotas").
const MOST_POLICIES: usize = 10;

/// The template of the role with `permissions`, which are those in `account` of `partition`. It is written
/// for a reader, unless it is too long then.
///
/// # Errors
/// Permissions that are too long for a role or for a template.
pub fn template(
    fleet: &Fleet,
    permissions: &[Permission],
    account: &AccountId,
    partition: Partition,
) -> Result<String, Failure> {
    let own = Own { account, partition };
    let (path, name) = match fleet.role.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), fleet.role.as_str()),
    };
    let mut role = json!({
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "Path": path,
            "Description": "Assumed by provision",
            "AssumeRolePolicyDocument": trust(fleet),
        },
    });
    let mut resources = Map::new();
    let whole = policy(permissions)?;
    if whole.document().to_string().chars().count() <= Kind::Inline.limit() {
        role["Properties"]["Policies"] = json!([{
            "PolicyName": "provision",
            "PolicyDocument": own.substituted(whole.document()),
        }]);
    } else {
        let documents = documents(permissions)?;
        if documents.len() > MOST_POLICIES {
            return Err(too_long(&format!(
                "{} managed policies, and a role has at most {MOST_POLICIES}",
                documents.len()
            )));
        }
        for (index, document) in documents.iter().enumerate() {
            let policy = json!({
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "Description": "Permissions of the role that provision assumes",
                    "Roles": [{"Ref": "Role"}],
                    "PolicyDocument": own.substituted(document.document()),
                },
            });
            resources.insert(format!("Policy{}", index + 1), policy);
        }
    }
    resources.insert("Role".to_owned(), role);
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role that provision assumes in each account. IAM is global: deploy this template in one \
                        region of each account.",
        "Parameters": parameters(fleet),
        "Resources": resources,
    });
    let readable = format!("{template:#}");
    let text = match readable.len() {
        ..=LONGEST => readable,
        _ => template.to_string(),
    };
    match text.len() {
        ..=LONGEST => Ok(text),
        length => Err(too_long(&format!(
            "{length} bytes, and CloudFormation takes at most {LONGEST}"
        ))),
    }
}

fn too_long(what: &str) -> Failure {
    Failure::new(format!("the template needs {what}"))
        .hint("Print the policies without `--cloudformation`, or make a template for fewer regions")
}

fn parameters(fleet: &Fleet) -> Json {
    let mut parameters = json!({
        "CallerArn": {
            "Type": "String",
            "Description": "The role or user that runs provision, as its ARN in IAM",
            "AllowedPattern": "arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/.+)",
            "ConstraintDescription": "the ARN of a role, of a user or of an account's root in IAM, and not of a session",
        },
    });
    if fleet.external_id.is_some() {
        parameters["ExternalId"] = json!({
            "Type": "String",
            "Description": "external_id in [fleet]",
            "NoEcho": true,
            "MinLength": 2,
            "MaxLength": 1224,
        });
    }
    parameters
}

fn trust(fleet: &Fleet) -> Json {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"AWS": {"Ref": "CallerArn"}},
        "Action": "sts:AssumeRole",
    });
    if fleet.external_id.is_some() {
        statement["Condition"] = json!({"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}});
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// The account for which documents were made, whose texts become those of each account.
struct Own<'a> {
    account: &'a AccountId,
    partition: Partition,
}

impl Own<'_> {
    fn substituted(&self, document: &Json) -> Json {
        match document {
            Json::String(text) => self.text(text),
            Json::Array(items) => items.iter().map(|item| self.substituted(item)).collect(),
            Json::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), self.substituted(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// The text with CloudFormation's variables; those of IAM stay as they are.
    fn text(&self, text: &str) -> Json {
        let escaped = text.replace("${", "${!");
        let partition = format!("arn:{}:", self.partition);
        let substituted = escaped
            .replace(&partition, "arn:${AWS::Partition}:")
            .replace(self.account.as_str(), "${AWS::AccountId}");
        match substituted == escaped {
            true => text.into(),
            false => json!({"Fn::Sub": substituted}),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::checks::permissions::{apply, destroy};
    use crate::engine::observed::Consent;
    use crate::fakes::deployment::{laid_out, settings, site, to_be_removed, with_audit_trail};
    use crate::fleet::discovery::fakes::fleet;
    use crate::secret::Secret;
    use crate::systems::{Goal, named};

    const REGIONS: [&str; 17] = [
        "eu-west-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ap-south-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-west-2",
        "eu-west-3",
        "eu-north-1",
        "sa-east-1",
    ];

    fn of_regions(count: usize) -> Vec<Permission> {
        let settings = with_audit_trail(settings(&REGIONS[..count]));
        let site = site(&settings);
        let present = named(&settings, Goal::Present).unwrap();
        let absent = named(&settings, Goal::Absent).unwrap();
        let mut all = apply(
            &present,
            &site,
            &laid_out(&settings),
            Consent::default(),
            true,
        );
        all.extend(destroy(
            &absent,
            &to_be_removed(&settings),
            Consent::default(),
        ));
        all
    }

    fn made(fleet: &Fleet, count: usize) -> (String, Json) {
        let account = "123456789012".parse().unwrap();
        let text = template(fleet, &of_regions(count), &account, Partition::Aws).unwrap();
        let json = serde_json::from_str(&text).unwrap();
        (text, json)
    }

    fn with_external_id() -> Fleet {
        Fleet {
            external_id: Some(Secret::from("never-in-a-template".to_owned())),
            ..fleet()
        }
    }

    /// Every name that `Ref` and `Fn::Sub` refer to.
    fn references(value: &Json, found: &mut BTreeSet<String>) {
        match value {
            Json::Array(items) => items.iter().for_each(|item| references(item, found)),
            Json::Object(members) => {
                for (key, value) in members {
                    match (key.as_str(), value.as_str()) {
                        ("Ref", Some(name)) => {
                            found.insert(name.to_owned());
                        }
                        ("Fn::Sub", Some(text)) => {
                            let names = text
                                .split("${")
                                .skip(1)
                                .filter_map(|it| it.split('}').next());
                            let names = names.filter(|name| !name.starts_with('!'));
                            found.extend(names.map(str::to_owned));
                        }
                        _ => references(value, found),
                    }
                }
            }
            _ => {}
        }
    }

    /// The value as CloudFormation reads it in an account of the partition `aws`.
    fn in_an_account(value: &Json) -> Json {
        match (value, value["Fn::Sub"].as_str()) {
            (_, Some(text)) => {
                let text = text.replace("${AWS::AccountId}", "123456789012");
                text.replace("${AWS::Partition}", "aws")
                    .replace("${!", "${")
                    .into()
            }
            (Json::Array(items), _) => items.iter().map(in_an_account).collect(),
            (Json::Object(members), _) => {
                let members = members.iter();
                members
                    .map(|(key, value)| (key.clone(), in_an_account(value)))
                    .collect()
            }
            (other, _) => other.clone(),
        }
    }

    #[test]
    fn the_template_holds_for_every_account_and_no_secret() {
        for count in [1, 3, 17] {
            let (text, template) = made(&with_external_id(), count);
            assert!(text.len() <= LONGEST, "{count}: {} bytes", text.len());
            for part in ["123456789012", "arn:aws:", "never-in-a-template"] {
                assert!(!text.contains(part), "{part} with {count} regions");
            }
            let mut found = BTreeSet::new();
            references(&template, &mut found);
            found.remove("Role");
            let expected = [
                "AWS::AccountId",
                "AWS::Partition",
                "CallerArn",
                "ExternalId",
            ];
            assert_eq!(found, expected.map(str::to_owned).into(), "{count}");
        }
    }

    #[test]
    fn the_role_is_the_one_of_the_settings() {
        let (_, template) = made(&with_external_id(), 1);
        let role = &template["Resources"]["Role"]["Properties"];
        assert_eq!(role["RoleName"], "ProvisionDeploy");
        assert_eq!(role["Path"], "/provision/");
        assert_eq!(
            role["AssumeRolePolicyDocument"]["Statement"][0],
            json!({
                "Effect": "Allow",
                "Principal": {"AWS": {"Ref": "CallerArn"}},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
            })
        );
        assert_eq!(template["Parameters"]["ExternalId"]["NoEcho"], true);
        assert!(
            template["Parameters"]["ExternalId"]
                .get("Default")
                .is_none()
        );

        let (_, without) = made(
            &Fleet {
                role: "Deploy".to_owned(),
                ..fleet()
            },
            1,
        );
        let role = &without["Resources"]["Role"]["Properties"];
        assert_eq!(
            (&role["RoleName"], &role["Path"]),
            (&json!("Deploy"), &json!("/"))
        );
        assert!(without["Parameters"].get("ExternalId").is_none());
        let statement = &role["AssumeRolePolicyDocument"]["Statement"][0];
        assert!(statement.get("Condition").is_none());
    }

    #[test]
    fn no_policy_is_longer_than_iam_allows() {
        let (_, small) = made(&fleet(), 1);
        let inline = &small["Resources"]["Role"]["Properties"]["Policies"];
        assert_eq!(
            inline.as_array().unwrap().len(),
            1,
            "one region fits into the role"
        );
        let (_, large) = made(&fleet(), 17);
        let resources = large["Resources"].as_object().unwrap();
        let managed = resources
            .values()
            .filter(|it| it["Type"] == "AWS::IAM::ManagedPolicy");
        let lengths = managed.map(|it| {
            let document = in_an_account(&it["Properties"]["PolicyDocument"]);
            document.to_string().chars().count()
        });
        let lengths: Vec<usize> = lengths.collect();
        assert!((2..=MOST_POLICIES).contains(&lengths.len()), "{lengths:?}");
        assert!(lengths.iter().all(|length| *length <= 6_144), "{lengths:?}");
    }

    #[test]
    fn the_variables_of_iam_stay_what_they_are() {
        let account = "123456789012".parse().unwrap();
        let own = Own {
            account: &account,
            partition: Partition::China,
        };
        let cases = [
            ("kms:CreateKey", json!("kms:CreateKey")),
            ("${aws:username}", json!("${aws:username}")),
            (
                "arn:aws-cn:iam::123456789012:user/${aws:username}",
                json!({"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/${!aws:username}"}),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(own.text(text), expected);
        }
    }
}
