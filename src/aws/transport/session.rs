//! Credentials, one client a service and Region, time-outs, retries, and the ledger of calls.

use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::StalledStreamProtectionConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;

use crate::transport::call::Caller;
use crate::transport::call_monitor::CallMonitor;
use crate::transport::credentials::{NoCredentials, SharedCredentials};
use crate::transport::endpoint::{self, Endpoint};
use crate::transport::network::{self, NoTrust};
use crate::transport::recorder::Recorder;
use crate::transport::surroundings::{Surroundings, without_password};
use crate::transport::time::{FleetSleep, FleetTime};
use gwctl_fleet::{Clock, FleetSpec, Ledger, Reachability, Region};

/// How long to wait, for each attempt and in all (aws-facts §11.2: the SDK's own default is forever).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP and TLS.
    pub connect: Duration,
    /// One attempt.
    pub attempt: Duration,
    /// The call with its retries.
    pub operation: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(5),
            operation: Duration::from_secs(12),
        }
    }
}

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

/// A way to AWS. Cheap to clone; clients are made on first use and share one HTTP client.
#[derive(Clone)]
pub struct Session {
    config: SdkConfig,
    monitor: Arc<CallMonitor>,
    credentials: Arc<SharedCredentials>,
    clients: Arc<Mutex<Clients>>,
    complaint: Option<Arc<str>>,
    /// Whether its calls are sent once, signed with AWS's time as far as it is known.
    once: bool,
}

/// Who acts, and by which way: what `-v` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// Whose credentials sign, in words; or why there are none.
    pub credentials: Result<String, NoCredentials>,
    /// Endpoints that replace AWS's own, and the proxy, a line each.
    pub route: Vec<String>,
}

/// SDK clients by their type and Region.
type Clients = HashMap<(TypeId, Region), Box<dyn Any + Send + Sync>>;

/// Attempts of a call that only reads.
const READ_ATTEMPTS: u32 = 2;

impl Session {
    /// Loads configuration and credentials' providers (credentials themselves are fetched on first use).
    pub async fn connect(options: SessionOptions) -> Self {
        let mut complaint = None;
        let mut helper = None;
        let (config, around) = if let Some(client) = options.http_client {
            (bare(client), None)
        } else {
            let (client, why) = network::client();
            complaint = why;
            let around = Box::pin(Surroundings::read(options.profile)).await;
            let config = Box::pin(from_environment(&around, client)).await;
            if around.refusal().is_none() {
                // Taking on roles makes for a large future, which every caller would carry.
                let named = around.named.as_deref();
                helper = Box::pin(super::helper::provider(named, &config)).await;
            }
            (config, Some(around))
        };
        let complaint: Option<Arc<str>> = complaint.map(|why: NoTrust| why.to_string().into());
        if let Some(why) = &complaint {
            tracing::warn!("{why}; gwctl uses the system's certificates instead");
        }
        // The simulator asks nobody who they are.
        let source = helper.or_else(|| config.credentials_provider());
        let source = source.unwrap_or_else(|| SharedCredentialsProvider::new(nobody()));
        let credentials = Arc::new(SharedCredentials::new(source, around));
        let config = config
            .into_builder()
            .credentials_provider(SharedCredentialsProvider::from(
                credentials.clone() as Arc<dyn ProvideCredentials>
            ))
            .timeout_config(timeout_config(options.timeouts))
            .retry_config(RetryConfig::standard().with_max_attempts(READ_ATTEMPTS))
            // The attempt's time-out does this, and knows whose time it is.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(SharedAsyncSleep::new(FleetSleep(options.clock.clone())))
            .time_source(SharedTimeSource::new(FleetTime(options.clock.clone())))
            .build();
        Self {
            config,
            monitor: Arc::new(CallMonitor::new(options.clock)),
            credentials,
            clients: Arc::default(),
            complaint,
            once: false,
        }
    }

