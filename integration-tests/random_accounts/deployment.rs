//! A deployment with random settings, and the removal of a random part of it by hand.

use std::collections::BTreeSet;
use std::fmt;

use crate::harness::random::Random;
use crate::harness::{AGENT, Account, MAIN, OTHER};

/// A deployment of ours in an account.
pub struct Deployment<'a> {
    pub account: &'a Account,
    pub regions: &'static [&'static str],
    pub postfix: &'static str,
    has_profile: bool,
    has_key: bool,
    has_policy: bool,
}

impl fmt::Debug for Deployment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Deployment {
            regions,
            postfix,
            has_profile,
            has_key,
            has_policy,
            ..
        } = self;
        write!(
            f,
            "in {regions:?} with the postfix {postfix:?}, an instance profile: {has_profile}, a \
             key: {has_key}, Audit Trail: {has_policy}"
        )
    }
}

impl<'a> Deployment<'a> {
    /// Writes random settings for the account.
    pub fn random(account: &'a Account, random: &mut Random) -> Self {
        let deployment = Deployment {
            account,
            regions: random.one_of(&[&[MAIN][..], &[MAIN, OTHER]]),
            postfix: random.one_of(&["", "-blue"]),
            has_profile: random.once_in(3),
            has_key: !random.once_in(4),
            has_policy: random.once_in(2),
        };
        let trust = if deployment.has_profile {
            "trust = \"ec2\"\n".to_owned()
        } else {
            format!("agent_principals = [\"{AGENT}\"]\nexternal_id = \"${{STS_EXTERNAL_ID}}\"\n")
        };
        let mut settings = format!(
            "account = \"{}\"\nregions = {:?}\n[stackstate]\npostfix = \"{}\"\n{trust}",
            account.id, deployment.regions, deployment.postfix
        );
        if !deployment.has_key {
            settings.push_str("encryption = \"none\"\n");
        }
        if deployment.has_policy {
            settings.push_str("[audit_trail]\n");
        }
        account.write("provision.toml", &settings);
        deployment
    }

    /// The ownership tags of the StackState system.
    pub fn tags(&self) -> [(&'static str, &'static str); 2] {
        let name = self.postfix;
        let name = if name.is_empty() { "default" } else { name };
        [
            ("provision:system", "stackstate"),
            ("provision:deployment", name),
        ]
    }

    /// The name in this deployment of a resource with this documented name.
    pub fn name(&self, documented: &str) -> String {
        format!("{documented}{}", self.postfix)
    }

    pub fn bucket(&self) -> String {
        self.name(&format!("stackstate-logs-{}", self.account.id))
    }

    pub fn audit_trail_policy(&self) -> String {
        format!("arn:aws:iam::{}:policy/AuditTrailRole", self.account.id)
    }

    /// The names of the roles, the integration role first.
    pub fn roles(&self) -> Vec<String> {
        let mut roles = vec![self.name("StackStateAwsIntegrationRole")];
        for region in self.regions {
            roles.push(self.name(&format!("StackStateFirehoseRole-{region}")));
            roles.push(self.name(&format!("StackStateEventBridgeRole-{region}")));
        }
        roles
    }

    /// Removes a random part by hand. The names of what was removed are in the form of
    /// [`contents`](crate::harness::contents).
    pub async fn remove_some(&self, random: &mut Random) -> BTreeSet<String> {
        let mut removed = BTreeSet::new();
        if self.has_profile && random.once_in(3) {
            removed.insert(self.remove_profile().await);
        }
        let [integration, service @ ..] = &self.roles()[..] else {
            unreachable!("there is an integration role");
        };
        // A role in a profile cannot be deleted.
        if !self.has_profile && random.once_in(4) {
            removed.insert(self.remove_role(integration).await);
        }
        for role in service {
            if random.once_in(4) {
                removed.insert(self.remove_role(role).await);
            }
        }
        for region in self.regions {
            if random.once_in(4) {
                removed.insert(self.remove_rule(region).await);
            }
            if random.once_in(4) {
                removed.insert(self.remove_stream(region).await);
            }
        }
        if random.once_in(4) {
            let name = self.bucket();
            let delete = self.account.s3(MAIN).delete_bucket().bucket(&name);
            delete.send().await.unwrap();
            removed.insert(format!("bucket {name}"));
        }
        if self.has_key && random.once_in(3) {
            removed.extend(self.remove_key(random).await);
        }
        if self.has_policy && random.once_in(3) {
            let arn = self.audit_trail_policy();
            let delete = self.account.iam().delete_policy().policy_arn(&arn);
            delete.send().await.unwrap();
            removed.insert(format!("policy {arn}"));
        }
        removed
    }

    async fn remove_profile(&self) -> String {
        let name = self.name("StackStateAwsIntegrationRole");
        let iam = self.account.iam();
        let empty = iam.remove_role_from_instance_profile();
        let empty = empty.instance_profile_name(&name).role_name(&name);
        empty.send().await.unwrap();
        let delete = iam.delete_instance_profile().instance_profile_name(&name);
        delete.send().await.unwrap();
        format!("instance profile {name}")
    }

    async fn remove_role(&self, name: &str) -> String {
        let iam = self.account.iam();
        let policies = iam.list_role_policies().role_name(name).send();
        for policy in policies.await.unwrap().policy_names {
            let delete = iam.delete_role_policy().role_name(name);
            delete.policy_name(policy).send().await.unwrap();
        }
        iam.delete_role().role_name(name).send().await.unwrap();
        format!("role {name}")
    }

    async fn remove_rule(&self, region: &str) -> String {
        let name = self.name("StsEventBridgeRule");
        let events = self.account.events(region);
        let targets = events.remove_targets().rule(&name);
        let targets = targets.ids("StsEventBridgeFirehose").send().await;
        assert_eq!(targets.unwrap().failed_entry_count(), 0);
        events.delete_rule().name(&name).send().await.unwrap();
        format!("rule {name} in {region}")
    }

    async fn remove_stream(&self, region: &str) -> String {
        let name = self.name("stackstate-eventbridge-stream");
        let delete = self.account.firehose(region).delete_delivery_stream();
        let delete = delete.delivery_stream_name(&name);
        delete.send().await.unwrap();
        format!("stream {name} in {region}")
    }

    /// Removes the alias, and at times the key.
    async fn remove_key(&self, random: &mut Random) -> Option<String> {
        let alias = self.name("alias/stackstate-integration");
        let kms = self.account.kms(MAIN);
        let key = kms.describe_key().key_id(&alias).send().await.unwrap();
        let key = key.key_metadata.unwrap().key_id;
        kms.delete_alias().alias_name(&alias).send().await.unwrap();
        if random.once_in(2) {
            let doom = kms.schedule_key_deletion().key_id(key);
            doom.send().await.unwrap();
        }
        Some(format!("{alias} in {MAIN}"))
    }
}
