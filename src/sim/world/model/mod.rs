//! Every AWS resource of the simulated account, as plain data. The physics change it, `sim/wire` prints it.
//!
//! Status words are spelled as AWS spells them. Lists keep the order of creation.

mod database;
mod database_shape;
mod dialect;
mod dns;
mod formation;
mod holders;
mod recovery;
mod region_switch;
mod serving;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use database::{
    DbCluster, DbEvent, DbInstance, DbProxy, DbSnapshot, FailoverState, GlobalCluster, GlobalMember,
};
pub use database_shape::DatabaseShape;
pub use dialect::{Dialect, Naming};
pub use dns::{
    AliasTarget, CheckKind, DnsChange, HealthCheck, HostedZone, Observation, Protection, RecordSet,
};
pub use formation::{
    Change, ChangeDetail, ChangeSet, DriftDetection, Formed, OnFailure, PropertyDifference,
    ResourceDrift, StackEvent, StackResource, Target,
};
pub use holders::{EXTERNAL_ID, Holders, ROLE};
pub use recovery::{Routing, RoutingControl};
pub use region_switch::{
    SwitchBehavior, SwitchBlock, SwitchCheck, SwitchEvent, SwitchPlan, SwitchRun, SwitchRunStep,
    SwitchSetup, SwitchStep,
};
pub use serving::{
    Alias, Api, Canary, Certificate, CustomDomain, Deployment, Distribution, Function,
    Invalidation, LambdaLimits, Origin, Stage, Throttle, account_throttle,
};

use crate::world::parts::owners::Owners;
use gwctl_fleet::Region;

/// Everything that exists in the account.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// Who the caller is.
    pub caller: Caller,
    /// The accounts of the fleet's parts, where these are several.
    pub holders: Option<Holders>,
    /// What of the fleet its configuration leaves out.
    pub without: Without,
    /// The partition that it is told in, where that is another than the commercial one.
    pub dialect: Option<Dialect>,
    /// Aurora global clusters (no Region).
    pub global_clusters: Vec<GlobalCluster>,
    /// Aurora clusters of every Region.
    pub clusters: Vec<DbCluster>,
    /// Users that were made in a database, by its global cluster or its cluster alone.
    pub database_users: BTreeMap<String, BTreeSet<String>>,
    /// DB instances of every Region.
    pub instances: Vec<DbInstance>,
    /// RDS Proxies of every Region.
    pub proxies: Vec<DbProxy>,
    /// RDS events of every Region, oldest first.
    pub db_events: Vec<DbEvent>,
    /// Snapshots of clusters of every Region.
    pub snapshots: Vec<DbSnapshot>,
    /// Route 53 hosted zones with their records.
    pub hosted_zones: Vec<HostedZone>,
    /// Route 53 health checks.
    pub health_checks: Vec<HealthCheck>,
    /// The routing-control cluster, where there is one.
    pub routing: Option<Routing>,
    /// The plan of ARC Region switch, where there is one.
    pub region_switch: Option<SwitchPlan>,
    /// Record sets that may not be changed.
    pub protections: Vec<Protection>,
    /// Route 53 change batches that were submitted, oldest first.
    pub dns_changes: Vec<DnsChange>,
    /// CloudFront distributions.
    pub distributions: Vec<Distribution>,
    /// Their invalidations, oldest first.
    pub invalidations: Vec<Invalidation>,
    /// Lambda functions of every Region.
    pub functions: Vec<Function>,
    /// Lambda's account limits by Region.
    pub lambda_limits: BTreeMap<Region, LambdaLimits>,
    /// API Gateway APIs, HTTP and REST, of every Region.
    pub apis: Vec<Api>,
    /// Regional custom domain names.
    pub custom_domains: Vec<CustomDomain>,
    /// ACM certificates of every Region.
    pub certificates: Vec<Certificate>,
    /// CloudWatch alarms of every Region.
    pub alarms: Vec<Alarm>,
    /// Rules that mute their actions.
    pub mute_rules: Vec<MuteRule>,
    /// CloudFormation stacks of every Region.
    pub stacks: Vec<Stack>,
    /// What stacks made that has no physics: networks, keys, roles …
    pub opaque: Vec<Opaque>,
    /// Which stack made what.
    pub(in crate::world) owners: Owners,
    /// Versions of functions that no distribution runs any more, and the second their replicas are gone.
    pub(in crate::world) replicas: BTreeMap<String, i64>,
}

