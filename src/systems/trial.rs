//! What is tried to find out whether a system works.

use serde_json::Value as Json;

use crate::engine::ownership::Tags;
use crate::names::{IamIdentity, Region};
use crate::secret::Secret;
use iam_policy::Policy;

/// What a system's resources are to do.
#[derive(Debug, Default)]
pub struct Trials {
    /// The ways of events into a bucket, one for each region.
    pub deliveries: Vec<Delivery>,
    /// Who reads what is delivered.
    pub reader: Option<Reader>,
    /// What identities are to be allowed.
    pub grants: Vec<Grant>,
}

/// The way of a region's events: through a rule and a stream into a bucket.
#[derive(Debug)]
pub struct Delivery {
    /// The region of the rule and the stream.
    pub region: Region,
    /// The pattern of the events that the rule selects.
    pub pattern: Json,
    /// The name of the stream.
    pub stream: String,
    /// The ARN of the stream.
    pub stream_arn: String,
    /// The tags of the stream.
    pub tags: Tags,
    /// The name of the bucket.
    pub bucket: String,
    /// The region of the bucket.
    pub bucket_region: Region,
    /// The prefix of the objects.
    pub prefix: String,
}

/// The role that reads the bucket.
#[derive(Debug)]
pub struct Reader {
    /// The ARN of the role.
    pub role_arn: String,
    /// What the role is assumed with, if its trust asks for it.
    pub external_id: Option<Secret>,
    /// The ARN of the bucket.
    pub bucket_arn: String,
    /// The beginning of every object's key that the role reads.
    pub prefix: String,
}

/// What an identity is to be allowed.
#[derive(Debug)]
pub struct Grant {
    /// The identity.
    pub identity: IamIdentity,
    /// The policy that allows it.
    pub policy: Policy,
}
