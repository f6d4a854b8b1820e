//! Recordings of simulated fleets, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use gwctl::fleet::{Pace, Snapshot};
use gwctl::observe::{Errors, Happened};
use gwctl::recording::{Head, Noted, Recording, Writer};
use jiff::SignedDuration;
use tokio::time::Instant;

use crate::observe::stand::{Stand, world};

/// What was recorded, and what was seen meanwhile.
pub struct Tape {
    pub bytes: Vec<u8>,
    /// Every picture that was given to the writer; the last one where not all were to be kept.
    pub seen: Vec<Arc<Snapshot>>,
    pub happened: Happened,
    pub errors: Errors,
}

impl Tape {
    pub fn recording(&self) -> Arc<Recording> {
        Arc::new(Recording::read(&self.bytes).unwrap())
    }
}

/// Looks at `scenario` in three Regions for `time`, and records it at `pace`; every picture is kept in memory too
/// where `keep` says so.
pub async fn record(scenario: &str, pace: Pace, time: Duration, keep: bool) -> Tape {
    record_over(scenario, pace, &[(time, None)], keep).await
}

/// As [`record`], each fault ending when its time is over.
pub async fn record_over(
    scenario: &str,
    pace: Pace,
    times: &[(Duration, Option<&str>)],
    keep: bool,
) -> Tape {
    let sim = world(scenario, 3);
    sim.make_history();
    let stand = Stand::over(sim, pace).await;
    let (first, _) = stand.first().await;
    let spec = stand.sim.spec();
    let head = Head::new("orders", spec, first.at, Some(scenario.into()));
    let mut writer = Writer::begin(Vec::new(), &head).unwrap();
    let mut seen = vec![first.clone()];
    writer.picture(&first).unwrap();
    let mut pictures = stand.observer.watch();
    let mut end = Instant::now();
    for (time, fault) in times {
        end += *time;
        while let Ok(Ok(())) = tokio::time::timeout_at(end, pictures.changed()).await {
            let picture = pictures.borrow_and_update().clone();
            writer.picture(&picture).unwrap();
            if !keep {
                seen.clear();
            }
            seen.push(picture);
        }
        if let Some(fault) = fault {
            // As the console does every minute.
            let errors = stand.observer.errors().await;
            writer.errors(errors.to, errors).unwrap();
            stand.sim.end_fault(fault).unwrap();
        }
    }
    let happened = stand.observer.happened(SignedDuration::from_hours(2)).await;
    writer.happened(happened.to, happened.clone()).unwrap();
    let errors = stand.observer.errors().await;
    writer.errors(errors.to, errors.clone()).unwrap();
    writer
        .note(Noted {
            at: happened.to,
            by: "ada@laptop".into(),
            text: "called Grace from payments".into(),
        })
        .unwrap();
    Tape {
        bytes: writer.finish().unwrap(),
        seen,
        happened,
        errors,
    }
}
