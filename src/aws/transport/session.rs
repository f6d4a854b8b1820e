//! One client a service, Region and account, time-outs, retries, and the ledger of calls.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;

use crate::transport::call::Caller;
use crate::transport::call_monitor::CallMonitor;
use crate::transport::credentials::NoCredentials;
use crate::transport::fence::Fence;
use crate::transport::recorder::Recorder;
use crate::transport::surroundings::{Surroundings, without_password};
use crate::transport::time::FleetSleep;
use crate::transport::way::Way;
use gwctl_fleet::{
    Account, AccountsSpec, Clock, FleetSpec, Ledger, Partition, Reachability, Region,
};

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

/// Which account is asked.
#[derive(Debug, Clone)]
enum Asked {
    /// That which holds this part of the fleet in the Region called.
    Part(Account),
    /// A named one, or that of the session's own credentials, whatever the Region.
    Holder(Option<Account>),
}

/// A way to AWS. Cheap to clone; clients are made on first use and share one HTTP client.
#[derive(Clone)]
pub struct Session {
    base: Way,
    /// The ways into the accounts that are named.
    named: Arc<BTreeMap<Account, Way>>,
    accounts: Arc<AccountsSpec>,
    /// Where the global services are depends on it.
    partition: Partition,
    /// The account that is asked whatever the service; without it each service has its own.
    account: Option<Asked>,
    monitor: Arc<CallMonitor>,
    clients: Arc<Mutex<Clients>>,
    complaint: Option<Arc<str>>,
    /// Whether its calls are sent once, signed with AWS's time as far as it is known.
    once: bool,
    /// What calls that are sent once wait for.
    fence: Option<Arc<dyn Fence>>,
}

/// Who acts, and by which way: what `-v` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// Whose credentials sign, in words; or why there are none.
    pub credentials: Result<String, NoCredentials>,
    /// Endpoints that replace AWS's own, and the proxy, a line each.
    pub route: Vec<String>,
}

/// SDK clients by their type, Region and account.
type Clients = HashMap<(TypeId, Region, Option<Account>), Box<dyn Any + Send + Sync>>;

/// Attempts of a call that only reads.
pub(crate) const READ_ATTEMPTS: u32 = 2;

impl Session {
    /// A session by one way alone, in `clock`'s time.
    pub(crate) fn by(base: Way, clock: Arc<dyn Clock>, complaint: Option<Arc<str>>) -> Self {
        Self {
            base,
            named: Arc::default(),
            accounts: Arc::default(),
            partition: Partition::Aws,
            account: None,
            monitor: Arc::new(CallMonitor::new(clock)),
            clients: Arc::default(),
            complaint,
            once: false,
            fence: None,
        }
    }

    /// The same session with the ways into other accounts.
    pub(crate) fn with_accounts(
        self,
        accounts: AccountsSpec,
        named: BTreeMap<Account, Way>,
    ) -> Self {
        Self {
            accounts: Arc::new(accounts),
            named: Arc::new(named),
            ..self
        }
    }

    /// The partition that is asked.
    pub const fn partition(&self) -> Partition {
        self.partition
    }

    /// The same session in `partition`.
    pub(crate) fn in_partition(self, partition: Partition) -> Self {
        Self { partition, ..self }
    }

    /// Its own way.
    pub(crate) const fn base(&self) -> &Way {
        &self.base
    }

    /// This session with a single attempt a call: a change must never be sent twice unseen
    /// (aws-facts §11.2). That attempt may take as long as all attempts of other calls: a change
    /// whose answer is late is worse than a late answer. Ledger, circuit breakers and HTTP client
    /// stay shared.
    #[must_use]
    pub fn one_attempt(&self) -> Self {
        let named = self.named.iter();
        let named = named.map(|(account, way)| (account.clone(), sent_once(way)));
        Self {
            base: sent_once(&self.base),
            named: Arc::new(named.collect()),
            clients: Arc::default(),
            once: true,
            ..self.clone()
        }
    }

    /// This session, of which each call that is sent once asks `fence` right before.
    #[must_use]
    pub fn fenced(&self, fence: Arc<dyn Fence>) -> Self {
        Self {
            clients: Arc::default(),
            fence: Some(fence),
            ..self.clone()
        }
    }

    /// This session asking `account` whatever the service: CloudWatch, Lambda and others are in several accounts.
    #[must_use]
    pub fn in_account(&self, account: Account) -> Self {
        Self {
            account: Some(Asked::Part(account)),
            ..self.clone()
        }
    }

    /// This session asking the account of `part` in whatever Region, also where the Region has one of its own.
    #[must_use]
    pub fn in_account_of(&self, part: &Account) -> Self {
        Self {
            account: Some(Asked::Holder(self.accounts.of(part))),
            ..self.clone()
        }
    }

    /// This session with its own credentials alone: those that assume the roles.
    #[must_use]
    pub fn own(&self) -> Self {
        self.alone(self.base.clone())
    }

    /// The same ledger and limits with `way` alone.
    pub(crate) fn alone(&self, way: Way) -> Self {
        Self {
            base: way,
            named: Arc::default(),
            accounts: Arc::default(),
            account: None,
            clients: Arc::default(),
            ..self.clone()
        }
    }

    /// The accounts that are named beside that of the session's own credentials.
    pub fn accounts(&self) -> &AccountsSpec {
        &self.accounts
    }

