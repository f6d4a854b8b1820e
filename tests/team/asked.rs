//! What the table is asked for: no more than is missing, and what it refuses is said in full.

use std::sync::Arc;
use std::sync::Mutex;

use gwctl::actions::{Clash, NotStarted, Phase, SHARED_TABLE, settle};
use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::SharedSpec;
use gwctl::sim::world::{How, TableKind, Tables, Tamper};
use gwctl::sim::{Sim, wire};
use gwctl::store::Team;
use std::time::Duration;
use tokio::time::Instant;

use super::runs::{begin, go_on, lines, machine, sent};
use super::stand::{TABLE, claim, replicas, seconds, session, table_of, take, world_with};
use crate::actions::stand::{Stage, in_virtual_time, operator, region, story};
use crate::actions::trial::{Kept, ready_with, rehearsals};
use crate::observe::stand::answered_by;

const DOMAIN: &str = "api.orders.example.com";

fn team(sim: &Sim, session: &Session) -> Team {
    let spec = SharedSpec {
        table: TABLE.into(),
        regions: replicas(),
    };
    Team::new(session, &spec, sim.clock())
}

#[test]
fn a_lease_that_nobody_has_is_taken_by_two_looks_and_one_write() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let session = session(&sim).await;
        for _ in 0..2 {
            let count = |operation: &str| {
                let ledger = session.ledger();
                let of = ledger.stats().filter(|(key, _)| key.operation == operation);
                of.map(|(_, stat)| stat.calls).sum::<u64>()
            };
            let before = ["DescribeTable", "Query", "PutItem"].map(count);
            let hold = take(&team(&sim, &session), claim(&sim, "ada", DOMAIN)).await;
            let after = ["DescribeTable", "Query", "PutItem"].map(count);
            let asked: Vec<u64> = after
                .iter()
                .zip(before)
                .map(|(now, then)| now - then)
                .collect();
            assert_eq!(asked, [1, 2, 1]);
            hold.unwrap().release().await;
        }
    });
}

/// How many items the table handed out meanwhile.
async fn handed_out(sim: &Sim, to: &Stage) -> usize {
    let now = || sim.state().tables.named(TABLE).unwrap().handed_out;
    let before = now();
    to.folder.bring_team(&to.run_context()).await.unwrap();
    now() - before
}

/// Leaves the run as it is, all of it in the table.
async fn left(running: gwctl::actions::Running) {
    seconds(2).await;
    running.control.leave();
    running.task.await.unwrap().unwrap();
}

#[test]
fn of_a_journal_that_is_here_only_what_is_missing_is_asked_for() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let running = begin(&one).await.unwrap();
        let id = running.id.clone();
        seconds(20).await;
        left(running).await;
        let first = handed_out(&sim, &other).await;
        assert!(first > 6, "{first}");
        // The list of runs, the newest lines, and the lease.
        assert_eq!(handed_out(&sim, &other).await, 3);
        let known = lines(&other.folder, &id);
        left(go_on(&one, &id, &[]).await.unwrap()).await;
        let more = handed_out(&sim, &other).await;
        let new = lines(&other.folder, &id) - known;
        assert!(
            new > 0 && more <= 3 + new && more < first,
            "{more} for {new}"
        );
        assert_eq!(lines(&other.folder, &id), lines(&one.folder, &id));
        assert_eq!(other.folder.all_conflicts(), []);
    });
}

#[test]
fn a_run_that_the_table_does_not_take_is_not_left_open() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let one = machine(&sim).await;
        // The lease is had, and the run is not listed.
        for (code, nth) in [("us-east-1", 2), ("us-east-2", 1), ("us-west-2", 1)] {
            sim.tamper(Tamper {
                service: "dynamodb".into(),
                operation: "PutItem".into(),
                region: Some(region(code)),
                nth,
                how: How::Fail("AccessDeniedException".into()),
            });
        }
        let refused = begin(&one).await.unwrap_err();
        assert!(matches!(refused, NotStarted::Shared(_)), "{refused}");
        assert!(one.folder.open().is_empty());
        let run = one.folder.runs().remove(0);
        assert_eq!(run.phase(), Some(Phase::Abandoned));
        let state = run.state.unwrap();
        assert_eq!(state.first_change(), None, "{}", story(&state));
        let mut running = begin(&one).await.unwrap();
        let state = one.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    });
}

/// A way to AWS on which a look, once the change it belongs to is written down, takes so long that the proof of the lease
/// grows old; and the table falls silent meanwhile.
async fn slow(sim: &Sim) -> Session {
    let (inner, sim) = (wire::handler(sim.clone()), sim.clone());
    let clock = sim.clock();
    let sending: Arc<Mutex<bool>> = Arc::default();
    let handler: Handler = Arc::new(move |request| {
        let (inner, sim, sending) = (inner.clone(), sim.clone(), sending.clone());
        Box::pin(async move {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let about = request.uri().path().contains("/aliases/");
            let strikes = {
                let mut sending = sending.lock().unwrap();
                *sending |= body.contains("sending");
                *sending && about && request.method() == "GET"
            };
            if strikes {
                for region in replicas() {
                    let mut state = sim.state();
                    state
                        .tables
                        .named(Tables::TEAM)
                        .unwrap()
                        .isolate(&region, true);
                }
                tokio::time::sleep(Duration::from_secs(20)).await;
            }
            inner(request).await
        })
    });
    Session::connect(SessionOptions {
        profile: None,
        http_client: Some(in_process(handler)),
        timeouts: Timeouts {
            attempt: Duration::from_mins(1),
            operation: Duration::from_mins(2),
            ..Timeouts::default()
        },
        clock,
    })
    .await
}

