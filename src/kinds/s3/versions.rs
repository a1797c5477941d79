//! The objects below a prefix in all their versions, and what is done with single ones.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use aws_smithy_types::DateTime;

use super::s3_operation;
use crate::aws::{Aws, AwsError};
use crate::names::{AccountId, Region};

/// A bucket whose objects are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Objects<'a> {
    /// The name of the bucket.
    pub bucket: &'a str,
    /// The account that must own it.
    pub account: &'a AccountId,
    /// Its region.
    pub region: &'a Region,
}

/// A version of an object, or a delete marker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The key.
    pub key: String,
    /// The id, where the bucket has one for it.
    pub id: Option<String>,
}

/// What a version holds.
#[derive(Debug, Clone)]
pub struct Written {
    /// The version.
    pub version: Version,
    /// When it was written.
    pub at: DateTime,
    /// Its size in bytes.
    pub size: i64,
}

/// What is below a prefix.
#[derive(Debug, Default)]
pub struct Listed {
    /// The folders, if the list ends at them.
    pub folders: Vec<String>,
    /// The versions with content.
    pub written: Vec<Written>,
    /// The delete markers.
    pub markers: Vec<Version>,
}

/// Separates the two markers of a page. No id of a version contains it.
const SEPARATOR: char = '\n';

impl Objects<'_> {
    /// Everything below a prefix, or up to the next slash.
    ///
    /// # Errors
    /// Those of `s3:ListObjectVersions`.
    pub async fn list(
        &self,
        aws: &Aws,
        prefix: &str,
        up_to_slash: bool,
    ) -> Result<Listed, AwsError> {
        let client = aws.s3(self.region);
        let pages = aws.list(
            s3_operation("ListObjectVersions", self.region),
            |token: Option<String>| {
                let markers = token.as_deref().and_then(|it| it.rsplit_once(SEPARATOR));
                let id = markers.map(|(_, id)| id).filter(|id| !id.is_empty());
                client
                    .list_object_versions()
                    .bucket(self.bucket)
                    .expected_bucket_owner(self.account.to_string())
                    .prefix(prefix)
                    .set_delimiter(up_to_slash.then(|| "/".to_owned()))
                    .set_key_marker(markers.map(|(key, _)| key.to_owned()))
                    .set_version_id_marker(id.map(str::to_owned))
                    .send()
            },
            |answer| {
                let next = (answer.is_truncated() == Some(true)).then(|| {
                    let key = answer.next_key_marker().unwrap_or_default();
                    let id = answer.next_version_id_marker().unwrap_or_default();
                    format!("{key}{SEPARATOR}{id}")
                });
                ([answer], next)
            },
        );
        let mut listed = Listed::default();
        for page in pages.await? {
            let folders = page.common_prefixes.unwrap_or_default().into_iter();
            listed.folders.extend(folders.filter_map(|it| it.prefix));
            let versions = page.versions.unwrap_or_default().into_iter();
            listed.written.extend(versions.filter_map(|it| {
                let (key, id) = (it.key?, it.version_id);
                Some(Written {
                    version: Version { key, id },
                    at: it.last_modified?,
                    size: it.size?,
                })
            }));
            let markers = page.delete_markers.unwrap_or_default().into_iter();
            let markers = markers.filter_map(|it| Some((it.key?, it.version_id)));
            listed
                .markers
                .extend(markers.map(|(key, id)| Version { key, id }));
        }
        Ok(listed)
    }

    /// The content of a version.
    ///
    /// # Errors
    /// Those of `s3:GetObject`, and an answer that ends too early.
    pub async fn read(&self, aws: &Aws, version: &Version) -> Result<Vec<u8>, AwsError> {
        let get = s3_operation("GetObject", self.region);
        let client = aws.s3(self.region);
        let answer = aws
            .call(get.clone(), || {
                client
                    .get_object()
                    .bucket(self.bucket)
                    .expected_bucket_owner(self.account.to_string())
                    .key(&version.key)
                    .set_version_id(version.id.clone())
                    .send()
            })
            .await?;
        let body = answer.body.collect().await;
        let body = body.map_err(|error| aws.name(AwsError::unusable(get, error.to_string())))?;
        Ok(body.to_vec())
    }

    /// Removes a version, and the delete markers of its key where no other version is under it: that would
    /// come back without its marker.
    ///
    /// # Errors
    /// Those of `s3:ListObjectVersions` and `s3:DeleteObjects`, and the first version that S3 does not delete.
    pub async fn remove(&self, aws: &Aws, version: &Version) -> Result<(), AwsError> {
        let delete = s3_operation("DeleteObjects", self.region);
        let listed = self.list(aws, &version.key, false).await?;
        let of_key = |it: &Version| it.key == version.key;
        let mut written = listed.written.iter().map(|it| &it.version);
        let is_alone = !written.any(|it| of_key(it) && it != version);
        let markers = listed.markers.into_iter();
        let markers = markers.filter(|it| is_alone && of_key(it));
        let removed = std::iter::once(version.clone()).chain(markers);
        let identifiers = removed.map(|Version { key, id }| {
            let identifier = ObjectIdentifier::builder().key(key).set_version_id(id);
            aws.built(&delete, identifier.build())
        });
        let identifiers = identifiers.collect::<Result<_, _>>()?;
        let objects = Delete::builder().set_objects(Some(identifiers)).quiet(true);
        let objects = aws.built(&delete, objects.build())?;
        let client = aws.s3(self.region);
        aws.call_checked(
            delete,
            || {
                client
                    .delete_objects()
                    .bucket(self.bucket)
                    .expected_bucket_owner(self.account.to_string())
                    .delete(objects.clone())
                    .send()
            },
            |answer| answer.errors().first().map(|it| (it.code(), it.message())),
        )
        .await?;
        Ok(())
    }
}