    /// This session with a single attempt a call: a change must never be sent twice unseen
    /// (aws-facts §11.2). That attempt may take as long as all attempts of other calls: a change
    /// whose answer is late is worse than a late answer. Ledger, circuit breakers and HTTP client
    /// stay shared.
    #[must_use]
    pub fn one_attempt(&self) -> Self {
        let mut timeouts = TimeoutConfig::builder();
        if let Some(config) = self.config.timeout_config() {
            timeouts = config.to_builder();
            timeouts.set_operation_attempt_timeout(config.operation_timeout());
        }
        let config = self
            .config
            .to_builder()
            .timeout_config(timeouts.build())
            .retry_config(RetryConfig::disabled())
            // The SDK corrects the clock between attempts: there is no second one.
            .disable_clock_skew_correction(true)
            .build();
        Self {
            config,
            clients: Arc::default(),
            once: true,
            ..self.clone()
        }
    }

    /// A copy of the account of all calls so far.
    pub fn ledger(&self) -> Ledger {
        self.monitor.ledger()
    }

    /// Which endpoints of `region` answered the calls so far.
    pub fn reach(&self, region: &Region) -> Reachability {
        self.monitor.reach(region)
    }

    /// What of the environment could not be used, in a sentence, such as an unreadable `AWS_CA_BUNDLE`.
    pub fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    /// Who acts, and by which way. Fetches the credentials.
    pub async fn acting(&self) -> Acting {
        Acting {
            credentials: self.credentials.said().await,
            route: self
                .credentials
                .around()
                .map_or_else(Vec::new, Surroundings::route),
        }
    }

    /// The Region that `AWS_REGION` or the profile names; us-east-1 where neither does.
    pub fn home(&self) -> Region {
        self.config
            .region()
            .and_then(|region| Region::new(region.as_ref()).ok())
            .unwrap_or_else(Region::global)
    }

    /// The endpoints that environment or profile name instead of AWS's own, those of single services included.
    pub fn endpoint(&self) -> Option<String> {
        let around = self.credentials.around()?;
        let all: BTreeSet<String> = around
            .endpoints()
            .map(|(_, url)| without_password(&url))
            .collect();
        let all: Vec<String> = all.into_iter().collect();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// Whether the names of the fleet that `spec` describes are in no public DNS: it is probed by an address of
    /// its own, and calls go elsewhere than to AWS's own endpoints.
    pub fn is_without_public_dns(&self, spec: &FleetSpec) -> bool {
        let elsewhere = || self.credentials.around().is_none() || self.endpoint().is_some();
        spec.probe_url.is_some() && elsewhere()
    }

    /// The HTTP client that every SDK client shares.
    pub(crate) fn http_client(&self) -> Option<SharedHttpClient> {
        self.config.http_client()
    }

    /// Where the service is asked that no SDK client is built for; the SDK names it `id`.
    pub(crate) fn endpoint_of(&self, id: &str, service: &'static str) -> Endpoint {
        Endpoint::of(&self.config, id, service)
    }

    /// The endpoint that environment or profile name for the service that the SDK names `id`, or for all.
    pub(crate) fn given_endpoint(&self, id: &str) -> Option<String> {
        endpoint::given(&self.config, id)
    }

    /// Whether the user asks for endpoints that keep to FIPS 140.
    pub(crate) fn is_fips(&self) -> bool {
        self.config.use_fips() == Some(true)
    }

    /// Whether the user asks for endpoints that have IPv6 addresses as well.
    pub(crate) fn is_dual_stack(&self) -> bool {
        self.config.use_dual_stack() == Some(true)
    }

    /// How many attempts a call has that only reads.
    pub(crate) fn attempts(&self) -> u32 {
        let retries = self.config.retry_config();
        retries.map_or(READ_ATTEMPTS, |retries| retries.max_attempts())
    }

    /// Time-outs of a call that only reads.
    pub(crate) fn timeouts(&self) -> TimeoutConfig {
        let timeouts = self.config.timeout_config().cloned();
        timeouts.unwrap_or_else(|| timeout_config(Timeouts::default()))
    }

    /// How the fleet's time passes.
    pub(crate) fn sleep(&self) -> SharedAsyncSleep {
        self.config
            .sleep_impl()
            .unwrap_or_else(|| SharedAsyncSleep::new(FleetSleep(self.monitor.clock.clone())))
    }

    /// What calls `service` in `region`.
    pub(crate) fn caller(&self, service: &'static str, region: &Region) -> Caller {
        Caller {
            service,
            region: region.clone(),
            monitor: self.monitor.clone(),
            credentials: self.credentials.clone(),
        }
    }

    /// The SDK client `C` for `region`, made by `make` on first use.
    pub(crate) fn client<C: Clone + Send + Sync + 'static>(
        &self,
        caller: &Caller,
        make: impl FnOnce(Setup) -> C,
    ) -> C {
        let key = (TypeId::of::<C>(), caller.region.clone());
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients
            .get(&key)
            .and_then(|client| client.downcast_ref::<C>())
        {
            return client.clone();
        }
        let client = make(self.setup(caller));
        clients.insert(key, Box::new(client.clone()));
        client
    }

