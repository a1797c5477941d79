//! What each resource of the systems is for.

use super::{audit_trail, stackstate};

/// What a resource is for.
#[derive(Debug)]
pub struct Purpose {
    /// The system that has the resource.
    pub system: &'static str,
    /// The address without a region after `@`. `REGION` in it is a region, `NAME` a name of the settings.
    pub address: &'static str,
    /// In sentences.
    pub what: &'static str,
}

const fn of_stackstate(address: &'static str, what: &'static str) -> Purpose {
    Purpose {
        system: stackstate::SYSTEM,
        address,
        what,
    }
}

const fn of_audit_trail(address: &'static str, what: &'static str) -> Purpose {
    Purpose {
        system: audit_trail::SYSTEM,
        address,
        what,
    }
}

/// Every resource of the systems.
pub const PURPOSES: [Purpose; 11] = [
    of_stackstate(
        "iam_role.integration",
        "The role that the agent assumes to read what is in the account, and the logs in the bucket.",
    ),
    of_stackstate(
        "iam_instance_profile.integration",
        "Gives the integration role to an agent on an EC2 instance. Only with `trust = \"ec2\"`.",
    ),
    of_stackstate(
        "kms_key.integration",
        "Encrypts the objects in the bucket. It is in the main region. Without it, as with \
         `encryption = \"none\"`, S3 encrypts with its own keys.",
    ),
    of_stackstate(
        "s3_bucket.logs",
        "Receives the events of every region and VPC flow logs, and keeps each for a day. The agent reads \
         and deletes them. It is in the main region.",
    ),
    of_stackstate(
        "iam_role.firehose-REGION",
        "The role with which Firehose writes the region's events into the bucket, encrypted with the key.",
    ),
    of_stackstate(
        "iam_role.eventbridge-REGION",
        "The role with which EventBridge puts the region's events into the stream. The names of the two \
         regional roles also show to which regions earlier settings deployed.",
    ),
    of_stackstate(
        "firehose_stream.eventbridge",
        "Collects the region's events and writes them into the bucket, some at a time and compressed.",
    ),
    of_stackstate(
        "event_rule.stackstate",
        "Takes the events that the integration needs from the region's default event bus.",
    ),
    of_stackstate(
        "event_target.firehose",
        "Leads the events of the rule to the stream. It is made last and removed first, so events flow only \
         while everything behind it is ready.",
    ),
    of_audit_trail(
        "iam_policy.NAME",
        "What Audit Trail may do in the account. Its name is the setting `policy_name`.",
    ),
    of_audit_trail(
        "iam_policy_attachment.NAME:IDENTITY",
        "Gives the policy to one of the identities of the setting `attach_to`, such as user/audit-trail.",
    ),
];
