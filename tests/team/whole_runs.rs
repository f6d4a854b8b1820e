//! Whole runs by several engineers at once, each on a machine that is killed, sleeps or loses its line: the run ends, and
//! nothing is sent twice. `GWCTL_SEED=n` repeats one round, `GWCTL_ROUNDS=n` tries as many.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use gwctl::actions::{Folder, NotStarted, Operator, Phase, Plan, RunContext, RunState, Running};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::line::Line;
use crate::actions::stand::{Stage, confirmation, in_virtual_time};
use crate::actions::trial::{
    AfterHold, Kept, Rehearsal, Tried, holds, ready_with, rehearsals, see_through,
};
use crate::actions::world::{self, REST};

/// Rounds of each rehearsal in the usual suite.
const ROUNDS: u64 = 2;
/// How often an engineer tries to go on.
const TRIES: usize = 10;
/// When the last one looks what became of it, in seconds.
const PATIENCE: u64 = 900;

/// Where a run and the machines are that drive it.
struct Round {
    stage: Stage,
    plan: Plan,
    /// The run, once somebody has begun it.
    run: Mutex<Option<String>>,
}

struct Engineer {
    who: Operator,
    folder: Folder,
    context: RunContext,
    rng: Rng,
    /// What is to be stopped when the machine dies.
    process: Arc<Mutex<Option<AbortHandle>>>,
}

impl Round {
    async fn engineer(&self, name: &str, line: &Line, rng: Rng) -> Engineer {
        let dir = tempfile::tempdir_in(self.stage.dir.path()).unwrap().keep();
        let session = line.session(self.stage.sim(), Arc::new(|_| {})).await;
        Engineer {
            who: Operator {
                name: name.to_owned(),
                host: format!("{name}-laptop"),
            },
            folder: Folder::new(dir.join("runs")),
            context: RunContext {
                session,
                ..self.stage.run_context()
            },
            rng,
            process: Arc::default(),
        }
    }

    fn run(&self) -> Option<String> {
        self.run
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Engineer {
    async fn begin_or_go_on(&self, round: &Round) -> Result<Running, NotStarted> {
        let context = self.context.clone();
        if let Some(id) = round.run() {
            let resumed = gwctl::actions::resume(&id, &[], context, &self.folder, &self.who);
            return Box::pin(resumed).await;
        }
        let confirmed = confirmation(&round.plan);
        let begun =
            gwctl::actions::start(&round.plan, &confirmed, context, &self.folder, &self.who);
        let running = Box::pin(begun).await?;
        let mut run = round.run.lock().unwrap_or_else(PoisonError::into_inner);
        *run = Some(running.id.clone());
        Ok(running)
    }

    /// Tries until the run is over; its holds go into `held`.
    async fn see_to_it(
        &mut self,
        round: &Round,
        held: &mut Vec<(String, String)>,
    ) -> Option<Arc<RunState>> {
        for _ in 0..TRIES {
            match self.begin_or_go_on(round).await {
                Ok(mut running) => {
                    let process = running.task.abort_handle();
                    *self.process.lock().unwrap() = Some(process);
                    let seen =
                        see_through(&round.stage, &mut running, AfterHold::Retry, held).await;
                    if seen.phase().over() {
                        let _ = running.task.await;
                        return Some(seen);
                    }
                    running.control.leave();
                    let _ = running.task.await;
                }
                Err(NotStarted::Over { id, .. }) => {
                    return self.folder.state(&id).ok().map(Arc::new);
                }
                Err(_) => {}
            }
            sleep(Duration::from_millis(self.rng.u64(1_000..30_000))).await;
        }
        None
    }
}

/// What happens to one machine while the others go on.
async fn trouble(
    mut rng: Rng,
    line: Line,
    work: AbortHandle,
    process: Arc<Mutex<Option<AbortHandle>>>,
) {
    for _ in 0..rng.usize(0..4) {
        sleep(Duration::from_millis(rng.u64(500..60_000))).await;
        let seconds = Duration::from_secs(rng.u64(5..90));
        match rng.u32(0..4) {
            0 => {
                work.abort();
                if let Some(process) = process.lock().unwrap().take() {
                    process.abort();
                }
                return;
            }
            1 => line.cut(
                ["us-east-1", "us-east-2", "us-west-2"][rng.usize(0..3)],
                seconds,
            ),
            _ => line.sleep(seconds),
        }
    }
}

async fn round(rehearsal: &Rehearsal, seed: u64) -> Result<Tried, String> {
    fastrand::seed(seed);
    let mut rng = Rng::with_seed(seed);
    let stage = ready_with(rehearsal, Kept::InATable).await;
    let from = stage.sim().state().control.mutations.len();
    let (before, lost) = (
        world::world(stage.sim()),
        stage.sim().state().totals.writes_lost,
    );
    let intent = Box::pin(stage.looked_up(&rehearsal.intent)).await;
    let plan = stage.plan(&intent);
    let round = Arc::new(Round {
        stage,
        plan,
        run: Mutex::default(),
    });
    let mut at_work = Vec::new();
    for name in ["ada", "bob", "eve"].into_iter().take(rng.usize(2..4)) {
        let line = Line::new(rng.u64(..), rng.u32(0..4));
        let mut engineer = round.engineer(name, &line, rng.fork()).await;
        let (process, of_round) = (engineer.process.clone(), round.clone());
        let late = Duration::from_millis(rng.u64(0..20_000));
        let work = tokio::spawn(async move {
            sleep(late).await;
            let mut held = Vec::new();
            engineer.see_to_it(&of_round, &mut held).await;
        });
        tokio::spawn(trouble(rng.fork(), line, work.abort_handle(), process));
        at_work.push(work);
    }
    // Each comes to its end, or is stopped like a laptop that is put away.
    let all = futures_util::future::join_all(at_work.iter_mut());
    if timeout(Duration::from_secs(PATIENCE), all).await.is_err() {
        at_work.iter().for_each(tokio::task::JoinHandle::abort);
    }
    let mut finisher = round.engineer("joe", &Line::new(seed, 0), rng.fork()).await;
    let mut held = Vec::new();
    let ended = finisher.see_to_it(&round, &mut held).await;
    let ended = ended.ok_or_else(|| format!("{} {seed}: it comes to no end", rehearsal.name))?;
    if ended.phase() != Phase::Done {
        return Err(format!(
            "{} {seed}: {}",
            rehearsal.name,
            ended.phase().word()
        ));
    }
    let sim = round.stage.sim();
    sim.advance(REST);
    let gone = sim.state().totals.writes_lost - lost;
    Ok(Tried {
        undo_refused: false,
        state: ended,
        before,
        after: world::world(sim),
        made: world::made(sim, from),
        held,
        lost: gone,
        throttled: world::throttled(sim),
        unused: Vec::new(),
    })
}

#[test]
fn a_run_that_several_engineers_drive_by_turns_ends_and_sends_nothing_twice() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let seeds = match number("GWCTL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("GWCTL_ROUNDS").unwrap_or(ROUNDS),
    };
    let rehearsals = rehearsals();
    let mut wrong = Vec::new();
    for name in ["evacuate by switch", "promote by switchover", "drain"] {
        let rehearsal = rehearsals.iter().find(|one| one.name == name).unwrap();
        for seed in seeds.clone() {
            let tried = in_virtual_time(Box::pin(round(rehearsal, seed)));
            let what = format!("GWCTL_SEED={seed}");
            wrong.extend(
                tried
                    .and_then(|tried| holds(&what, rehearsal, &tried))
                    .err(),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
