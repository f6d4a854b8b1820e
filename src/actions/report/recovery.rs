//! Achieved recovery time and point, apart from the objectives, and by which clock (aws-facts §12).

use jiff::Timestamp;
use serde::Serialize;

use crate::actions::journal::{Entry, Record, RunState, StepStatus};
use crate::actions::words::{millis, seconds};
use crate::actions::{Step, Task};

/// How soon the service was back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recovery {
    /// When the first change was sent.
    pub first_change: Option<Timestamp>,
    /// When the last of what the service needs was observed done.
    pub recovered: Option<Timestamp>,
    /// Seconds from the first change to recovery.
    pub from_first_change_s: Option<i64>,
    /// Seconds from confirmation to recovery.
    pub from_confirmation_s: Option<i64>,
    /// The objective in seconds.
    pub objective_s: u64,
    /// Whether it was met, by the clock that starts at confirmation.
    pub met: Option<bool>,
    /// What counts as recovered here, or why there is no figure.
    pub why: String,
}

/// What was lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecoveryPoint {
    /// Milliseconds of acknowledged writes that were lost; none when it is not known.
    pub achieved_ms: Option<f64>,
    /// The objective in seconds.
    pub objective_s: f64,
    /// Whether it was met.
    pub met: Option<bool>,
    /// Why it is so.
    pub why: String,
}

/// The achieved recovery time.
pub(super) fn time(state: &RunState) -> Recovery {
    let objective_s = state.plan.rules.rto_s;
    let none = |why: &str| Recovery {
        first_change: state.first_change(),
        recovered: None,
        from_first_change_s: None,
        from_confirmation_s: None,
        objective_s,
        met: None,
        why: why.into(),
    };
    if !state.plan.intent.recovers() {
        return none("the action brings nothing back that was lost");
    }
    let needed: Vec<&Step> = out(&state.plan.steps).filter(|step| needed(step)).collect();
    let names: Vec<&str> = needed.iter().map(|step| step.id.as_str()).collect();
    let names = names.join(", ");
    let done = |step: &&Step| {
        let now = state.steps.get(&step.id)?;
        now.ended.filter(|_| now.status == StepStatus::Done)
    };
    let ends: Vec<Option<Timestamp>> = needed.iter().map(done).collect();
    if needed.is_empty() || ends.contains(&None) {
        return none(&format!(
            "not recovered by this run: {names} were not all observed done"
        ));
    }
    let recovered = ends.into_iter().flatten().max();
    let since = |from: Option<Timestamp>| Some(recovered?.duration_since(from?).as_secs().max(0));
    let from_confirmation_s = since(Some(state.begun));
    Recovery {
        first_change: state.first_change(),
        recovered,
        from_first_change_s: since(state.first_change()),
        from_confirmation_s,
        objective_s,
        met: from_confirmation_s
            .and_then(|s| u64::try_from(s).ok())
            .map(|s| s <= objective_s),
        why: format!("recovered when {names} were observed done"),
    }
}

/// The steps on the way out: in a drill, those before the operator looks around.
fn out(steps: &[Step]) -> impl Iterator<Item = &Step> {
    steps
        .iter()
        .take_while(|step| !matches!(step.task, Task::Look(_)))
}

/// Clients are sent where the service is well, and the writer answers under its name.
const fn needed(step: &Step) -> bool {
    matches!(
        step.task,
        Task::FlipSwitch(_)
            | Task::RoutingControl(_)
            | Task::ForceCheck(_)
            | Task::ChangeRecords(_)
            | Task::AwaitAnswers(_)
            | Task::Switchover(_)
            | Task::Failover(_)
            | Task::AwaitEndpoint(_)
    )
}

/// The achieved recovery point.
pub(super) fn point(state: &RunState, records: &[Record]) -> RecoveryPoint {
    let objective_s = state.plan.rules.rpo_s;
    let known = |achieved_ms: Option<f64>, why: String| RecoveryPoint {
        achieved_ms,
        objective_s,
        met: achieved_ms.map(|ms| ms <= objective_s * 1_000.0),
        why,
    };
    let sent = |wanted: fn(&Task) -> bool| {
        state.plan.steps.iter().any(|step| {
            wanted(&step.task)
                && state
                    .steps
                    .get(&step.id)
                    .is_some_and(|now| !now.calls.is_empty())
        })
    };
    if sent(|task| matches!(task, Task::Failover(_))) {
        let Some(loss) = &state.plan.data_loss else {
            return known(None, "unknown: no lag was known when it was decided".into());
        };
        let why = format!(
            "a failover loses what was not replicated; at the decision: {}",
            loss.sentence()
        );
        return known(loss.lag_ms, why);
    }
    if sent(|task| matches!(task, Task::Switchover(_))) {
        let lag = lag_at_start(records).map_or_else(String::new, |ms| {
            format!("; the largest lag when it began was {}", millis(ms))
        });
        let why = format!(
            "a switchover loses nothing by design: the writer moves once the target has every write{lag}"
        );
        return known(Some(0.0), why);
    }
    known(
        Some(0.0),
        "the writer did not move: nothing was lost".into(),
    )
}

fn lag_at_start(records: &[Record]) -> Option<f64> {
    records.iter().find_map(|record| match &record.entry {
        Entry::Figures { figures } => figures
            .values()
            .filter_map(|site| site.lag_ms)
            .max_by(f64::total_cmp),
        _ => None,
    })
}

impl Recovery {
    /// `2 min 5 s from the first change, 2 min 6 s from confirmation (objective 15 min: met)`.
    pub fn sentence(&self) -> String {
        let span = |s: i64| seconds(u64::try_from(s).unwrap_or(0));
        match (self.from_first_change_s, self.from_confirmation_s, self.met) {
            (Some(change), Some(confirmation), Some(met)) => format!(
                "{} from the first change sent, {} from confirmation; objective {}: {}",
                span(change),
                span(confirmation),
                seconds(self.objective_s),
                if met { "met" } else { "missed" }
            ),
            _ => "none".into(),
        }
    }
}

impl RecoveryPoint {
    /// `0 ms; objective 5 s: met`.
    pub fn sentence(&self) -> String {
        let objective = format!("{} s", self.objective_s);
        match (self.achieved_ms, self.met) {
            (Some(ms), Some(met)) => format!(
                "{}; objective {objective}: {}",
                millis(ms),
                if met { "met" } else { "missed" }
            ),
            _ => format!("unknown; objective {objective}"),
        }
    }
}
