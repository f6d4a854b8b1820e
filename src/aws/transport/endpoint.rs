//! Where a service is that no SDK client knows.

use aws_config::SdkConfig;
use aws_sdk_rds::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_types::service_config::ServiceConfigKey;
use futures_util::FutureExt as _;

use gwctl_fleet::Region;

/// The endpoint of one service.
#[derive(Debug, Clone)]
pub(crate) enum Endpoint {
    /// The one that environment or profile name for it, or for all services.
    Given(String),
    /// AWS's own, of the service's name.
    Aws {
        service: &'static str,
        fips: bool,
        dual_stack: bool,
    },
}

impl Endpoint {
    /// What environment or profile say of the service that the SDK names `id`, or else AWS's own.
    pub(crate) fn of(config: &SdkConfig, id: &str, service: &'static str) -> Self {
        given(config, id).map_or(
            Self::Aws {
                service,
                fips: is_fips(config),
                dual_stack: is_dual_stack(config),
            },
            Self::Given,
        )
    }

    /// The same with IPv6 addresses, where it is AWS's own.
    pub(crate) fn dual_stack(self) -> Self {
        match self {
            Self::Aws { service, fips, .. } => Self::Aws {
                service,
                fips,
                dual_stack: true,
            },
            given @ Self::Given(_) => given,
        }
    }

    /// Its URL in `region`; none where the SDK knows no such Region.
    pub(crate) fn url(&self, region: &Region) -> Option<String> {
        match self {
            Self::Given(url) => Some(url.clone()),
            Self::Aws {
                service,
                fips,
                dual_stack,
            } => beside_rds(service, region.as_str(), *fips, *dual_stack),
        }
    }
}

/// Whether the user asks for endpoints that keep to FIPS 140.
pub(crate) fn is_fips(config: &SdkConfig) -> bool {
    config.use_fips() == Some(true)
}

/// Whether the user asks for endpoints that have IPv6 addresses as well.
pub(crate) fn is_dual_stack(config: &SdkConfig) -> bool {
    config.use_dual_stack() == Some(true)
}

/// The endpoint that environment or profile name for the service that the SDK names `id`, or for all.
pub(crate) fn given(config: &SdkConfig, id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let its_own = config.service_config().zip(key.ok());
    its_own
        .and_then(|(services, key)| services.load_config(key))
        .or_else(|| config.endpoint_url().map(str::to_owned))
}

/// RDS's own endpoint with another name in front: which DNS suffix a partition has (aws-facts §18.3), and how FIPS and
/// dual stack are written there, is what the SDK knows.
fn beside_rds(service: &str, region: &str, fips: bool, dual_stack: bool) -> Option<String> {
    let params = Params::builder()
        .region(region.to_owned())
        .use_fips(fips)
        .use_dual_stack(dual_stack)
        .build()
        .ok()?;
    let endpoint = DefaultResolver::new()
        .resolve_endpoint(&params)
        .now_or_never()?
        .ok()?;
    let rest = endpoint.url().strip_prefix("https://rds")?;
    Some(format!("https://{service}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::Partition;

    #[test]
    fn a_service_is_beside_rds_in_every_partition() {
        let of = |region| beside_rds("apigateway", region, false, false);
        for (region, partition) in [
            ("eu-west-1", Partition::Aws),
            ("cn-north-1", Partition::AwsCn),
            ("us-gov-west-1", Partition::AwsUsGov),
            ("eusc-de-east-1", Partition::AwsEusc),
        ] {
            let named = Partition::of(&Region::new(region).unwrap());
            assert_eq!(named, partition, "{region}");
            let host = format!("apigateway.{region}.{}", partition.dns_suffix());
            assert_eq!(of(region), Some(format!("https://{host}")), "{region}");
        }
        assert_eq!(
            beside_rds("lambda", "us-east-1", true, false).as_deref(),
            Some("https://lambda-fips.us-east-1.amazonaws.com")
        );
        assert_eq!(
            beside_rds("lambda", "eu-west-1", false, true).as_deref(),
            Some("https://lambda.eu-west-1.api.aws")
        );
        assert_eq!(
            beside_rds("arc-region-switch", "us-east-1", true, true).as_deref(),
            Some("https://arc-region-switch-fips.us-east-1.api.aws")
        );
    }
}
