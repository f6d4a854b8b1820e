//! What changed in where Route 53 sends clients.

use std::collections::BTreeMap;

use super::{ChangeLog, both};
use gwctl_fleet::{EventKind, Observed, Region, RoutingRecord, Snapshot, Switch};

/// Records that came, went or changed; of weighted groups, from which weight to which.
pub(super) fn records(before: &Snapshot, now: &Snapshot, seen: &mut ChangeLog) {
    let Some((was, is)) = both(&before.edge.records, &now.edge.records) else {
        return;
    };
    let it = (EventKind::Dns, now.edge.latency_record.as_str());
    // Records of several types may have one identifier.
    let same = |a: &RoutingRecord, b: &RoutingRecord| {
        (&a.kind, &a.set_identifier) == (&b.kind, &b.set_identifier)
    };
    for gone in was
        .iter()
        .filter(|old| !is.iter().any(|new| same(old, new)))
    {
        seen.call(
            it,
            gone.region.as_ref(),
            format!("record of {} removed", gone.whose()),
        );
    }
    for record in is {
        let region = record.region.as_ref();
        match was.iter().find(|old| same(old, record)) {
            None => seen.call(it, region, format!("record of {} added", record.whose())),
            Some(old) if old != record => seen.call(it, region, difference(old, record)),
            Some(_) => {}
        }
    }
}

fn difference(was: &RoutingRecord, is: &RoutingRecord) -> String {
    let whose = is.whose();
    if was.routing != is.routing {
        return format!("record of {whose}: {} → {}", was.routing, is.routing);
    }
    let weights = |record: &RoutingRecord| -> BTreeMap<String, i64> {
        let weights = record.group.iter();
        weights
            .filter_map(|one| Some((one.set_identifier.clone(), one.routing.weight()?)))
            .collect()
    };
    let (old, new) = (weights(was), weights(is));
    let moved: Vec<String> = new
        .iter()
        .filter_map(|(id, weight)| {
            let before = old.get(id).filter(|before| *before != weight)?;
            Some(format!("{id} {before} → {weight}"))
        })
        .collect();
    if moved.is_empty() {
        format!("record of {whose} changed")
    } else {
        format!("weights behind {whose}: {}", moved.join(", "))
    }
}

/// Evacuation switches that were flipped, by the health checks or by the configuration's names.
pub(super) fn switches(before: &Snapshot, now: &Snapshot, seen: &mut ChangeLog) {
    for site in &now.sites {
        let region = &site.region;
        let found = |snapshot: &Snapshot| snapshot.edge.switch(region).map(|(_, s)| s.clone());
        if let (Some(was), Some(is)) = (found(before), found(now)) {
            switch(region, &was, &is, seen);
        }
    }
}

fn switch(region: &Region, was: &Observed<Switch>, is: &Observed<Switch>, seen: &mut ChangeLog) {
    if let Some((was, is)) = both(was, is)
        && was.state != is.state
    {
        let text = format!(
            "evacuation switch of {region}: {} → {}",
            was.state, is.state
        );
        // Its metric leaves no record in CloudTrail (aws-facts §14.1).
        seen.effect((EventKind::Switch, region.as_str()), Some(region), text);
    }
}
