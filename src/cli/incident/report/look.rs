//! The picture by which an incident is told: of those of the trouble, the one whose evidence tells most.
//!
//! The last one is of when it was nearly over: what fails no longer explains nothing.

use std::sync::Arc;

use jiff::Timestamp;

use crate::explain::{
    Evidence, Explanation, Hypothesis, Sureness, Unexplained, explain, turned, unexplained,
};
use crate::fleet::{Snapshot, Verdict};
use crate::observe::{Errors, Happened};
use crate::recording::{Recording, RecordingError, Reel};

/// So many pictures are explained, evenly over the trouble.
const EVENLY: usize = 8;
/// And at most so many last ones of a time with the same verdicts: verdicts that flap have hundreds.
const LAST: usize = 16;

/// A picture explained, by what was known soon after it.
pub struct Look {
    pub picture: Arc<Snapshot>,
    pub logged: Option<Errors>,
    pub explanation: Explanation,
    pub unexplained: Vec<Unexplained>,
}

impl Look {
    /// Of the pictures from the one numbered `from` to `to`, the one that tells most.
    pub fn best(
        recording: &Recording,
        reel: &mut Reel,
        (from, to): (usize, usize),
        happened: Option<&Happened>,
    ) -> Result<Self, RecordingError> {
        let mut best: Option<Self> = None;
        for index in candidates(recording, from, to) {
            let look = Self::at(recording, reel, index, happened)?;
            if best
                .as_ref()
                .is_none_or(|best| best.weight() <= look.weight())
            {
                best = Some(look);
            }
        }
        best.ok_or(RecordingError::Empty)
    }

    fn at(
        recording: &Recording,
        reel: &mut Reel,
        index: usize,
        happened: Option<&Happened>,
    ) -> Result<Self, RecordingError> {
        reel.seek(index)?;
        let picture = reel.moment(recording.to())?.picture;
        let logged = recording.errors(picture.at)?;
        let trail = happened.map(Happened::trail);
        let evidence = Evidence::new(&picture, trail, logged.as_ref().map(Errors::logged));
        let explanation = explain(&evidence);
        let unexplained = unexplained(&evidence, &explanation, &turned(&picture));
        Ok(Self {
            picture,
            logged,
            explanation,
            unexplained,
        })
    }

    /// How much it tells: a worse fleet, then clients that are hit, a surer cause, more clients; and of the same the latest,
    /// when all evidence is in.
    fn weight(&self) -> (Option<Verdict>, bool, Option<Sureness>, u64, Timestamp) {
        let verdict = Some(self.picture.judgement.verdict).filter(|verdict| is_bad(*verdict));
        let first = self.explanation.hypotheses.first();
        let hit = first.and_then(|one| one.hit_percent).unwrap_or(0.0);
        (
            verdict,
            first.is_some_and(|one| one.hurts),
            first.map(|one: &Hypothesis| one.sure),
            hit.round() as u64,
            self.picture.at,
        )
    }
}

/// Whether it is a trouble; what is not known is none.
pub const fn is_bad(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Degraded | Verdict::Down)
}

/// The last pictures before a verdict of any part changed, and some between them.
fn candidates(recording: &Recording, from: usize, to: usize) -> Vec<usize> {
    let next = |index: &usize| recording.next_verdict(*index, true);
    let turns = std::iter::successors(next(&from), next).take_while(|turn| *turn <= to);
    let last: Vec<usize> = turns.map(|turn| turn - 1).collect();
    let every = last.len().div_ceil(LAST).max(1);
    let mut all: Vec<usize> = last.into_iter().step_by(every).collect();
    all.extend((0..=EVENLY).map(|part| from + (to - from) * part / EVENLY));
    all.sort_unstable();
    all.dedup();
    all
}
