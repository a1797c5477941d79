//! The documents of the integration, filled in for one deployment.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{ALIAS, BUCKET, RULE, STREAM, role_address};
use crate::engine::address::Address;
use crate::failure::Failure;
use crate::kinds::iam::role::KEY_ID;
use crate::names::Region;
use crate::settings::{Encryption, Principal, Secret, StackState, Trust};
use crate::systems::documents::{BuiltIn, Documents, Filling, Form, for_each_string};
use crate::systems::{Content, Site, Written};
use iam_policy::{Kind, Policy, redacted};

/// The vendor's documents, and those of the hardened profile that differ.
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
        hardened: None,
    },
    BuiltIn {
        name: "integration-role-trust-ec2",
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

/// The documents of one deployment.
pub(super) struct Filled<'a> {
    settings: &'a StackState,
    documents: &'a Documents,
    site: &'a Site,
    main: &'a Region,
    names: Vec<(&'static str, String)>,
}

impl<'a> Filled<'a> {
    pub(super) fn new(
        settings: &'a StackState,
        documents: &'a Documents,
        site: &'a Site,
        main: &'a Region,
    ) -> Self {
        let names = [BUCKET, STREAM, RULE, ALIAS];
        Filled {
            settings,
            documents,
            site,
            main,
            names: names
                .map(|name| (name, format!("{name}{}", settings.postfix)))
                .to_vec(),
        }
    }

    /// How placeholders are filled in for what lives in `region`. `${Region}` means that region,
    /// but the main one where a document speaks of the bucket's key or of S3's use of it.
    fn filling(&self, region: &Region) -> Filling<'_> {
        Filling {
            values: BTreeMap::from([
                ("AccountId", self.site.account.to_string()),
                ("Region", region.to_string()),
                ("MainRegion", self.main.to_string()),
            ]),
            names: &self.names,
            partition: self.site.partition,
        }
    }

    /// A policy for `region`, which is the main one for what exists once in an account.
    pub(super) fn policy(&self, name: &str, region: &Region) -> Result<Policy, Failure> {
        let mut filling = self.filling(region);
        if name == "firehose-role-policy" && self.settings.encryption == Encryption::Kms {
            // Only AWS knows the key's id; the role fills it in.
            filling.values.insert(KEY_ID, format!("${{{KEY_ID}}}"));
        }
        self.documents.policy(name, &filling, |json| match name {
            "key-policy" => bucket_region_placeholders(json),
            "firehose-role-policy" => {
                if self.settings.encryption == Encryption::None {
                    drop_key_statements(json);
                }
                bucket_region_placeholders(json);
            }
            _ => {}
        })
    }

    /// What the rule in `region` listens for.
    pub(super) fn pattern(&self, region: &Region) -> Result<Json, Failure> {
        self.documents
            .pattern("event-pattern", &self.filling(region))
    }

    /// The integration role's trust policy and its document's name; `None` while it is not known
    /// whom to trust.
    pub(super) fn integration_trust(&self) -> Result<Option<(&'static str, Policy)>, Failure> {
        Ok(match &self.settings.trust {
            Trust::Unstated => None,
            Trust::Ec2 => {
                let name = "integration-role-trust-ec2";
                Some((name, self.policy(name, self.main)?))
            }
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
    ) -> Result<Policy, Failure> {
        let mut filling = self.filling(self.main);
        // In this one document `${AccountId}` is the agent's account.
        filling.values = BTreeMap::from([("ExternalId", external_id.expose().to_owned())]);
        let principals: Vec<String> = principals
            .iter()
            .map(|principal| principal.arn(self.site.partition).to_string())
            .collect();
        let mut misplaced = false;
        let name = "integration-role-trust-external";
        let trust = self.documents.policy(name, &filling, |json| {
            name_agents(json, &principals);
            // What is left once the conditions on it are hidden would be shown.
            misplaced = redacted(json).to_string().contains("${ExternalId}");
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

    /// Every document that is written, in the form in which it is.
    pub(super) fn written(&self) -> Result<Vec<Written>, Failure> {
        let mut written = Vec::new();
        let mut add = |document: &'static str, carrier, region: Option<&Region>, content| {
            written.push(Written {
                name: match region {
                    Some(region) => format!("{document}@{region}"),
                    None => document.to_owned(),
                },
                document,
                origin: self.documents.origin(document).to_owned(),
                carrier,
                content,
            });
        };
        let policy = |kind, name, region| Ok(Content::Policy(kind, self.policy(name, region)?));
        let integration = role_address("integration");
        if let Some((name, trust)) = self.integration_trust()? {
            let content = Content::Policy(Kind::Trust, trust);
            add(name, integration.clone(), None, content);
        }
        let name = "integration-role-policy";
        let content = policy(Kind::Inline, name, self.main)?;
        add(name, integration, None, content);
        if self.settings.encryption == Encryption::Kms {
            let content = policy(Kind::Key, "key-policy", self.main)?;
            add("key-policy", super::key_address(self.main), None, content);
        }
        let content = policy(Kind::Bucket, "bucket-policy", self.main)?;
        let bucket = super::bucket_address(self.main);
        add("bucket-policy", bucket, None, content);
        for region in &self.site.regions {
            let of_roles = [
                ("firehose", Kind::Trust, "firehose-role-trust"),
                ("firehose", Kind::Inline, "firehose-role-policy"),
                ("eventbridge", Kind::Trust, "eventbridge-role-trust"),
                ("eventbridge", Kind::Inline, "eventbridge-role-policy"),
            ];
            for (service, kind, name) in of_roles {
                let carrier = role_address(&format!("{service}-{region}"));
                add(name, carrier, Some(region), policy(kind, name, region)?);
            }
            let rule = Address::regional("event_rule", "stackstate", region);
            let pattern = Content::EventPattern(self.pattern(region)?);
            add("event-pattern", rule, Some(region), pattern);
        }
        Ok(written)
    }
}

/// Marks the placeholders that mean the bucket's region: a stream in another region writes to the
/// bucket in the main one, so that its key and S3's use of it are those of the bucket's region.
fn bucket_region_placeholders(json: &mut Json) {
    for_each_string(json, &mut |text| {
        if text.starts_with("s3.${Region}.") || text.starts_with("arn:aws:kms:${Region}:") {
            *text = text.replacen("${Region}", "${MainRegion}", 1);
        }
    });
}

/// Without encryption the KMS section has no meaning, as the vendor's page says.
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

/// Puts the agents in the place of the account that the vendor's trust policy stands for.
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
