//! Two engineers whose table is an emulator's, with calls that break and a machine that dies. AWS itself is the simulator,
//! many times as fast as the wall's clock.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gwctl::actions::{Compared, Phase, Running};
use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{FleetSpec, Pace, Region, SharedSpec};
use gwctl::sim::world::Scenario;
use gwctl::sim::{Sim, SimOptions, wire};
use gwctl::store::Team;

use super::emulators::Server;
use super::team::{REGION, forward, make_table};
use crate::actions::stand::{Stage, region, story};
use crate::actions::world::made;
use crate::team::runs::{begin, go_on, lines};

const SPEED: f64 = 80.0;
/// How long all that a seed does may take.
const LIMIT: Duration = Duration::from_mins(1);

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

/// Until somebody of the team could be asked again.
async fn pause(sim: &Sim) {
    tokio::time::sleep(sim.clock().wall(Duration::from_secs(5))).await;
}

/// Goes on with the run `id` on `stage` until it is over.
async fn ends(stage: &Stage, mut running: Option<Running>, id: &str, seed: u64) {
    let begun = Instant::now();
    loop {
        let driven = match running.take() {
            Some(driven) => Ok(driven),
            None => go_on(stage, id, &[]).await,
        };
        if let Ok(mut driven) = driven {
            let known = stage.settle(&mut driven).await;
            if known.phase().over() {
                assert_eq!(known.phase(), Phase::Done, "seed {seed}: {}", story(&known));
                driven.task.await.unwrap().unwrap();
                return;
            }
            // Held, or taken from this machine: somebody goes on.
            driven.control.leave();
            drop(driven.task.await);
        }
        assert!(begun.elapsed() < LIMIT, "seed {seed} comes to no end");
        pause(stage.sim()).await;
    }
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
        stage.folder.bring_team(&stage.run_context()).await.unwrap();
    }
    assert_eq!(lines(&one.folder, &id), lines(&other.folder, &id));
    let team = Team::of(&on.session, &on.spec, sim.clock()).unwrap();
    let theirs = team.lines(&id, 0).await.unwrap();
    assert_eq!(on.folder.compare(&id, &theirs).unwrap(), Compared::Same);
}

/// At no point do two send, and every run ends: by a machine that dies, and by one that lives.
pub async fn one_acts_whatever_breaks(server: &Server, seeds: [u64; 2]) {
    let begun = Instant::now();
    let [dies, lives] = seeds.map(|seed| Box::pin(plays(server, seed)));
    tokio::join!(dies, lives);
    println!("seeds {seeds:?} took {:?}", begun.elapsed());
}
