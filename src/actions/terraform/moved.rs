//! Which change of a run moved the traffic of a Region away by its record: by weight, by role, or to a weighted group.

use gwctl_fleet::{FailoverRole, Region, Routing, RoutingRecord};

use super::evidence::Evidence;

/// How a record was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// It leads to a weighted group that gives traffic to other Regions.
    Group,
    /// A run lowered its weight to this.
    Lowered(i64),
    /// A run raised its weight.
    Raised,
    /// A run made it the secondary of its failover pair, or the primary.
    Role(FailoverRole),
}

/// A record that was changed so that it is not as Terraform wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved<'a> {
    pub how: How,
    /// What was done, without a full stop.
    pub text: String,
    /// Which run did it; none where the picture alone tells.
    pub run: Option<&'a str>,
}

impl Moved<'_> {
    /// The attributes in which Terraform has what was changed.
    pub(super) const fn attributes(&self) -> &'static [&'static str] {
        match self.how {
            How::Group => &["alias", "records", "ttl"],
            How::Lowered(_) | How::Raised => &["weighted_routing_policy"],
            How::Role(_) => &["failover_routing_policy"],
        }
    }
}

/// How the record of `region` was changed; none where its traffic is as nobody moved it.
pub(super) fn moved<'a>(region: &Region, evidence: &Evidence<'a>) -> Option<Moved<'a>> {
    let edge = &evidence.snapshot().edge;
    let now = edge.records.current().is_some();
    match edge.records.last() {
        Some(all) => {
            let mut own = all.iter().filter(|record| record.is_of(region));
            own.find_map(|record| of_record(record, now, evidence))
        }
        None => by_journal(evidence),
    }
}

/// While nobody could ask for a record: all that a run may have changed in it.
fn by_journal<'a>(evidence: &Evidence<'a>) -> Option<Moved<'a>> {
    let own = &evidence.known.spec.edge.latency_record;
    let run = evidence.moved_by(own)?;
    Some(Moved {
        how: How::Group,
        text: "a run changed the latency records".into(),
        run: Some(run),
    })
}

/// `now` tells whether the record is as AWS has it at present.
fn of_record<'a>(record: &RoutingRecord, now: bool, evidence: &Evidence<'a>) -> Option<Moved<'a>> {
    if now && gives_away(record, evidence) {
        return Some(Moved {
            how: How::Group,
            text: "it is drained: it leads to a weighted group".into(),
            run: evidence.moved_by(&record.name),
        });
    }
    let change = evidence.changed(record)?;
    let (before, after) = (change.before?, change.after?);
    // What somebody changed since is not the run's any more.
    if now && after.routing != record.routing {
        return None;
    }
    let (how, text) = match (&before.routing, &after.routing) {
        (Routing::Weighted(before), Routing::Weighted(after)) if after < before => (
            How::Lowered(*after),
            format!("a run lowered its weight from {before} to {after}"),
        ),
        (Routing::Weighted(before), Routing::Weighted(after)) if after > before => (
            How::Raised,
            format!("a run raised its weight from {before} to {after}"),
        ),
        (Routing::Failover(before), Routing::Failover(after)) if before != after => (
            How::Role(*after),
            format!(
                "a run made it the {} of its failover pair",
                change.after?.routing
            ),
        ),
        _ if !now && after.alias != before.alias => {
            (How::Group, "a run changed the latency records".into())
        }
        _ => return None,
    };
    Some(Moved {
        how,
        text,
        run: Some(change.run),
    })
}

/// Whether it leads to a weighted group in which another Region has a weight: told by the member's names, or by the run
/// that set the weights. A group of one Region alone, or a failover pair, gives nothing away.
fn gives_away(record: &RoutingRecord, evidence: &Evidence<'_>) -> bool {
    let Some(region) = &record.region else {
        return false;
    };
    let by_run = || evidence.moved_by(&record.target).is_some();
    record.group.iter().any(|one| {
        let own = one.set_identifier == region.as_str();
        let elsewhere = match one.told_region() {
            Some(told) => told != *region,
            None => !own && by_run(),
        };
        one.routing.weight() > Some(0) && elsewhere
    })
}
