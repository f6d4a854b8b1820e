//! Where requests go, and what moves them.

use super::*;

/// Requests a second that each Region is sent just now.
fn served(sim: &Sim) -> [f64; 3] {
    let state = sim.state();
    [0, 1, 2].map(|site: usize| state.fleet.sites[site].rate)
}

/// Share of the requests of the next seconds that fail.
fn failing(sim: &Sim, seconds: u64) -> f64 {
    let before = sim.state().totals;
    pass(sim, seconds);
    let after = sim.state().totals;
    (after.failed - before.failed) / (after.requests - before.requests)
}

#[test]
fn a_dark_regions_traffic_moves_after_detection_and_time_to_live() {
    let sim = world("calm");
    let calm = served(&sim);
    sim.start_fault("region-dark:eu-west-1").unwrap();
    assert!(failing(&sim, 15) > 0.2, "nobody knows yet");
    assert!(
        sim.state().in_service(&region(IRELAND)),
        "the checkers do not agree so soon"
    );
    pass(&sim, 25);
    assert!(
        !sim.state().in_service(&region(IRELAND)),
        "ten seconds three times"
    );
    assert!(
        served(&sim)[1] > 0.1 * calm[1],
        "routers still remember the old answer"
    );
    pass(&sim, 70);
    assert_eq!(served(&sim)[1], 0.0, "the time to live is over");
    assert!(served(&sim)[0] > 1.3 * calm[0], "somebody else serves them");
    assert!(failing(&sim, 60) < 0.001);
    sim.end_fault("region-dark:eu-west-1").unwrap();
    pass(&sim, 120);
    assert!(served(&sim)[1] > 0.8 * calm[1], "it comes back by itself");
}

#[test]
fn a_dark_regions_metrics_stop_and_it_answers_no_call() {
    let sim = world("region-dark");
    pass(&sim, 240);
    let newest = api(&sim, IRELAND, "Count", "Sum", 60).last().unwrap().0;
    assert!(sim.state().now().duration_since(newest).as_secs() > 6 * 60);
    assert!(lag(&sim, "orders-euw1", IRELAND, 5).is_empty());
    assert!(!api(&sim, VIRGINIA, "Count", "Sum", 5).is_empty());
}

#[test]
fn the_history_shows_the_onset() {
    let sim = world("region-dark");
    let edge = [("DistributionId", "E2ORDERS0EDGE1"), ("Region", "Global")];
    let rates = recent(
        &sim,
        VIRGINIA,
        ("AWS/CloudFront", "5xxErrorRate"),
        &edge,
        "Average",
        12,
    );
    let worst = rates.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    assert!(worst > 15.0 && rates[0].1 < 0.2, "{rates:?}");
    assert!(!sim.state().in_service(&region(IRELAND)));
}

#[test]
fn when_every_region_is_unhealthy_all_count_as_healthy() {
    let sim = world("calm");
    for code in [VIRGINIA, IRELAND, SINGAPORE] {
        sim.start_fault(&format!("region-dark:{code}")).unwrap();
    }
    pass(&sim, 200);
    let state = sim.state();
    assert!(
        state
            .regions()
            .iter()
            .all(|region| !state.in_service(region))
    );
    let answer = |lat, lon| {
        state
            .dns_answer("latency.orders.example.com", "CNAME", Some((lat, lon)))
            .values
    };
    assert_eq!(answer(50.1, 8.7), ["eu-west-1.api.orders.example.com"]);
    assert_eq!(
        answer(1.3, 103.8),
        ["ap-southeast-1.api.orders.example.com"]
    );
    drop(state);
    assert!(served(&sim).iter().all(|rate| *rate > 0.0));
}

#[test]
fn the_last_region_keeps_its_traffic_though_it_fails() {
    let alone = SimOptions {
        regions: vec![region(IRELAND)],
        ..options("calm")
    };
    let sim = Sim::new(alone).unwrap();
    sim.start_fault("region-dark:eu-west-1").unwrap();
    pass(&sim, 300);
    assert!(sim.state().fleet.sites[0].latest.requests > 0.0);
    assert!(failing(&sim, 10) > 0.99);
}

