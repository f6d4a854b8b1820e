//! The harness of broken calls and of crashes over a table of the team's: every change, and every call to the table, goes
//! wrong; and the process dies again and again, each time with its machine.

use std::sync::Arc;
use std::time::Duration;

use gwctl::actions::{DiskFault, Folder, PlannedCall, Running};
use gwctl::fleet::Region;
use gwctl::sim::world::{How, Tamper};

use crate::actions::stand::{Stage, in_virtual_time, operator, region, story};
use crate::actions::trial::{
    AfterHold, Kept, Rehearsal, Tried, Trouble, changes, holds, ready_with, rehearsals,
    see_through, tamper, thorough, tried, undisturbed,
};
use crate::actions::world::{self, REST};

/// What is rehearsed over the table in the usual suite: by a metric, by records of DNS, by the database, by a release.
const SHORT: [&str; 4] = [
    "evacuate by switch",
    "promote by switchover",
    "drain",
    "rollback-alias",
];

fn short() -> Vec<Rehearsal> {
    let mut all = rehearsals();
    if !thorough() {
        all.retain(|rehearsal| SHORT.contains(&rehearsal.name));
        assert_eq!(all.len(), SHORT.len(), "a rehearsal has another name");
    }
    all
}

fn none_wrong(wrong: Vec<Result<(), String>>) {
    let wrong: Vec<String> = wrong.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// How a call goes wrong; with `GWCTL_THOROUGH`, in every way there is.
fn ways() -> Vec<How> {
    let mut ways = vec![How::Fail("AccessDenied".into()), How::LoseReply];
    if thorough() {
        ways.extend([How::Throttle, How::ServerError, How::Hang, How::BreakReply]);
    }
    ways
}

/// Every change goes wrong once.
fn broken(rehearsal: &Rehearsal, how: &How) -> Result<(), String> {
    let changes: Vec<(PlannedCall, u32)> = changes(&undisturbed(rehearsal));
    let trouble = Trouble {
        tampers: changes.iter().map(|one| tamper(one, how.clone())).collect(),
        kept: Kept::InATable,
        ..Trouble::default()
    };
    holds(&format!("{how:?}"), rehearsal, &tried(rehearsal, &trouble))
}

#[test]
fn a_change_that_goes_wrong_in_any_way_is_not_made_twice_over_a_table() {
    let each = |rehearsal: &Rehearsal| {
        let broken = |how| broken(rehearsal, &how);
        ways().into_iter().map(broken).collect::<Vec<_>>()
    };
    none_wrong(short().iter().flat_map(each).collect());
}

/// A run of `rehearsal` of which the `nth` call of `operation` to each Region of the table goes wrong.
fn table_broken(rehearsal: &Rehearsal, operation: &str, nth: u32, how: &How) -> Result<(), String> {
    let at = |region: Region| Tamper {
        service: "dynamodb".into(),
        operation: operation.into(),
        region: Some(region),
        nth,
        how: how.clone(),
    };
    let trouble = Trouble {
        tampers: ["us-east-1", "us-east-2", "us-west-2"]
            .map(|code| at(region(code)))
            .to_vec(),
        kept: Kept::InATable,
        ..Trouble::default()
    };
    let what = format!("{operation} {nth} of the table: {how:?}");
    let tried = tried(rehearsal, &trouble);
    let struck = trouble.tampers.len() - tried.unused.len();
    assert!(struck > 0, "{what}: nothing went wrong");
    holds(&what, rehearsal, &tried)
}

#[test]
fn a_call_to_the_table_that_goes_wrong_neither_loses_nor_doubles_anything() {
    let rehearsals = rehearsals();
    let named = |name: &str| rehearsals.iter().find(|one| one.name == name).unwrap();
    let evacuate = named("evacuate by switch");
    let mut wrong = Vec::new();
    for how in ways() {
        // Listing the run, the first lines, the proof before the first change, and what follows.
        for nth in (2..12).filter(|nth| thorough() || nth % 3 == 2) {
            wrong.push(table_broken(evacuate, "PutItem", nth, &how));
        }
    }
    none_wrong(wrong);
}

/// Runs `rehearsal`; whatever process drives it dies after a few records, and the next one is on another machine, which
/// has nothing but the table.
async fn dying_with_its_machine(rehearsal: &Rehearsal) -> Tried {
    let mut stage = ready_with(rehearsal, Kept::InATable).await;
    let from = stage.sim().state().control.mutations.len();
    let (before, lost) = (
        world::world(stage.sim()),
        stage.sim().state().totals.writes_lost,
    );
    let intent = Box::pin(stage.looked_up(&rehearsal.intent)).await;
    let plan = stage.plan(&intent);
    let first = stage.folder.clone();
    stage.folder = first.failing(DiskFault::Before(3));
    let mut running = stage.begin(&plan).await;
    let id = running.id.clone();
    let (mut held, mut deaths) = (Vec::new(), 0);
    let ended = loop {
        let seen = see_through(&stage, &mut running, AfterHold::Retry, &mut held).await;
        if seen.phase().over() {
            break seen;
        }
        let died = (&mut running.task).await.unwrap();
        assert!(died.is_err(), "it neither died nor ended: {}", story(&seen));
        deaths += 1;
        assert!(deaths < 200, "it comes to no end: {}", story(&seen));
        running = elsewhere(&mut stage, &id, deaths).await;
    };
    assert!(deaths > 2, "it died {deaths} times only");
    stage.sim().advance(REST);
    let gone = stage.sim().state().totals.writes_lost - lost;
    Tried {
        undo_refused: false,
        state: ended,
        before,
        after: world::world(stage.sim()),
        made: world::made(stage.sim(), from),
        held,
        lost: gone,
        throttled: world::throttled(stage.sim()),
        unused: Vec::new(),
    }
}

/// Goes on with the run on a machine that knows nothing yet, and dies there as well, a little later each time.
async fn elsewhere(stage: &mut Stage, id: &str, deaths: u64) -> Running {
    stage.dir = Arc::new(tempfile::tempdir().unwrap());
    let folder = Folder::new(stage.dir.path().join("runs"));
    folder.bring_team(&stage.run_context()).await.unwrap();
    let written = folder.records(id).unwrap().len() as u64;
    stage.folder = folder.failing(DiskFault::Before(written + 2 + deaths));
    loop {
        let (context, operator) = (stage.run_context(), operator());
        let resumed = gwctl::actions::resume(id, &[], context, &stage.folder, &operator);
        match Box::pin(resumed).await {
            Ok(running) => return running,
            // The machine that died still counts as the holder for a while.
            Err(refused) => {
                let told = refused.to_string();
                assert!(told.contains("drives this run already"), "{told}");
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        }
    }
}

#[test]
fn a_run_whose_every_machine_dies_after_a_few_records_still_ends_well() {
    let each = |rehearsal: &Rehearsal| {
        let tried = in_virtual_time(Box::pin(dying_with_its_machine(rehearsal)));
        holds("dying with its machine", rehearsal, &tried)
    };
    none_wrong(short().iter().map(each).collect());
}
