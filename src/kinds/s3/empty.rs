//! Deletes a bucket, and with a person's consent everything in it.

use std::collections::BTreeMap;
use std::pin::pin;

use aws_sdk_s3::types::{Delete, Error as S3Error, ObjectIdentifier};
use futures_util::future::ready;
use futures_util::stream::{self, Stream, TryStreamExt};

use super::s3_operation;
use crate::aws::{Aws, AwsError, ErrorKind, Operation, Pauses};
use crate::names::{AccountId, Region};

/// How often a bucket is emptied, if it fills again meanwhile.
const ROUNDS: usize = 5;
/// The number at which counting stops. A hundred pages are enough for the answer "a lot".
const COUNT_LIMIT: usize = 100_000;
/// How many batches of at most a thousand versions are deleted at the same time.
const BATCHES: usize = 8;

/// A bucket to delete.
pub struct Bucket<'a> {
    /// Its name.
    pub name: &'a str,
    /// The account that must own it.
    pub account: &'a AccountId,
    /// Its region.
    pub region: &'a Region,
}

/// One page of versions and delete markers, with the markers at which the next page begins.
struct Page {
    versions: Vec<ObjectIdentifier>,
    next: Option<(Option<String>, Option<String>)>,
}

impl Bucket<'_> {
    /// Deletes the bucket. With `empty`, its versions and delete markers are deleted first.
    ///
    /// # Errors
    /// [`ErrorKind::NotEmpty`] with the number of versions if the bucket is not empty and `empty`
    /// is false, or if the bucket fills faster than it is emptied. If S3 refuses to delete some
    /// versions, the error names the first one, and counts the versions by S3's error code.
    pub async fn delete(&self, aws: &Aws, empty: bool) -> Result<(), AwsError> {
        let mut rounds = 0;
        let mut pauses = Pauses::default();
        loop {
            let error = match self.delete_bucket(aws).await {
                Ok(()) => return Ok(()),
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
                Err(error) => error,
            };
            if error.kind != ErrorKind::NotEmpty {
                return Err(error);
            }
            if !empty {
                return Err(self.still_full(aws, error).await?);
            }
            if rounds == ROUNDS {
                return Err(AwsError {
                    message: format!(
                        "the bucket {} is not empty after {ROUNDS} rounds: new objects keep arriving, \
                         or S3 keeps failing; stop what writes to it, such as VPC flow logs, and run again",
                        self.name
                    ),
                    ..error
                });
            }
            // After a round that deleted nothing, the next one begins after a pause, which grows.
            // After a round that deleted something, the next one begins at once.
            rounds += 1;
            if self.empty(aws).await? == 0 && !aws.pause(pauses.next()).await {
                return Err(AwsError::interrupted(error.operation));
            }
        }
    }

    async fn delete_bucket(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(self.region);
        aws.call(s3_operation("DeleteBucket", self.region), || {
            let request = client.delete_bucket().bucket(self.name);
            request
                .expected_bucket_owner(self.account.to_string())
                .send()
        })
        .await?;
        Ok(())
    }

    /// S3's refusal, with the number of versions in the bucket as its message.
    async fn still_full(&self, aws: &Aws, error: AwsError) -> Result<AwsError, AwsError> {
        let holds = self.holds(aws, COUNT_LIMIT).await?;
        Ok(AwsError {
            message: format!(
                "the bucket {} still holds {}; run again with `--empty-bucket` to delete \
                 everything in it, or wait two or three days until all has expired",
                self.name,
                holds.as_deref().unwrap_or("nothing")
            ),
            ..error
        })
    }

    /// The number of versions and delete markers in the bucket, in words; `None` if there are none. Counting
    /// stops after the page that reaches `enough`.
    pub async fn holds(&self, aws: &Aws, enough: usize) -> Result<Option<String>, AwsError> {
        let mut count = 0;
        let mut next = None;
        loop {
            let page = self.page(aws, next).await?;
            count += page.versions.len();
            next = page.next;
            if next.is_none() || count >= enough {
                break;
            }
        }
        let more = if next.is_some() { "more than " } else { "" };
        Ok(match count {
            0 => None,
            1 => Some(format!("{more}1 object version or delete marker")),
            _ => Some(format!("{more}{count} object versions and delete markers")),
        })
    }

    async fn page(
        &self,
        aws: &Aws,
        from: Option<(Option<String>, Option<String>)>,
    ) -> Result<Page, AwsError> {
        let client = aws.s3(self.region);
        let operation = s3_operation("ListObjectVersions", self.region);
        let (key, version) = from.unwrap_or_default();
        let answer = aws
            .call(operation.clone(), || {
                client
                    .list_object_versions()
                    .bucket(self.name)
                    .expected_bucket_owner(self.account.to_string())
                    .set_key_marker(key.clone())
                    .set_version_id_marker(version.clone())
                    .send()
            })
            .await?;
        let versions = answer.versions().iter().map(|v| (v.key(), v.version_id()));
        let markers = answer
            .delete_markers()
            .iter()
            .map(|m| (m.key(), m.version_id()));
        let versions = versions.chain(markers).map(|(key, version)| {
            let identifier = ObjectIdentifier::builder().set_key(key.map(ToOwned::to_owned));
            let version = version.map(ToOwned::to_owned);
            aws.built(&operation, identifier.set_version_id(version).build())
        });
        let versions = versions.collect::<Result<_, _>>()?;
        let next = (answer.is_truncated() == Some(true))
            .then_some((answer.next_key_marker, answer.next_version_id_marker));
        // A page that names itself as the next one would be read forever.
        if next == Some((key, version)) {
            let message = "the list does not end: a page names itself as the next".to_owned();
            return Err(aws.name(AwsError::unusable(operation, message)));
        }
        Ok(Page { versions, next })
    }

    /// The versions of the bucket, page by page. Each page is read when the stream is polled for
    /// it.
    fn pages<'a>(
        &'a self,
        aws: &'a Aws,
    ) -> impl Stream<Item = Result<Vec<ObjectIdentifier>, AwsError>> + 'a {
        stream::try_unfold(Some(None), async move |from| {
            let Some(from) = from else { return Ok(None) };
            let page = self.page(aws, from).await?;
            Ok(Some((page.versions, page.next.map(Some))))
        })
    }

    /// Deletes all versions that are listed now, and returns how many were deleted. The versions
    /// are deleted page by page, so memory does not grow with their number.
    ///
    /// The next page and the batches wait for the same permits. Therefore all of them are polled
    /// together.
    async fn empty(&self, aws: &Aws) -> Result<usize, AwsError> {
        let mut batches = pin!(
            self.pages(aws)
                .try_filter(|versions| ready(!versions.is_empty()))
                .map_ok(|versions| self.delete_batch(aws, versions))
                .try_buffer_unordered(BATCHES)
        );
        let mut refused = Refused::default();
        let mut deleted = 0;
        while let Some((count, batch_refused)) = batches.try_next().await? {
            deleted += count;
            refused.add(batch_refused);
            aws.announce_progress(format!("object versions deleted: {deleted}"));
        }
        refused.into_result(aws, s3_operation("DeleteObjects", self.region), self.name)?;
        Ok(deleted)
    }

    async fn delete_batch(
        &self,
        aws: &Aws,
        versions: Vec<ObjectIdentifier>,
    ) -> Result<(usize, Refused), AwsError> {
        let client = aws.s3(self.region);
        let all = versions.len();
        let operation = s3_operation("DeleteObjects", self.region);
        let delete = Delete::builder()
            .set_objects(Some(versions))
            .quiet(true)
            .build();
        let delete = aws.built(&operation, delete)?;
        let answer = aws
            .call(operation, || {
                client
                    .delete_objects()
                    .bucket(self.name)
                    .expected_bucket_owner(self.account.to_string())
                    .delete(delete.clone())
                    .send()
            })
            .await?;
        let mut refused = Refused::default();
        // A version that is gone already was deleted by an earlier attempt whose answer was lost.
        let gone = ["NoSuchKey", "NoSuchVersion"];
        // S3 answers these codes for single versions within a successful answer. The next round
        // lists and deletes these versions again.
        let passing = ["InternalError", "ServiceUnavailable", "SlowDown"];
        let is = |error: &&S3Error, codes: &[&str]| {
            error.code().is_some_and(|code| codes.contains(&code))
        };
        let errors = answer.errors().iter().filter(|error| !is(error, &gone));
        let (later, errors): (Vec<_>, Vec<_>) = errors.partition(|error| is(error, &passing));
        let mut kept = later.len();
        for error in errors {
            kept += 1;
            let code = error.code().unwrap_or("no code").to_owned();
            *refused.counts.entry(code).or_default() += 1;
            refused.first.get_or_insert_with(|| {
                format!(
                    "{} (version {}): {}",
                    error.key().unwrap_or_default(),
                    error.version_id().unwrap_or("null"),
                    error.message().unwrap_or_default()
                )
            });
        }
        Ok((all - kept.min(all), refused))
    }
}

/// The versions that S3 refused to delete, counted by error code.
#[derive(Debug, Default)]
struct Refused {
    counts: BTreeMap<String, usize>,
    first: Option<String>,
}

impl Refused {
    fn add(&mut self, other: Refused) {
        for (code, count) in other.counts {
            *self.counts.entry(code).or_default() += count;
        }
        self.first = self.first.take().or(other.first);
    }

    fn into_result(self, aws: &Aws, operation: Operation, bucket: &str) -> Result<(), AwsError> {
        let Some(first) = self.first else {
            return Ok(());
        };
        let codes: Vec<String> = self
            .counts
            .iter()
            .map(|(code, count)| format!("{count} times {code}"))
            .collect();
        let message = format!(
            "S3 refused to delete object versions of {bucket}: {}; the first is {first}",
            codes.join(", ")
        );
        let code = self.counts.into_keys().next();
        Err(aws.name(AwsError::in_answer(
            operation,
            code.as_deref(),
            Some(&message),
        )))
    }
}
