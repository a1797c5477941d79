//! Lists, which AWS gives page by page and which must come to an end.

use std::collections::HashSet;
use std::error::Error as StdError;

use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Aws, AwsError, Operation};

/// More pages than any list has: at 100 entries a page, which is what AWS gives where it is not
/// asked for more, that is 100,000.
const MOST_PAGES: usize = 1_000;

impl Aws {
    /// Everything that `operation` lists, each page by a call of its own.
    ///
    /// `send` asks for the page that a token names, or for the first one. `read` gives what is on
    /// a page and the token of the next one, if there is one.
    ///
    /// # Errors
    /// Those of [`Aws::call`], a page that names itself or an earlier one as the next one, and more
    /// pages than any list has.
    pub async fn list<T, E, F, P>(
        &self,
        operation: Operation,
        mut send: impl FnMut(Option<String>) -> F,
        mut read: impl FnMut(T) -> (P, Option<String>),
    ) -> Result<Vec<P::Item>, AwsError>
    where
        T: RequestId,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
        P: IntoIterator,
    {
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        let mut token = None;
        for number in 1.. {
            let answer = self.call(operation.clone(), || send(token.clone())).await?;
            let (page, next) = read(answer);
            items.extend(page);
            let why = match &next {
                None => break,
                Some(next) if !seen.insert(next.clone()) => {
                    "names itself, or an earlier one, as the next one"
                }
                Some(_) if number == MOST_PAGES => "is not the last one",
                Some(_) => {
                    token = next;
                    continue;
                }
            };
            let message = format!("the list does not end: page {number} {why}");
            return Err(self.name(AwsError::unusable(operation, message)));
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;

    use super::*;
    use crate::fakes::{self, CallError};

    /// Lists the numbers of pages; the page after the one of this number has the token that `next`
    /// gives.
    async fn list(next: fn(usize) -> Option<String>) -> Result<Vec<usize>, AwsError> {
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let operation = Operation {
            service: "iam",
            name: "ListRoles",
            region: None,
        };
        let mut asked = Vec::new();
        let mut number = 0;
        let send = |token| {
            asked.push(token);
            async { Ok::<_, CallError>(GetCallerIdentityOutput::builder().build()) }
        };
        let read = |_| {
            number += 1;
            ([number], next(number))
        };
        let listed = fakes::aws(stopped).list(operation, send, read).await;
        for (page, token) in asked.into_iter().enumerate() {
            let expected = (page > 0).then(|| next(page)).flatten();
            assert_eq!(token, expected, "what asks for page {}", page + 1);
        }
        listed
    }

    #[tokio::test]
    async fn a_list_ends_or_is_refused() {
        let cases: [(fn(usize) -> Option<String>, Result<usize, usize>, &str); 5] = [
            (|_| None, Ok(1), "one page"),
            (|read| (read < 7).then(|| read.to_string()), Ok(7), "seven"),
            (|_| Some("a".to_owned()), Err(2), "a page that names itself"),
            (
                |read| Some((read % 3).to_string()),
                Err(4),
                "a page that names an earlier one",
            ),
            (
                |read| Some(read.to_string()),
                Err(MOST_PAGES),
                "no last one",
            ),
        ];
        for (next, expected, why) in cases {
            match (list(next).await, expected) {
                (Ok(items), Ok(pages)) => assert_eq!(items, Vec::from_iter(1..=pages), "{why}"),
                (Err(error), Err(page)) => {
                    let start = format!("the list does not end: page {page} ");
                    assert!(error.message.starts_with(&start), "{why}: {error:?}");
                }
                (listed, expected) => panic!("{why}: {listed:?} and not {expected:?}"),
            }
        }
    }
}
