//! What can go wrong: each fault can be started and ended, by hand or by a scenario.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::parts::mishap::Mishaps;
use crate::world::rng::Rng;
use gwctl_fleet::Region;

/// The kinds of faults, named as scenarios name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Nothing in a Region answers.
    RegionDark,
    /// A share of a Region's invocations fails.
    LambdaErrors,
    /// Replication to a Region falls behind.
    LagSurge,
    /// A Region answers slowly, API and control calls alike.
    ApiLatency,
    /// A Region's certificate could not be renewed.
    CertificateExpiring,
    /// AWS's APIs refuse most calls for their rate.
    Throttled,
    /// The control planes in us-east-1 are down.
    ControlPlanesDown,
    /// The operator's session is over.
    CredentialsExpired,
    /// One action is not allowed.
    AccessDenied,
    /// The distribution never finishes its deployment.
    StuckDeployment,
    /// The next switchover fails.
    FailedSwitchover,
    /// The next stack that is made or updated fails half-way.
    StackFails,
    /// Stacks in progress stay where they are.
    StuckStack,
    /// Somebody deploys code with a mistake in it.
    BadDeploy,
    /// Somebody deploys code that works.
    GoodDeploy,
    /// Somebody changes a setting of a function to a wrong one.
    BadConfig,
    /// A Region's cluster takes no more connections.
    ConnectionsExhausted,
    /// Writes from a Region do not reach the writer any more.
    WriteForwardingBroken,
    /// The database's password is another one, and the functions do not know it.
    SecretRotated,
    /// What a Region's functions ask outside of the fleet answers slowly.
    DependencySlow,
    /// A Region's functions may not run as often at once as they need.
    ConcurrencyExhausted,
}

impl FaultKind {
    /// All kinds, those of a Region first.
    pub const ALL: [Self; 21] = [
        Self::RegionDark,
        Self::LambdaErrors,
        Self::LagSurge,
        Self::ApiLatency,
        Self::CertificateExpiring,
        Self::Throttled,
        Self::ControlPlanesDown,
        Self::CredentialsExpired,
        Self::AccessDenied,
        Self::StuckDeployment,
        Self::FailedSwitchover,
        Self::StackFails,
        Self::StuckStack,
        Self::BadDeploy,
        Self::GoodDeploy,
        Self::BadConfig,
        Self::ConnectionsExhausted,
        Self::WriteForwardingBroken,
        Self::SecretRotated,
        Self::DependencySlow,
        Self::ConcurrencyExhausted,
    ];

