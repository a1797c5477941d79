//! The vendor's documents for StackState, and their filling for one deployment.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::names::{self, Names};
use crate::engine::document::{Document, Hole};
use crate::failure::Failure;
use crate::names::{Partition, Region};
use crate::settings::{Encryption, Principal, Secret, StackState, Trust};
use crate::systems::documents::{
    ACCOUNT_ID, BuiltIn, Documents, Filling, Form, for_each_string, open,
};
use iam_policy::{Kind, Policy, redacted};

/// The placeholder for the id of the key, which AWS chooses.
const KEY_ID: &str = "KeyId";
/// The placeholder for the external ID.
const EXTERNAL_ID: &str = "ExternalId";

/// The trust policy for an agent on an instance.
const TRUST_OF_EC2: &str = "integration-role-trust-ec2";

/// The vendor's documents, with those of the hardened profile that differ.
pub const DOCUMENTS: [BuiltIn; 10] = [
    BuiltIn {
        name: "bucket-policy",
        form: Form::Policy(Kind::Bucket),
        documented: include_str!("../../../policies/stackstate/bucket-policy.json"),
        hardened: Some(include_str!(
            "../../../policies/stackstate/hardened/bucket-policy.json"
        )),
    },
    BuiltIn {
        name: "event-pattern",
        form: Form::EventPattern,
        documented: include_str!("../../../policies/stackstate/event-pattern.json"),
        hardened: None,
    },
    BuiltIn {
        name: "eventbridge-role-policy",
        form: Form::Policy(Kind::Inline),
        documented: include_str!("../../../policies/stackstate/eventbridge-role-policy.json"),
        hardened: Some(include_str!(
            "../../../policies/stackstate/hardened/eventbridge-role-policy.json"
        )),
    },
    BuiltIn {
        name: "eventbridge-role-trust",
        form: Form::Policy(Kind::Trust),
        documented: include_str!("../../../policies/stackstate/eventbridge-role-trust.json"),
        hardened: Some(include_str!(
            "../../../policies/stackstate/hardened/eventbridge-role-trust.json"
        )),
    },
    BuiltIn {
        name: "firehose-role-policy",
        form: Form::Policy(Kind::Inline),
        documented: include_str!("../../../policies/stackstate/firehose-role-policy.json"),
        hardened: Some(include_str!(
            "../../../policies/stackstate/hardened/firehose-role-policy.json"
        )),
    },
    BuiltIn {
        name: "firehose-role-trust",
        form: Form::Policy(Kind::Trust),
        documented: include_str!("../../../policies/stackstate/firehose-role-trust.json"),
        hardened: Some(include_str!(
            "../../../policies/stackstate/hardened/firehose-role-trust.json"
        )),
    },
    BuiltIn {
        name: "integration-role-policy",
        form: Form::Policy(Kind::Inline),
        documented: include_str!("../../../policies/stackstate/integration-role-policy.json"),
        hardened: Some(include_str!(
            "../../../policies/stackstate/hardened/integration-role-policy.json"
        )),
    },
    BuiltIn {
        name: TRUST_OF_EC2,
        form: Form::Policy(Kind::Trust),
        documented: include_str!("../../../policies/stackstate/integration-role-trust-ec2.json"),
        hardened: Some(include_str!(
            "../../../policies/stackstate/hardened/integration-role-trust-ec2.json"
        )),
    },
    BuiltIn {
        name: "integration-role-trust-external",
        form: Form::Policy(Kind::Trust),
        documented: include_str!(
            "../../../policies/stackstate/integration-role-trust-external.json"
        ),
        hardened: None,
    },
    BuiltIn {
        name: "key-policy",
        form: Form::Policy(Kind::Key),
        documented: include_str!("../../../policies/stackstate/key-policy.json"),
        hardened: Some(include_str!(
            "../../../policies/stackstate/hardened/key-policy.json"
        )),
    },
];

