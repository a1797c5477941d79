//! Tags in the type of each of AWS's services.

use std::collections::BTreeMap;

/// The tag type of one service.
pub(super) trait ServiceTag: Sized {
    /// A tag. The services' builders fail only without a key or a value, and both are given.
    fn of(key: &str, value: &str) -> Option<Self>;

    /// The key and the value.
    fn pair(&self) -> (String, String);
}

macro_rules! service_tag {
    ($sdk:ident, $key:ident, $value:ident) => {
        impl ServiceTag for $sdk::types::Tag {
            fn of(key: &str, value: &str) -> Option<Self> {
                $sdk::types::Tag::builder()
                    .$key(key)
                    .$value(value)
                    .build()
                    .ok()
            }

            fn pair(&self) -> (String, String) {
                // A tag of Firehose may have no value.
                let value: Option<&str> = self.$value().into();
                (self.$key().to_owned(), value.unwrap_or_default().to_owned())
            }
        }
    };
}

service_tag!(aws_sdk_eventbridge, key, value);
service_tag!(aws_sdk_firehose, key, value);
service_tag!(aws_sdk_iam, key, value);
service_tag!(aws_sdk_kms, tag_key, tag_value);
service_tag!(aws_sdk_s3, key, value);

/// Tags as a service takes them.
pub(super) fn to_service<'a, T: ServiceTag>(
    tags: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<T> {
    tags.filter_map(|(key, value)| T::of(key, value)).collect()
}

/// Tags as a service answers them.
pub(super) fn from_service<T: ServiceTag>(tags: &[T]) -> BTreeMap<String, String> {
    tags.iter().map(ServiceTag::pair).collect()
}
