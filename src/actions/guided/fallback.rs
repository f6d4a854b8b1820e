//! Who answers the clients of a Region that is out of DNS, where its records are for some clients alone.

use crate::check::{Check, Finding};
use crate::draft::PlanContext;
use crate::mechanism::{Choice, Mechanism};
use gwctl_fleet::{Region, RoutingPolicy, RoutingRecord};

/// Whether another Region has the default record, which Route 53 answers with where a record of a location is
/// unhealthy (aws-facts §3.1). None where the policy lets every record answer every client, and where the record
/// stays and leads elsewhere.
pub(super) fn answered(
    context: &PlanContext<'_>,
    region: &Region,
    choice: &Choice,
) -> Option<Check> {
    if choice.mechanism == Mechanism::Records {
        return None;
    }
    let edge = &context.snapshot.edge;
    let all = edge.records.last()?;
    let alone = |record: &&RoutingRecord| {
        let policy = record.routing.policy();
        let for_some = matches!(policy, RoutingPolicy::Geolocation | RoutingPolicy::IpBased);
        // A failover pair behind it answers by itself.
        for_some && record.group.is_empty() && !has_default(all, record)
    };
    let own = edge.records_of(region).ok()?;
    let for_some = own.iter().any(|record| {
        let policy = record.routing.policy();
        matches!(policy, RoutingPolicy::Geolocation | RoutingPolicy::IpBased)
    });
    if !for_some {
        return None;
    }
    let lost: Vec<String> = own
        .into_iter()
        .filter(alone)
        .map(|record| record.routing.to_string())
        .collect();
    Some(Check::of(
        "fallback",
        lost.is_empty(),
        "Route 53 has another record for the clients of this Region",
        Finding::Waivable,
        format!(
            "no other Region has the default record: the documents of AWS leave open what Route 53 answers to the clients of {} while their record is unhealthy",
            lost.join(", ")
        ),
    ))
}

/// Whether another Region's default record of the same type takes the clients of `record`.
fn has_default(all: &[RoutingRecord], record: &RoutingRecord) -> bool {
    all.iter().any(|other| {
        other.kind == record.kind && other.region != record.region && other.routing.is_default()
    })
}
