//! Which regions do not answer, when a read has failed.
//!
//! A survey reads in every region, so that where it succeeds all of them answer.

use futures_util::future::join_all;

use crate::aws::Aws;
use crate::failure::Failure;
use crate::names::Region;

/// The failure of a survey, or the regions that are to blame for it.
///
/// Each region is asked who the caller is, for which no permission is needed. Where all of them
/// refuse to answer, it is not the regions' fault.
pub async fn explain(failure: Failure, aws: &Aws, regions: &[Region]) -> Failure {
    let asked = join_all(regions.iter().map(|region| aws.caller_in(Some(region)))).await;
    let asked: Vec<_> = regions.iter().zip(asked).collect();
    if asked.iter().all(|(_, answer)| answer.is_err()) {
        return failure;
    }
    let silent = asked
        .into_iter()
        .filter_map(|(region, answer)| Some((region, answer.err()?)));
    let mut found: Option<Failure> = None;
    for (region, error) in silent {
        let cause = error.failure().causes.join(": ");
        found = Some(
            found
                .unwrap_or_else(|| Failure::new("not every region answers"))
                .because(format!("{region}: {cause}")),
        );
    }
    match found {
        None => failure,
        Some(found) => found.hint(
            "Enable these regions in the account (a new one can take hours), let the network \
             reach them, or take them out of `regions`",
        ),
    }
}
