//! CloudFront: the distribution in front of the fleet.

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{DistributionConfig, EventType, RealtimeMetricsSubscriptionStatus};

use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{Distribution, Region};

/// CloudFront. Its control plane lives in us-east-1 (aws-facts §4).
#[derive(Debug, Clone)]
pub struct CloudFront {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

impl Session {
    pub fn cloudfront(&self) -> CloudFront {
        let caller = self.caller("cloudfront", &Region::global());
        CloudFront {
            client: self.client(&caller, sdk_client!(aws_sdk_cloudfront)),
            caller,
        }
    }
}

impl CloudFront {
    /// The distribution `id`.
    pub async fn distribution(&self, id: &str) -> Result<Distribution, AwsError> {
        const ACTION: &str = "GetDistribution";
        let call = self.client.get_distribution().id(id).send();
        let reply = self.caller.ask(ACTION, call).await?;
        let found = reply
            .distribution()
            .ok_or_else(|| self.caller.garbled(ACTION, "no distribution in the reply"))?;
        let config = found.distribution_config();
        let names = |items: &[String]| items.iter().map(|item| reply::name(item)).collect();
        Ok(Distribution {
            domain: reply::name(found.domain_name()),
            status: reply::name(found.status()),
            enabled: config.is_some_and(|config| config.enabled()),
            aliases: names(
                config
                    .and_then(|config| config.aliases())
                    .map_or(&[], |aliases| aliases.items()),
            ),
            origins: config
                .and_then(|config| config.origins())
                .map(|origins| {
                    origins
                        .items()
                        .iter()
                        .map(|o| reply::name(o.domain_name()))
                        .collect()
                })
                .unwrap_or_default(),
            changed: reply::moment(Some(found.last_modified_time())),
            certificate_arn: reply::some_name(
                config
                    .and_then(|config| config.viewer_certificate())
                    .and_then(|certificate| certificate.acm_certificate_arn()),
            ),
            router_arn: config.and_then(router_arn),
        })
    }

    /// Whether the distribution publishes the additional metrics, origin latency among them.
    pub async fn additional_metrics(&self, id: &str) -> Result<bool, AwsError> {
        let call = self
            .client
            .get_monitoring_subscription()
            .distribution_id(id)
            .send();
        match self.caller.ask("GetMonitoringSubscription", call).await {
            Ok(reply) => Ok(reply
                .monitoring_subscription()
                .and_then(|subscription| subscription.realtime_metrics_subscription_config())
                .is_some_and(|config| {
                    *config.realtime_metrics_subscription_status()
                        == RealtimeMetricsSubscriptionStatus::Enabled
                })),
            Err(error) if error.code.as_deref() == Some("NoSuchMonitoringSubscription") => {
                Ok(false)
            }
            Err(error) if error.kind == ErrorKind::NotFound && error.code.is_none() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The function on origin-request: that of the default behaviour, or else of the first that has one.
pub(crate) fn router_arn(config: &DistributionConfig) -> Option<String> {
    let of_default = config
        .default_cache_behavior()
        .and_then(|behavior| behavior.lambda_function_associations());
    let of_others = config
        .cache_behaviors()
        .map_or(&[][..], |behaviors| behaviors.items())
        .iter()
        .filter_map(|behavior| behavior.lambda_function_associations());
    of_default
        .into_iter()
        .chain(of_others)
        .flat_map(|associations| associations.items())
        .find(|association| *association.event_type() == EventType::OriginRequest)
        .map(|association| reply::name(association.lambda_function_arn()))
}