    /// What a client for `caller` is made of.
    pub(crate) fn setup(&self, caller: &Caller) -> Setup {
        let region = aws_config::Region::new(caller.region.as_str().to_owned());
        let mut config = self.config.to_builder().region(region);
        if self.once {
            config = config.time_source(SharedTimeSource::new(caller.signing_time()));
        }
        Setup {
            config: config.build(),
            recorder: Recorder {
                service: caller.service,
                region: caller.region.clone(),
                monitor: self.monitor.clone(),
            },
            // A bucket of its own: a Region that uses up its retries must not use up the others'.
            retries: RetryPartition::custom(format!("{}-{}", caller.service, caller.region))
                .build(),
        }
    }
}

/// What every SDK client is made of.
pub(crate) struct Setup {
    pub(crate) config: SdkConfig,
    pub(crate) recorder: Recorder,
    pub(crate) retries: RetryPartition,
}

/// Makes the client of one SDK crate: they share no trait for it.
macro_rules! sdk_client {
    ($sdk:ident) => {
        |setup: $crate::transport::session::Setup| {
            let config = $sdk::config::Builder::from(&setup.config)
                .interceptor(setup.recorder)
                .interceptor($crate::transport::truncated_reply::WholeReply)
                .retry_partition(setup.retries)
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}
pub(crate) use sdk_client;

/// What the simulator is signed to with.
fn nobody() -> Credentials {
    Credentials::new("SIMULATED", "SIMULATED", None, None, "simulator")
}

/// A configuration that takes nothing from the environment.
fn bare(client: SharedHttpClient) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(client)
        .build()
}

async fn from_environment(around: &Surroundings, client: SharedHttpClient) -> SdkConfig {
    // A Region that is none is a refusal as well.
    if let Some(why) = around.refusal() {
        // The SDK would panic, hang or act as somebody else.
        let refused = SharedCredentialsProvider::new(Refused(why));
        let config = bare(client).into_builder();
        return config.credentials_provider(refused).build();
    }
    let region = around.region().unwrap_or_else(|_| Region::global());
    let region = aws_config::Region::new(region.as_str().to_owned());
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(client.clone())
        .region(region.clone())
        // The session has its own; the SDK's way to read the user's panics on what it does not know.
        .retry_config(RetryConfig::standard());
    if let Some(name) = &around.named {
        // The SDK's own chain would take exported credentials before a profile that was named.
        let conf = ProviderConfig::without_region()
            .with_http_client(client)
            .with_region(Some(region))
            .with_retry_config(RetryConfig::standard());
        let profile = ProfileFileCredentialsProvider::builder()
            .configure(&conf)
            .profile_name(name);
        loader = loader
            .profile_name(name)
            .credentials_provider(profile.build());
    }
    loader.load().await
}

/// Stands in for credentials where nothing may be sent, and says why.
#[derive(Debug)]
struct Refused(String);

impl ProvideCredentials for Refused {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::invalid_configuration(
            self.0.clone(),
        )))
    }
}

fn timeout_config(timeouts: Timeouts) -> TimeoutConfig {
    // No read time-out: it would race the attempt's, and be taken for one of connecting.
    TimeoutConfig::builder()
        .connect_timeout(timeouts.connect)
        .operation_attempt_timeout(timeouts.attempt)
        .operation_timeout(timeouts.operation)
        .build()
}
