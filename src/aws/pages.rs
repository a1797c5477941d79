//! The pages of a list, which must come to an end.

use super::{Aws, AwsError, Operation};

/// More pages than any list has: at 100 entries a page, which is what AWS gives where it is not
/// asked for more, that is 100,000.
const MOST_PAGES: usize = 1_000;

/// How far a list was read.
#[derive(Debug)]
pub struct Pages {
    operation: Operation,
    token: Option<String>,
    read: usize,
}

impl Pages {
    /// A list of which nothing was read yet.
    pub fn of(operation: Operation) -> Self {
        Pages {
            operation,
            token: None,
            read: 0,
        }
    }

    /// The operation that gives a page.
    pub fn operation(&self) -> Operation {
        self.operation.clone()
    }

    /// What asks for the next page.
    pub fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// Whether the page that was read, which names the `next` one, is the last.
    ///
    /// # Errors
    /// A page that names itself as the next one, and more pages than any list has.
    pub fn ended(&mut self, aws: &Aws, next: Option<String>) -> Result<bool, AwsError> {
        self.read += 1;
        let why = match &next {
            Some(_) if next == self.token => "names itself as the next one",
            Some(_) if self.read >= MOST_PAGES => "is not the last one",
            _ => {
                self.token = next;
                return Ok(self.token.is_none());
            }
        };
        let message = format!("the list does not end: page {} {why}", self.read);
        Err(aws.name(AwsError::unusable(self.operation(), message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes;

    #[test]
    fn a_list_ends_or_is_refused() {
        let (_, stop) = tokio::sync::watch::channel(false);
        let aws = fakes::aws(stop);
        let cases: [(fn(usize) -> Option<String>, Option<usize>, &str); 4] = [
            (|_| None, Some(1), "one page"),
            (
                |read| (read < 7).then(|| read.to_string()),
                Some(7),
                "seven",
            ),
            (|_| Some("a".to_owned()), None, "a page that names itself"),
            (|read| Some(read.to_string()), None, "always another one"),
        ];
        for (next, expected, why) in cases {
            let mut pages = Pages::of(Operation {
                service: "iam",
                name: "ListRoles",
                region: None,
            });
            let ended = (1..=MOST_PAGES).find_map(|read| match pages.ended(&aws, next(read)) {
                Ok(false) => None,
                Ok(true) => Some(Ok(read)),
                Err(error) => Some(Err(error)),
            });
            let ended = ended.expect("the bound is reached");
            assert_eq!(ended.as_ref().ok(), expected.as_ref(), "{why}");
            if let Err(error) = ended {
                assert!(error.message.starts_with("the list does not end"), "{why}");
            }
        }
    }
}
