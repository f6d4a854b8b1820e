//! What the runs of this machine did, as events of the fleet's timeline. A position that was put into an evacuation
//! switch leaves no trace in `CloudTrail` (aws-facts §14.1): the journal is the only record of it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Entry, Folder, Record, RunState};
use crate::report::{clause, ended};
use crate::{Intent, Order};
use gwctl_fleet::{Event, EventKind, EventOutcome, FleetSpec, Region, Source, clean};

/// Longest text of an event, in characters.
const LONGEST: usize = 200;

impl Folder {
    /// What runs of `fleet` did from `from` on, oldest first: begun, every change sent, held, ended, notes. Journals
    /// that cannot be read tell nothing here; `gwctl runs` says why.
    pub fn events(&self, fleet: &FleetSpec, from: Timestamp) -> Vec<Event> {
        let runs = self.runs().into_iter().filter_map(|run| run.state.ok());
        let ours = runs.filter(|run| {
            run.plan.binding.is_of(fleet)
                && run.newest >= from
                && !self.ended_with_its_world(&run.id)
        });
        let mut events: Vec<Event> = ours
            .flat_map(|run| {
                let records = self.records(&run.id).unwrap_or_default();
                let told = records.iter().filter_map(|record| event(record, &run));
                told.collect::<Vec<_>>()
            })
            .filter(|event| event.at >= from)
            .collect();
        events.sort_by_key(|event| event.at);
        events
    }
}

/// What `record` of `run` tells; none for what was merely seen or waited for.
fn event(record: &Record, run: &RunState) -> Option<Event> {
    let (region, kind) = match &record.entry {
        Entry::Started { .. } | Entry::Done { .. } => return None,
        Entry::Sending { call, .. } => (Some(call.region.clone()), EventKind::Run),
        Entry::Ordered {
            order: Order::Note { .. },
        } => (None, EventKind::Note),
        _ => (None, EventKind::Run),
    };
    let title = &run.plan.title;
    let (step, what) = match &record.entry {
        Entry::Begun { .. } => (None, format!("began: {title}")),
        Entry::Ended { phase } => (None, format!("{}: {title}", ended(*phase))),
        Entry::Ordered {
            order: Order::Note { text, .. },
        } => (None, text.clone()),
        entry => clause(entry)?,
    };
    let call = match &record.entry {
        Entry::Sending { call, .. } => Some(call.to_string()),
        _ => None,
    };
    // Only of the first record: who took a Region out of service, and by what.
    let begun = matches!(record.entry, Entry::Begun { .. });
    let intent = Some(&run.plan.intent).filter(|_| begun);
    let leaves = intent.and_then(Intent::leaves).map(ToString::to_string);
    let fields = [
        ("run", Some(run.id.clone())),
        ("action", Some(title.clone())),
        ("by", intent.map(|intent| intent.name().to_owned())),
        ("leaves", leaves),
        ("step", step),
        ("call", call),
        ("event id", Some(format!("{} {}", run.id, record.n))),
    ];
    let said =
        |(name, value): (&'static str, Option<String>)| Some((name, clean(&value?, LONGEST)));
    Some(Event {
        at: record.at,
        region: region.filter(|region| *region != Region::global()),
        kind,
        who: Some(clean(record.by.split('@').next().unwrap_or_default(), 60)),
        what: clean(&what, LONGEST),
        outcome: EventOutcome::Done,
        about: BTreeSet::from([run.plan.fleet.clone()]),
        source: Source {
            api: "the journal of gwctl",
            region: None,
        },
        fields: fields.into_iter().filter_map(said).collect(),
    })
}