#[test]
fn failing_functions_do_not_move_traffic() {
    let sim = world("calm");
    let calm = served(&sim);
    sim.start_fault("lambda-errors:eu-west-1").unwrap();
    pass(&sim, 420);
    assert!(served(&sim)[1] > 0.8 * calm[1]);
    assert!(sim.state().in_service(&region(IRELAND)));
    let rate = api(&sim, IRELAND, "5xx", "Average", 5).last().unwrap().1;
    assert!((0.1..0.2).contains(&rate), "{rate}");
    let state = sim.state();
    let ringing: Vec<_> = state
        .resources
        .alarms
        .iter()
        .filter(|a| a.state == "ALARM")
        .collect();
    assert!(
        ringing
            .iter()
            .any(|alarm| alarm.name == "orders-euw1-5xx"
                && alarm.reason.contains("threshold (0.02)"))
    );
    assert!(
        ringing
            .iter()
            .all(|a| a.region.as_str() == IRELAND || a.name == "orders-edge-5xx"),
        "{ringing:?}"
    );
}

#[test]
fn no_alarm_rings_on_a_calm_day() {
    let sim = world("calm");
    pass(&sim, 600);
    let state = sim.state();
    assert!(
        state
            .resources
            .alarms
            .iter()
            .all(|alarm| alarm.state == "OK")
    );
}

/// The evacuation switch of Ireland is in Virginia and needs CloudWatch alone.
#[test]
fn the_evacuation_switch_works_without_the_control_planes() {
    let sim = world("control-planes-down");
    let put = |value| {
        let mut state = sim.state();
        let (now, dimensions) = (state.now(), [("Region", IRELAND)]);
        state.metrics.put(
            VIRGINIA,
            SWITCH_NAMESPACE,
            SWITCH_METRIC,
            &dimensions,
            value,
            now,
        );
    };
    put(1.0);
    pass(&sim, 120);
    assert!(!sim.state().in_service(&region(IRELAND)));
    pass(&sim, 600);
    assert!(
        !sim.state().in_service(&region(IRELAND)),
        "it stays until it is put back"
    );
    assert_eq!(served(&sim)[1], 0.0);
    put(0.0);
    pass(&sim, 240);
    assert!(sim.state().in_service(&region(IRELAND)));
    assert!(served(&sim)[1] > 0.0);
}

#[test]
fn inverting_a_check_evacuates_and_disabling_pins() {
    let sim = world("calm");
    let set = |inverted, disabled| {
        let mut state = sim.state();
        let endpoint = state.resources.health_checks.iter_mut().find(|check| {
            matches!(&check.kind, model::CheckKind::Endpoint { host, .. } if host.starts_with(IRELAND))
        });
        let check = endpoint.unwrap();
        (check.inverted, check.disabled) = (inverted, disabled);
        drop(state);
        pass(&sim, 60);
        sim.state().in_service(&region(IRELAND))
    };
    assert!(!set(true, false), "inverted");
    assert!(!set(true, true), "disabled and inverted: forced unhealthy");
    assert!(set(false, true), "disabled: counts healthy");
    sim.start_fault("region-dark:eu-west-1").unwrap();
    assert!(set(false, true), "even when it is dark");
    assert!(!set(false, false));
}

#[test]
fn checkers_in_dark_regions_do_not_vote() {
    let sim = world("calm");
    for code in ["us-east-1", "ap-southeast-1"] {
        sim.start_fault(&format!("region-dark:{code}")).unwrap();
    }
    pass(&sim, 60);
    let state = sim.state();
    let ireland = state.resources.health_checks.iter().find(|check| {
        matches!(&check.kind, model::CheckKind::Endpoint { host, .. } if host.starts_with(IRELAND))
    });
    assert!(
        ireland.unwrap().healthy,
        "checkers in dark Regions do not vote"
    );
    assert_eq!(ireland.unwrap().percent_healthy, Some(100.0));
}

#[test]
fn a_check_made_later_is_watched_too() {
    let sim = world("calm");
    let mut state = sim.state();
    let mut copy = state.resources.health_checks[1].clone();
    copy.id = "11111111-2222-4333-a444-555555555555".into();
    state.resources.health_checks.push(copy);
    state.resources.health_checks.remove(0);
    drop(state);
    sim.start_fault("region-dark:us-east-1").unwrap();
    pass(&sim, 60);
    assert!(!sim.state().resources.health_checks.last().unwrap().healthy);
}

#[test]
fn more_than_18_percent_of_the_checkers_keep_an_endpoint_healthy() {
    let sim = world("calm");
    let mut state = sim.state();
    let check = &mut state.resources.health_checks[1];
    let mut verdict = |percent| {
        check.percent_healthy = Some(percent);
        checkers::endpoint_verdict(check)
    };
    assert!(verdict(18.75), "three of sixteen");
    assert!(!verdict(18.0), "exactly the quorum is not more");
    assert!(!verdict(12.5), "two of sixteen");
}
