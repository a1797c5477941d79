//! Looks in the bucket for what was sent.

use std::collections::BTreeSet;
use std::time::SystemTime;

use aws_smithy_types::DateTime;

use super::SKEW;
use super::delivery::{Awaited, Delivered, Run};
use super::folders::folders;
use super::object::{Contents, LARGEST, look};
use crate::aws::{AwsError, ErrorKind};
use crate::kinds::s3::versions::{Objects, Version};
use crate::systems::Delivery;

impl Run<'_> {
    /// Looks once at what is new in the bucket, and removes an object that holds only what was sent.
    pub(super) async fn look(
        &self,
        to: &Delivery,
        begun: SystemTime,
        awaited: &mut [Awaited],
        seen: &mut BTreeSet<Version>,
        delivered: &mut Delivered,
    ) -> Result<(), AwsError> {
        for folder in folders(&to.prefix, begun, SystemTime::now()) {
            for version in self.versions(to, &folder, begun).await? {
                if seen.contains(&version) {
                    continue;
                }
                let contents = self.contents(to, &version, awaited).await?;
                seen.insert(version.clone());
                for &mark in &contents.marks {
                    let it = &mut awaited[mark];
                    let after = it.since.elapsed();
                    it.arrived.get_or_insert(after);
                }
                if contents.is_ours_alone() {
                    if let Err(error) = self.objects(to).remove(self.aws, &version).await {
                        delivered.left.push(format!(
                            "the object {} in the bucket {} holds only what was sent, and could not be \
                             removed: {}",
                            version.key,
                            to.bucket,
                            error.brief()
                        ));
                    }
                } else if !contents.marks.is_empty() {
                    delivered.left.push(format!(
                        "the object {} in the bucket {} also holds events of others, and was kept; it \
                         expires with every other object",
                        version.key, to.bucket
                    ));
                }
            }
        }
        Ok(())
    }

    /// The versions of the objects of a folder that are not older than the run. An object that the agent
    /// has read and deleted still has its version.
    async fn versions(
        &self,
        to: &Delivery,
        folder: &str,
        begun: SystemTime,
    ) -> Result<Vec<Version>, AwsError> {
        let since = DateTime::from(begun.checked_sub(SKEW).unwrap_or(begun));
        let listed = self.objects(to).list(self.aws, folder, false).await?;
        let written = listed.written.into_iter();
        // A stream writes no object that is larger.
        let new = written.filter(|it| it.at >= since && it.size <= LARGEST);
        Ok(new.map(|it| it.version).collect())
    }

    fn objects<'b>(&'b self, to: &'b Delivery) -> Objects<'b> {
        Objects {
            bucket: &to.bucket,
            account: self.account,
            region: &to.bucket_region,
        }
    }

    /// What an object holds. The role reads it if it was assumed, and otherwise the caller.
    async fn contents(
        &self,
        to: &Delivery,
        version: &Version,
        awaited: &[Awaited],
    ) -> Result<Contents, AwsError> {
        let marks: Vec<&str> = awaited.iter().map(|it| it.sent.mark.as_str()).collect();
        let objects = self.objects(to);
        if let Some(session) = self.reading.session() {
            match objects.read(session, version).await {
                Ok(body) => {
                    self.reading.saw(Ok(()));
                    return Ok(look(&body, &marks));
                }
                // Whoever reads the bucket may delete meanwhile.
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(Contents::default()),
                Err(error) => self.reading.saw(Err(error)),
            }
        }
        match objects.read(self.aws, version).await {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Contents::default()),
            body => Ok(look(&body?, &marks)),
        }
    }
}
