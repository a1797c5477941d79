//! Who beside the key's policy can use the key or its material: the holders of grants, whoever imported
//! the material, and replicas in other regions.

use aws_sdk_kms::types::{GrantListEntry, KeyMetadata, OriginType};
use futures_util::future::try_join;

use super::key::KmsKey;
use super::lag::{again, reads_late};
use crate::aws::{Aws, AwsError};
use crate::engine::observed::Present;

impl KmsKey {
    /// Each way in words, with whom it leads to.
    pub(super) async fn read_exposures(
        &self,
        aws: &Aws,
        present: &Present,
    ) -> Result<Vec<String>, AwsError> {
        let arn = present.arn.as_deref().ok_or_else(|| {
            let operation = self.operation("ListGrants");
            aws.name(AwsError::incomplete(operation, "the key's ARN"))
        })?;
        let client = aws.kms(&self.region);
        let list = || {
            aws.list(
                self.operation("ListGrants"),
                |marker| client.list_grants().key_id(arn).set_marker(marker).send(),
                |answer| (answer.grants.unwrap_or_default(), answer.next_marker),
            )
        };
        let grants = again(aws, reads_late, list);
        let (grants, key) = try_join(grants, self.describe(aws, arn)).await?;
        let mut all: Vec<String> = grants.iter().map(grant).collect();
        all.extend(key.iter().flat_map(material));
        Ok(all)
    }
}

fn grant(grant: &GrantListEntry) -> String {
    let grantee = grant.grantee_principal().unwrap_or("somebody");
    let operations: Vec<&str> = grant.operations().iter().map(|it| it.as_str()).collect();
    format!("a grant allows {} to {grantee}", operations.join(", "))
}

/// Material that AWS did not make for this key alone (KMS Developer Guide, "Importing key material"
/// and "Multi-Region keys").
fn material(key: &KeyMetadata) -> Vec<String> {
    let origin = key.origin().filter(|it| **it != OriginType::AwsKms);
    let origin = origin.map(|origin| match origin {
        OriginType::External => "its material was imported, and others may have it".to_owned(),
        other => format!("its material is in another store ({other})"),
    });
    let keys = key.multi_region_configuration();
    let primary = keys.and_then(|it| it.primary_key()).into_iter();
    let replicas = keys.map(|it| it.replica_keys()).unwrap_or_default();
    let others = primary.chain(replicas).filter_map(|it| it.arn());
    let others = others.filter(|arn| Some(*arn) != key.arn());
    let others = others.map(|arn| format!("the same material is in {arn}"));
    origin.into_iter().chain(others).collect()
}
