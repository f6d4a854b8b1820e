//! The whole picture at one moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shares::Shares;
use super::{
    Account, Api, Change, Edge, FleetSpec, Function, GlobalDatabase, Identity, Judgement, Ledger,
    Metrics, Missing, Observed, Partition, Reachability, Region, Router, Site, Thresholds,
};

/// How often the fleet is looked at.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// Everyday watching.
    #[default]
    Calm,
    /// Faster topology, health and probes; metrics no faster than their period.
    Incident,
}

/// The account of a part of the fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountSeen {
    /// What of the fleet it holds.
    pub account: Account,
    /// How gwctl gets into it, in words.
    pub way: String,
    /// As whom.
    pub identity: Observed<Identity>,
}

impl AccountSeen {
    fn blank((account, way): (Account, String)) -> Self {
        Self {
            account,
            way,
            identity: Observed::default(),
        }
    }
}

/// Everything known of one fleet at one moment. Immutable once published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The fleet's name in the configuration.
    pub name: String,
    /// When this picture was put together, in the fleet's own time.
    pub at: Timestamp,
    /// Counts up with every published picture.
    pub generation: u64,
    /// Who is asking.
    pub identity: Observed<Identity>,
    /// Who gwctl is in the account of each part of the fleet, where these are several.
    pub accounts: Vec<AccountSeen>,
    /// What the operator may change, by IAM action and IAM's own policy simulation; an action the
    /// simulation could not decide is not in it.
    pub permissions: Observed<std::collections::BTreeMap<String, bool>>,
    /// The path of the role behind the credentials, which a session's ARN leaves out: `/` where it has none.
    pub role_path: Observed<String>,
    /// The edge.
    pub edge: Edge,
    /// The database.
    pub database: GlobalDatabase,
    /// The Regions, in the configuration's order.
    pub sites: Vec<Site>,
    /// What changed, newest first.
    pub changes: Vec<Change>,
    /// Calls so far.
    pub ledger: Ledger,
    /// How often the fleet is looked at.
    pub pace: Pace,
    /// US dollars an hour at the present pace.
    pub dollars_per_hour: f64,
    /// Whether every question was answered, or failed, at least once.
    pub complete: bool,
    /// What the credentials wait for: what the program that gives them says, or the code of an MFA device.
    pub waiting: Option<String>,
    /// The limits judged by.
    pub thresholds: Thresholds,
    /// Who serves how much, as [`super::judge`] worked it out: too slow to be done for each figure.
    pub(super) shares: Option<Result<Shares, Missing>>,
    /// How the fleet as a whole is doing.
    pub judgement: Judgement,
}

impl Snapshot {
    /// A picture of nothing: what the configuration names, nothing observed.
    pub fn blank(name: &str, spec: &FleetSpec, at: Timestamp) -> Self {
        Self {
            name: name.into(),
            at,
            generation: 0,
            identity: Observed::default(),
            accounts: spec
                .accounts
                .parts()
                .into_iter()
                .map(AccountSeen::blank)
                .collect(),
            permissions: Observed::default(),
            role_path: Observed::default(),
            edge: Edge {
                domain: spec.domain.clone(),
                cloudfront: spec.edge.cloudfront,
                distribution_id: spec.edge.distribution.clone(),
                latency_record: spec.edge.latency_record.clone(),
                distribution: Observed::default(),
                metrics: Metrics::default(),
                router: spec.edge.router.clone().map(|name| Router {
                    name,
                    detail: Observed::default(),
                }),
                certificate: Observed::default(),
                records: Observed::default(),
                checks: std::collections::BTreeMap::new(),
                endpoint_checks: Observed::default(),
                switches: std::collections::BTreeMap::new(),
                named_switches: spec.sites.iter().filter_map(named_switch).collect(),
                region_switch: region_switch(spec),
                answers: Observed::default(),
                turned: std::collections::BTreeMap::new(),
                unheard_elsewhere: None,
                probe: Observed::default(),
                judgement: Judgement::default(),
            },
            database: GlobalDatabase {
                id: spec.global_cluster.clone(),
                topology: Observed::default(),
                clusters: std::collections::BTreeMap::new(),
                judgement: Judgement::default(),
            },
            sites: spec.sites.iter().map(blank_site).collect(),
            changes: Vec::new(),
            ledger: Ledger::default(),
            pace: Pace::default(),
            dollars_per_hour: 0.0,
            complete: false,
            waiting: None,
            thresholds: spec.thresholds.clone(),
            shares: None,
            judgement: Judgement::default(),
        }
    }

    /// The partition of its Regions; a fleet is in one.
    pub fn partition(&self) -> Partition {
        self.sites
            .first()
            .map_or(Partition::Aws, |site| Partition::of(&site.region))
    }

    /// Which endpoints of `region` answer: a Region of the fleet, or one with a member of its database.
    pub fn reach(&self, region: &Region) -> Option<&Reachability> {
        let member = || Some(&self.database.clusters.get(region)?.reach);
        self.site(region).map(|site| &site.reach).or_else(member)
    }

    /// Who gwctl is where `account` in `region` is; none where everything is in one account.
    pub fn account(&self, account: &Account, region: &Region) -> Option<&AccountSeen> {
        let seen = |wanted: &Account| self.accounts.iter().find(|seen| seen.account == *wanted);
        let own = match account {
            Account::Workload => seen(&Account::Site(region.clone())),
            _ => None,
        };
        own.or_else(|| seen(account))
    }

    /// The site in `region`.
    pub fn site(&self, region: &Region) -> Option<&Site> {
        self.sites.iter().find(|site| &site.region == region)
    }

    /// Whether `region` holds the database's writer; `None` when the topology is not known.
    pub fn is_writer(&self, region: &Region) -> Option<bool> {
        Some(&self.database.topology.current()?.writer()?.region == region)
    }
}

/// A plan is between two Regions: a fleet in one has none.
fn region_switch(
    spec: &FleetSpec,
) -> std::collections::BTreeMap<Region, Observed<Vec<super::RegionSwitchPlan>>> {
    let sites = spec.sites.iter().filter(|_| spec.sites.len() > 1);
    sites
        .map(|site| (site.region.clone(), Observed::default()))
        .collect()
}

fn named_switch(spec: &super::SiteSpec) -> Option<(Region, (String, Observed<super::Switch>))> {
    let switch = spec.switch.as_ref()?;
    let known = (switch.alarm.clone(), Observed::default());
    Some((spec.region.clone(), known))
}

fn blank_site(spec: &super::SiteSpec) -> Site {
    Site {
        region: spec.region.clone(),
        endpoint: spec.endpoint.clone(),
        api: Api {
            id: spec.api.clone(),
            stage: spec.stage.clone(),
            detail: Observed::default(),
            invoked: Observed::default(),
            throttle: Observed::default(),
            metrics: Metrics::default(),
        },
        functions: spec
            .functions
            .iter()
            .map(|name| Function {
                name: name.clone(),
                detail: Observed::default(),
                metrics: Metrics::default(),
            })
            .collect(),
        concurrency: Observed::default(),
        alarms: Observed::default(),
        certificate: Observed::default(),
        stack: spec.stack.as_ref().map(|_| Observed::default()),
        probe: Observed::default(),
        reach: Reachability::default(),
        checkers: None,
        judgement: Judgement::default(),
    }
}
