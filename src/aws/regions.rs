//! Says which regions do not answer, where a call has failed because of them.
//!
//! A survey reads in every region, so where a survey succeeds all of them answer.

use aws_sdk_account::types::RegionOptStatus::Enabled;
use futures_util::future::join_all;

use super::account::Aws;
use super::error::{AwsError, ErrorKind};
use super::operation::Operation;
use crate::failure::Failure;
use crate::names::{Partition, Region};

/// The failure of a call: that of the call itself, or that some of the account's regions do not
/// answer.
///
/// Where the call may have failed because of its region, each region is asked who the caller is, for
/// which no permission is needed. A region that is enabled in every account is asked too: where none
/// answers, it is not the fault of the regions.
pub async fn explain(error: AwsError, aws: &Aws) -> Failure {
    let Some(called) = region_in_doubt(&error) else {
        return error.failure();
    };
    let mut asked: Vec<Region> = aws.regions().to_vec();
    if !asked.contains(called) {
        asked.push(called.clone());
    }
    let in_question = asked.len();
    let enabled = always_enabled(called.partition()).and_then(|name| name.parse().ok());
    asked.extend(enabled.filter(|region| !asked.contains(region)));

    let answers = join_all(asked.iter().map(|region| aws.caller_in(Some(region)))).await;
    let refusals = answers.into_iter().map(Result::err);
    let answers: Vec<_> = asked.iter().zip(refusals).collect();
    explained(&error, &answers, in_question, aws.regions())
}

/// The codes of a service that does not know the credentials.
const UNKNOWN_CREDENTIALS: [&str; 4] = [
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
];

/// What the regions' answers, or their refusals, say about the failure of a call. The first
/// `in_question` regions are those of the account and the one that was called; `own` are those of the
/// settings.
fn explained(
    error: &AwsError,
    answers: &[(&Region, Option<AwsError>)],
    in_question: usize,
    own: &[Region],
) -> Failure {
    let mut refusals = answers.iter().map(|(_, refusal)| refusal.as_ref());
    if answers.iter().all(|(_, refusal)| refusal.is_some()) {
        // S3's answer to HEAD gives no reason, and STS refuses the same credentials with one.
        let reason = refusals.find_map(|refusal| refusal);
        let reason = reason.filter(|_| error.is("HTTP 400"));
        return reason.unwrap_or(error).failure();
    }
    let failed = answers[..in_question].iter();
    let failed = failed.filter_map(|(region, refusal)| Some((*region, refusal.clone()?)));
    silence(failed.collect(), own).unwrap_or_else(|| {
        let failure = error.failure();
        let unknown = error.code.as_deref();
        let unknown = unknown.is_some_and(|code| UNKNOWN_CREDENTIALS.contains(&code));
        match &error.operation.region {
            Some(region) if unknown => failure.hint(format!(
                "STS accepts the same credentials in {region}. Where the region was enabled a short \
                 while ago, wait until every service there answers, which can take hours. {}",
                ways_out(&[region], own)
            )),
            _ => failure,
        }
    })
}

/// The region that was called, if that may be why the call failed.
fn region_in_doubt(error: &AwsError) -> Option<&Region> {
    let region = error.operation.region.as_ref();
    region.filter(|_| {
        matches!(
            error.kind,
            ErrorKind::Credentials
                | ErrorKind::Denied
                | ErrorKind::Unreachable
                | ErrorKind::Unanswered
                | ErrorKind::Refused
        )
    })
}

/// The region of the partition that nobody can disable, where that is known. Calls on IAM count as
/// made there (IAM User Guide, "AWS global condition context keys", `aws:RequestedRegion`).
pub fn always_enabled(partition: Partition) -> Option<&'static str> {
    match partition {
        Partition::Aws => Some("us-east-1"),
        Partition::China => Some("cn-north-1"),
        Partition::UsGov => Some("us-gov-west-1"),
        _ => None,
    }
}

