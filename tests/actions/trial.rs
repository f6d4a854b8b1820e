//! One rehearsal of an action with trouble on its way, and what came of it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use gwctl::actions::guided::ACTIONS;
use gwctl::actions::{Intent, Order, Phase, PlannedCall, Reply, RunState, Running, Status};
use gwctl::fleet::{FleetSpec, Pace, SharedSpec};
use gwctl::sim::world::{How, Moment, Tables, Tamper};
use tempfile::TempDir;

use super::stand::{Stage, in_virtual_time, region, story};
use super::world::{self, REST, World, differences};

/// One way to try one of the actions.
pub type Rehearsal = gwctl::actions::Rehearsal<Intent>;

/// What stands in the way.
#[derive(Debug, Clone, Default)]
pub struct Trouble {
    /// Calls that go wrong.
    pub tampers: Vec<Tamper>,
    /// What calls of the run itself go through.
    pub line: Line,
    /// What the operator says once the run holds.
    pub after_hold: AfterHold,
    /// Where lease and journal are.
    pub kept: Kept,
}

/// Where lease and journal of a run are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kept {
    /// In files of one machine.
    #[default]
    InFiles,
    /// In a table of the team's as well.
    InATable,
}

/// What is between a run and AWS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Line {
    #[default]
    Clear,
    /// Every change arrives twice; the first answer comes back, or the second.
    Twice { second: bool },
    /// Every kind of look fails the first time it is tried.
    Blind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AfterHold {
    #[default]
    Retry,
    Undo,
}

/// What came of it.
pub struct Tried {
    pub state: Arc<RunState>,
    /// Before the run.
    pub before: World,
    /// Once all is at rest.
    pub after: World,
    /// Changes made, and how often.
    pub made: BTreeMap<String, usize>,
    /// Every hold: which step, and what was said.
    pub held: Vec<(String, String)>,
    /// An undo was ordered for which the plan has no steps.
    pub undo_refused: bool,
    /// Acknowledged writes that are gone.
    pub lost: f64,
    /// Calls that the world refused for their rate.
    pub throttled: u64,
    /// Tampers that never struck.
    pub unused: Vec<Tamper>,
}

/// Retries of one step before the operator gives up: a step may have several changes, and each fails.
const RETRIES: usize = 12;

/// Whether everything is tried that can be, however long it takes.
pub fn thorough() -> bool {
    std::env::var_os("GWCTL_THOROUGH").is_some()
}

/// Every way of every action in the registry.
pub fn rehearsals() -> Vec<Rehearsal> {
    let places = world::places();
    ACTIONS
        .iter()
        .flat_map(|action| {
            let all = (action.rehearsals)(&places);
            assert!(!all.is_empty(), "{} is never rehearsed", action.name);
            all
        })
        .collect()
}

/// Tries `rehearsal`, in virtual time.
pub fn tried(rehearsal: &Rehearsal, trouble: &Trouble) -> Tried {
    in_virtual_time(rehearsed(rehearsal, trouble))
}

async fn rehearsed(rehearsal: &Rehearsal, trouble: &Trouble) -> Tried {
    let mut stage = ready_with(rehearsal, trouble.kept).await;
    let from = stage.sim().state().control.mutations.len();
    let (before, lost) = (
        world::world(stage.sim()),
        stage.sim().state().totals.writes_lost,
    );
    let intent = Box::pin(stage.looked_up(&rehearsal.intent)).await;
    let plan = stage.plan(&intent);
    stage.session = super::line::session(stage.sim(), trouble.line, &stage.session).await;
    for tamper in &trouble.tampers {
        stage.sim().tamper(tamper.clone());
    }
    let mut running = stage.begin(&plan).await;
    let mut held = Vec::new();
    let state = see_through(&stage, &mut running, trouble.after_hold, &mut held).await;
    let complaints = running.complaints.clone();
    running.control.leave();
    if state.phase().over() {
        running.task.await.unwrap().unwrap();
    }
    stage.sim().advance(REST);
    let world = stage.sim().state();
    let unused = world.control.tampers().to_vec();
    let gone = world.totals.writes_lost - lost;
    drop(world);
    let undo_refused = complaints.borrow().is_some();
    Tried {
        state,
        undo_refused,
        before,
        after: world::world(stage.sim()),
        made: world::made(stage.sim(), from),
        held,
        lost: gone,
        throttled: world::throttled(stage.sim()),
        unused,
    }
}

