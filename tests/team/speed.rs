//! What the team's table costs a run: calls and time, with every reply 80 ms away.

use std::sync::{Arc, Mutex};

use gwctl::actions::Phase;
use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::sim::{Sim, wire};
use jiff::{SignedDuration, Timestamp};

use crate::actions::stand::{in_virtual_time, story};
use crate::actions::trial::{Kept, ready_with, rehearsals};

/// When the table was asked to write.
type Writes = Arc<Mutex<Vec<Timestamp>>>;

async fn counted(sim: &Sim, writes: &Writes) -> Session {
    let (inner, clock, writes) = (wire::handler(sim.clone()), sim.clock(), writes.clone());
    let handler: Handler = Arc::new(move |request| {
        let target = request.headers().get("x-amz-target");
        if target.is_some_and(|target| target.as_bytes().ends_with(b".PutItem")) {
            writes.lock().unwrap().push(clock.now());
        }
        inner(request)
    });
    Session::connect_fleet(
        SessionOptions {
            profile: None,
            http_client: Some(in_process(handler)),
            timeouts: Timeouts::default(),
            clock: sim.clock(),
        },
        &sim.spec(),
    )
    .await
}

#[test]
fn a_change_costs_two_writes_to_the_table_and_the_first_is_sent_within_two_seconds() {
    for name in ["evacuate by switch", "promote by switchover", "drain"] {
        in_virtual_time(async {
            let rehearsals = rehearsals();
            let rehearsal = rehearsals.iter().find(|one| one.name == name).unwrap();
            let mut stage = ready_with(rehearsal, Kept::InATable).await;
            let writes = Writes::default();
            stage.session = counted(stage.sim(), &writes).await;
            let intent = Box::pin(stage.looked_up(&rehearsal.intent)).await;
            let plan = stage.plan(&intent);
            let confirmed = stage.sim().clock().now();
            let mut running = stage.begin(&plan).await;
            let ended = stage.settle(&mut running).await;
            assert_eq!(ended.phase(), Phase::Done, "{}", story(&ended));
            let took = ended.first_change().unwrap().duration_since(confirmed);
            let writes = writes.lock().unwrap();
            let calls = ended.steps.values().flat_map(|step| &step.calls);
            let costs: Vec<usize> = calls
                .map(|call| {
                    let replied = call.reply.as_ref().unwrap().0;
                    let before = |at: &&Timestamp| **at >= call.at && **at <= replied;
                    writes.iter().filter(before).count()
                })
                .collect();
            println!(
                "{name}: first change {took:?} after the confirmation; writes before each change {costs:?}"
            );
            assert!(took <= SignedDuration::from_secs(2), "{name}: {took:?}");
            // The journal's lines, and the proof that this process has the lease.
            assert!(costs.iter().all(|cost| *cost <= 2), "{name}: {costs:?}");
        });
    }
}
