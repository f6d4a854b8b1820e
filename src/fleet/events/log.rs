//! One list of what every source tells, each event once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::event::{Event, seen, told};
use super::fleet_names::FleetNames;
use super::kind::EventKind;
use super::record::TrailRecord;
use crate::change::{Change, Sign};
use crate::format::clock;

/// How far the time that AWS gives a change may be from that of the call: `CloudTrail` counts whole seconds, and the
/// time of its end (aws-facts §14.4).
const DATED: SignedDuration = SignedDuration::from_secs(10);
/// How long after a call two pictures differ, at most: what is asked seldom is asked every five minutes.
const COMPARED: SignedDuration = SignedDuration::from_secs(360);

/// What happened, newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EventLog {
    pub events: Vec<Event>,
    /// Calls that neither are known to change a fleet nor name a resource of this one.
    pub left_out: usize,
}

impl EventLog {
    /// Everything from `from` on: what `CloudTrail` recorded, what else `more` tells, and what the picture saw. A
    /// change that the picture saw and a record explains is told once, with who made it.
    pub fn of(
        from: Timestamp,
        records: &[TrailRecord],
        names: &FleetNames,
        more: Vec<Event>,
        changes: &[Change],
    ) -> Self {
        let mut log = Self::default();
        log.take_records(records, names);
        log.events.sort_by_key(|event| event.at);
        let mut explained = vec![None; log.events.len()];
        let mut unexplained = Vec::new();
        for change in in_order(changes) {
            match log.explains(change, &explained) {
                Some(n) => {
                    if change.sign == Sign::Compared {
                        explained[n] = Some(change.at);
                    }
                    let words = format!("{} at {} UTC", change.what, clock(change.at));
                    log.events[n].fields.push(("seen as", words));
                }
                None => unexplained.push(seen(change)),
            }
        }
        let mut others = Vec::new();
        for event in more {
            let change = event.as_dated();
            match change.and_then(|change| log.explains(&change, &explained)) {
                Some(n) => {
                    let words = format!("{} at {} UTC", event.what, clock(event.at));
                    log.events[n].fields.push(("seen as", words));
                }
                None => others.push(event),
            }
        }
        let more = others;
        let known = |event: &Event| more.iter().any(|other| is_same(event, other));
        unexplained.retain(|event| !known(event));
        log.events.extend(more);
        log.events.extend(unexplained);
        // What AWS has not repaired since is news however long ago it began.
        log.events
            .retain(|event| event.at >= from || event.is_open_trouble_of_aws());
        log.events.sort_by_key(|event| event.at);
        log
    }

    /// What was done to the fleet and what became of it; refused calls are not among it.
    pub fn own(&self) -> impl Iterator<Item = &Event> {
        let events = self.events.iter();
        events.filter(|event| event.is_own() && !event.is_refused())
    }

    /// What was done to other resources of the same services.
    pub fn others(&self) -> impl Iterator<Item = &Event> {
        let events = self.events.iter();
        events.filter(|event| !event.is_own() && !event.is_refused())
    }

    /// What somebody tried and AWS refused: nothing was changed.
    pub fn refused(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.is_refused())
    }

    /// Several accounts, or pages that overlap, may give one record twice.
    fn take_records(&mut self, records: &[TrailRecord], names: &FleetNames) {
        let mut known = BTreeSet::new();
        for record in records {
            if !known.insert(&record.id) {
                continue;
            }
            match told(record, names) {
                Some(event) => self.events.push(event),
                None => self.left_out += 1,
            }
        }
    }

    /// The recorded call that made `change`; the nearest where several may have. Of what is seen by comparing, one
    /// call makes one change: a second one is somebody's whose record is not there yet.
    fn explains(&self, change: &Change, explained: &[Option<Timestamp>]) -> Option<usize> {
        let may = |(n, event): &(usize, &Event)| {
            let passed = change.at.duration_since(event.at);
            let in_time = match change.sign {
                Sign::Dated => passed.abs() <= DATED,
                Sign::Compared => {
                    let free = explained[*n].is_none_or(|at| at == change.at);
                    free && passed >= -DATED && passed <= COMPARED
                }
                Sign::Effect => false,
            };
            in_time
                && !event.is_refused()
                && event.kind == change.kind
                && event.is_about(&change.about)
                && is_one_place(event, change)
        };
        let candidates = self.events.iter().enumerate().filter(may);
        let nearest = |(_, event): &(usize, &Event)| change.at.duration_since(event.at).abs();
        candidates.min_by_key(nearest).map(|(n, _)| n)
    }
}

/// Oldest first.
fn in_order(changes: &[Change]) -> Vec<&Change> {
    let mut all: Vec<&Change> = changes.iter().collect();
    all.sort_by_key(|change| change.at);
    all
}

/// What is global has no Region in one of the two.
fn is_one_place(event: &Event, change: &Change) -> bool {
    match (&event.region, &change.region) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// Whether two sources tell the same. The picture tells of an alarm in words of its own, and of the database's events
/// in those of RDS.
fn is_same(one: &Event, other: &Event) -> bool {
    one.kind == other.kind
        && one.region == other.region
        && one.about == other.about
        && (one.kind == EventKind::Alarm || one.what == other.what)
        && one.at.duration_since(other.at).abs() <= DATED
}
