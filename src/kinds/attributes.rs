//! What the attributes of each kind hold, for whoever reads of them in a plan.

use super::eventbridge::{rule, target};
use super::firehose::stream;
use super::iam::{attachment, instance_profile, policy, role};
use super::kms::key;
use super::s3::bucket;

/// The kinds, each with what AWS calls such a resource.
pub const KINDS: [(&str, &str); 9] = [
    (role::KIND, "role of IAM"),
    (instance_profile::KIND, "instance profile of IAM"),
    (key::KIND, "key of KMS, with its alias"),
    (bucket::KIND, "bucket of S3"),
    (stream::KIND, "delivery stream of Firehose"),
    (rule::KIND, "rule of EventBridge"),
    (target::KIND, "target of a rule of EventBridge"),
    (policy::KIND, "managed policy of IAM"),
    (
        attachment::KIND,
        "attachment of a managed policy to a user, a group or a role",
    ),
];

/// An attribute of all resources of one kind.
#[derive(Debug)]
pub struct Attribute {
    /// The kind.
    pub kind: &'static str,
    /// The name; of a family with its key in capitals: `tags[KEY]`.
    pub name: &'static str,
    /// What it holds and what it is for, in sentences.
    pub holds: &'static str,
    /// Whether apply changes another value in place. If not, the resource is blocked.
    pub in_place: bool,
}

const fn in_place(kind: &'static str, name: &'static str, holds: &'static str) -> Attribute {
    Attribute {
        kind,
        name,
        holds,
        in_place: true,
    }
}

const fn fixed(kind: &'static str, name: &'static str, holds: &'static str) -> Attribute {
    Attribute {
        in_place: false,
        ..in_place(kind, name, holds)
    }
}

const TAGS: &str = "A tag. Two tags say to which system and deployment the resource belongs; the others \
    are those of the settings. Tags that others added are not compared.";

