//! What DNS answers for a Region and for the others, as a shift of traffic waits for it.

use super::weights;
use crate::draft::PlanContext;
use crate::names;
use crate::task::{Planned, Target};
use gwctl_fleet::{GroupMember, Region, RoutingRecord};

/// What DNS answers for the records of the Region and of the others, by type.
pub(super) fn answers(context: &PlanContext<'_>, region: &Region) -> Vec<Planned> {
    let records = context
        .snapshot
        .edge
        .records
        .last()
        .map_or(&[][..], Vec::as_slice);
    let own = records.iter().filter(|record| record.is_of(region));
    let mut kinds: Vec<&str> = own.map(|record| record.kind.as_str()).collect();
    kinds.dedup();
    let of = |kind: &str, own: bool| -> Vec<Target> {
        let all = records
            .iter()
            .filter(|record| record.kind == kind && record.is_of(region) == own);
        all.flat_map(|record| targets(context, record)).collect()
    };
    if !kinds.is_empty() {
        let planned = |kind: &str| Planned {
            kind: kind.into(),
            own: of(kind, true),
            others: of(kind, false),
        };
        return kinds.into_iter().map(planned).collect();
    }
    // Records that were never read: a question for addresses is answered with whatever there is.
    let endpoint = |region: &Region| Target {
        value: names::endpoint(context.spec, region),
        alias: true,
    };
    let sites = context.snapshot.sites.iter().map(|site| &site.region);
    vec![Planned {
        kind: "A".into(),
        own: vec![endpoint(region)],
        others: sites
            .filter(|other| *other != region)
            .map(endpoint)
            .collect(),
    }]
}

/// What a latency record leads to in its own Region.
fn targets(context: &PlanContext<'_>, record: &RoutingRecord) -> Vec<Target> {
    if record.group.is_empty() {
        let own = Target {
            value: record.target.clone(),
            alias: record.alias_zone.is_some(),
        };
        // An alias within the zone may lead on to the Region's own name.
        let zone = context.spec.edge.hosted_zone.as_str();
        let region = record.region.as_ref();
        let region = region.filter(|_| record.alias_zone.as_deref() == Some(zone));
        let endpoint = region.map(|region| Target {
            value: names::endpoint(context.spec, region),
            alias: true,
        });
        let more = record.values.iter().skip(1).map(|value| Target {
            value: value.clone(),
            alias: false,
        });
        return [own].into_iter().chain(endpoint).chain(more).collect();
    }
    // A failover pair answers with its primary.
    if let Some(primary) = record.primary() {
        return of_member(primary);
    }
    let own = record.group.iter();
    own.filter(|one| !weights::another_regions(context, record, one))
        .flat_map(of_member)
        .collect()
}

/// What one of a group answers.
fn of_member(one: &GroupMember) -> Vec<Target> {
    let target = |value: &String| Target {
        value: value.clone(),
        alias: one.alias.is_some(),
    };
    match one.alias {
        Some(_) => vec![target(&one.target)],
        None => one.values.iter().map(target).collect(),
    }
}
