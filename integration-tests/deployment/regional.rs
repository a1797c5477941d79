//! Checks the resources of every region: the services' roles, the stream, the rule and its target.

use aws_sdk_firehose::types::{CompressionFormat, DeliveryStreamStatus, DeliveryStreamType};

use super::Deployment;
use super::documents::{read_back, same};

impl Deployment<'_> {
    pub(super) async fn check_service_roles(&self, region: &str, key: Option<&str>) {
        let trust = self.fill_in("firehose-role-trust", region);
        let policy = ("default", self.firehose_policy(region, key));
        self.check_role(&self.firehose_role(region), &trust, policy)
            .await;
        let trust = self.fill_in("eventbridge-role-trust", region);
        let policy = ("default", self.fill_in("eventbridge-role-policy", region));
        self.check_role(&self.eventbridge_role(region), &trust, policy)
            .await;
    }

    fn firehose_role(&self, region: &str) -> String {
        self.name(&format!("StackStateFirehoseRole-{region}"))
    }

    fn eventbridge_role(&self, region: &str) -> String {
        self.name(&format!("StackStateEventBridgeRole-{region}"))
    }

    fn stream_arn(&self, region: &str) -> String {
        let name = self.name("stackstate-eventbridge-stream");
        format!(
            "arn:aws:firehose:{region}:{}:deliverystream/{name}",
            self.account.id
        )
    }

    pub(super) async fn check_stream(&self, region: &str, key: Option<&str>) {
        let firehose = self.account.firehose(region);
        let name = self.name("stackstate-eventbridge-stream");
        let stream = firehose
            .describe_delivery_stream()
            .delivery_stream_name(&name);
        let stream = stream
            .send()
            .await
            .unwrap()
            .delivery_stream_description
            .unwrap();
        assert_eq!(stream.delivery_stream_arn(), self.stream_arn(region));
        assert_eq!(
            *stream.delivery_stream_type(),
            DeliveryStreamType::DirectPut
        );
        assert_eq!(
            *stream.delivery_stream_status(),
            DeliveryStreamStatus::Active
        );
        let [destination] = stream.destinations() else {
            panic!("one destination, not {:?}", stream.destinations());
        };
        let s3 = destination.extended_s3_destination_description().unwrap();
        assert_eq!(s3.role_arn(), self.role_arn(&self.firehose_role(region)));
        assert_eq!(s3.bucket_arn(), format!("arn:aws:s3:::{}", self.bucket()));
        let prefix = format!("AWSLogs/{}/EventBridge/{region}/", self.account.id);
        assert_eq!(s3.prefix(), Some(prefix.as_str()));
        let failed = match self.hardened {
            true => prefix.replace("EventBridge", "EventBridge-failed"),
            false => prefix,
        };
        assert_eq!(s3.error_output_prefix(), Some(failed.as_str()));
        assert_eq!(*s3.compression_format(), CompressionFormat::Gzip);
        let hints = s3.buffering_hints().unwrap();
        assert_eq!(hints.interval_in_seconds(), Some(60));
        assert_eq!(hints.size_in_mbs(), Some(8));
        let encryption = s3.encryption_configuration();
        let found = encryption.and_then(|it| it.kms_encryption_config());
        assert_eq!(found.map(|it| it.awskms_key_arn()), key);
        let processing = s3.processing_configuration().and_then(|it| it.enabled());
        assert_ne!(
            processing,
            Some(true),
            "records must arrive as they were sent"
        );
        let tags = firehose
            .list_tags_for_delivery_stream()
            .delivery_stream_name(&name);
        let tags = tags.send().await.unwrap();
        let tags = tags.tags().iter();
        self.check_tags(
            &name,
            tags.map(|tag| (tag.key(), tag.value().unwrap_or_default())),
        );
    }

    pub(super) async fn check_rule(&self, region: &str) {
        let events = self.account.events(region);
        let name = self.name("StsEventBridgeRule");
        let rule = events.describe_rule().name(&name).send().await.unwrap();
        assert_eq!(rule.state().unwrap().as_str(), "ENABLED");
        assert_eq!(rule.event_bus_name().unwrap_or("default"), "default");
        let pattern = read_back(rule.event_pattern().unwrap());
        same(
            "the event pattern",
            &pattern,
            &self.fill_in("event-pattern", region),
        );
        let tags = events
            .list_tags_for_resource()
            .resource_arn(rule.arn().unwrap());
        let tags = tags.send().await.unwrap();
        self.check_tags(
            &name,
            tags.tags().iter().map(|tag| (tag.key(), tag.value())),
        );

        let targets = events
            .list_targets_by_rule()
            .rule(&name)
            .send()
            .await
            .unwrap();
        let [target] = targets.targets() else {
            panic!("one target, not {:?}", targets.targets());
        };
        assert_eq!(target.id(), "StsEventBridgeFirehose");
        assert_eq!(target.arn(), self.stream_arn(region));
        let role = self.role_arn(&self.eventbridge_role(region));
        assert_eq!(target.role_arn(), Some(role.as_str()));
        assert_eq!(target.input(), None, "events must arrive as they were sent");
    }
}
