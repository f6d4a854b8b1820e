//! Plans of ARC Region switch in the picture.

use std::time::Duration;

use gwctl::fleet::{CheckKind, Concern, Missing, Pace};

use super::stand::{Stand, region, world};

#[tokio::test(start_paused = true)]
async fn both_regions_tell_the_plan_with_what_it_does_and_what_aws_makes_of_it() {
    let stand = Stand::over(world("region-switch", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    let told = |code: &str| picture.edge.region_switch[&region(code)].current().unwrap();
    assert_eq!((told("us-east-1").len(), told("eu-west-1").len()), (1, 1));
    assert!(told("ap-southeast-1").is_empty());
    let [plan] = picture.region_switch_plans().try_into().unwrap();
    assert_eq!(picture.concern(plan), Concern::Named);
    assert_eq!(plan.between(), "us-east-1 and eu-west-1");
    let evaluation = plan.evaluation.current().unwrap();
    assert_eq!(evaluation.state, "passed");
    assert!(evaluation.at.unwrap() <= picture.at);
    let detail = plan.detail.current().unwrap();
    assert!(
        detail
            .workflow("deactivate", &region("eu-west-1"))
            .is_some()
    );
    assert_eq!(plan.execution.why_missing(), Some(&Missing::NoData));
    // Its checks are on the records, and nobody else's levers.
    for check in plan.checks.current().unwrap() {
        let known = &picture.edge.checks[check.id.as_ref().unwrap()];
        let kind = &known.config.current().unwrap().kind;
        assert!(
            matches!(kind, CheckKind::Linked { service } if service.starts_with("arc-region-switch"))
        );
        let there = check.region.as_ref().unwrap();
        assert_eq!(picture.edge.routing_control(there), None);
        assert!(picture.edge.switch(there).is_some());
    }
    assert_eq!(picture.unknown_region_switch(&region("eu-west-1")), None);
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_known_while_one_of_its_regions_is_dark() {
    let sim = world("region-switch", 3);
    sim.start_fault("region-dark:eu-west-1").unwrap();
    let stand = Stand::over(sim, Pace::Calm).await;
    let (picture, _) = stand.first().await;
    let [plan] = picture.region_switch_plans().try_into().unwrap();
    assert_eq!(plan.told_by, region("us-east-1"));
    for site in &picture.sites {
        assert_eq!(picture.unknown_region_switch(&site.region), None);
    }
}

#[tokio::test(start_paused = true)]
async fn where_both_of_a_pair_say_nothing_a_plan_may_exist() {
    let sim = world("calm", 3);
    sim.start_fault("region-dark:eu-west-1").unwrap();
    sim.start_fault("region-dark:ap-southeast-1").unwrap();
    let stand = Stand::over(sim, Pace::Calm).await;
    let (picture, _) = stand.first().await;
    assert!(
        picture
            .unknown_region_switch(&region("eu-west-1"))
            .is_some()
    );
    assert_eq!(picture.unknown_region_switch(&region("us-east-1")), None);
}

#[tokio::test(start_paused = true)]
async fn a_fleet_without_plans_costs_a_call_a_region_and_minute() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    stand.first().await;
    let before = stand.calls_to("arc-region-switch");
    assert_eq!(before, 3);
    tokio::time::sleep(Duration::from_mins(10)).await;
    let calls = stand.calls_to("arc-region-switch") - before;
    assert!((27..=30).contains(&calls), "{calls}");
}
