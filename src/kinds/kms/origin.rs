//! Whether this program made a key. Whoever may tag a key may give it our tags, so that without our
//! alias the tags alone do not tell.

use aws_sdk_kms::types::{KeyMetadata, KeySpec, OriginType};

use super::key::KmsKey;
use crate::engine::attributes::{Attributes, Value};

/// Why this program cannot have made the key, whatever was done to the key since. It tells by what
/// nobody can change of a key (API Reference, "CreateKey").
pub(super) fn never_ours(key: &KeyMetadata) -> Option<String> {
    let origin = key.origin().map_or("unknown", OriginType::as_str);
    let spec = key.key_spec().map_or("unknown", KeySpec::as_str);
    if origin != OriginType::AwsKms.as_str() {
        Some(format!(
            "its key material has the origin {origin}, and this program makes keys of the \
             origin AWS_KMS alone"
        ))
    } else if spec != KeySpec::SymmetricDefault.as_str() {
        Some(format!(
            "it is a key of the kind {spec}, and this program makes symmetric keys alone"
        ))
    } else if key.multi_region() == Some(true) {
        Some("it is a multi-Region key, and this program makes none".to_owned())
    } else {
        None
    }
}

impl KmsKey {
    /// Why a key is not plainly what this program makes; `None` if it is: it has our description and
    /// one of our policies.
    pub(super) fn unlike_ours(&self, attributes: &Attributes) -> Option<&'static str> {
        let has = |name: &str, value: Value| attributes.get(name).is_some_and(|it| it.same(&value));
        let mut policies = self.policies.iter();
        if !has("description", self.description.into()) {
            Some("its description is not ours")
        } else if !policies.any(|policy| has("key_policy", Value::Policy(policy.clone()))) {
            Some("its key policy is not ours")
        } else {
            None
        }
    }
}