    /// A copy of the account of all calls so far.
    pub fn ledger(&self) -> Ledger {
        self.monitor.ledger()
    }

    /// Which endpoints of `region` answered the calls so far.
    pub fn reach(&self, region: &Region) -> Reachability {
        self.monitor.reach(region)
    }

    /// How many things are kept of its calls, and clients for them.
    pub fn kept(&self) -> usize {
        let clients = self.clients.lock();
        self.monitor.kept_things() + clients.unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes what another fleet's session learnt of `region` for its own, where that is newer.
    pub fn hear(&self, region: &Region, reach: &Reachability) {
        self.monitor.hear(region, reach);
    }

    /// What of the environment could not be used, in a sentence, such as an unreadable `AWS_CA_BUNDLE`.
    pub fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    /// Who acts, and by which way. Fetches the credentials.
    pub async fn acting(&self) -> Acting {
        Acting {
            credentials: self.base.credentials.said().await,
            route: self
                .base
                .credentials
                .around()
                .map_or_else(Vec::new, Surroundings::route),
        }
    }

    /// The Region that `AWS_REGION` or the profile names; us-east-1 where neither does.
    pub fn home(&self) -> Region {
        self.base
            .config
            .region()
            .and_then(|region| Region::new(region.as_ref()).ok())
            .unwrap_or_else(Region::global)
    }

    /// The endpoints that environment or profile name instead of AWS's own, those of single services included.
    pub fn endpoint(&self) -> Option<String> {
        let around = self.base.credentials.around()?;
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
        let elsewhere = || self.base.credentials.around().is_none() || self.endpoint().is_some();
        spec.probe_url.is_some() && elsewhere()
    }

    /// The HTTP client that every SDK client shares.
    pub(crate) fn http_client(&self) -> Option<SharedHttpClient> {
        self.base.config.http_client()
    }

    /// How many attempts a call has that only reads.
    pub(crate) fn attempts(&self) -> u32 {
        let retries = self.base.config.retry_config();
        retries.map_or(READ_ATTEMPTS, |retries| retries.max_attempts())
    }

    /// Time-outs of a call that only reads.
    pub(crate) fn timeouts(&self) -> TimeoutConfig {
        let timeouts = self.base.config.timeout_config().cloned();
        timeouts.unwrap_or_else(|| timeout_config(Timeouts::default()))
    }

    /// How the fleet's time passes.
    pub(crate) fn sleep(&self) -> SharedAsyncSleep {
        self.base
            .config
            .sleep_impl()
            .unwrap_or_else(|| SharedAsyncSleep::new(FleetSleep(self.monitor.clock.clone())))
    }

    /// What calls `service` in `region`, with the credentials of the account that holds it.
    pub(crate) fn caller(&self, service: &'static str, region: &Region) -> Caller {
        let account = match &self.account {
            Some(Asked::Holder(holder)) => holder.clone(),
            Some(Asked::Part(part)) => self.accounts.holder(part, region),
            None => self.accounts.holder(&Account::of_service(service), region),
        };
        Caller {
            service,
            region: self.partition.place(service, region),
            monitor: self.monitor.clone(),
            credentials: self.way(account.as_ref()).credentials.clone(),
            fence: self.fence.clone().filter(|_| self.once),
            account,
        }
    }

    /// The configuration of the account that `caller` asks.
    pub(crate) fn config(&self, caller: &Caller) -> &SdkConfig {
        &self.way(caller.account.as_ref()).config
    }

    fn way(&self, account: Option<&Account>) -> &Way {
        account
            .and_then(|account| self.named.get(account))
            .unwrap_or(&self.base)
    }

    /// The SDK client `C` for `region`, made by `make` on first use.
    pub(crate) fn client<C: Clone + Send + Sync + 'static>(
        &self,
        caller: &Caller,
        make: impl FnOnce(Setup) -> C,
    ) -> C {
        let key = (
            TypeId::of::<C>(),
            caller.region.clone(),
            caller.account.clone(),
        );
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
        let mut config = self.config(caller).to_builder().region(region);
        if self.once {
            config = config.time_source(SharedTimeSource::new(caller.signing_time()));
        }
        Setup {
            config: config.build(),
            recorder: Recorder::of(caller),
            // A bucket of its own: a Region that uses up its retries must not use up the others'.
            retries: RetryPartition::custom(caller.bucket()).build(),
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

fn sent_once(way: &Way) -> Way {
    let mut timeouts = TimeoutConfig::builder();
    if let Some(usual) = way.config.timeout_config() {
        timeouts = usual.to_builder();
        timeouts.set_operation_attempt_timeout(usual.operation_timeout());
    }
    way.configured(|config| {
        config
            .timeout_config(timeouts.build())
            .retry_config(RetryConfig::disabled())
            // The SDK corrects the clock between attempts: there is no second one.
            .disable_clock_skew_correction(true)
    })
}

pub(crate) fn timeout_config(timeouts: Timeouts) -> TimeoutConfig {
    // No read time-out: it would race the attempt's, and be taken for one of connecting.
    TimeoutConfig::builder()
        .connect_timeout(timeouts.connect)
        .operation_attempt_timeout(timeouts.attempt)
        .operation_timeout(timeouts.operation)
        .build()
}
