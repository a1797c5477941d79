//! A customer-managed IAM policy.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_iam::types::PolicyVersion;
use futures_util::future::join;

use crate::aws::{Aws, AwsError, ErrorKind, Pages};
use crate::engine::Holder;
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, touches};
use crate::engine::ownership::Tags;
use crate::engine::permission::{Permission, Task};
use crate::engine::resource::{
    Consent, Created, Known, Observed, Phase, Present, Resource, gone_is_fine,
};
use crate::kinds::iam::permissions;
use crate::kinds::iam::{Identity, iam_operation, iam_tags};
use crate::kinds::policy_value;
use iam_policy::Policy;

/// A policy that identities have by attachment.
#[derive(Debug)]
pub struct IamPolicy {
    /// How it is called.
    pub address: Address,
    /// Its name in AWS, at most 128 characters.
    pub name: String,
    /// Its ARN, which follows from partition, account and name.
    pub arn: String,
    /// What it is for. AWS does not let it be changed.
    pub description: String,
    /// What it permits.
    pub document: Policy,
    /// Whom our own attachments attach it to. Anyone else's attachment holds it.
    pub attached_to: Vec<Identity>,
    /// How its document was made to fit.
    pub note: String,
    /// Its tags.
    pub tags: Tags,
}

/// The kind, as addresses name it.
pub const KIND: &str = "iam_policy";
/// How many versions of a policy AWS keeps at most.
const MOST_VERSIONS: usize = 5;

impl IamPolicy {
    async fn versions(&self, aws: &Aws) -> Result<Vec<PolicyVersion>, AwsError> {
        let mut versions = Vec::new();
        let mut pages = Pages::of(iam_operation("ListPolicyVersions"));
        loop {
            let answer = aws
                .call(pages.operation(), || {
                    let request = aws.iam().list_policy_versions().policy_arn(&self.arn);
                    request.set_marker(pages.token()).send()
                })
                .await?;
            versions.extend_from_slice(answer.versions());
            if pages.ended(aws, answer.marker)? {
                return Ok(versions);
            }
        }
    }

    async fn delete_version(&self, aws: &Aws, version: &PolicyVersion) -> Result<(), AwsError> {
        let answer = aws
            .call(iam_operation("DeletePolicyVersion"), || {
                let request = aws.iam().delete_policy_version().policy_arn(&self.arn);
                request.set_version_id(version.version_id.clone()).send()
            })
            .await;
        gone_is_fine(answer)
    }

    /// Writes the document as the new default version. AWS keeps five, so the oldest that is not
    /// the default makes room.
    async fn put_document(&self, aws: &Aws) -> Result<(), AwsError> {
        let mut versions = self.versions(aws).await?;
        if versions.len() >= MOST_VERSIONS {
            versions.retain(|version| !version.is_default_version());
            let oldest = versions.iter().min_by_key(|version| {
                let date = version.create_date();
                (date.copied(), number(version))
            });
            if let Some(oldest) = oldest {
                self.delete_version(aws, oldest).await?;
            }
        }
        aws.call(iam_operation("CreatePolicyVersion"), || {
            let request = aws.iam().create_policy_version().policy_arn(&self.arn);
            let request = request.policy_document(self.document.compact());
            request.set_as_default(true).send()
        })
        .await?;
        Ok(())
    }

    /// Every identity that has the policy attached.
    async fn holders(&self, aws: &Aws) -> Result<Vec<Identity>, AwsError> {
        let mut holders = Vec::new();
        let mut pages = Pages::of(iam_operation("ListEntitiesForPolicy"));
        loop {
            let answer = aws
                .call(pages.operation(), || {
                    let request = aws.iam().list_entities_for_policy().policy_arn(&self.arn);
                    request.set_marker(pages.token()).send()
                })
                .await?;
            let users = answer
                .policy_users()
                .iter()
                .filter_map(|user| user.user_name());
            holders.extend(users.map(|name| Identity::User(name.to_owned())));
            let groups = answer
                .policy_groups()
                .iter()
                .filter_map(|group| group.group_name());
            holders.extend(groups.map(|name| Identity::Group(name.to_owned())));
            let roles = answer
                .policy_roles()
                .iter()
                .filter_map(|role| role.role_name());
            holders.extend(roles.map(|name| Identity::Role(name.to_owned())));
            if pages.ended(aws, answer.marker)? {
                return Ok(holders);
            }
        }
    }

    fn attributes(&self) -> Attributes {
        let mut attributes = Attributes::from([
            ("description".to_owned(), self.description.as_str().into()),
            ("document".to_owned(), Value::Policy(self.document.clone())),
        ]);
        self.tags.lower_desired(&mut attributes);
        attributes
    }
}

