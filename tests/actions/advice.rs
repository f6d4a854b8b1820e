//! How far to go, from what is seen.

use std::time::Duration;

use gwctl::actions::{Advice, Mode, advise};
use gwctl::fleet::Pace;

use crate::observe::stand::{Stand, world};

/// The advice so long into a scenario, with so much time to look at it.
async fn advice(scenario: &str, into: Duration, look: Duration) -> Advice {
    let sim = world(scenario, 3);
    sim.advance(into);
    let stand = Stand::over(sim, Pace::Incident).await;
    stand.first().await;
    tokio::time::sleep(look).await;
    advise(&stand.observer.watch().borrow())
}

const FIVE: Duration = Duration::from_mins(5);

fn refuses(advice: &Advice, mode: Mode) -> bool {
    advice.refused.iter().any(|(refused, _)| *refused == mode)
}

#[tokio::test(start_paused = true)]
async fn a_healthy_primary_is_switched_over_and_never_failed_over() {
    let advice = advice("calm", Duration::ZERO, Duration::from_mins(1)).await;
    assert_eq!(advice.mode, Mode::Switchover, "{advice:?}");
    assert!(refuses(&advice, Mode::Failover));
}

#[tokio::test(start_paused = true)]
async fn a_dead_primary_is_failed_over_and_a_switchover_refused() {
    for look in [Duration::ZERO, Duration::from_mins(2)] {
        let advice = advice("primary-dark", FIVE, look).await;
        assert_eq!(advice.mode, Mode::Failover, "{advice:?}");
        assert!(refuses(&advice, Mode::Switchover));
    }
}

#[tokio::test(start_paused = true)]
async fn control_planes_that_are_down_make_no_primary_dead() {
    for look in [Duration::ZERO, Duration::from_mins(2)] {
        let advice = advice("control-planes-down", FIVE, look).await;
        assert_eq!(advice.mode, Mode::Switchover, "{advice:?}");
        assert!(refuses(&advice, Mode::Failover));
    }
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_is_missing_makes_no_primary_dead() {
    let advice = advice("access-denied", FIVE, Duration::from_mins(1)).await;
    assert_eq!(advice.mode, Mode::EvacuateOnly, "{advice:?}");
    assert!(refuses(&advice, Mode::Failover), "{advice:?}");
    assert!(advice.why.join(" ").contains("not allowed"), "{advice:?}");
}

#[tokio::test(start_paused = true)]
async fn where_only_the_api_is_bad_the_database_stays() {
    let sim = world("calm", 3);
    sim.start_fault("lambda-errors:us-east-1").unwrap();
    sim.advance(FIVE);
    let stand = Stand::over(sim, Pace::Incident).await;
    stand.first().await;
    let advice = advise(&stand.observer.watch().borrow());
    assert_eq!(advice.mode, Mode::EvacuateOnly, "{advice:?}");
    assert!(refuses(&advice, Mode::Failover));
    let stays = "the other Regions forward their writes to it";
    assert!(advice.why.join(" ").contains(stays), "{advice:?}");
}

/// What is to be done first so long into a scenario, with so much time to look at it.
async fn picture(scenario: &str, into: Duration) -> std::sync::Arc<gwctl::fleet::Snapshot> {
    let sim = world(scenario, 3);
    sim.advance(into);
    let stand = Stand::over(sim, Pace::Incident).await;
    stand.first().await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    stand.observer.watch().borrow().clone()
}

#[tokio::test(start_paused = true)]
async fn what_helps_most_comes_first_and_is_nothing_on_a_calm_day() {
    let calm = picture("calm", Duration::ZERO).await;
    assert_eq!(gwctl::actions::remedies(&calm), []);
    assert_eq!(gwctl::actions::outage(&calm), None);
    let dead = picture("primary-dark", FIVE).await;
    let first = gwctl::actions::remedies(&dead).remove(0);
    let gwctl::actions::Intent::Promote(gwctl::actions::guided::Promote {
        target,
        mode: Some(Mode::Failover),
        ..
    }) = &first.intent
    else {
        panic!("{first:?}")
    };
    assert_ne!(target.as_str(), "us-east-1", "{first:?}");
    let sick = picture("lambda-errors", FIVE).await;
    let first = gwctl::actions::remedies(&sick).remove(0);
    let struck = gwctl::actions::Intent::Evacuate(gwctl::actions::guided::Evacuate {
        region: crate::observe::stand::region("eu-west-1"),
        mechanism: None,
    });
    assert_eq!(first.intent, struck, "{}", first.why);
}

#[tokio::test(start_paused = true)]
async fn a_drill_is_for_calm_days() {
    let drill = gwctl::actions::Intent::Drill(gwctl::actions::guided::Drill {
        region: crate::observe::stand::region("us-east-1"),
        to: crate::observe::stand::region("ap-southeast-1"),
        hold_s: None,
    });
    let finding = |picture: &gwctl::fleet::Snapshot| {
        let spec = world("calm", 3).spec();
        let plan = gwctl::actions::plan("orders", &spec, picture, &drill).unwrap();
        let calm = plan.checks.iter().find(|check| check.name == "calm");
        calm.unwrap().finding
    };
    let calm = picture("calm", Duration::ZERO).await;
    assert_eq!(finding(&calm), gwctl::actions::Finding::Pass);
    let sick = picture("lambda-errors", FIVE).await;
    assert_eq!(finding(&sick), gwctl::actions::Finding::Waivable);
}

#[tokio::test(start_paused = true)]
async fn a_drill_is_never_offered_to_the_region_that_writes_already() {
    let day = picture("bad-day", Duration::ZERO).await;
    let mut actions = gwctl::actions::guided::ACTIONS.iter();
    let drill = actions.find(|action| action.name == "drill").unwrap();
    for site in &day.sites {
        for offer in (drill.offers)(&day, &site.region) {
            let gwctl::actions::Intent::Drill(gwctl::actions::guided::Drill { to, .. }) = &offer
            else {
                panic!("{offer:?}")
            };
            assert_ne!(to.as_str(), "us-east-1", "from {}", site.region);
        }
    }
}