impl Aws {
    /// Those of the way's regions that the account has not enabled, or whose enabling has not ended. AWS is
    /// asked only where a region is one that must be enabled.
    ///
    /// # Errors
    /// Those of `account:ListRegions`.
    pub async fn disabled_regions(&self) -> Result<Vec<Region>, AwsError> {
        let mut wanted: Vec<Region> = self.regions().to_vec();
        wanted.retain(Region::is_opt_in);
        if wanted.is_empty() {
            return Ok(wanted);
        }
        let operation = Operation {
            service: "account",
            name: "ListRegions",
            region: None,
        };
        let client = self.account_management();
        let enabled = self
            .list(
                operation,
                |token| {
                    let request = client.list_regions().set_next_token(token);
                    request.region_opt_status_contains(Enabled).send()
                },
                |page| (page.regions.unwrap_or_default(), page.next_token),
            )
            .await?;
        let is_enabled = |region: &Region| {
            let mut enabled = enabled.iter();
            enabled.any(|it| {
                it.region_name() == Some(region.name()) && it.region_opt_status() == Some(&Enabled)
            })
        };
        wanted.retain(|region| !is_enabled(region));
        Ok(wanted)
    }
}

/// How a run comes about without the regions: each is one of the settings, or the session's where the
/// settings name none, or it is read because of a role.
fn ways_out(regions: &[&Region], own: &[Region]) -> String {
    let (named, others): (Vec<&Region>, Vec<&Region>) =
        regions.iter().partition(|region| own.contains(region));
    let ways = [
        (!named.is_empty()).then(|| format!("Or take {} out of `regions`", list(&named))),
        (!others.is_empty()).then(|| match (own.is_empty(), list(&others)) {
            (true, _) => "Or use a profile or an environment of another region".to_owned(),
            (false, names) => format!(
                "{names} is not in `regions`: a role in the account with a name and the tags of this \
                 deployment leads there. Or delete that role, or take its `provision:` tags away"
            ),
        }),
    ];
    ways.into_iter().flatten().collect::<Vec<_>>().join(". ")
}

fn list(regions: &[&Region]) -> String {
    let names: Vec<&str> = regions.iter().map(|region| region.name()).collect();
    names.join(", ")
}

/// Which of the regions where a call failed do not answer or do not accept the credentials, why, and
/// what to do; `None` if there are none.
fn silence(failed: Vec<(&Region, AwsError)>, own: &[Region]) -> Option<Failure> {
    let mut silent = failed;
    silent.retain(|(_, error)| region_in_doubt(error).is_some());
    let regions = |is_unreachable: bool| -> Vec<&Region> {
        let of_kind = silent.iter().filter(|(_, error)| {
            let kinds = [ErrorKind::Unreachable, ErrorKind::Unanswered];
            kinds.contains(&error.kind) == is_unreachable
        });
        of_kind.map(|(region, _)| *region).collect()
    };
    let (unreachable, refusing) = (regions(true), regions(false));
    let part = |regions: &[&Region], one: &str, many: &str| match regions {
        [] => None,
        [region] => Some(format!("the region {region} {one}")),
        _ => Some(format!("the regions {} {many}", list(regions))),
    };
    let parts = [
        part(&unreachable, "does not answer", "do not answer"),
        part(
            &refusing,
            "does not accept the credentials",
            "do not accept the credentials",
        ),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return None;
    }
    let all: Vec<&Region> = silent.iter().map(|(region, _)| *region).collect();
    let remedies = [
        (!refusing.is_empty()).then(|| {
            // IAM User Guide, "Manage AWS STS in an AWS Region".
            format!(
                "Enable {} in the account, after which it can take hours until AWS answers; \
                 where that is done, use credentials from a regional endpoint of STS, because \
                 regions that must be enabled refuse those of its global endpoint",
                list(&refusing)
            )
        }),
        (!unreachable.is_empty()).then(|| {
            let names = list(&unreachable);
            format!("Check that {names} is spelt correctly and that the network lets calls through")
        }),
        Some(ways_out(&all, own)),
    ];
    let remedies: Vec<String> = remedies.into_iter().flatten().collect();
    let mut failure = Failure::new(parts.join(", and ")).hint(remedies.join(". "));
    for (region, error) in &silent {
        let causes = error.failure().causes.join(": ");
        failure = failure.because(format!("{region}: {causes}"));
    }
    Some(failure)
}

#[cfg(test)]
mod tests;
