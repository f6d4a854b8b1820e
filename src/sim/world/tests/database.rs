//! Replication and the two ways to move the writer.

use super::*;

pub(super) fn arn(cluster: &str, region: &str) -> String {
    format!("arn:aws:rds:{region}:123456789012:cluster:{cluster}")
}

pub(super) fn writer(sim: &Sim) -> String {
    let state = sim.state();
    let global = &state.resources.global_clusters[0];
    global
        .members
        .iter()
        .find(|member| member.writer)
        .unwrap()
        .region
        .to_string()
}

pub(super) fn events(sim: &Sim, region: &str) -> Vec<&'static str> {
    let state = sim.state();
    state
        .resources
        .db_events
        .iter()
        .filter(|e| e.region.as_str() == region)
        .map(|e| e.id)
        .collect()
}

/// Passes time until the global cluster is available again; the seconds it took.
pub(super) fn settle(sim: &Sim) -> u64 {
    for seconds in 0..600 {
        let state = sim.state();
        let global = &state.resources.global_clusters[0];
        if global.status == "available" && global.failover.is_none() {
            return seconds;
        }
        drop(state);
        pass(sim, 1);
    }
    panic!("it never ends");
}

#[test]
fn lag_grows_with_distance_and_stays_a_fraction_of_a_second() {
    let sim = world("calm");
    let (ireland, singapore) = (
        mean(&lag(&sim, "orders-euw1", IRELAND, 120)),
        mean(&lag(&sim, "orders-apse1", SINGAPORE, 120)),
    );
    assert!((90.0..300.0).contains(&ireland), "{ireland}");
    assert!(
        singapore > 1.3 * ireland && singapore < 600.0,
        "{singapore}"
    );
}

#[test]
fn a_surge_shows_in_its_region_alone() {
    let sim = world("lag-surge");
    let newest = |cluster, region| lag(&sim, cluster, region, 8).last().unwrap().1;
    assert!(newest("orders-apse1", SINGAPORE) > 8_000.0);
    assert!(newest("orders-euw1", IRELAND) < 1_000.0);
}

#[test]
fn a_switchover_goes_through_its_stages_and_loses_nothing() {
    let sim = world("calm");
    let reply = sim
        .state()
        .rds()
        .switchover("orders", &arn("orders-euw1", IRELAND))
        .unwrap();
    assert_eq!(reply.status, "switching-over");
    assert_eq!(reply.failover.unwrap().status, "pending");
    assert!(
        reply
            .members
            .iter()
            .any(|m| m.writer && m.region.as_str() == VIRGINIA),
        "not yet"
    );
    pass(&sim, 9);
    let state = sim.state();
    assert_eq!(
        state.resources.global_clusters[0]
            .failover
            .as_ref()
            .unwrap()
            .status,
        "switching-over"
    );
    assert!(!state.writable(), "read-only before promotion");
    drop(state);
    let took = 9 + settle(&sim);
    assert!((20..60).contains(&took), "{took} s");
    assert_eq!(writer(&sim), IRELAND);
    assert_eq!(
        events(&sim, IRELAND),
        [
            "RDS-EVENT-0181",
            "RDS-EVENT-0183",
            "RDS-EVENT-0184",
            "RDS-EVENT-0397",
            "RDS-EVENT-0185"
        ]
    );
    assert!(events(&sim, VIRGINIA).contains(&"RDS-EVENT-0182"));
    let state = sim.state();
    assert!(state.writable());
    assert_eq!(state.totals.writes_lost, 0.0);
    let cluster = |id: &str| {
        state
            .resources
            .clusters
            .iter()
            .find(|c| c.id == id)
            .unwrap()
    };
    assert_eq!(cluster("orders-euw1").replication_source, None);
    assert_eq!(
        cluster("orders-use1").replication_source,
        Some(arn("orders-euw1", IRELAND))
    );
}

#[test]
fn lag_follows_the_roles_after_a_switchover() {
    let sim = world("calm");
    sim.state()
        .rds()
        .switchover("orders", &arn("orders-euw1", IRELAND))
        .unwrap();
    pass(&sim, 420);
    assert!(
        lag(&sim, "orders-euw1", IRELAND, 4).is_empty(),
        "a writer has no lag"
    );
    assert!(!lag(&sim, "orders-use1", VIRGINIA, 4).is_empty());
    assert!(!lag(&sim, "orders-apse1", SINGAPORE, 4).is_empty());
}

#[test]
fn a_switchover_waits_for_the_lag() {
    let behind = world("lag-surge");
    pass(&behind, 60);
    behind
        .state()
        .rds()
        .switchover("orders", &arn("orders-apse1", SINGAPORE))
        .unwrap();
    let long = settle(&behind);
    let calm = world("calm");
    calm.state()
        .rds()
        .switchover("orders", &arn("orders-apse1", SINGAPORE))
        .unwrap();
    assert!(long > settle(&calm) + 10, "{long} s");
    assert_eq!(behind.state().totals.writes_lost, 0.0);
}

#[test]
fn a_switchover_from_a_dead_primary_fails_and_changes_nothing() {
    let sim = world("primary-dark");
    sim.state()
        .rds()
        .switchover("orders", &arn("orders-euw1", IRELAND))
        .unwrap();
    settle(&sim);
    assert_eq!(writer(&sim), VIRGINIA);
    assert!(events(&sim, IRELAND).contains(&"RDS-EVENT-0187"));
    assert!(
        events(&sim, VIRGINIA).is_empty(),
        "nothing is recorded in the dark"
    );
}