/// The documents of the resources that exist once in an account.
#[derive(Debug)]
pub(super) struct AccountWide {
    /// The integration role's trust policy with the name of its document; `None` while the settings
    /// name no trusted principal.
    pub(super) trust: Option<(&'static str, Document)>,
    pub(super) integration_role: Document,
    /// The key policy, if the settings ask for a key.
    pub(super) key: Option<Policy>,
    pub(super) bucket: Policy,
}

/// The documents of the resources that exist in every region.
#[derive(Debug)]
pub(super) struct Regional {
    pub(super) firehose_trust: Document,
    pub(super) firehose_role: Document,
    pub(super) eventbridge_trust: Document,
    pub(super) eventbridge_role: Document,
    pub(super) pattern: Json,
}

/// Fills the documents in for one deployment.
pub(super) struct Filler<'a> {
    pub(super) settings: &'a StackState,
    pub(super) documents: &'a Documents,
    pub(super) partition: Partition,
    /// The account, or its placeholder if the documents are only checked. Both have twelve
    /// characters, so the length of a document is the same.
    pub(super) account: String,
    pub(super) main: &'a Region,
    /// The names that the documents spell out, each with the name in this deployment.
    pub(super) names: Vec<(&'static str, String)>,
}

impl<'a> Filler<'a> {
    pub(super) fn new(
        settings: &'a StackState,
        documents: &'a Documents,
        partition: Partition,
        account: String,
        main: &'a Region,
    ) -> Self {
        Filler {
            settings,
            documents,
            partition,
            account,
            main,
            names: names::spelled_out(&settings.postfix),
        }
    }

    /// The documents of the resources that exist once in an account.
    pub(super) fn account_wide(&self) -> Result<AccountWide, Failure> {
        let with_key = self.settings.encryption == Encryption::Kms;
        let filling = self.filling(self.main);
        let key = with_key.then(|| self.key_policy());
        Ok(AccountWide {
            trust: self.integration_trust()?,
            integration_role: self.policy("integration-role-policy", self.main)?,
            key: key.transpose()?,
            bucket: self
                .documents
                .policy_without_holes("bucket-policy", &filling, |_| {})?,
        })
    }

    /// The key policy, whether or not the settings ask for a key.
    pub(super) fn key_policy(&self) -> Result<Policy, Failure> {
        let (filling, prepare) = (self.filling(self.main), bucket_region_placeholders);
        self.documents
            .policy_without_holes("key-policy", &filling, prepare)
    }

    /// The documents of the resources in `region`.
    pub(super) fn regional(&self, region: &Region) -> Result<Regional, Failure> {
        let filling = self.filling(region);
        Ok(Regional {
            firehose_trust: self.policy("firehose-role-trust", region)?,
            firehose_role: self.policy("firehose-role-policy", region)?,
            eventbridge_trust: self.policy("eventbridge-role-trust", region)?,
            eventbridge_role: self.policy("eventbridge-role-policy", region)?,
            pattern: self.documents.pattern("event-pattern", &filling)?,
        })
    }

    /// The values for the placeholders of a document in `region`. `${Region}` is that region,
    /// except where a document means the bucket's key or S3's use of it; that is the main region.
    fn filling(&self, region: &Region) -> Filling<'_> {
        Filling {
            values: BTreeMap::from([
                (ACCOUNT_ID, self.account.clone()),
                ("Region", region.to_string()),
                ("MainRegion", self.main.to_string()),
            ]),
            holes: BTreeMap::new(),
            names: &self.names,
            partition: self.partition,
        }
    }

    /// A policy for `region`, which is the main one for resources that exist once in an account.
    fn policy(&self, name: &str, region: &Region) -> Result<Document, Failure> {
        let mut filling = self.filling(region);
        if name == "firehose-role-policy" && self.settings.encryption == Encryption::Kms {
            let key = Hole::Id(Names::key_address(self.main));
            filling.holes.insert(KEY_ID, key);
        }
        self.documents.policy(name, &filling, |json| {
            if name == TRUST_OF_EC2 && self.partition == Partition::China {
                name_ec2_in_china(json);
            }
            if name == "firehose-role-policy" {
                if self.settings.encryption == Encryption::None {
                    drop_key_statements(json);
                }
                bucket_region_placeholders(json);
            }
        })
    }

