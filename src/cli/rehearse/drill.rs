//! One drill in a world of its own, on virtual time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::seconds::Seconds;
use super::{Figures, Reported};
use crate::actions::guided::Drill;
use crate::actions::report::{Bound, report};
use crate::actions::{
    Confirmation, DataLoss, Finding, Folder, Intent, Operator, Order, Phase, Plan, Refused,
    RunContext, RunState, Running, Status, plan_patiently, start,
};
use crate::cli::failure::Failure;
use crate::cli::operator::operator;
use crate::cli::simulated;
use crate::cli::target::Target;
use crate::fleet::{Pace, Region, Snapshot};
use crate::observe::Observer;
use crate::sim::{Scenario, Sim, SimOptions};

/// When rehearsed worlds begin: the same seed gives the same rehearsal.
const START: i64 = 1_795_442_400; // 2026-11-23T14:00:00Z
/// How long the operator looks around.
const LOOK_S: u64 = 60;
/// What the operator waits before saying anything to a run that holds, and how often that helps.
const PAUSE: Duration = Duration::from_secs(20);
const PATIENCE: usize = 90;
/// How long the operator tries to get a plan.
const PLANNING: Duration = Duration::from_mins(10);
/// The longest a rehearsal may go on without coming to rest.
const LIMIT: Duration = Duration::from_hours(6);

/// Which drill it was, and its figures.
pub(in crate::cli) fn rehearse(
    (scenario, struck): (Scenario, Option<Region>),
    seed: u64,
    one_by_one: bool,
) -> Result<(String, Figures), Failure> {
    // The SDK draws the pauses between its attempts from this thread's generator.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| Failure::io("start the runtime", &error))?;
    let outcome = runtime.block_on(async {
        let sim = Sim::new(SimOptions {
            seed,
            scenario,
            start: Timestamp::from_second(START).ok(),
            ..SimOptions::default()
        })
        .map_err(|error| Failure::new(error.to_string()))?;
        Box::pin(on_stage(&sim, struck, (one_by_one, false))).await
    });
    runtime.shutdown_background();
    outcome
}

/// The drill in the world of `sim`: its title and its figures. With `out_alone` it ends when the operator looks around.
pub(in crate::cli) async fn on_stage(
    sim: &Sim,
    struck: Option<Region>,
    (one_by_one, out_alone): (bool, bool),
) -> Result<(String, Figures), Failure> {
    let target = simulated::target(sim, Pace::Incident).await;
    let observer = Observer::start(
        &target.name,
        target.spec.clone(),
        target.refresh,
        target.session.clone(),
        target.prober.clone(),
        target.clock.clone(),
    );
    observer.first_to_act_on(Duration::from_mins(2)).await;
    let made = match planned(&target, &observer, struck).await {
        Ok(made) if one_by_one => made.one_by_one(),
        Ok(made) => made,
        Err(why) => return Ok((String::new(), refused(&why.to_string()))),
    };
    let title = made.title.clone();
    let run_context = RunContext {
        fleet: target.name,
        spec: target.spec,
        session: target.session,
        prober: target.prober,
        picture: observer.watch(),
        clock: target.clock,
    };
    let scratch = Scratch::new();
    let by = operator();
    let seconds = Seconds::watch(sim.clone());
    let folder = Folder::new(&scratch.0);
    let confirmed = confirmation(&made, &by);
    let mut running = match start(&made, &confirmed, run_context, &folder, &by).await {
        Ok(running) => running,
        Err(why) => return Ok((title, refused(&why.to_string()))),
    };
    let (state, holds) = see_through(&mut running, out_alone).await;
    let figures = Figures {
        reported: reported(&folder, &state)?,
        waived: waived(&made),
        announced_writes: made.data_loss.as_ref().and_then(DataLoss::writes),
        announced: made.data_loss.clone(),
        ..figures(&state, holds, &seconds)
    };
    Ok((title, figures))
}

/// What the run's own report says.
fn reported(folder: &Folder, state: &RunState) -> Result<Reported, Failure> {
    let records = folder.records(&state.id);
    let records = records.map_err(|broken| Failure::new(broken.to_string()))?;
    let report = report(&records, state, false);
    let loss = &report.recovery_point;
    let writes = |bound: Option<Bound>| bound.and_then(|bound| bound.writes);
    Ok(Reported {
        recovery_s: report.recovery.from_confirmation_s,
        failed_requests: report.harm.clients.map(|clients| clients.failed),
        writes_lost_likely: writes(loss.likely),
        writes_lost_at_most: writes(loss.at_most),
    })
}

/// Red checks that can be waived: the operator of a rehearsal waives them all, by name.
fn waived(plan: &Plan) -> Vec<String> {
    let red = plan.checks.iter();
    let red = red.filter(|check| check.finding == Finding::Waivable);
    red.map(|check| format!("{}: {}", check.name, check.text))
        .collect()
}