#[test]
fn a_failover_loses_the_tail_that_had_not_arrived_and_counts_it() {
    let sim = world("lag-surge");
    pass(&sim, 60);
    let before = sim.state().totals;
    pass(&sim, 10);
    let writes_a_second =
        (sim.state().totals.writes_acknowledged - before.writes_acknowledged) / 10.0;
    sim.start_fault("region-dark:us-east-1").unwrap();
    pass(&sim, 60);
    let state = sim.state();
    let darkness = 60.0;
    let behind = state.database.members[2].lag_ms / 1_000.0 - darkness;
    drop(state);
    assert!(behind > 8.0, "{behind} s");
    sim.state()
        .rds()
        .failover("orders", &arn("orders-apse1", SINGAPORE), true)
        .unwrap();
    assert_eq!(
        sim.state().resources.global_clusters[0].status,
        "failing-over"
    );
    settle(&sim);
    assert_eq!(writer(&sim), SINGAPORE);
    let (lost, waited) = {
        let totals = sim.state().totals;
        (totals.writes_lost, totals.without_writer_s)
    };
    assert!(
        (60.0..260.0).contains(&waited),
        "dark, then failing over: {waited} s"
    );
    let expected = writes_a_second * behind;
    assert!(
        (lost / expected - 1.0).abs() < 0.15,
        "lost {lost}, expected {expected}"
    );
    let told = events(&sim, SINGAPORE);
    for id in [
        "RDS-EVENT-0391",
        "RDS-EVENT-0184",
        "RDS-EVENT-0238",
        "RDS-EVENT-0240",
    ] {
        assert!(told.contains(&id), "{id} in {told:?}");
    }
}

#[test]
fn after_a_failover_the_old_primary_rejoins_once_its_region_is_back() {
    let sim = world("primary-dark");
    sim.state()
        .rds()
        .failover("orders", &arn("orders-euw1", IRELAND), true)
        .unwrap();
    settle(&sim);
    pass(&sim, 900);
    let synchronization = |sim: &Sim| {
        let state = sim.state();
        let members = &state.resources.global_clusters[0].members;
        members
            .iter()
            .find(|m| m.region.as_str() == VIRGINIA)
            .unwrap()
            .synchronization
            .clone()
            .unwrap()
    };
    assert_eq!(synchronization(&sim), "pending-resync");
    assert!(!events(&sim, IRELAND).contains(&"RDS-EVENT-0241"));
    let refused = sim
        .state()
        .rds()
        .switchover("orders", &arn("orders-use1", VIRGINIA))
        .unwrap_err();
    assert!(
        matches!(refused, PromotionRefused::InvalidDbClusterState { .. }),
        "{refused}"
    );
    sim.end_fault("region-dark:us-east-1").unwrap();
    pass(&sim, 400);
    assert_eq!(synchronization(&sim), "connected");
    assert!(events(&sim, IRELAND).contains(&"RDS-EVENT-0241"));
    sim.state()
        .rds()
        .switchover("orders", &arn("orders-use1", VIRGINIA))
        .unwrap();
    settle(&sim);
    assert_eq!(writer(&sim), VIRGINIA, "and fail-back is a switchover");
}

#[test]
fn without_a_writer_writes_fail_everywhere_and_reads_go_on() {
    let sim = world("primary-dark");
    let of = |function| {
        let dimensions = [("FunctionName", function)];
        let sum = |metric| {
            mean(&recent(
                &sim,
                IRELAND,
                ("AWS/Lambda", metric),
                &dimensions,
                "Sum",
                3,
            ))
        };
        sum("Errors") / sum("Invocations")
    };
    assert!(of("orders-write") > 0.99);
    assert!(of("orders-read") < 0.01);
}

#[test]
fn what_cannot_be_promoted_is_refused() {
    let sim = world("calm");
    let mut state = sim.state();
    let target = arn("orders-euw1", IRELAND);
    let refused = |answer: Result<model::GlobalCluster, PromotionRefused>| answer.unwrap_err();
    assert!(matches!(
        refused(state.rds().switchover("other", &target)),
        PromotionRefused::GlobalClusterNotFound(_)
    ));
    assert!(matches!(
        refused(state.rds().switchover("orders", "arn:x")),
        PromotionRefused::DbClusterNotFound(_)
    ));
    let primary = arn("orders-use1", VIRGINIA);
    assert!(matches!(
        refused(state.rds().switchover("orders", &primary)),
        PromotionRefused::InvalidDbClusterState { .. }
    ));
    state.rds().switchover("orders", &target).unwrap();
    assert!(matches!(
        refused(state.rds().failover("orders", &target, true)),
        PromotionRefused::InvalidGlobalClusterState { .. }
    ));
}

#[test]
fn a_scenario_may_have_moved_the_writer_before_we_came() {
    let sim = world("switched-over");
    assert_eq!(writer(&sim), IRELAND);
    assert!(events(&sim, IRELAND).contains(&"RDS-EVENT-0185"));
    let state = sim.state();
    let finished = state.resources.db_events.last().unwrap().at;
    assert!((20..25).contains(&(state.now().duration_since(finished).as_secs() / 60)));
    drop(state);
    assert!(!lag(&sim, "orders-use1", VIRGINIA, 20).is_empty());
    assert!(lag(&sim, "orders-euw1", IRELAND, 20).is_empty());
}
