//! KMS answers late: a change takes some seconds until every part of KMS knows it, now and then
//! minutes, and until then its answers may be `NotFoundException` or an invalid state (KMS Developer
//! Guide, "AWS KMS eventual consistency").

use tokio::time::Instant;

use crate::aws::{Aws, AwsError, ErrorKind, Pauses};

/// Calls again, for [`Aws::read_lag`] at most, while the error `is_late`.
pub(super) async fn again<T, F>(
    aws: &Aws,
    is_late: fn(&AwsError) -> bool,
    mut call: impl FnMut() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let deadline = Instant::now() + aws.read_lag();
    let mut pauses = Pauses::default();
    loop {
        let error = match call().await {
            Err(error) if is_late(&error) => error,
            answer => return answer,
        };
        if Instant::now() >= deadline {
            return Err(error);
        }
        if pauses.first() {
            aws.announce_wait(format!(
                "KMS to answer with the present state ({})",
                error.brief()
            ));
        }
        if !aws.pause(pauses.next()).await {
            return Err(AwsError::interrupted(error.operation));
        }
    }
}

/// Whether a read of a key that KMS has just described or listed may come too early. AWS deletes a
/// key after a week at the earliest.
pub(super) fn reads_late(error: &AwsError) -> bool {
    error.kind == ErrorKind::NotFound || in_another_state(error)
}

/// Whether a write met the key in another state than it was read in.
pub(super) fn writes_late(error: &AwsError) -> bool {
    error.kind == ErrorKind::Outdated
}

/// Whether the key is in a state that does not allow the call (KMS Developer Guide, "Key states of AWS
/// KMS keys").
pub(super) fn in_another_state(error: &AwsError) -> bool {
    error.is("KMSInvalidStateException")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::aws::Operation;

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_is_asked_for_again_for_some_seconds() {
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let aws = crate::fakes::aws(stopped);
        let fails = |name, code| {
            let operation = Operation {
                service: "kms",
                name,
                region: None,
            };
            AwsError::in_answer(operation, Some(code), None)
        };
        let (lost, invalid) = ("NotFoundException", "KMSInvalidStateException");
        type Late = fn(&AwsError) -> bool;
        let cases: [(&str, &str, &str, Late, bool); 5] = [
            (
                "KMS knows the key elsewhere",
                "GetKeyPolicy",
                lost,
                reads_late,
                true,
            ),
            (
                "the same by another code",
                "GetKeyPolicy",
                invalid,
                reads_late,
                true,
            ),
            (
                "the read was late",
                "TagResource",
                invalid,
                writes_late,
                true,
            ),
            (
                "waiting does not help",
                "GetKeyPolicy",
                "AccessDeniedException",
                reads_late,
                false,
            ),
            (
                "the call itself waits for that",
                "TagResource",
                lost,
                writes_late,
                false,
            ),
        ];
        for (why, name, code, is_late, again_expected) in cases {
            let started = Instant::now();
            let once = std::cell::Cell::new(true);
            let recovers = || {
                let error = once.take().then(|| fails(name, code));
                std::future::ready(error.map_or(Ok(()), Err))
            };
            let recovered = again(&aws, is_late, recovers).await;
            assert_eq!(recovered.is_ok(), again_expected, "{why}");
            let ends = again(&aws, is_late, || {
                std::future::ready(Err::<(), _>(fails(name, code)))
            });
            assert_eq!(ends.await.unwrap_err().code.as_deref(), Some(code), "{why}");
            let waited = started.elapsed();
            assert_eq!(
                waited >= aws.read_lag(),
                again_expected,
                "{why}: {waited:?}"
            );
            let most = aws.read_lag() + Duration::from_secs(2);
            assert!(waited < most, "{why}: {waited:?}");
        }
    }
}
