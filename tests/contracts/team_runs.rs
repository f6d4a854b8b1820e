//! Two engineers whose table is an emulator's, with calls that break and a machine that dies. AWS itself is the simulator,
//! many times as fast as the wall's clock.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gwctl::actions::{
    Compared, NotStarted, Order, Phase, RunState, Running, SHARED_TABLE, StepStatus, start,
};
use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{FleetSpec, Pace, Region, SharedSpec};
use gwctl::sim::world::Scenario;
use gwctl::sim::{Sim, SimOptions, wire};
use gwctl::store::Team;

use super::emulators::Server;
use super::team::{REGION, forward, make_table};
use crate::actions::stand::{Stage, confirmation, operator, region};
use crate::actions::trial::thorough;
use crate::actions::world::made;
use crate::team::runs::{evacuate, go_on, lines};

const SPEED: f64 = 30.0;
/// How long all that a seed does may take: ten seconds, and on a machine busy with something else as long as it likes.
const LIMIT: Duration = Duration::from_mins(10);

fn world() -> Sim {
    Sim::new(SimOptions {
        scenario: Scenario::load("calm").unwrap(),
        regions: ["us-east-1", "eu-west-1", "ap-southeast-1"]
            .map(region)
            .to_vec(),
        speed: SPEED,
        ..SimOptions::default()
    })
    .unwrap()
}

/// A way to AWS whose DynamoDB is `server`'s. Of the writes to it some are made and not answered, and some never arrive.
async fn door(sim: &Sim, server: &Server, seed: u64) -> Session {
    let inner = wire::handler(sim.clone());
    let place = server.url.trim_start_matches("http://").to_owned();
    let dice = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
    let handler: Handler = Arc::new(move |request| {
        let target = request.headers().get("x-amz-target").cloned();
        let of_table = target.filter(|target| target.as_bytes().starts_with(b"DynamoDB"));
        let Some(target) = of_table else {
            return inner(request);
        };
        let writes = target.as_bytes().ends_with(b".PutItem");
        let fate = if writes {
            dice.lock().unwrap().u8(..16)
        } else {
            15
        };
        let place = place.clone();
        Box::pin(async move {
            let reset = || Err(io::ErrorKind::ConnectionReset.into());
            if fate == 0 {
                return reset();
            }
            let answer = forward(&place, request).await;
            if fate == 1 { reset() } else { answer }
        })
    });
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(handler)),
        timeouts: Timeouts::default(),
        clock: sim.clock(),
    };
    Session::connect_fleet(options, &sim.spec()).await
}

async fn machine(sim: &Sim, server: &Server, table: &str, seed: u64) -> Stage {
    let spec = FleetSpec {
        shared: Some(SharedSpec {
            table: table.into(),
            regions: vec![Region::new(REGION).unwrap()],
        }),
        ..sim.spec()
    };
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let mut stage = Stage::configured(sim.clone(), dir, Pace::Calm, spec).await;
    stage.session = door(sim, server, seed).await;
    stage
}

/// Begins to evacuate, with every waiver but the table's: nobody acts without it.
async fn begin(stage: &Stage) -> Result<Running, NotStarted> {
    let plan = stage.plan(&evacuate());
    let mut confirmed = confirmation(&plan);
    confirmed.waived.retain(|name| name != SHARED_TABLE);
    let (context, ada) = (stage.run_context(), operator());
    Box::pin(start(&plan, &confirmed, context, &stage.folder, &ada)).await
}

/// Until somebody of the team could be asked again.
async fn pause(sim: &Sim) {
    tokio::time::sleep(sim.clock().wall(Duration::from_secs(5))).await;
}

/// Goes on with the run `id` on `stage` until its change is seen to be made, and ends it there.
async fn ends(stage: &Stage, mut running: Option<Running>, id: &str, seed: u64) {
    let begun = Instant::now();
    let made = |state: &RunState| state.status("evacuate") == StepStatus::Done;
    loop {
        let driven = match running.take() {
            Some(driven) => Ok(driven),
            None => go_on(stage, id, &[]).await,
        };
        if let Ok(mut driven) = driven {
            let rests = |state: &Arc<RunState>| made(state) || state.phase() == Phase::Held;
            let known = driven.state.wait_for(rests).await;
            if known.is_ok_and(|state| made(&state)) {
                let reason = "its change is made".into();
                driven.control.order(Order::Abandon { reason });
                driven.task.await.unwrap().unwrap();
                return;
            }
            // Held, or taken from this machine: somebody goes on.
            driven.control.leave();
            drop(driven.task.await);
        }
        assert!(begun.elapsed() < LIMIT, "seed {seed}: {}", told(stage, id));
        pause(stage.sim()).await;
    }
}

/// What a machine knows of a run, for a failed test.
fn told(stage: &Stage, id: &str) -> String {
    let records = stage.folder.records(id).unwrap_or_default();
    let lines = records.iter().map(|record| {
        let entry = serde_json::to_string(&record.entry).unwrap_or_default();
        format!("{} {} {:.160}", record.n, record.at, entry)
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn plays(server: &Server, seed: u64) {
    let table = format!("gwctl-{seed}");
    make_table(server, &table);
    let sim = world();
    let one = machine(&sim, server, &table, 2 * seed).await;
    let other = machine(&sim, server, &table, 2 * seed + 1).await;
    let from = sim.state().control.mutations.len();
    let (first, second) = tokio::join!(begin(&one), begin(&other));
    let (on, beside, mut running) = match (first, second) {
        (Ok(running), Err(_)) => (&one, &other, running),
        (Err(_), Ok(running)) => (&other, &one, running),
        (Err(_), Err(_)) => loop {
            if let Ok(running) = begin(&one).await {
                break (&one, &other, running);
            }
            pause(&sim).await;
        },
        (Ok(_), Ok(_)) => panic!("seed {seed}: both act"),
    };
    let id = running.id.clone();
    if seed.is_multiple_of(2) {
        let sent = running
            .state
            .wait_for(|state| state.first_change().is_some());
        drop(sent.await);
        // The machine dies.
        running.task.abort();
        drop((&mut running.task).await);
        drop(running);
        ends(beside, None, &id, seed).await;
    } else {
        ends(on, Some(running), &id, seed).await;
    }
    let changes = made(&sim, from);
    assert!(!changes.is_empty());
    assert!(
        changes.values().all(|times| *times == 1),
        "seed {seed}: {changes:?}"
    );
    for stage in [on, beside] {
        let brought = stage.folder.bring_team(&stage.run_context()).await;
        brought.unwrap_or_else(|why| panic!("seed {seed}: {why}\n{}", told(stage, &id)));
    }
    assert_eq!(lines(&one.folder, &id), lines(&other.folder, &id));
    let team = Team::of(&on.session, &on.spec, sim.clock()).unwrap();
    let theirs = team.lines(&id, 0).await.unwrap();
    assert_eq!(on.folder.compare(&id, &theirs).unwrap(), Compared::Same);
}

/// At no point do two send, and every run ends: with an even seed by another machine, because the first dies.
pub async fn one_acts_whatever_breaks(server: &Server, first: u64) {
    let many = if thorough() { 8 } else { 1 };
    for seed in first..first + many {
        let begun = Instant::now();
        Box::pin(plays(server, seed)).await;
        println!("seed {seed} took {:?}", begun.elapsed());
    }
}
