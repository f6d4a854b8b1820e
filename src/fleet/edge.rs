//! What stands in front of the Regions: domain, distribution, certificate, router, routing records.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use heard::HERE;
pub use no_lever::{NoLever, NoRecords};
pub use takes::{Leaving, Takes};
pub use turned::Turned;

use super::{
    Certificate, GroupMember, Judgement, Metrics, Missing, Observed, ProbeReport, Region,
    RegionSwitchPlan, Routing, Switch,
};

/// What CloudFront says of the distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// `d111111abcdef8.cloudfront.net`.
    pub domain: String,
    /// `Deployed` or `InProgress`, as AWS spells it.
    pub status: String,
    /// Whether it serves at all.
    pub enabled: bool,
    /// Alternate domain names.
    pub aliases: Vec<String>,
    /// Domain names of its origins.
    pub origins: Vec<String>,
    /// Last change of its configuration.
    pub changed: Option<Timestamp>,
    /// ARN of the viewer certificate.
    pub certificate_arn: Option<String>,
    /// Qualified ARNs of the Lambda@Edge functions on origin-request.
    pub router_arn: Option<String>,
}

/// The Lambda@Edge function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Router {
    /// Name from the configuration.
    pub name: String,
    /// What Lambda in us-east-1 says of it.
    pub detail: Observed<super::FunctionDetail>,
}

/// One record of the set that routes between the Regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingRecord {
    /// Record name without the final dot.
    pub name: String,
    /// `CNAME`, `A` …
    pub kind: String,
    /// `SetIdentifier`.
    pub set_identifier: String,
    /// The Region it stands for: that of its latency policy, or the one that it leads to. None where that is not
    /// known, as of a record that leads to a page for maintenance.
    pub region: Option<Region>,
    /// When Route 53 answers with it rather than with the others.
    pub routing: Routing,
    /// What it answers first: a name, or an alias target.
    pub target: String,
    /// All that it answers, letter by letter as stored; empty for an alias.
    pub values: Vec<String>,
    /// Seconds; none for an alias.
    pub ttl: Option<i64>,
    pub health_check: Option<String>,
    /// Alias only: whether the target's health counts too.
    pub evaluate_target_health: bool,
    /// Alias only: hosted zone of the target.
    pub alias_zone: Option<String>,
    /// Where it is an alias to other records in the same zone, those.
    pub group: Vec<GroupMember>,
}

/// What kind of health check it is (aws-facts §3.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum CheckKind {
    /// HTTP, HTTPS, with or without string match, or TCP.
    Endpoint {
        /// AWS's word for the type.
        protocol: String,
        /// Name or address, and path.
        target: String,
    },
    /// Over other checks.
    Calculated {
        /// Their ids.
        children: Vec<String>,
        /// How many must be healthy.
        threshold: i32,
    },
    /// Follows a CloudWatch alarm's data.
    Alarm {
        /// The alarm's name.
        name: String,
        /// The alarm's Region.
        region: String,
    },
    /// ARC routing control.
    RecoveryControl {
        /// Its ARN.
        control: String,
    },
    /// Another service of AWS made it and sets it, such as ARC Region switch (aws-facts §8.2).
    Linked {
        /// The service, as AWS calls it as a principal.
        service: String,
    },
}

/// Configuration of a health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckConfig {
    /// What is checked.
    pub kind: CheckKind,
    /// Seconds between checks of one checker; 30 or 10.
    pub interval_s: i32,
    /// Consecutive failures that make it unhealthy.
    pub failure_threshold: i32,
    /// Healthy and unhealthy swapped.
    pub inverted: bool,
    /// Not checking, counted healthy (unhealthy when inverted too).
    pub disabled: bool,
    /// For optimistic locking.
    pub version: i64,
    /// The service that owns it, when it is not ours to edit.
    pub linked_service: Option<String>,
    /// What it is while its alarm has no data: `Healthy`, `Unhealthy` or `LastKnownStatus`.
    pub insufficient_data: Option<String>,
    /// How many checker Regions are named; 0 where none is, and all of them look.
    pub checker_regions: u32,
}

/// Whether Route 53 sends traffic there, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckVerdict {
    /// Healthy by observation.
    Healthy,
    /// Unhealthy by observation.
    Unhealthy,
    /// Disabled: Route 53 considers it healthy, whatever the endpoint does (aws-facts §3.4).
    DisabledHealthy,
    /// Disabled and inverted: Route 53 considers it unhealthy.
    DisabledUnhealthy,
    /// No check on the record: always healthy to Route 53.
    Unchecked,
    /// Healthy, and answered only while others are not: the secondary of a failover pair, or weight 0.
    Standby,
    /// Of several records of a Region, of several types, some are answered and some are not.
    Partly,
    /// Not observed.
    Unknown,
}

