//! What a fleet is and how it is doing: pure types and judgement.
//!
//! Nothing here performs I/O, awaits, or names an SDK crate.

mod account;
mod alarm;
pub mod assumptions;
mod availability;
mod capacity;
mod certificate;
mod change;
mod checkers;
mod clients;
mod clock;
mod code;
pub mod columns;
mod console_url;
mod database;
mod deployment;
mod discovery;
mod drill_spec;
mod edge;
mod events;
pub mod format;
mod freshness;
mod function_name;
mod heard;
mod hundred;
mod judge;
mod lag;
mod ledger;
pub mod logs;
mod observed;
mod offer;
mod partition;
mod probe;
mod proxy;
mod quota;
mod reading;
mod record;
mod refusals;
mod region;
mod region_switch;
mod routing;
mod routing_policy;
mod row_age;
mod rules;
mod series;
mod share;
mod shared_spec;
mod shares;
mod site;
mod snapshot;
mod spec;
mod stack_description;
mod switch;
mod text;
mod thresholds;
mod throttle;
mod told_once;
mod verdict;
mod wiring;
mod word;

pub use account::{Access, Account, AccountsSpec};
pub use alarm::{Alarm, AlarmWatch, Measured};
pub use availability::Availability;
pub use capacity::Capacity;
pub use certificate::Certificate;
pub use change::{Change, Sign};
pub use checkers::Checkers;
pub use clients::Served;
pub use clock::{Clock, SystemClock};
pub use code::{CodeState, DeployedCode, FunctionVersion, LATEST};
pub use console_url::{Page, console_url};
pub use database::{
    Cluster, ClusterState, DbEvent, DbSnapshot, Engine, FailoverState, GlobalDatabase, Instance,
    LagMetric, Member, Topology,
};
pub use deployment::{ApiDeployment, ApiStage};
pub use discovery::{
    ApiMapping, ApiName, HostedZone, ListedCluster, ListedDistribution, ListedGlobalCluster, Origin,
};
pub use drill_spec::{DrillSpec, MUTED_AT_MOST};
pub use edge::{
    CheckConfig, CheckKind, CheckVerdict, Distribution, DnsAnswer, Edge, HERE, HealthCheck,
    Leaving, NoLever, NoRecords, Router, RoutingRecord, Takes, Turned, Vote,
};
pub use events::{
    Actor, AlarmTurn, AskedSource, Event, EventKind, EventLog, FleetNames, HealthEvent, LATENESS,
    NO_ENDPOINT, NO_PLAN, Outcome as EventOutcome, Trail, TrailRecord,
};
pub use freshness::{Freshness, Known, Marks};
pub use function_name::{FunctionName, InvokedAs};
pub use heard::{Canary, Heard, Logged, Route, Routes, TracedNode};
pub use judge::{Found, check_verdict, checkers, judge, member_verdict, throttled_of_all};
pub use lag::{Lag, Silence};
pub use ledger::{Call, CallKey, CallStats, Ledger, Outcome};
pub use observed::{Missing, Observed, Source};
pub use offer::Offer;
pub use partition::Partition;
pub use probe::{OwnAnswer, ProbeReport, ProbeTarget};
pub use proxy::{DbProxy, ProxyTarget};
pub use quota::Quota;
pub use reading::{Reading, Tone};
pub use record::{AliasTarget, GroupMember, RecordAction, RecordChange, RecordSet};
pub use region::{NotARegion, Place, Region, km};
pub use region_switch::{
    Block, Concern, Evaluation, EvaluationWarning, ExecutionStep, PlanDetail, PlanStep, Progress,
    RegionSwitchPlan, SwitchExecution, Trigger, VendedCheck, Workflow,
};
pub use routing::{CidrLocation, FailoverRole, Geolocation, Geoproximity, Routing};
pub use routing_policy::RoutingPolicy;
pub use rules::Rules;
pub use series::{Metric, Metrics, Point, Series, Unit};
pub use share::{Share, tells};
pub use shared_spec::SharedSpec;
pub use site::{
    Api, ApiDetail, ApiKind, Concurrency, Function, FunctionDetail, Identity, Reachability, Site,
    Stack,
};
pub use snapshot::{AccountSeen, Pace, Snapshot};
pub use spec::{BuildSpec, EdgeSpec, FleetSpec, HandlerCode, SiteSpec, SwitchSpec};
pub use stack_description::{
    ChangeSet, Course, Drifted, FLEET_TAG, PropertyDifference, ROLE_TAG, ResourceChange,
    StackDescription, StackEvent,
};
pub use switch::{Lasting, Position, RoutingControl, RoutingEndpoint, Switch};
pub use text::{clean, clean_line, clean_markdown};
pub use thresholds::{Limit, Thresholds};
pub use throttle::Throttle;
pub use told_once::{each_reason_once, parts_once, without_repeats};
pub use verdict::{Judgement, Reason, Verdict};
pub use wiring::{CallPermission, FunctionAlias, Wire, Wired, Wiring};
