//! The services of AWS that are called, and how a client of each is made.

use super::account::Aws;
use super::retries::NotRepeated;
use super::under_way::Attempts;
use crate::names::Region;

/// For each service its id, the getter of its client and the SDK's crate. The crates have no trait
/// in common, so only a macro can treat them alike.
macro_rules! services {
    ($(
        $id:literal: $name:ident($($region:ident: $type:ty)?) from $sdk:ident
            $(with $setting:ident($field:ident))?;
    )+) => {
        /// The ids of the services, by which an endpoint of one service is configured.
        pub(super) const SERVICES: &[&str] = &[$($id),+];

        impl Aws {$(
            #[doc = concat!("A client of ", $id, ", made when it is first needed.")]
            pub fn $name(&self $(, $region: $type)?) -> $sdk::Client {
                let region: Option<&Region> = None$(.or($region.into()))?;
                let clients = &self.account.clients;
                clients.get(region, |config| {
                    let config = $sdk::config::Builder::from(config)
                        .retry_partition(clients.retries.clone())
                        .retry_classifier(NotRepeated)
                        .interceptor(Attempts)
                        $(.$setting(clients.$field))?;
                    $sdk::Client::from_conf(config.build())
                })
            }
        )+}
    };
}

services! {
    "Account": account_management() from aws_sdk_account;
    "CloudTrail": cloudtrail(region: &Region) from aws_sdk_cloudtrail;
    "EventBridge": eventbridge(region: &Region) from aws_sdk_eventbridge;
    "Firehose": firehose(region: &Region) from aws_sdk_firehose;
    "IAM": iam() from aws_sdk_iam;
    "KMS": kms(region: &Region) from aws_sdk_kms;
    "Organizations": organizations() from aws_sdk_organizations;
    "S3": s3(region: &Region) from aws_sdk_s3 with force_path_style(path_style);
    "STS": sts(region: Option<&Region>) from aws_sdk_sts;
}
