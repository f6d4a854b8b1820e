//! What a step depends on, and whether that stands: planned on, and looked at again before the step.

use serde::{Deserialize, Serialize};

use super::unreachable::is_unreachable;
use gwctl_fleet::{Missing, Observed, Outcome, Partition, Region, Snapshot};

/// Something a step cannot do without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Dependency {
    /// AWS's API of one service in one Region. For `route53`, `cloudfront` and `acm` of the edge this is
    /// a control plane in us-east-1 (aws-facts §11.3).
    Api {
        /// IAM's prefix: `rds`.
        service: String,
        /// The Region of the endpoint.
        region: Region,
    },
    /// Authoritative DNS: Route 53's data plane, which needs no Region.
    Dns,
    /// One IAM action.
    Permission {
        /// `rds:SwitchoverGlobalCluster`.
        action: String,
    },
}

impl std::fmt::Display for Dependency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Api { service, region } if is_control_plane(service) => {
                write!(f, "{service} control plane ({region})")
            }
            Self::Api { service, region } => write!(f, "{service} in {region}"),
            Self::Dns => f.write_str("authoritative DNS"),
            Self::Permission { action } => write!(f, "permission {action}"),
        }
    }
}

fn is_control_plane(service: &str) -> bool {
    matches!(service, "route53" | "cloudfront" | "acm")
}

/// Whether a dependency stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", content = "why", rename_all = "kebab-case")]
pub enum Standing {
    /// It answered lately.
    Stands,
    /// Nothing seen says that it does, and nothing that it does not.
    Unproven(String),
    /// It does not; why.
    Broken(String),
}

/// A dependency and how it stood when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// On what.
    pub on: Dependency,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
}

impl Need {
    /// As `snapshot` shows it.
    pub(super) fn seen(on: Dependency, snapshot: &Snapshot) -> Self {
        let standing = standing(&on, snapshot);
        Self { on, standing }
    }
}

impl Dependency {
    /// With the Region that stands for global services in `partition`.
    pub(super) fn placed(self, partition: Partition) -> Self {
        match self {
            Self::Api { service, region } => Self::Api {
                region: partition.place(&service, &region),
                service,
            },
            other => other,
        }
    }
}

/// How `on` stands, as far as the snapshot tells.
pub(super) fn standing(on: &Dependency, snapshot: &Snapshot) -> Standing {
    match on {
        Dependency::Dns => Standing::Stands,
        Dependency::Permission { action } => permission(action, snapshot),
        Dependency::Api { service, region } => match service.as_str() {
            "route53" => api(service, region, &snapshot.edge.records, snapshot),
            "cloudfront" => api(service, region, &snapshot.edge.distribution, snapshot),
            "rds" => match snapshot.database.clusters.get(region) {
                Some(cluster) => api(service, region, &cluster.state, snapshot),
                None => in_region(region, snapshot),
            },
            "arc-region-switch" => match snapshot.edge.region_switch.get(region) {
                Some(plans) => api(service, region, plans, snapshot),
                None => in_region(region, snapshot),
            },
            // Any of the five endpoints will do: none of their Regions is a dependency by itself.
            "route53-recovery-cluster" => {
                Standing::Unproven("any of five endpoints is enough".into())
            }
            _ => in_region(region, snapshot),
        },
    }
}

/// By the service's newest calls; where there are none, by what was observed through it. One failed
/// call may be a hiccup: two in a row are not.
fn api<T>(service: &str, region: &Region, through: &Observed<T>, snapshot: &Snapshot) -> Standing {
    let mut newest = snapshot
        .ledger
        .recent()
        .rev()
        .filter(|call| call.service == service && &call.region == region);
    match (newest.next(), newest.next()) {
        (None, _) => observed(through),
        (Some(call), before) => match call.outcome {
            Outcome::Ok => Standing::Stands,
            Outcome::Throttled => Standing::Unproven("it answers, but throttles".into()),
            Outcome::Refused => Standing::Unproven("it answers, but denied the last call".into()),
            Outcome::Declined => {
                Standing::Unproven("it answers, but rejected the last call".into())
            }
            Outcome::TimedOut | Outcome::Failed
                if before.is_none_or(|call| silent(call.outcome)) =>
            {
                Standing::Broken(call.error.clone().unwrap_or_else(|| "no answer".into()))
            }
            Outcome::TimedOut | Outcome::Failed => {
                Standing::Unproven("the last call failed, the one before did not".into())
            }
        },
    }
}

const fn silent(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::TimedOut | Outcome::Failed)
}

