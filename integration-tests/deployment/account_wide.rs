//! Checks the resources that exist once in an account: the integration role, the key, the log bucket.

use aws_sdk_kms::types::KeyState;
use aws_sdk_s3::types::{ObjectOwnership, ServerSideEncryption};

use super::Deployment;
use super::documents::{read_back, same};

impl Deployment<'_> {
    pub(super) async fn check_integration_role(&self) {
        let name = self.name("StackStateAwsIntegrationRole");
        let policy = (
            "STSIntegration",
            self.fill_in("integration-role-policy", self.main()),
        );
        self.check_role(&name, &self.integration_trust(), policy)
            .await;
    }

    /// Fails unless the role has the trust policy, its one inline policy and nothing else.
    pub(super) async fn check_role(
        &self,
        name: &str,
        trust: &serde_json::Value,
        (policy_name, policy): (&str, serde_json::Value),
    ) {
        let iam = self.account.iam();
        let role = iam.get_role().role_name(name).send().await.unwrap();
        let role = role.role.unwrap();
        assert_eq!(role.path(), "/", "{name}");
        assert_eq!(role.max_session_duration(), Some(3600), "{name}");
        let boundary = role.permissions_boundary();
        let boundary = boundary.and_then(|it| it.permissions_boundary_arn());
        assert_eq!(boundary, self.boundary, "{name}");
        self.check_tags(name, role.tags().iter().map(|tag| (tag.key(), tag.value())));
        let found = read_back(role.assume_role_policy_document().unwrap());
        same(&format!("the trust policy of {name}"), &found, trust);

        let names = iam
            .list_role_policies()
            .role_name(name)
            .send()
            .await
            .unwrap();
        assert_eq!(names.policy_names(), [policy_name], "{name}");
        let attached = iam.list_attached_role_policies().role_name(name).send();
        assert_eq!(attached.await.unwrap().attached_policies(), [], "{name}");
        let request = iam.get_role_policy().role_name(name);
        let found = request.policy_name(policy_name).send().await.unwrap();
        let found = read_back(found.policy_document());
        same(&format!("the policy of {name}"), &found, &policy);
    }

    pub(super) async fn check_instance_profile(&self) {
        let iam = self.account.iam();
        let name = self.name("StackStateAwsIntegrationRole");
        let profile = iam
            .get_instance_profile()
            .instance_profile_name(&name)
            .send()
            .await;
        if !self.trusts_ec2 {
            assert!(
                profile.is_err(),
                "there is an instance profile that the settings do not ask for"
            );
            return;
        }
        let profile = profile.unwrap().instance_profile.unwrap();
        let roles: Vec<&str> = profile
            .roles()
            .iter()
            .map(|role| role.role_name())
            .collect();
        assert_eq!(roles, [name.as_str()]);
        self.check_tags(
            &name,
            profile.tags().iter().map(|tag| (tag.key(), tag.value())),
        );
    }

    /// Checks the key and returns its ARN.
    pub(super) async fn check_key(&self) -> Option<String> {
        if !self.encrypted {
            return None;
        }
        let kms = self.account.kms(self.main());
        let alias = self.name("alias/stackstate-integration");
        let key = kms.describe_key().key_id(&alias).send().await.unwrap();
        let key = key.key_metadata.unwrap();
        let id = key.key_id();
        assert_eq!(key.description(), Some("StackState Integration Key"));
        assert_eq!(key.key_state(), Some(&KeyState::Enabled));
        let rotation = kms
            .get_key_rotation_status()
            .key_id(id)
            .send()
            .await
            .unwrap();
        assert!(rotation.key_rotation_enabled(), "the key does not rotate");
        let policy = kms.get_key_policy().key_id(id).policy_name("default");
        let policy = policy.send().await.unwrap();
        let policy = read_back(policy.policy().unwrap());
        same(
            "the key policy",
            &policy,
            &self.fill_in("key-policy", self.main()),
        );
        let tags = kms.list_resource_tags().key_id(id).send().await.unwrap();
        self.check_tags(
            "the key",
            tags.tags()
                .iter()
                .map(|tag| (tag.tag_key(), tag.tag_value())),
        );
        key.arn
    }

    pub(super) async fn check_bucket(&self, key: Option<&str>) {
        let s3 = self.account.s3(self.main());
        let name = self.bucket();
        let head = s3.head_bucket().bucket(&name).send().await.unwrap();
        assert_eq!(head.bucket_region(), Some(self.main()));

        let encryption = s3
            .get_bucket_encryption()
            .bucket(&name)
            .send()
            .await
            .unwrap();
        let encryption = encryption.server_side_encryption_configuration.unwrap();
        let [rule] = encryption.rules() else {
            panic!("one rule of encryption, not {:?}", encryption.rules());
        };
        let default = rule.apply_server_side_encryption_by_default().unwrap();
        assert_eq!(default.kms_master_key_id(), key);
        let (algorithm, bucket_key) = match key {
            Some(_) => (ServerSideEncryption::AwsKms, true),
            None => (ServerSideEncryption::Aes256, false),
        };
        assert_eq!(*default.sse_algorithm(), algorithm);
        assert_eq!(rule.bucket_key_enabled().unwrap_or_default(), bucket_key);

        let rules = s3.get_bucket_lifecycle_configuration().bucket(&name).send();
        let rules = rules.await.unwrap();
        let [rule] = rules.rules() else {
            panic!("one rule of lifecycle, not {:?}", rules.rules());
        };
        assert_eq!(rule.status().as_str(), "Enabled");
        assert_eq!(
            rule.filter().and_then(|it| it.prefix()).unwrap_or_default(),
            ""
        );
        let abort = rule.abort_incomplete_multipart_upload().unwrap();
        assert_eq!(abort.days_after_initiation(), Some(1));
        assert_eq!(rule.expiration().unwrap().days(), Some(1));
        let noncurrent = rule.noncurrent_version_expiration().unwrap();
        assert_eq!(noncurrent.noncurrent_days(), Some(1));

        let versioning = s3
            .get_bucket_versioning()
            .bucket(&name)
            .send()
            .await
            .unwrap();
        assert_eq!(versioning.status().unwrap().as_str(), "Enabled");
        let tags = s3.get_bucket_tagging().bucket(&name).send().await.unwrap();
        self.check_tags(
            &name,
            tags.tag_set().iter().map(|tag| (tag.key(), tag.value())),
        );
    }

    pub(super) async fn check_bucket_access(&self) {
        let s3 = self.account.s3(self.main());
        let name = self.bucket();
        let block = s3
            .get_public_access_block()
            .bucket(&name)
            .send()
            .await
            .unwrap();
        let block = block.public_access_block_configuration.unwrap();
        assert_eq!(block.block_public_acls(), Some(true));
        assert_eq!(block.ignore_public_acls(), Some(true));
        assert_eq!(block.block_public_policy(), Some(true));
        assert_eq!(block.restrict_public_buckets(), Some(true));
        let ownership = s3.get_bucket_ownership_controls().bucket(&name).send();
        let ownership = ownership.await.unwrap().ownership_controls.unwrap();
        let ownership: Vec<_> = ownership
            .rules()
            .iter()
            .map(|it| it.object_ownership())
            .collect();
        assert_eq!(ownership, [&ObjectOwnership::BucketOwnerPreferred]);
        let policy = s3.get_bucket_policy().bucket(&name).send().await.unwrap();
        let policy = read_back(policy.policy().unwrap());
        same(
            "the bucket policy",
            &policy,
            &self.fill_in("bucket-policy", self.main()),
        );
    }
}
