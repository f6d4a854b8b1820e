//! Who answers the clients of a Region that is out of DNS, where records are for some clients alone.

use crate::check::{Check, Finding};
use crate::draft::PlanContext;
use crate::mechanism::{Choice, Mechanism};
use gwctl_fleet::{Region, RoutingRecord};

/// Whether every location keeps a healthy record of another Region: its own, one of the failover pair behind it, or the
/// default (aws-facts §3.1). None where every record answers every client, and where the Region's record stays and
/// leads elsewhere.
pub(super) fn answered(
    context: &PlanContext<'_>,
    region: &Region,
    choice: &Choice,
) -> Option<Check> {
    let edge = &context.snapshot.edge;
    let for_some = edge.records.last()?.iter().any(RoutingRecord::is_for_some);
    if choice.mechanism == Mechanism::Records || !for_some {
        return None;
    }
    let lost = edge.without_healthy_record(Some(region), context.snapshot.at);
    Some(Check::of(
        "fallback",
        lost.is_empty(),
        "Route 53 has a healthy record of another Region for all clients",
        Finding::Waivable,
        format!(
            "no healthy record of another Region is known for {}: Route 53 may still answer these clients with {region}",
            lost.join(", ")
        ),
    ))
}
