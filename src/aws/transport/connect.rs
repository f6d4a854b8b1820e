//! Opens a session: by the environment or to the simulator, and into every account that the fleet names.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_sts::config::StalledStreamProtectionConfig;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_types::sdk_config::Builder;

use crate::transport::entrance::Entrance;
use crate::transport::network::Network;
use crate::transport::session::{READ_ATTEMPTS, Session, Timeouts, timeout_config};
use crate::transport::time::{FleetSleep, FleetTime};
use crate::transport::way::Way;
use gwctl_fleet::{AccountsSpec, Clock, FleetSpec, Partition, Region};

/// How to reach AWS.
#[derive(Clone)]
pub struct SessionOptions {
    /// Named profile; none follows `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The simulator's client; none means the network, with credentials and endpoints from the
    /// environment as every AWS tool takes them.
    pub http_client: Option<SharedHttpClient>,
    /// Time-outs, in fleet time.
    pub timeouts: Timeouts,
    /// Whose time it is.
    pub clock: Arc<dyn Clock>,
}

impl Session {
    /// Loads configuration and credentials' providers (credentials themselves are fetched on first use).
    pub async fn connect(options: SessionOptions) -> Self {
        Self::connect_accounts(options, &AccountsSpec::default(), &[]).await
    }

    /// As [`Self::connect`], into all accounts of the fleet that `spec` describes.
    pub async fn connect_fleet(options: SessionOptions, spec: &FleetSpec) -> Self {
        Self::connect_fleet_over(&Network::default(), options, spec).await
    }

    /// As [`Self::connect_fleet`], over the network that other fleets' sessions go over as well.
    pub async fn connect_fleet_over(
        network: &Network,
        options: SessionOptions,
        spec: &FleetSpec,
    ) -> Self {
        let regions: Vec<Region> = spec.sites.iter().map(|site| site.region.clone()).collect();
        Self::connect_over(network, options, (&spec.accounts, &regions)).await
    }

    /// As [`Self::connect`], into several accounts. STS assumes their roles in the first of `regions` that answers.
    pub async fn connect_accounts(
        options: SessionOptions,
        accounts: &AccountsSpec,
        regions: &[Region],
    ) -> Self {
        Self::connect_over(&Network::default(), options, (accounts, regions)).await
    }

    async fn connect_over(
        network: &Network,
        options: SessionOptions,
        (accounts, regions): (&AccountsSpec, &[Region]),
    ) -> Self {
        let simulated = options.http_client.is_some();
        let (client, complaint) = match options.http_client.clone() {
            Some(client) => (client, None),
            None => network.client(),
        };
        if let Some(why) = &complaint {
            tracing::warn!("{why}; gwctl uses the system's certificates instead");
        }
        let by = async |profile: Option<String>| {
            let way = if simulated {
                Way::simulated(client.clone(), options.clock.clone())
            } else {
                Box::pin(Way::from_environment(
                    profile,
                    client.clone(),
                    options.clock.clone(),
                ))
                .await
            };
            way.configured(|config| in_fleet_time(config, &options))
        };
        let base = by(options.profile.clone()).await;
        let session = Self::by(base, options.clock.clone(), complaint);
        let first = regions.first().cloned().unwrap_or_else(|| session.home());
        let session = session.in_partition(Partition::of(&first));
        let mut entrance = Entrance::new(&session, regions);
        let mut named = BTreeMap::new();
        for (account, access) in accounts.all() {
            let way = match &access.profile {
                Some(profile) => by(Some(profile.clone())).await,
                None => session.base().clone(),
            };
            named.insert(account, entrance.account(way, access));
        }
        session.with_accounts(accounts.clone(), named)
    }
}

fn in_fleet_time(config: Builder, options: &SessionOptions) -> Builder {
    config
        .timeout_config(timeout_config(options.timeouts))
        .retry_config(RetryConfig::standard().with_max_attempts(READ_ATTEMPTS))
        // The attempt's time-out does this, and knows whose time it is.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .sleep_impl(SharedAsyncSleep::new(FleetSleep(options.clock.clone())))
        .time_source(SharedTimeSource::new(FleetTime(options.clock.clone())))
}
