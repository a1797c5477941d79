//! The kinds of AWS resources, one module for each service: the wanted attributes of a resource,
//! how it is read, written and deleted, and which permissions its calls need.

pub mod attributes;
pub mod eventbridge;
pub mod firehose;
pub mod iam;
pub mod kms;
mod policy_value;
pub mod s3;
mod summary;
mod tags;

/// The names of all kinds, as addresses have them.
pub const KINDS: [&str; 9] = [
    eventbridge::rule::KIND,
    eventbridge::target::KIND,
    firehose::stream::KIND,
    iam::attachment::KIND,
    iam::instance_profile::KIND,
    iam::policy::KIND,
    iam::role::KIND,
    kms::key::KIND,
    s3::bucket::KIND,
];