/// The number in a version's id, which tells those of one second apart.
fn number(version: &PolicyVersion) -> u64 {
    let id = version.version_id().unwrap_or_default();
    id.trim_start_matches('v').parse().unwrap_or_default()
}

#[async_trait]
impl Resource for IamPolicy {
    fn address(&self) -> &Address {
        &self.address
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn arn(&self) -> Option<String> {
        Some(self.arn.clone())
    }

    fn desired(&self, _known: &Known) -> Attributes {
        self.attributes()
    }

    fn note(&self) -> Option<String> {
        Some(self.note.clone())
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        let Some(Value::Plain(before)) = &change.before else {
            return None;
        };
        (change.attribute == "description").then(|| {
            format!(
                "AWS does not let the description of a policy be changed; keep {before}, or run \
                 `provision destroy` and then apply again"
            )
        })
    }

    fn permissions(&self, task: Task<'_>) -> Vec<Permission> {
        permissions::policy(self, task)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let policy = aws.call(iam_operation("GetPolicy"), || {
            aws.iam().get_policy().policy_arn(&self.arn).send()
        });
        let (policy, holders) = join(policy, self.holders(aws)).await;
        let policy = match policy {
            Ok(answer) => answer.policy.ok_or_else(|| {
                aws.name(AwsError::incomplete(
                    iam_operation("GetPolicy"),
                    "the policy",
                ))
            })?,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Observed::Missing),
            Err(error) => return Err(error),
        };
        let version = aws
            .call(iam_operation("GetPolicyVersion"), || {
                let request = aws.iam().get_policy_version().policy_arn(&self.arn);
                request
                    .set_version_id(policy.default_version_id.clone())
                    .send()
            })
            .await?;
        let document = version
            .policy_version()
            .and_then(|version| version.document());
        let mut attributes = Attributes::from([
            (
                "description".to_owned(),
                policy.description().unwrap_or_default().into(),
            ),
            (
                "document".to_owned(),
                policy_value(document.unwrap_or_default()),
            ),
        ]);
        let tags: BTreeMap<String, String> = policy
            .tags()
            .iter()
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect();
        let owner = self.tags.lower_observed(&tags, &mut attributes);
        let mut present = Present::new(attributes, owner, Phase::Stable);
        let others = holders?.into_iter();
        let others = others.filter(|holder| !self.attached_to.contains(holder));
        present.held_by = others.map(Holder::Identity).collect();
        Ok(Observed::Present(present))
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let tags = iam_tags(self.tags.iter());
        aws.call(iam_operation("CreatePolicy"), || {
            let request = aws.iam().create_policy().policy_name(&self.name).path("/");
            let request = request.description(&self.description);
            let request = request.policy_document(self.document.compact());
            request.set_tags(Some(tags.clone())).send()
        })
        .await?;
        Ok(Created {
            attributes: self.attributes(),
            arn: None,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        _present: &Present,
        changes: &[Change],
        _known: &Known,
    ) -> Result<(), AwsError> {
        // The ownership tags go first, so that a policy taken over is ours before it is changed.
        let tags = iam_tags(changed_tags(changes));
        if !tags.is_empty() {
            aws.call(iam_operation("TagPolicy"), || {
                let request = aws.iam().tag_policy().policy_arn(&self.arn);
                request.set_tags(Some(tags.clone())).send()
            })
            .await?;
        }
        if touches(changes, "document") {
            self.put_document(aws).await?;
        }
        Ok(())
    }

    async fn delete(
        &self,
        aws: &Aws,
        present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        for holder in &present.held_by {
            if let Holder::Identity(identity) = holder {
                identity.detach(aws, &self.arn).await?;
            }
        }
        let versions = match self.versions(aws).await {
            Ok(versions) => versions,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for version in versions
            .iter()
            .filter(|version| !version.is_default_version())
        {
            self.delete_version(aws, version).await?;
        }
        let answer = aws
            .call(iam_operation("DeletePolicy"), || {
                aws.iam().delete_policy().policy_arn(&self.arn).send()
            })
            .await;
        gone_is_fine(answer)
    }
}

/// The names of all customer-managed policies of the account.
///
/// # Errors
/// Those of `iam:ListPolicies`.
pub async fn all_names(aws: &Aws) -> Result<Vec<String>, AwsError> {
    let mut names = Vec::new();
    let mut pages = Pages::of(iam_operation("ListPolicies"));
    loop {
        let answer = aws
            .call(pages.operation(), || {
                let request = aws.iam().list_policies().max_items(1000);
                let request = request.scope(aws_sdk_iam::types::PolicyScopeType::Local);
                request.set_marker(pages.token()).send()
            })
            .await?;
        let page = answer.policies().iter();
        names.extend(page.filter_map(|policy| policy.policy_name().map(ToOwned::to_owned)));
        if pages.ended(aws, answer.marker)? {
            return Ok(names);
        }
    }
}
