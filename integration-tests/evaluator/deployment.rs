//! The deployment of the requests, and the accounts of their principals.

pub const ACCOUNT: &str = "123456789012";
pub const AGENT: &str = "210987654321";
/// An account that no document trusts.
pub const STRANGER: &str = "999999999999";
pub const EXTERNAL_ID: &str = "an-external-id";
pub const MAIN: &str = "eu-west-1";
pub const OTHER: &str = "us-east-1";
pub const BUCKET: &str = "arn:aws:s3:::stackstate-logs-123456789012";
pub const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/11112222-3333-4444-5555-666677778888";
pub const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/boundary";