    /// The name scenarios use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RegionDark => "region-dark",
            Self::LambdaErrors => "lambda-errors",
            Self::LagSurge => "lag-surge",
            Self::ApiLatency => "api-latency",
            Self::CertificateExpiring => "certificate-expiring",
            Self::Throttled => "throttled",
            Self::ControlPlanesDown => "control-planes-down",
            Self::CredentialsExpired => "credentials-expired",
            Self::AccessDenied => "access-denied",
            Self::StuckDeployment => "stuck-deployment",
            Self::FailedSwitchover => "failed-switchover",
            Self::StackFails => "stack-fails",
            Self::StuckStack => "stuck-stack",
            Self::BadDeploy => "bad-deploy",
            Self::GoodDeploy => "good-deploy",
            Self::BadConfig => "bad-config",
            Self::ConnectionsExhausted => "connections-exhausted",
            Self::WriteForwardingBroken => "write-forwarding-broken",
            Self::SecretRotated => "secret-rotated",
            Self::DependencySlow => "dependency-slow",
            Self::ConcurrencyExhausted => "concurrency-exhausted",
        }
    }

    /// Whether it strikes one Region.
    pub const fn regional(self) -> bool {
        matches!(
            self,
            Self::RegionDark
                | Self::LambdaErrors
                | Self::LagSurge
                | Self::ApiLatency
                | Self::CertificateExpiring
                | Self::BadDeploy
                | Self::GoodDeploy
                | Self::BadConfig
                | Self::ConnectionsExhausted
                | Self::WriteForwardingBroken
                | Self::DependencySlow
                | Self::ConcurrencyExhausted
        )
    }

    const fn title(self) -> &'static str {
        match self {
            Self::RegionDark => "Region dark",
            Self::LambdaErrors => "Lambda errors",
            Self::LagSurge => "Replication lag surge",
            Self::ApiLatency => "Slow Region",
            Self::CertificateExpiring => "Certificate about to expire",
            Self::Throttled => "API calls throttled",
            Self::ControlPlanesDown => "Control planes in us-east-1 down",
            Self::CredentialsExpired => "Credentials expired",
            Self::AccessDenied => "One action not allowed",
            Self::StuckDeployment => "Distribution stuck deploying",
            Self::FailedSwitchover => "The next switchover fails",
            Self::StackFails => "The next stack fails",
            Self::StuckStack => "Stacks make no progress",
            Self::BadDeploy => "Bad deployment",
            Self::GoodDeploy => "Good deployment",
            Self::BadConfig => "Wrong setting of a function",
            Self::ConnectionsExhausted => "No database connections left",
            Self::WriteForwardingBroken => "Write forwarding broken",
            Self::SecretRotated => "Database password changed",
            Self::DependencySlow => "Slow dependency",
            Self::ConcurrencyExhausted => "No Lambda concurrency left",
        }
    }

    const fn explanation(self) -> &'static str {
        match self {
            Self::RegionDark => {
                "Nothing in the Region answers: API calls hang, the endpoint does not answer, its metrics stop. \
                 Requests fail until health checks fail and cached DNS answers expire."
            }
            Self::LambdaErrors => {
                "About one in seven of the Region's invocations fails. Health checks need more failures in a row: \
                 Route 53 still sends traffic."
            }
            Self::LagSurge => {
                "Replication to the Region falls seconds behind: reads there are stale, and a failover \
                 to it would lose that much."
            }
            Self::ApiLatency => {
                "Everything in the Region takes several times as long, AWS's own API included."
            }
            Self::CertificateExpiring => {
                "Renewal of the Region's certificate waits for a validation record that somebody removed; it expires \
                 in days."
            }
            Self::Throttled => "AWS throttles most calls, in every Region; the fleet itself works.",
            Self::ControlPlanesDown => {
                "Route 53, CloudFront, ACM for CloudFront and IAM cannot be changed or described; DNS, \
                 health checks and serving go on."
            }
            Self::CredentialsExpired => {
                "AWS refuses every call until somebody logs in again; the fleet itself works."
            }
            Self::AccessDenied => {
                "The operator's role lacks one permission; everything else answers."
            }
            Self::StuckDeployment => {
                "A change of the distribution stays InProgress; any edge may serve old or new."
            }
            Self::FailedSwitchover => {
                "The next switchover ends with an event that it failed; the old primary accepts writes again."
            }
            Self::StackFails => {
                "One resource of the next stack that CloudFormation makes or updates cannot be made: the stack \
                 rolls back."
            }
            Self::StuckStack => {
                "Every stack operation that began stays IN_PROGRESS; finished stacks do not change."
            }
            Self::BadDeploy => {
                "Somebody deploys new code of orders-write in the Region; about a minute later most of its invocations fail."
            }
            Self::GoodDeploy => {
                "Somebody deploys new code of the Region's functions, and nothing goes wrong."
            }
            Self::BadConfig => {
                "Somebody changes an environment variable of a function in the Region to a wrong value: its \
                 invocations fail."
            }
            Self::ConnectionsExhausted => {
                "Connections to the Region's cluster grow until it refuses new ones: functions there that need one fail."
            }
            Self::WriteForwardingBroken => {
                "Somebody turns off what carries writes from the Region to the writer: writes there fail, reads go on."
            }
            Self::SecretRotated => {
                "Somebody changes the database's password. Functions in all Regions keep the old one: more and more of \
                 their invocations fail."
            }
            Self::DependencySlow => {
                "A service outside of the fleet answers the Region's functions slowly: writes take seconds, and some time out."
            }
            Self::ConcurrencyExhausted => {
                "The Region's functions get less concurrency than they need, by other functions of the account or by \
                 somebody's setting: Lambda throttles them."
            }
        }
    }
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// One fault that can be started: a kind, with the Region or action it strikes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Where, for those that strike a Region.
    pub region: Option<Region>,
    /// Which action, for `access-denied`, as `service:Operation`.
    pub action: Option<String>,
}

