//! When a plan has clients served again, and what is left of a run.

use jiff::Timestamp;

use super::journal::{RunState, StepState};
use super::plan::chain;
use super::recovery::is_needed;
use super::{Expected, Plan, Step};

/// How long until clients are served again by `plan`; none where it brings nothing back.
pub fn expected_recovery(plan: &Plan) -> Option<Expected> {
    let recovers = plan.intent.recovers();
    let until = || plan.expected_until(|step| is_needed(plan, step));
    recovers.then(until).filter(|time| time.likely_s > 0)
}

/// How long what is left of a run is likely to take from `now` on: of a step under way, what is left of it.
pub fn left(run: &RunState, now: Timestamp) -> Expected {
    let takes = |step: &Step| {
        let known = run.steps.get(&step.id);
        if known.is_some_and(StepState::over) {
            return Expected::NOTHING;
        }
        let started = known.and_then(|known| known.started).unwrap_or(now);
        let passed = now.duration_since(started).as_secs().max(0);
        step.expected().after(passed.cast_unsigned())
    };
    chain(run.active(), takes, |_| true)
}
