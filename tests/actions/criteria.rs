//! Abort criteria hold a run before its next step, and the operator may go on.

use gwctl::actions::{Order, Phase};
use gwctl::fleet::Rules;

use super::stand::{in_virtual_time, story};
use super::trial::{ready, rehearsals};

type Change = fn(&mut Rules);

#[test]
fn every_criterion_holds_the_run_and_can_be_overruled() {
    let criteria: [(&str, Change); 4] = [
        ("window", |rules| rules.window_s = 20),
        ("least-healthy", |rules| rules.least_healthy = 3),
        ("receiving", |rules| rules.abort_5xx_percent = -1.0),
        ("receiving", |rules| rules.abort_p99_ms = 1.0),
    ];
    let rehearsals = rehearsals();
    let drain = rehearsals.iter().find(|one| one.name == "drain").unwrap();
    for (criterion, change) in criteria {
        in_virtual_time(async {
            let stage = ready(drain).await;
            let mut plan = stage.plan(&drain.intent);
            change(&mut plan.rules);
            let mut running = stage.start(&plan);
            let held = stage.settle(&mut running).await;
            let trip = held.tripped();
            assert_eq!(
                trip.map(|trip| trip.criterion.as_str()),
                Some(criterion),
                "{}",
                story(&held)
            );
            assert_eq!(held.phase(), Phase::Held);
            assert!(
                held.ready().len() + held.steps.len() > 0 && !held.finished(),
                "{}",
                story(&held)
            );
            let reason = "seen, and accepted".to_owned();
            running.control.order(Order::Overrule { reason });
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            let state = stage.settle(&mut running).await;
            assert_eq!(state.phase(), Phase::Done, "{criterion}: {}", story(&state));
            assert!(
                state
                    .notes
                    .iter()
                    .any(|note| note.text.contains("accepted"))
            );
        });
    }
}
