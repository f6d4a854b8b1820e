//! Route 53: zones, records, health checks, changes.

use jiff::Timestamp;

use super::Tag;
use gwctl_fleet::{Region, Routing};

#[derive(Debug, Clone)]
pub struct HostedZone {
    /// Without `/hostedzone/`.
    pub id: String,
    /// With the final dot.
    pub name: String,
    /// Creator's reference.
    pub caller_reference: String,
    pub comment: String,
    /// Delegation set.
    pub name_servers: Vec<String>,
    /// The records, in Route 53's order (by reversed name, type, set identifier).
    pub records: Vec<RecordSet>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// With the final dot.
    pub name: String,
    /// `A`, `CNAME` …
    pub kind: String,
    /// Seconds; none for aliases.
    pub ttl: Option<i64>,
    /// Values; empty for aliases.
    pub values: Vec<String>,
    /// Required on every record that is not simple.
    pub set_identifier: Option<String>,
    pub routing: Routing,
    pub health_check: Option<String>,
    /// Alias target.
    pub alias: Option<AliasTarget>,
}

/// Where an alias points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasTarget {
    /// Zone id of the target.
    pub zone: String,
    /// Name with the final dot.
    pub name: String,
    /// Whether the target's health counts.
    pub evaluate_target_health: bool,
}

/// A record protection: changes of this name and type are refused (aws-facts §3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    pub zone: String,
    /// With the final dot.
    pub name: String,
    /// `A`, `CNAME` …
    pub kind: String,
    /// Why; part of every refusal.
    pub comment: String,
}

#[derive(Debug, Clone)]
pub struct HealthCheck {
    /// Identifier (a UUID).
    pub id: String,
    /// Creator's reference.
    pub caller_reference: String,
    /// Counts up with every update.
    pub version: i64,
    /// What is checked.
    pub kind: CheckKind,
    /// Healthy and unhealthy swapped.
    pub inverted: bool,
    /// Not checking, counted healthy (unhealthy when inverted too).
    pub disabled: bool,
    /// Tags; `Name` is what people read.
    pub tags: Vec<Tag>,
    /// What the checkers saw; empty for checks that have none.
    pub observations: Vec<Observation>,
    /// What Route 53 makes of it now, inversion and disabling included.
    pub healthy: bool,
    /// Checkers that say healthy, in percent; none for checks without checkers.
    pub percent_healthy: Option<f64>,
    /// Healthy children, for calculated checks.
    pub healthy_children: Option<u32>,
}

/// The kinds of health checks (aws-facts §3.4).
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// Checkers ask an endpoint.
    Endpoint {
        /// `HTTPS`, `HTTP`, `TCP`, `HTTPS_STR_MATCH` …
        protocol: String,
        /// Domain name asked.
        host: String,
        port: i32,
        /// Path, with the slash.
        path: String,
        /// Seconds between checks of one checker: 30 or 10.
        interval_s: i32,
        /// Consecutive answers that change a checker's mind.
        failure_threshold: i32,
        /// Whether latency is measured.
        measure_latency: bool,
        /// Whether SNI is sent.
        enable_sni: bool,
        /// Checker Regions.
        regions: Vec<String>,
    },
    /// Over other checks.
    Calculated {
        /// Their ids.
        children: Vec<String>,
        /// How many must be healthy.
        threshold: i32,
    },
    /// Follows the data of an alarm, not its state.
    CloudWatchMetric {
        /// The alarm's Region.
        alarm_region: Region,
        /// The alarm's name.
        alarm_name: String,
        /// `Healthy`, `Unhealthy` or `LastKnownStatus`.
        insufficient_data: String,
    },
    /// Follows a routing control.
    RecoveryControl {
        /// Its ARN.
        control: String,
    },
    /// Region switch made it and sets it.
    Vended,
}

/// One checker's newest report.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The checker's Region.
    pub region: String,
    /// The checker's address.
    pub ip: String,
    /// `Success: HTTP Status Code 200, OK`, or `Failure: …`.
    pub status: String,
    /// When it looked.
    pub checked: Timestamp,
    /// Whether this checker votes healthy (after its threshold).
    pub healthy: bool,
}

/// A submitted change batch.
#[derive(Debug, Clone)]
pub struct DnsChange {
    /// Without `/change/`.
    pub id: String,
    /// `PENDING` or `INSYNC`.
    pub status: String,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// When every authoritative server has it.
    pub insync_at: Timestamp,
    pub comment: Option<String>,
    /// The zone it changes.
    pub zone: String,
}