impl Resources {
    /// Whether the account lists no distribution: there is none in other partitions.
    pub fn is_without_cloudfront(&self) -> bool {
        self.without.cloudfront || self.dialect.is_some_and(Dialect::is_partition)
    }
}

/// Parts that the account does not list and the fleet's configuration does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Without {
    pub database: bool,
    pub cloudfront: bool,
}

/// By which policy Route 53 routes between the Regions of a founded fleet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoutingShape {
    #[default]
    Latency,
    Weighted,
    Failover,
    Geolocation,
    /// A failover pair behind each continent.
    GeolocationFailover,
}

/// The answer of STS.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Twelve digits.
    pub account: String,
    /// The principal.
    pub arn: String,
    /// `AROA…:session`.
    pub user_id: String,
}

/// A key and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// A CloudWatch alarm.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Where.
    pub region: Region,
    pub name: String,
    pub arn: String,
    /// What it is for.
    pub description: String,
    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`.
    pub state: String,
    /// Why.
    pub reason: String,
    /// Why, as JSON.
    pub reason_data: String,
    /// When the reason was last renewed.
    pub updated: Timestamp,
    /// When the state last changed.
    pub transitioned: Timestamp,
    /// Last change of its configuration.
    pub configured: Timestamp,
    /// What it watches.
    pub namespace: String,
    /// What it watches.
    pub metric: String,
    /// What it watches: name and value.
    pub dimensions: Vec<(String, String)>,
    /// `Sum`, `Average` …, or `p99`.
    pub statistic: String,
    /// Seconds.
    pub period_s: i64,
    /// Periods looked at.
    pub evaluation_periods: i32,
    /// Of these, how many must breach.
    pub datapoints_to_alarm: i32,
    /// The limit.
    pub threshold: f64,
    /// `GreaterThanThreshold`, `GreaterThanOrEqualToThreshold`, `LessThanThreshold` …
    pub comparison: String,
    /// `notBreaching`, `breaching`, `ignore`, `missing`.
    pub treat_missing: String,
    /// What it does on ALARM.
    pub actions: Vec<String>,
    /// How its state changed, oldest first.
    pub turns: Vec<AlarmTurn>,
}

/// A rule that mutes the actions of alarms for one window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuteRule {
    pub region: Region,
    pub name: String,
    /// Their names.
    pub alarms: Vec<String>,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// A change of an alarm's state.
#[derive(Debug, Clone)]
pub struct AlarmTurn {
    pub at: Timestamp,
    pub from: String,
    pub to: String,
    /// Why it is in the new state.
    pub reason: String,
}

/// A resource of which no more is known than that a stack made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque {
    /// Where.
    pub region: Region,
    /// `AWS::EC2::VPC` …
    pub kind: String,
    /// What AWS calls it.
    pub physical: String,
    /// The stack that made it, by ARN or name.
    pub stack: String,
}

/// A CloudFormation stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Where.
    pub region: Region,
    pub name: String,
    /// ARN, which AWS calls the stack id.
    pub arn: String,
    /// `CREATE_COMPLETE`, `UPDATE_COMPLETE` …
    pub status: String,
    /// Why, when there is something to say.
    pub reason: Option<String>,
    /// `IN_SYNC`, `DRIFTED`, `NOT_CHECKED`, `UNKNOWN`.
    pub drift: String,
    /// When drift was last looked for.
    pub drift_checked: Option<Timestamp>,
    /// Creation.
    pub created: Timestamp,
    /// Last update.
    pub updated: Option<Timestamp>,
    /// What it is for.
    pub description: String,
    /// Parameters: key and value.
    pub parameters: Vec<(String, String)>,
    /// Outputs: key and value.
    pub outputs: Vec<(String, String)>,
    pub tags: Vec<Tag>,
    /// How it was made and what it is made of.
    pub formed: Formed,
}