/// What comes before a rehearsal, done once for all its trials: each goes on from there.
struct Prepared {
    moment: Moment,
    spec: FleetSpec,
    /// With the journals of what was done.
    dir: Arc<TempDir>,
}

/// The stage on which everything that comes first is done, and seen.
pub async fn ready(rehearsal: &Rehearsal) -> Stage {
    ready_with(rehearsal, Kept::InFiles).await
}

/// As [`ready`], for runs that are kept as `kept` says.
pub async fn ready_with(rehearsal: &Rehearsal, kept: Kept) -> Stage {
    type Known = Mutex<HashMap<String, Arc<OnceLock<Prepared>>>>;
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let Rehearsal {
        scenario,
        before,
        empty,
        ..
    } = rehearsal;
    let cell = KNOWN
        .get_or_init(Known::default)
        .lock()
        .unwrap()
        .entry(format!("{scenario} {empty} {before:?}"))
        .or_default()
        .clone();
    // Its virtual time is another one: it needs a thread of its own.
    let prepare = || {
        std::thread::scope(|scope| {
            let prepared = scope.spawn(|| in_virtual_time(Box::pin(prepared(rehearsal))));
            prepared.join().unwrap()
        })
    };
    let prepared = cell.get_or_init(prepare);
    let dir = Arc::new(tempfile::tempdir().unwrap());
    copy(&prepared.dir.path().join("runs"), &dir.path().join("runs"));
    let sim = prepared.moment.go_on();
    let mut spec = prepared.spec.clone();
    if kept == Kept::InATable {
        spec.shared = Some(team_table());
    }
    Box::pin(Stage::configured(sim, dir, Pace::Calm, spec)).await
}

/// The table that every simulated world has.
fn team_table() -> SharedSpec {
    SharedSpec {
        table: Tables::TEAM.into(),
        regions: ["us-east-2", "us-west-2", "us-east-1"].map(region).to_vec(),
    }
}

async fn prepared(rehearsal: &Rehearsal) -> Prepared {
    let mut stage = if rehearsal.empty {
        Box::pin(Stage::unbuilt()).await
    } else {
        Box::pin(Stage::calmly(world::founded(rehearsal.scenario))).await
    };
    if let Some(before) = rehearsal.before.clone() {
        let intent = Intent::from(before);
        Box::pin(stage.carry_out(&intent)).await;
        stage = Box::pin(stage.rebuilt(&intent)).await;
        // The picture shows it within a few looks.
        tokio::time::sleep(Duration::from_secs(90)).await;
    }
    Prepared {
        moment: stage.sim().moment(),
        spec: stage.spec.clone(),
        dir: stage.dir.clone(),
    }
}