impl Fault {
    /// Its identifier: `region-dark:eu-west-1`, `throttled`, `access-denied:rds:DescribeDBClusters`.
    pub fn id(&self) -> String {
        match (&self.region, &self.action) {
            (Some(region), _) => format!("{}:{region}", self.kind),
            (None, Some(action)) => format!("{}:{action}", self.kind),
            (None, None) => self.kind.to_string(),
        }
    }
}

/// A fault as the faults menu shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultStatus {
    /// What [`crate::Sim::start_fault`] and [`crate::Sim::end_fault`] take.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What happens, in one or two sentences.
    pub explanation: String,
    /// Where, for those that strike a Region.
    pub region: Option<Region>,
    /// Since when it is active; none when it is not.
    pub since: Option<Timestamp>,
}

/// What strikes one Region, looked up once faults change and not every second.
#[derive(Debug, Clone, Copy)]
pub(in crate::world) struct Strikes {
    pub dark: bool,
    pub faulty: bool,
    /// How many times as long everything takes.
    pub slowness: f64,
}

impl Default for Strikes {
    /// Nothing does.
    fn default() -> Self {
        Self {
            dark: false,
            faulty: false,
            slowness: 1.0,
        }
    }
}

/// The faults of a world.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Faults {
    active: BTreeMap<Fault, Timestamp>,
    /// Single resources of stacks that are to go wrong.
    pub mishaps: Mishaps,
}

/// The action the faults menu offers to forbid.
const FORBIDDEN: &str = "rds:DescribeDBClusters";

impl Faults {
    /// Starts `fault`; one that is active already keeps its beginning.
    pub(in crate::world) fn start(&mut self, fault: Fault, at: Timestamp) {
        self.active.entry(fault).or_insert(at);
    }

    /// Ends `fault`; says whether it was active.
    pub(in crate::world) fn end(&mut self, fault: &Fault) -> bool {
        self.active.remove(fault).is_some()
    }

    /// Since when `kind` strikes `region`.
    pub(in crate::world) fn since(&self, kind: FaultKind, region: &str) -> Option<Timestamp> {
        self.active
            .iter()
            .find(|(fault, _)| {
                fault.kind == kind && fault.region.as_ref().is_some_and(|r| r.as_str() == region)
            })
            .map(|(_, since)| *since)
    }

    /// Whether `kind` strikes `region`.
    pub(in crate::world) fn strikes(&self, kind: FaultKind, region: &str) -> bool {
        self.since(kind, region).is_some()
    }

    /// What strikes `region`.
    pub(in crate::world) fn on(&self, region: &Region) -> Strikes {
        let strikes = |kind| self.strikes(kind, region.as_str());
        Strikes {
            dark: strikes(FaultKind::RegionDark),
            faulty: strikes(FaultKind::LambdaErrors),
            slowness: if strikes(FaultKind::ApiLatency) {
                7.0
            } else {
                1.0
            },
        }
    }

    /// Whether this resource of a stack makes no progress.
    pub(in crate::world) fn hangs(&self, stack: &str, logical: &str) -> bool {
        self.any(FaultKind::StuckStack) || self.mishaps.hangs(stack, logical)
    }

    /// Since when `kind` is active, wherever that is.
    pub(in crate::world) fn since_when(&self, kind: FaultKind) -> Option<Timestamp> {
        let mut all = self.active.iter();
        all.find(|(fault, _)| fault.kind == kind)
            .map(|(_, since)| *since)
    }

