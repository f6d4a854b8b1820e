//! One explanation beside the truth.

use jiff::SignedDuration;
use serde::Serialize;

use crate::explain::{Explanation, Hypothesis};
use crate::sim::Scenario;
use crate::sim::world::Truth;

/// An onset so far from the truth is still right.
const ONSET: SignedDuration = SignedDuration::from_mins(2);
/// Where the right cause has to be at the latest.
const FIRST_FEW: usize = 3;

/// How often the worlds of one kind were explained rightly.
#[derive(Debug, Serialize)]
pub(super) struct Judged {
    pub(super) name: String,
    /// Whether anything is wrong in them.
    pub(super) truths: bool,
    /// Worlds.
    pub(super) tried: usize,
    /// Of these: a true cause is the first hypothesis, or nothing is accused where nothing is wrong.
    pub(super) first: usize,
    /// Every true cause is among the first three.
    pub(super) first_few: usize,
    /// Every true cause is named.
    pub(super) named: usize,
    /// True causes that were named and whose onset is known.
    pub(super) onsets: usize,
    /// Of these: the onset is told within two minutes.
    pub(super) onsets_right: usize,
}

impl Judged {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            truths: false,
            tried: 0,
            first: 0,
            first_few: 0,
            named: 0,
            onsets: 0,
            onsets_right: 0,
        }
    }

    /// Counts one world; what is wrong about its explanation is added to `wrong`.
    pub(super) fn add(
        &mut self,
        story: &Scenario,
        seed: u64,
        explanation: &Explanation,
        wrong: &mut Vec<String>,
    ) {
        let truths = story.truth.as_deref().unwrap_or_default();
        let told = &explanation.hypotheses;
        let places: Vec<Option<usize>> = truths.iter().map(|truth| place(truth, told)).collect();
        let within = |limit: usize| {
            places
                .iter()
                .all(|place| place.is_some_and(|at| at < limit))
        };
        let first = if truths.is_empty() {
            told.is_empty()
        } else {
            places.contains(&Some(0))
        };
        self.truths |= !truths.is_empty();
        self.tried += 1;
        self.first += usize::from(first);
        self.first_few += usize::from(within(FIRST_FEW));
        self.named += usize::from(within(usize::MAX));
        if !first || !within(usize::MAX) {
            wrong.push(format!("{}, seed {seed}: said {}", story.name, said(told)));
        }
        for (truth, at) in truths.iter().zip(&places) {
            let (Some(onset), Some(at)) = (truth.onset, at) else {
                continue;
            };
            let since = told[*at].since;
            let off = since.map(|since| since.at.duration_since(explanation.at) - onset);
            let right = off.is_some_and(|off| off.abs() <= ONSET);
            self.onsets += 1;
            self.onsets_right += usize::from(right);
            if !right {
                let off = off.map_or("no onset".into(), |off| {
                    format!("an onset that is {} s off", off.as_secs())
                });
                wrong.push(format!(
                    "{}, seed {seed}: {} has {off}",
                    story.name, truth.cause
                ));
            }
        }
    }
}

/// Which hypothesis says it.
fn place(truth: &Truth, told: &[Hypothesis]) -> Option<usize> {
    told.iter()
        .position(|one| one.cause == truth.cause && one.region == truth.region)
}

fn said(told: &[Hypothesis]) -> String {
    let one = |hypothesis: &Hypothesis| match &hypothesis.region {
        Some(region) => format!("{} in {region}", hypothesis.cause),
        None => hypothesis.cause.to_owned(),
    };
    match told {
        [] => "nothing".into(),
        told => told.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}