fn copy(from: &Path, to: &Path) {
    let Ok(files) = std::fs::read_dir(from) else {
        return;
    };
    std::fs::create_dir_all(to).unwrap();
    for file in files.map(Result::unwrap) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Says what the operator says until the run is over, or nothing helps.
pub async fn see_through(
    stage: &Stage,
    running: &mut Running,
    say: AfterHold,
    held: &mut Vec<(String, String)>,
) -> Arc<RunState> {
    let mut tries: HashMap<String, usize> = HashMap::new();
    loop {
        let state = stage.settle(running).await;
        if state.phase() != Phase::Held || state.tripped().is_some() {
            return state;
        }
        let waiting: Vec<String> = state
            .active()
            .filter(|step| state.status(&step.id) == Status::Held)
            .map(|step| step.id.clone())
            .collect();
        for step in &waiting {
            let why = state.steps[step].held.clone().unwrap_or_default();
            held.push((step.clone(), why));
        }
        if say == AfterHold::Undo && !state.undoing {
            running.control.order(Order::Undo);
            if state.no_way_back().is_some() {
                let refused = running.complaints.changed().await;
                assert!(refused.is_ok(), "an undo without a way back was obeyed");
                return running.state.borrow().clone();
            }
        } else {
            for step in waiting {
                let tried = tries.entry(step.clone()).or_default();
                *tried += 1;
                if *tried > RETRIES {
                    return state;
                }
                running.control.order(Order::Retry { step });
            }
        }
        // In virtual time this lets the run take the order, and nothing else.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The same with nothing in the way; tried once.
pub fn undisturbed(rehearsal: &Rehearsal) -> Arc<Tried> {
    type Known = Mutex<HashMap<&'static str, Arc<OnceLock<Arc<Tried>>>>>;
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let cell = KNOWN
        .get_or_init(Known::default)
        .lock()
        .unwrap()
        .entry(rehearsal.name)
        .or_default()
        .clone();
    cell.get_or_init(|| {
        let tried = tried(rehearsal, &Trouble::default());
        assert!(
            tried.state.phase() == Phase::Done && tried.held.is_empty(),
            "{}: {}",
            rehearsal.name,
            story(&tried.state)
        );
        assert_eq!(tried.throttled, 0, "{}: too fast", rehearsal.name);
        Arc::new(tried)
    })
    .clone()
}

/// Every change that `tried` sent: the call, and which of its kind.
pub fn changes(tried: &Tried) -> Vec<(PlannedCall, u32)> {
    let mut counts: BTreeMap<PlannedCall, u32> = BTreeMap::new();
    let mut calls: Vec<_> = tried
        .state
        .steps
        .values()
        .flat_map(|step| &step.calls)
        .collect();
    calls.sort_by_key(|call| call.at);
    calls
        .into_iter()
        .map(|made| {
            let count = counts.entry(made.call.clone()).or_default();
            *count += 1;
            (made.call.clone(), *count)
        })
        .collect()
}

/// As the world is told to tamper with it.
pub fn tamper((call, nth): &(PlannedCall, u32), how: How) -> Tamper {
    Tamper {
        service: call.service.clone(),
        operation: call.operation.clone(),
        region: Some(call.region.clone()),
        nth: *nth,
        how,
    }
}

/// What must hold whatever went wrong: the world is that of the undisturbed run, or the run is held
/// with a true statement; nothing was done twice; nothing was lost that the plan did not announce.
/// Otherwise, what is wrong.
pub fn holds(what: &str, rehearsal: &Rehearsal, tried: &Tried) -> Result<(), String> {
    let calm = undisturbed(rehearsal);
    let wrong = match tried.state.phase() {
        Phase::Done => another("another world", &calm.after, &tried.after),
        Phase::Undone => another(
            "not as before",
            &world::undone(&tried.before),
            &world::undone(&tried.after),
        ),
        // What was deleted does not come back: the run says so and holds.
        Phase::Held if tried.state.undoing && past_return(tried) => None,
        // Nothing takes it back: the order was refused, and the run stands as it stood.
        Phase::Held if tried.undo_refused && !tried.state.undoing => None,
        other => Some(format!("{} in the end", other.word())),
    };
    let wrong = wrong
        .or_else(|| {
            tried.made.iter().find_map(|(change, times)| {
                let allowed = allowed(change, &calm, tried);
                (*times > allowed)
                    .then(|| format!("{change} was made {times} times, not {allowed}"))
            })
        })
        .or_else(|| {
            (tried.state.plan.data_loss.is_none() && tried.lost > 0.0)
                .then(|| format!("{} writes lost", tried.lost))
        });
    match wrong {
        None => Ok(()),
        Some(wrong) => Err(format!(
            "{}, {what}: {wrong}\nheld: {:?}\n{}",
            rehearsal.name,
            tried.held,
            story(&tried.state)
        )),
    }
}

/// Whether a step was done after which there is only forward.
fn past_return(tried: &Tried) -> bool {
    let done = |id: &str| tried.state.status(id) == Status::Done;
    let mut steps = tried.state.plan.steps.iter();
    steps.any(|step| step.no_return && done(&step.id))
}

fn another(what: &str, one: &World, other: &World) -> Option<String> {
    let diff = differences(one, other);
    (!diff.is_empty()).then(|| format!("{what}\n{diff}"))
}

/// What reading cannot find after a reply was lost: what the primary does once it is demoted
/// (aws-facts §2.2), an invalidation, which its caller reference keeps from being made twice, and the position
/// of a switch, which CloudWatch shows later than gwctl asks again: the same position changes nothing.
const UNSEEN: [&str; 3] = ["ModifyDBCluster", "CreateInvalidation", "PutMetricData"];

/// How often `change` may have been made.
fn allowed(change: &str, calm: &Tried, tried: &Tried) -> usize {
    let planned = calm.made.get(change).copied().unwrap_or(0);
    let calls = tried.state.steps.values().flat_map(|step| &step.calls);
    let again = calls.filter(|call| {
        UNSEEN.contains(&call.call.operation.as_str())
            && change.contains(&call.call.operation)
            && change.contains(call.call.region.as_str())
            && matches!(call.reply, None | Some((_, Reply::Unknown { .. })))
    });
    planned.max(usize::from(tried.state.undoing)) + again.count()
}
