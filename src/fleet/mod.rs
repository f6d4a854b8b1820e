//! What a fleet is and how it is doing: pure types and judgement.
//!
//! Nothing here performs I/O, awaits, or names an SDK crate.

mod clock;
mod database;
mod edge;
mod judge;
mod ledger;
mod observed;
mod probe;
mod region;
mod series;
mod site;
mod snapshot;
mod spec;
mod text;
mod thresholds;
mod verdict;

pub use clock::{Clock, SystemClock};
pub use database::{
    Cluster, ClusterState, DbEvent, Engine, FailoverState, GlobalDatabase, Instance, LagMetric,
    Member, Topology,
};
pub use edge::{
    Answer, Certificate, CheckConfig, CheckKind, CheckVerdict, Distribution, Edge, HealthCheck,
    LatencyRecord, Router, Vote,
};
pub use judge::{check_verdict, judge};
pub use ledger::{Call, CallKey, CallStats, Ledger, Outcome};
pub use observed::{Missing, Observed, Source};
pub use probe::{ProbeReport, ProbeTarget};
pub use region::{Place, Region};
pub use series::{Metric, Metrics, Point, Series, Unit};
pub use site::{
    Alarm, Api, ApiDetail, ApiKind, Change, Concurrency, Function, FunctionDetail, Identity,
    Reachability, Site, Stack,
};
pub use snapshot::{Pace, Snapshot};
pub use spec::{EdgeSpec, FleetSpec, SiteSpec};
pub use text::{clean, clean_line};
pub use thresholds::{Limit, Thresholds};
pub use verdict::{Judgement, Reason, Verdict};