#[test]
fn a_change_that_meets_silence_right_before_it_is_sent_offers_the_waiver() {
    in_virtual_time(async {
        let rehearsals = rehearsals();
        let rollback = rehearsals.iter().find(|one| one.name == "rollback-alias");
        let mut stage = ready_with(rollback.unwrap(), Kept::InATable).await;
        stage.session = slow(stage.sim()).await;
        let intent = Box::pin(stage.looked_up(&rollback.unwrap().intent)).await;
        let before = sent(stage.sim());
        let mut running = stage.begin(&stage.plan(&intent)).await;
        let held = stage.settle(&mut running).await;
        let told = story(&held);
        assert!(told.contains("lambda:UpdateAlias"), "{told}");
        assert!(told.contains("shared table is not available"), "{told}");
        assert!(
            held.awaits_table(),
            "`--waive {SHARED_TABLE}` is offered: {told}"
        );
        assert_eq!(sent(stage.sim()), before);
    });
}

/// AWS's refusal of a table in another account (aws-facts §16.4), as `Query` gets it.
const ELSEWHERE: &str = "User: arn:aws:sts::123456789012:assumed-role/OnCall/ada is not authorized to perform: \
    dynamodb:Query on resource: arn:aws:dynamodb:us-east-2:210987654321:table/gwctl-team because no resource-based policy \
    allows the dynamodb:Query action";
/// And one that names neither the policy nor the table.
const BRIEF: &str = "User: arn:aws:sts::123456789012:assumed-role/OnCall/ada is not authorized to perform: dynamodb:Query";

async fn refusing(sim: &Sim, said: &'static str) -> Session {
    let inner = wire::handler(sim.clone());
    let handler: Handler = Arc::new(move |request| {
        let target = request.headers().get("x-amz-target");
        if !target.is_some_and(|target| target.as_bytes().ends_with(b".Query")) {
            return inner(request);
        }
        let body = serde_json::json!({
            "__type": "com.amazon.coral.service#AccessDeniedException",
            "Message": said,
        });
        let reply = http::Response::builder().status(400);
        let reply = reply.body(body.to_string().into_bytes());
        Box::pin(async move { reply.map_err(std::io::Error::other) })
    });
    answered_by(handler, sim).await
}

#[test]
fn a_table_that_refuses_says_who_asked_which_table_and_what_is_missing() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        for said in [ELSEWHERE, BRIEF] {
            let session = refusing(&sim, said).await;
            let begun = Instant::now();
            let refused = take(&team(&sim, &session), claim(&sim, "ada", DOMAIN)).await;
            let told = refused.unwrap_err().to_string();
            for part in [
                "arn:aws:sts::123456789012:assumed-role/OnCall/ada asked",
                "gwctl-team",
                "dynamodb:Query",
            ] {
                assert!(told.contains(part), "{part}: {told}");
            }
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "a refusal is final"
            );
            println!("{told}");
        }
    });
}

/// A run that both machines went on with, and whose conflict is known on the first.
async fn in_conflict(sim: &Sim) -> (Stage, Stage, String) {
    let (one, other) = (machine(sim).await, machine(sim).await);
    let running = begin(&one).await.unwrap();
    let id = running.id.clone();
    seconds(20).await;
    left(running).await;
    other.folder.bring_team(&other.run_context()).await.unwrap();
    // Somebody wrote another line where the team has its own, and by it a change was sent.
    let path = one.folder.path().join(format!("{id}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("ada@laptop", "eve@laptop")).unwrap();
    drop(one.folder.bring_team(&one.run_context()).await);
    let lines = |one: &gwctl::actions::Conflict| {
        matches!(one.clash, Clash::Lines { .. } | Clash::SetAside { .. })
    };
    assert!(one.folder.conflicts(&id).iter().any(lines));
    (one, other, id)
}

#[test]
fn a_conflict_that_cannot_be_settled_stays_and_the_journal_of_the_team_as_well() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other, id) = Box::pin(in_conflict(&sim)).await;
        let table = table_of(&one);
        let theirs = table.team.lines(&id, 0).await.unwrap();
        let ada = operator();
        let settled = async || {
            let now = sim.clock().now();
            let settled = settle(&one.folder, &table, &id, &ada, now).await;
            settled.map_err(|why| why.to_string())
        };
        // Somebody acts on the fleet.
        let driven = go_on(&other, &id, &[]).await.unwrap();
        let refused = settled().await.unwrap_err();
        assert!(refused.contains("drives this run already"), "{refused}");
        assert_ne!(one.folder.conflicts(&id), []);
        left(driven).await;
        // The table is silent.
        let silent = |silent| {
            for region in replicas() {
                let mut state = sim.state();
                state.tables.named(TABLE).unwrap().isolate(&region, silent);
            }
        };
        silent(true);
        let refused = settled().await.unwrap_err();
        assert!(
            refused.contains("shared table is not available"),
            "{refused}"
        );
        assert_ne!(one.folder.conflicts(&id), []);
        silent(false);
        let there = table.team.lines(&id, 0).await.unwrap();
        assert_eq!(there[..theirs.len()], theirs);
        settled().await.unwrap();
        assert_eq!(one.folder.conflicts(&id), []);
    });
}
