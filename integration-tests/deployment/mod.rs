//! Checks a deployment property by property, through the SDK.
//!
//! The checks use no code of the program: they fill in the documents under `policies/` themselves.

mod account_wide;
mod documents;
mod regional;

use std::collections::BTreeMap;

use crate::harness::Account;

/// A deployment that the settings ask for.
pub struct Deployment<'a> {
    /// The account of the deployment.
    pub account: &'a Account,
    /// The main region, then the others.
    pub regions: &'a [&'a str],
    /// The end of the deployment's names.
    pub postfix: &'a str,
    /// Whether there is a key.
    pub encrypted: bool,
    /// Whether the deployment has the documents of the hardened profile.
    pub hardened: bool,
    /// Whether the role trusts an instance of this account instead of the agent's account.
    pub trusts_ec2: bool,
    /// The ARN of the permissions boundary.
    pub boundary: Option<&'a str>,
    /// The tags in the settings.
    pub tags: &'a [(&'a str, &'a str)],
}

impl<'a> Deployment<'a> {
    /// The deployment of the settings that [`Account::new`] writes.
    pub fn of(account: &'a Account, regions: &'a [&'a str]) -> Self {
        Deployment {
            account,
            regions,
            postfix: "",
            encrypted: true,
            hardened: false,
            trusts_ec2: false,
            boundary: None,
            tags: &[("team", "observability")],
        }
    }

    /// Fails unless everything exists with the wanted properties.
    pub async fn check(&self) {
        self.check_integration_role().await;
        self.check_instance_profile().await;
        let key = self.check_key().await;
        self.check_bucket(key.as_deref()).await;
        self.check_bucket_access().await;
        for region in self.regions {
            self.check_service_roles(region, key.as_deref()).await;
            self.check_stream(region, key.as_deref()).await;
            self.check_rule(region).await;
        }
    }

    fn main(&self) -> &str {
        self.regions[0]
    }

    /// The name in this deployment of a resource with this documented name.
    pub fn name(&self, documented: &str) -> String {
        format!("{documented}{}", self.postfix)
    }

    /// The name of the log bucket.
    pub fn bucket(&self) -> String {
        self.name(&format!("stackstate-logs-{}", self.account.id))
    }

    fn role_arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.account.id)
    }

    /// Fails unless `found` has the ownership tags and those of the settings. Others are ignored.
    fn check_tags<'t>(&self, of: &str, found: impl Iterator<Item = (&'t str, &'t str)>) {
        let found: BTreeMap<&str, &str> = found.collect();
        let deployment = match self.postfix {
            "" => "default",
            postfix => postfix,
        };
        let owner = [
            ("provision:system", "stackstate"),
            ("provision:deployment", deployment),
        ];
        for (key, value) in owner.iter().chain(self.tags) {
            assert_eq!(found.get(key), Some(value), "the tag {key} of {of}");
        }
    }
}