    fn integration_trust(&self) -> Result<Option<(&'static str, Document)>, Failure> {
        Ok(match &self.settings.trust {
            Trust::Unstated => None,
            Trust::Ec2 => Some((TRUST_OF_EC2, self.policy(TRUST_OF_EC2, self.main)?)),
            Trust::External {
                principals,
                external_id,
                ..
            } => {
                let policy = self.external_trust(principals, external_id)?;
                Some(("integration-role-trust-external", policy))
            }
        })
    }

    fn external_trust(
        &self,
        principals: &[Principal],
        external_id: &Secret,
    ) -> Result<Document, Failure> {
        let mut filling = self.filling(self.main);
        // In this document alone, `${AccountId}` is the agent's account.
        filling.values = BTreeMap::new();
        let secret = Hole::Secret(external_id.clone());
        filling.holes.insert(EXTERNAL_ID, secret);
        let principals: Vec<String> = principals
            .iter()
            .map(|principal| principal.arn(self.partition).to_string())
            .collect();
        let mut misplaced = false;
        let name = "integration-role-trust-external";
        let trust = self.documents.policy(name, &filling, |json| {
            name_agents(json, &principals);
            // Outputs hide the external ID only in conditions on it, and would show it anywhere
            // else.
            misplaced = redacted(json).to_string().contains(&open(EXTERNAL_ID));
        })?;
        if misplaced {
            return Err(Failure::new(
                "integration-role-trust-external.json has ${ExternalId} outside of a condition on \
                 sts:ExternalId, where plans would show it",
            )
            .hint("Use ${ExternalId} as the value of a condition on sts:ExternalId alone"));
        }
        Ok(trust)
    }
}

/// Replaces the placeholders that mean the bucket's region. A stream in another region writes to
/// the bucket in the main region, so the key and S3's use of the key are in the main region too.
fn bucket_region_placeholders(json: &mut Json) {
    for_each_string(json, &mut |text| {
        if text.starts_with("s3.${Region}.") || text.starts_with("arn:aws:kms:${Region}:") {
            *text = text.replacen("${Region}", "${MainRegion}", 1);
        }
    });
}

/// Writes the name that EC2 has in China. AWS documents that one for a trust policy there ("Amazon
/// Identity and Access Management" in the guide of Amazon Web Services in China), and no report says
/// that it fails. The name of other partitions was seen to be refused as an invalid principal (issue 37
/// of awsdocs/aws-step-functions-developer-guide) and, later, to be taken (issue 558 of
/// awslabs/cdk-eks-blueprints).
fn name_ec2_in_china(json: &mut Json) {
    for_each_string(json, &mut |text| {
        if text == "ec2.amazonaws.com" {
            text.push_str(".cn");
        }
    });
}

/// Removes the statements about KMS, which the vendor's page says are not needed without
/// encryption.
fn drop_key_statements(json: &mut Json) {
    let is_about_keys = |statement: &Json| {
        let mut actions = statement.get("Action").cloned().unwrap_or_default();
        let mut all = true;
        for_each_string(&mut actions, &mut |action| {
            all &= action.to_lowercase().starts_with("kms:");
        });
        all && !actions.is_null()
    };
    if let Some(statements) = json.get_mut("Statement") {
        if statements.is_object() {
            *statements = Json::Array(vec![statements.take()]);
        }
        if let Json::Array(statements) = statements {
            statements.retain(|statement| !is_about_keys(statement));
        }
    }
}

/// Replaces the placeholder principal of the vendor's trust policy by the agents' principals.
fn name_agents(json: &mut Json, agents: &[String]) {
    const AGENT: &str = "arn:aws:iam::${AccountId}:root";
    let replacement = || agents.iter().cloned().map(Json::String);
    match json {
        Json::Array(items) => {
            if let Some(at) = items.iter().position(|item| item == AGENT) {
                items.splice(at..=at, replacement());
            }
            items.iter_mut().for_each(|item| name_agents(item, agents));
        }
        Json::Object(fields) => {
            for value in fields.values_mut() {
                if *value == AGENT {
                    *value = Json::Array(replacement().collect());
                }
                name_agents(value, agents);
            }
        }
        _ => {}
    }
}
