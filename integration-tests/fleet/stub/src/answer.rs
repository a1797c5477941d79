//! An answer, ready to be sent.

use crate::request::{ACCOUNT, Request};

/// The request id of every answer.
pub const REQUEST_ID: &str = "0f9a1c52-made-up-request-id";

/// An answer with the places where the account's id stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    text: String,
    places: Vec<usize>,
}

impl Answer {
    /// An answer whose text has [`ACCOUNT`] in the account's place.
    pub(crate) fn new(text: String) -> Self {
        let places = text.match_indices(ACCOUNT).map(|(place, _)| place);
        Answer {
            places: places.collect(),
            text,
        }
    }

    /// An answer of this status and content.
    pub fn of(status: u16, content: &str, body: &str) -> Self {
        Answer::new(with_head(
            status,
            &format!("content-type: {content}\r\n"),
            body,
        ))
    }

    /// An error as the service of `request` words it.
    pub fn error(request: &Request, status: u16, code: &str, message: &str) -> Self {
        let is_json = request.header("x-amz-target").is_some();
        match request.service.as_str() {
            // An answer to HEAD has no body.
            "s3" if request.method == "HEAD" => Answer::of(status, "application/xml", ""),
            "s3" => Answer::of(
                status,
                "application/xml",
                &format!(
                    "<Error><Code>{code}</Code><Message>{message}</Message>\
                     <RequestId>{REQUEST_ID}</RequestId></Error>"
                ),
            ),
            _ if is_json || request.service == "account" => {
                let body = serde_json::json!({"__type": code, "message": message});
                Answer::of(status, "application/x-amz-json-1.1", &body.to_string())
            }
            _ => Answer::of(
                status,
                "text/xml",
                &format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                     <Message>{message}</Message></Error>\
                     <RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
                ),
            ),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the answer to `account`.
    pub(crate) fn to(&self, account: &str) -> Vec<u8> {
        let mut bytes = self.text.clone().into_bytes();
        for place in &self.places {
            bytes[*place..place + ACCOUNT.len()].copy_from_slice(account.as_bytes());
        }
        bytes
    }
}

/// The whole text of an answer, with the length of the body and the request id.
pub(crate) fn with_head(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Made Up\r\n{headers}x-amzn-requestid: {REQUEST_ID}\r\n\
         x-amz-request-id: {REQUEST_ID}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