fn observed<T>(value: &Observed<T>) -> Standing {
    match value.why_missing() {
        None | Some(Missing::NoData) => Standing::Stands,
        Some(Missing::NotYet) => Standing::Unproven("not asked yet".into()),
        // Only reading it is forbidden: that says nothing of the change itself.
        Some(Missing::NotAllowed { action }) => {
            Standing::Unproven(format!("not allowed to look: {action}"))
        }
        Some(Missing::CouldNotAsk { why }) => Standing::Broken(why.clone()),
    }
}

/// By what the Region's endpoints answered so far; for one without a site, such as us-west-2 for ARC, by
/// the newest call.
fn in_region(region: &Region, snapshot: &Snapshot) -> Standing {
    let Some(site) = snapshot.site(region) else {
        let mut newest = snapshot
            .ledger
            .recent()
            .rev()
            .filter(|call| &call.region == region);
        return match (newest.next(), newest.next()) {
            (None, _) => Standing::Unproven("not asked yet".into()),
            (Some(call), before) if call.outcome == Outcome::TimedOut => {
                if before.is_none_or(|before| silent(before.outcome)) {
                    Standing::Broken("no answer in time".into())
                } else {
                    Standing::Unproven("the last call got no answer, the one before did".into())
                }
            }
            (Some(_), _) => Standing::Stands,
        };
    };
    match site.reach.answering() {
        Some(true) => Standing::Stands,
        None => Standing::Unproven("not asked yet".into()),
        Some(false) if !is_unreachable(site, snapshot.at) => {
            Standing::Unproven("the newest call got no answer, the ones before did".into())
        }
        Some(false) => Standing::Broken(
            site.reach
                .last_error
                .clone()
                .unwrap_or_else(|| format!("no answer from {region}")),
        ),
    }
}

/// A permission is proven or disproven by the calls made so far. IAM's own simulation comes second: a
/// no of it may be wrong where a policy asks for conditions it does not know.
fn permission(action: &str, snapshot: &Snapshot) -> Standing {
    let newest = snapshot
        .ledger
        .recent()
        .rev()
        .find(|call| action == format!("{}:{}", call.service, call.operation));
    match newest {
        Some(call) if call.outcome == Outcome::Refused => Standing::Broken(format!(
            "AWS refused {action}{}",
            said(call.error.as_deref())
        )),
        Some(call) if call.outcome == Outcome::Ok => Standing::Stands,
        _ => match snapshot.permissions.last().and_then(|all| all.get(action)) {
            Some(true) => Standing::Stands,
            Some(false) => Standing::Unproven("IAM's policy simulator denies it".into()),
            None => Standing::Unproven("AWS offers no dry run for this call".into()),
        },
    }
}

/// Whether IAM's simulation denies `on`.
pub(super) fn denied<'a>(on: &'a Dependency, snapshot: &Snapshot) -> Option<&'a str> {
    let Dependency::Permission { action } = on else {
        return None;
    };
    let says_no = snapshot.permissions.last().and_then(|all| all.get(action)) == Some(&false);
    says_no.then_some(action)
}

fn said(error: Option<&str>) -> String {
    error.map_or_else(String::new, |error| format!(": {error}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use gwctl_fleet::{Call, FleetSpec, Ledger};

    fn after_two(outcome: Outcome) -> Standing {
        let spec: FleetSpec = toml::from_str(include_str!("../cli/unbuilt.toml")).unwrap();
        let mut snapshot = Snapshot::blank("orders", &spec, Timestamp::UNIX_EPOCH);
        let mut ledger = Ledger::default();
        for _ in 0..2 {
            ledger.enter(Call {
                at: Timestamp::UNIX_EPOCH,
                service: "route53",
                operation: "TestDNSAnswer".into(),
                account: None,
                region: Region::global(),
                took: Duration::ZERO,
                outcome,
                request_id: None,
                error: None,
                dollars: 0.0,
            });
        }
        snapshot.ledger = ledger;
        let route53 = Dependency::Api {
            service: "route53".into(),
            region: Region::global(),
        };
        standing(&route53, &snapshot)
    }

    #[test]
    fn an_api_that_declines_what_was_asked_is_there_and_one_that_breaks_is_not() {
        assert!(matches!(after_two(Outcome::Failed), Standing::Broken(_)));
        assert!(matches!(
            after_two(Outcome::Declined),
            Standing::Unproven(_)
        ));
        assert_eq!(after_two(Outcome::Ok), Standing::Stands);
    }
}