impl CheckVerdict {
    /// Whether Route 53 counts it healthy, so that DNS answers with it by its policy; `None` when unknown.
    pub const fn in_service(self) -> Option<bool> {
        match self {
            Self::Healthy
            | Self::DisabledHealthy
            | Self::Unchecked
            | Self::Standby
            | Self::Partly => Some(true),
            Self::Unhealthy | Self::DisabledUnhealthy => Some(false),
            Self::Unknown => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthCheck {
    pub id: String,
    /// Its configuration.
    pub config: Observed<CheckConfig>,
    /// `HealthCheckStatus` and `HealthCheckPercentageHealthy`, from us-east-1.
    pub metrics: Metrics,
}

/// One checker's vote, on drill-down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Where the checker is.
    pub region: String,
    /// Its address.
    pub checker: Option<IpAddr>,
    /// Route 53's words: `Success: HTTP Status Code 200, OK`.
    pub status: String,
    /// When it looked.
    pub at: Option<Timestamp>,
}

impl Vote {
    /// Whether the checker says healthy.
    pub fn healthy(&self) -> bool {
        self.status.starts_with("Success")
    }
}

/// What DNS answers for the latency record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsAnswer {
    /// From where it was asked: `here`, or a client subnet's place such as `Frankfurt`.
    pub vantage: String,
    /// The name or address answered, cleaned.
    pub value: String,
    /// The site whose record has this target.
    pub region: Option<Region>,
    /// Seconds this answer may still be kept.
    pub ttl_s: Option<u32>,
    /// When it was given: places are asked one after the other. None in older recordings.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// The edge of a fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The name clients use.
    pub domain: String,
    /// Whether clients come by CloudFront at all.
    pub cloudfront: bool,
    /// Distribution id from the configuration.
    pub distribution_id: String,
    /// The latency record's name from the configuration.
    pub latency_record: String,
    /// What CloudFront says.
    pub distribution: Observed<Distribution>,
    /// Its series, from us-east-1.
    pub metrics: Metrics,
    /// The router function.
    pub router: Option<Router>,
    /// The viewer certificate.
    pub certificate: Observed<Certificate>,
    /// The latency set.
    pub records: Observed<Vec<RoutingRecord>>,
    /// Health checks of the latency set and their children, by id.
    pub checks: BTreeMap<String, HealthCheck>,
    /// Every check of the account that asks an endpoint: those of the fleet's endpoints are traffic there.
    pub endpoint_checks: Observed<Arc<[CheckConfig]>>,
    /// The evacuation switches among them, by the id of the check that follows the alarm.
    pub switches: BTreeMap<String, Observed<Switch>>,
    /// The evacuation switches that the configuration names, by the Region they evacuate: the
    /// alarm's name and what is known of it.
    pub named_switches: BTreeMap<Region, (String, Observed<Switch>)>,
    /// The ARC Region switch plans with both Regions among the fleet's, by the Region that tells them.
    pub region_switch: BTreeMap<Region, Observed<Vec<RegionSwitchPlan>>>,
    /// What DNS answers now.
    pub answers: Observed<Vec<DnsAnswer>>,
    /// When other places began, or ended, to be answered with a Region, as far as gwctl saw it.
    #[serde(default)]
    pub turned: BTreeMap<Region, Turned>,
    /// Why no other place than this machine has an answer; none where one has, or none was asked for yet.
    pub unheard_elsewhere: Option<Missing>,
    /// gwctl's own request to the public domain.
    pub probe: Observed<ProbeReport>,
    /// How it is doing.
    pub judgement: Judgement,
}

impl Edge {
    /// The first latency record that stands for `region`; [`Self::records_of`] has all.
    pub fn record(&self, region: &Region) -> Option<&RoutingRecord> {
        self.records
            .last()?
            .iter()
            .find(|record| record.is_of(region))
    }

    /// Whether DNS never names `region`: every record of the set stands for another Region.
    pub fn is_without_record(&self, region: &Region) -> bool {
        let all = self.records.current();
        all.is_some_and(|all| {
            let others = |record: &RoutingRecord| record.region.is_some() && !record.is_of(region);
            !all.is_empty() && all.iter().all(others)
        })
    }

    /// Whether clients' way to a Region is told by records of this name, which has no final dot.
    pub fn is_routed_by(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let set = self.latency_record.to_ascii_lowercase();
        // A Region may have a weighted group below the set.
        name == set || name.ends_with(&format!(".{set}")) || name.eq_ignore_ascii_case(&self.domain)
    }

    /// The check on the records of `region`, the first one's where there are several.
    pub fn check(&self, region: &Region) -> Option<&HealthCheck> {
        self.checks.get(*self.check_ids(region).first()?)
    }
}

mod heard;
mod locations;
mod no_lever;
mod routes;
mod stands_for;
mod takes;
#[cfg(test)]
mod tests;
mod turned;