/// Why there is nothing to rehearse.
#[derive(Debug, thiserror::Error)]
enum NoDrill {
    #[error("gwctl could not read the global database: the writer is not known")]
    NoWriter,
    #[error("there is nowhere to go from {0}")]
    Nowhere(Region),
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// The drill away from what is struck, or from the writer's Region, to where it loses least.
async fn planned(
    target: &Target,
    observer: &Observer,
    struck: Option<Region>,
) -> Result<Plan, NoDrill> {
    // Under throttling it takes a while until everything was read once.
    let mut seen = observer.watch();
    let known = |picture: &Arc<Snapshot>| picture.database.topology.last().is_some();
    let _ = tokio::time::timeout(PLANNING, seen.wait_for(known)).await;
    let picture = seen.borrow().clone();
    let writer = picture.database.topology.last().and_then(|t| t.writer());
    let Some(region) = struck.or_else(|| writer.map(|writer| writer.region.clone())) else {
        return Err(NoDrill::NoWriter);
    };
    let drill = Drill::away_from(&region, &picture);
    let drill = drill.ok_or(NoDrill::Nowhere(region))?;
    let intent = Intent::from(Drill {
        hold_s: Some(LOOK_S),
        ..drill
    });
    let planned = plan_patiently(
        &target.name,
        &target.spec,
        seen,
        &intent,
        target.clock.as_ref(),
        PLANNING,
    );
    let (_, plan) = planned.await?;
    Ok(plan)
}

/// Typed, with everything red that can be waived waived by name.
fn confirmation(plan: &Plan, by: &Operator) -> Confirmation {
    let checks = plan.checks.iter();
    let waivable = checks.filter(|check| check.finding == Finding::Waivable);
    let waived = waivable.map(|check| check.name.clone()).collect();
    Confirmation::of(by, &plan.confirm, waived)
}

/// Does what a patient operator does: waits a little and tries again.
async fn see_through(running: &mut Running, out_alone: bool) -> (Arc<RunState>, Vec<String>) {
    let mut holds = Vec::new();
    loop {
        let rests = |state: &Arc<RunState>| {
            state.phase().over() || state.phase() == Phase::Held || (out_alone && looks(state))
        };
        let _ = tokio::time::timeout(LIMIT, running.state.wait_for(rests)).await;
        let state = running.state.borrow().clone();
        if state.phase() != Phase::Held || holds.len() >= PATIENCE || (out_alone && looks(&state)) {
            return (state, holds);
        }
        tokio::time::sleep(PAUSE).await;
        let state = running.state.borrow().clone();
        if let Some(trip) = state.tripped() {
            holds.push(format!("{}: {}", trip.criterion, trip.text));
            let reason = "the rehearsal goes on".to_owned();
            running.control.order(Order::Overrule { reason });
        }
        for step in state.active() {
            if state.status(&step.id) == Status::Held {
                let why = state.steps.get(&step.id).and_then(|now| now.held.clone());
                holds.push(format!("{}: {}", step.id, why.unwrap_or_default()));
                let step = step.id.clone();
                running.control.order(Order::Retry { step });
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether the way out is over, and the operator looks around.
fn looks(state: &RunState) -> bool {
    state
        .steps
        .get("look")
        .is_some_and(|look| look.started.is_some())
}

fn refused(why: &str) -> Figures {
    Figures {
        outcome: format!("refused: {why}"),
        ..Figures::default()
    }
}

fn figures(state: &RunState, holds: Vec<String>, seconds: &Seconds) -> Figures {
    let held = state
        .active()
        .find_map(|step| state.steps.get(&step.id)?.held.clone());
    let outcome = match held {
        Some(why) => format!("{}: {why}", state.phase().word()),
        None => state.phase().word().to_owned(),
    };
    // The way back is a second, planned interruption.
    let out = state.steps.get("look").and_then(|look| look.started);
    let end = state.acted_until();
    let counted = seconds.between(state.begun, end);
    let lasted = end.duration_since(state.begun).as_secs_f64() - counted.without_writer_s;
    let rate = counted.writes_acknowledged / lasted.max(1.0);
    Figures {
        outcome,
        way_out: Some((state.begun, out.unwrap_or(end))),
        rto_s: seconds.recovered(state.begun, out.unwrap_or(end)),
        rpo_s: counted.writes_lost / rate.max(0.001),
        requests: counted.requests.round(),
        failed_requests: counted.failed.round(),
        throttled_requests: counted.throttled.round(),
        writes_lost: counted.writes_lost.round(),
        without_writer_s: counted.without_writer_s,
        took_s: end.duration_since(state.begun).as_secs(),
        first_change_s: state
            .first_change()
            .map(|at| at.duration_since(state.begun).as_secs_f64()),
        holds,
        ..Figures::default()
    }
}

/// A folder for one journal, gone with the rehearsal.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let name = format!(
            "gwctl-rehearsal-{}-{:016x}",
            std::process::id(),
            fastrand::u64(..)
        );
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