    /// Whether nothing goes wrong.
    pub(in crate::world) fn are_none(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether `kind` is active anywhere.
    pub(in crate::world) fn any(&self, kind: FaultKind) -> bool {
        self.active.keys().any(|fault| fault.kind == kind)
    }

    /// Whether `kind` is active anywhere; it has struck then, and is over.
    pub(in crate::world) fn strikes_once(&mut self, kind: FaultKind) -> bool {
        let before = self.active.len();
        self.active.retain(|fault, _| fault.kind != kind);
        self.active.len() < before
    }

    /// Whether `service:operation` is forbidden.
    pub(in crate::world) fn forbids(&self, service: &str, operation: &str) -> bool {
        self.active
            .keys()
            .filter_map(|fault| fault.action.as_deref())
            .any(|action| {
                action
                    .split_once(':')
                    .is_some_and(|(s, o)| s == service && o == operation)
            })
    }

    /// Every fault this fleet offers, active ones with their beginning.
    pub(in crate::world) fn statuses(&self, regions: &[Region]) -> Vec<FaultStatus> {
        let mut offered = offered(regions);
        offered.extend(
            self.active
                .keys()
                .filter(|fault| !offered.contains(fault))
                .cloned()
                .collect::<Vec<_>>(),
        );
        offered
            .into_iter()
            .map(|fault| FaultStatus {
                id: fault.id(),
                title: match (&fault.region, &fault.action) {
                    (Some(region), _) => format!("{} in {region}", fault.kind.title()),
                    (None, Some(action)) => format!("Not allowed: {action}"),
                    (None, None) => fault.kind.title().into(),
                },
                explanation: fault.kind.explanation().into(),
                since: self.active.get(&fault).copied(),
                region: fault.region,
            })
            .collect()
    }

    /// The fault called `id`.
    pub(in crate::world) fn find(&self, id: &str, regions: &[Region]) -> Option<Fault> {
        let mut all = offered(regions);
        all.extend(self.active.keys().cloned());
        all.into_iter().find(|fault| fault.id() == id)
    }
}

fn offered(regions: &[Region]) -> Vec<Fault> {
    let mut all = Vec::new();
    for kind in FaultKind::ALL {
        if kind.regional() {
            all.extend(regions.iter().map(|region| Fault {
                kind,
                region: Some(region.clone()),
                action: None,
            }));
        } else {
            let action = (kind == FaultKind::AccessDenied).then(|| FORBIDDEN.to_owned());
            all.push(Fault {
                kind,
                region: None,
                action,
            });
        }
    }
    all
}

impl Fault {
    /// How strong it is, between the weakest and the strongest: another in every world.
    pub(in crate::world) fn strength(
        seed: u64,
        what: &str,
        (weakest, strongest): (f64, f64),
    ) -> f64 {
        let chance = Rng::new(seed, &format!("strength of {what}")).uniform();
        weakest + chance * (strongest - weakest)
    }

    /// A fault of a scenario, or what is wrong with it.
    pub(in crate::world) fn checked(
        kind: FaultKind,
        region: Option<&Region>,
        action: Option<&str>,
    ) -> Result<Self, String> {
        match (kind.regional(), region) {
            (true, None) => {
                return Err(format!(
                    "`{kind}` strikes one Region: add `region = \"eu-west-1\"`"
                ));
            }
            (false, Some(_)) => {
                return Err(format!("`{kind}` strikes everywhere: remove `region`"));
            }
            _ => {}
        }
        let action = match (kind, action) {
            (FaultKind::AccessDenied, None) => Some(FORBIDDEN.to_owned()),
            (FaultKind::AccessDenied, Some(action)) if action.split_once(':').is_none() => {
                return Err(format!(
                    "`{action}` is not an action: write `rds:DescribeDBClusters`"
                ));
            }
            (FaultKind::AccessDenied, Some(action)) => Some(action.to_owned()),
            (_, Some(_)) => {
                return Err(format!(
                    "`{kind}` takes no `action`: only access-denied does"
                ));
            }
            (_, None) => None,
        };
        Ok(Self {
            kind,
            region: region.cloned(),
            action,
        })
    }
}