/// Every attribute that a plan can show.
pub const ATTRIBUTES: [Attribute; 54] = [
    in_place(role::KIND, "trust_policy", "Who may assume the role."),
    in_place(
        role::KIND,
        "inline_policy[NAME]",
        "A policy within the role. One under another name than the program's is deleted, unless `keep_policies` names it.",
    ),
    in_place(
        role::KIND,
        "attached_policy[ARN]",
        "A managed policy that others attached to the role. It is detached, unless `keep_policies` names it.",
    ),
    in_place(
        role::KIND,
        "permissions_boundary",
        "The managed policy that bounds what the role may do, from the setting `permissions_boundary`. One that others set is removed only with `--remove-restrictions`.",
    ),
    in_place(
        role::KIND,
        "max_session_seconds",
        "How long a session of the role may last.",
    ),
    fixed(
        role::KIND,
        "path",
        "The path in the role's ARN. AWS sets it once.",
    ),
    in_place(role::KIND, "tags[KEY]", TAGS),
    in_place(
        instance_profile::KIND,
        "role[NAME]",
        "The role that an EC2 instance with this profile gets. A profile holds one.",
    ),
    in_place(instance_profile::KIND, "tags[KEY]", TAGS),
    in_place(key::KIND, "key_policy", "Who may use and manage the key."),
    fixed(
        key::KIND,
        "alias",
        "The alias that leads to the key, and by which the program finds it. A missing one is created; one that leads to another key is left alone.",
    ),
    in_place(
        key::KIND,
        "description",
        "The description of the key, which also shows that the key is the program's.",
    ),
    in_place(
        key::KIND,
        "rotation",
        "Whether AWS makes new key material every year.",
    ),
    in_place(
        key::KIND,
        "state",
        "Whether the key can be used. A disabled key is enabled only with `--remove-restrictions`, and a deletion that is under way is cancelled.",
    ),
    fixed(
        key::KIND,
        "key_spec",
        "The kind of key: a symmetric one. AWS sets it once.",
    ),
    fixed(
        key::KIND,
        "multi_region",
        "Whether the key has replicas in other regions. AWS sets it once.",
    ),
    fixed(
        key::KIND,
        "origin",
        "Where the key material comes from: KMS. AWS sets it once.",
    ),
    in_place(key::KIND, "tags[KEY]", TAGS),
    fixed(
        bucket::KIND,
        "region",
        "The region of the bucket: the first of the settings. A bucket cannot move.",
    ),
    in_place(
        bucket::KIND,
        "versioning",
        "Whether S3 keeps what is overwritten or deleted as older versions. The agent needs it.",
    ),
    in_place(
        bucket::KIND,
        "ownership",
        "Who owns what other accounts write into the bucket, and whether access control lists count. AWS's log delivery writes with such a list.",
    ),
    in_place(
        bucket::KIND,
        "public_access_block",
        "The four settings that keep the bucket and its objects from the public.",
    ),
    in_place(
        bucket::KIND,
        "bucket_policy",
        "Who may use the bucket. What AWS's log delivery adds for flow logs is kept.",
    ),
    in_place(
        bucket::KIND,
        "lifecycle",
        "When objects are deleted: each a day after it was written, older versions and unfinished uploads too. The agent has read them by then.",
    ),
    in_place(
        bucket::KIND,
        "encryption.algorithm",
        "How S3 encrypts what is written without an encryption of its own: aws:kms with the key of this deployment, or AES256 with the setting `encryption = \"none\"`.",
    ),
    in_place(
        bucket::KIND,
        "encryption.key",
        "The key for that encryption.",
    ),
    in_place(
        bucket::KIND,
        "encryption.bucket_key",
        "Whether S3 asks KMS once for many objects, which costs less.",
    ),
    in_place(bucket::KIND, "tags[KEY]", TAGS),
    fixed(
        stream::KIND,
        "type",
        "Where the records come from: whoever puts them, which is EventBridge. AWS sets it once.",
    ),
    fixed(
        stream::KIND,
        "status",
        "Whether the stream works. A stream that AWS failed to create or delete has to be deleted by hand.",
    ),
    fixed(
        stream::KIND,
        "destination",
        "What kind of destination the stream has: S3. AWS sets it once.",
    ),
    in_place(
        stream::KIND,
        "role",
        "The role with which Firehose writes to the bucket.",
    ),
    in_place(stream::KIND, "bucket", "The bucket that the records go to."),
    in_place(
        stream::KIND,
        "prefix",
        "What the keys of the objects begin with. The agent reads under this prefix.",
    ),
    in_place(
        stream::KIND,
        "error_prefix",
        "What the keys of objects with failed records begin with.",
    ),
    in_place(
        stream::KIND,
        "compression",
        "How the objects are compressed.",
    ),
    in_place(
        stream::KIND,
        "buffer_seconds",
        "After how many seconds an object is written at the latest.",
    ),
    in_place(
        stream::KIND,
        "buffer_mebibytes",
        "At which size an object is written at the latest.",
    ),
    in_place(
        stream::KIND,
        "key",
        "The key that the objects are encrypted with.",
    ),
    in_place(
        stream::KIND,
        "processing",
        "What changes records on their way, such as a function, which also receives them. It is switched off.",
    ),
    in_place(
        stream::KIND,
        "format_conversion",
        "Whether records are written in another format, which the agent could not read. It is switched off.",
    ),
    fixed(
        stream::KIND,
        "backup",
        "A bucket that receives every record as well. AWS cannot switch such a backup off.",
    ),
    in_place(stream::KIND, "tags[KEY]", TAGS),
    in_place(rule::KIND, "event_pattern", "Which events the rule takes."),
    in_place(rule::KIND, "state", "Whether the rule is enabled."),
    in_place(
        rule::KIND,
        "schedule",
        "When the rule runs by itself. The program's rule has no schedule, so another one is removed.",
    ),
    in_place(rule::KIND, "tags[KEY]", TAGS),
    in_place(
        target::KIND,
        "arn",
        "The receiver of the events: the stream of the region.",
    ),
    in_place(
        target::KIND,
        "role",
        "The role with which EventBridge puts events into the stream.",
    ),
    in_place(
        target::KIND,
        "further_target[ID]",
        "Another receiver of the events. It is removed.",
    ),
    in_place(
        policy::KIND,
        "document",
        "What the policy allows. Another one becomes a new version of the policy.",
    ),
    fixed(
        policy::KIND,
        "description",
        "The description of the policy. AWS sets it once.",
    ),
    in_place(policy::KIND, "tags[KEY]", TAGS),
    in_place(attachment::KIND, "policy", "The policy that is attached."),
];
