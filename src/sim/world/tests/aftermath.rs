//! What a promotion leaves behind: snapshots, write forwarding, the endpoint that follows the writer.

use super::database::{arn, events, settle, writer};
use super::*;

fn snapshots(sim: &Sim, region: &str) -> Vec<(String, String)> {
    let state = sim.state();
    let here = state.resources.snapshots.iter();
    here.filter(|one| one.region.as_str() == region)
        .map(|one| (one.id.clone(), one.status.clone()))
        .collect()
}

#[test]
fn the_old_primarys_volume_is_saved_once_its_region_is_back() {
    let sim = world("primary-dark");
    sim.state()
        .rds()
        .failover("orders", &arn("orders-euw1", IRELAND), true)
        .unwrap();
    settle(&sim);
    pass(&sim, 300);
    assert!(
        snapshots(&sim, VIRGINIA).is_empty(),
        "there is nobody to save it"
    );
    sim.end_fault("region-dark:us-east-1").unwrap();
    pass(&sim, 2);
    let [(id, status)] = &snapshots(&sim, VIRGINIA)[..] else {
        panic!("one")
    };
    assert!(
        id.starts_with("rds:unplanned-global-failover-orders-use1-2026-11-23-"),
        "{id}"
    );
    assert_eq!(status, "creating");
    let home = region(VIRGINIA);
    let early = sim
        .state()
        .rds()
        .copy_snapshot(&home, id, "kept")
        .unwrap_err();
    assert!(matches!(early, CopyRefused::NotAvailable { .. }), "{early}");
    pass(&sim, 120);
    assert_eq!(snapshots(&sim, VIRGINIA)[0].1, "available");
    let copy = sim.state().rds().copy_snapshot(&home, id, "kept").unwrap();
    assert_eq!(
        (copy.status.as_str(), copy.kind.as_str()),
        ("copying", "manual")
    );
    let twice = sim
        .state()
        .rds()
        .copy_snapshot(&home, id, "kept")
        .unwrap_err();
    assert_eq!(twice, CopyRefused::AlreadyExists("kept".into()));
    pass(&sim, 120);
    assert_eq!(
        snapshots(&sim, VIRGINIA)[1],
        ("kept".into(), "available".into())
    );
    pass(&sim, 600);
    assert_eq!(snapshots(&sim, VIRGINIA).len(), 2, "it is saved once");
}

#[test]
fn a_switchover_leaves_no_snapshot() {
    let sim = world("calm");
    sim.state()
        .rds()
        .switchover("orders", &arn("orders-euw1", IRELAND))
        .unwrap();
    pass(&sim, 600);
    assert!(snapshots(&sim, VIRGINIA).is_empty());
}

fn forwarding(sim: &Sim, region: &str) -> (Option<String>, Option<String>) {
    let state = sim.state();
    let clusters = state.resources.clusters.iter();
    let mut members = state.resources.global_clusters[0].members.iter();
    (
        clusters
            .filter(|one| one.region.as_str() == region)
            .find_map(|one| one.write_forwarding.clone()),
        members
            .find(|one| one.region.as_str() == region)
            .and_then(|one| one.write_forwarding.clone()),
    )
}

/// Writes a second acknowledged in a Region just now.
fn written(sim: &Sim, site: usize) -> f64 {
    sim.state().fleet.sites[site].latest.acknowledged
}

#[test]
fn without_write_forwarding_a_regions_writes_fail_and_nobody_elses() {
    let sim = world("calm");
    let word = |status: &str| (Some(status.to_owned()), Some(status.to_owned()));
    assert_eq!(forwarding(&sim, IRELAND), word("enabled"));
    sim.state()
        .rds()
        .set_write_forwarding(&region(IRELAND), false);
    assert_eq!(forwarding(&sim, IRELAND), word("disabling"));
    pass(&sim, 20);
    assert_eq!(forwarding(&sim, IRELAND), word("disabled"));
    assert!(written(&sim, 1) == 0.0 && written(&sim, 0) > 0.0 && written(&sim, 2) > 0.0);
    sim.state()
        .rds()
        .set_write_forwarding(&region(IRELAND), true);
    assert_eq!(forwarding(&sim, IRELAND), word("enabling"));
    pass(&sim, 1);
    assert!(written(&sim, 1) == 0.0, "not yet");
    pass(&sim, 20);
    assert!(written(&sim, 1) > 0.0);
}

#[test]
fn on_the_primary_write_forwarding_is_remembered_until_it_is_demoted() {
    let sim = world("calm");
    sim.state()
        .rds()
        .set_write_forwarding(&region(VIRGINIA), false);
    pass(&sim, 30);
    assert_eq!(forwarding(&sim, VIRGINIA), (None, None));
    assert!(written(&sim, 0) > 0.0, "the writer needs no forwarding");
    sim.state()
        .rds()
        .switchover("orders", &arn("orders-euw1", IRELAND))
        .unwrap();
    settle(&sim);
    let off = Some("disabled".to_owned());
    assert_eq!(forwarding(&sim, VIRGINIA), (off.clone(), off));
    pass(&sim, 5);
    assert!(written(&sim, 0) == 0.0, "its own writes fail now");
}

#[test]
fn the_global_writer_endpoint_follows_the_writer_when_aurora_says_so() {
    let sim = world("calm");
    let name = sim.state().resources.global_clusters[0].endpoint.clone();
    let named = || sim.resolve(&name).unwrap().values.join(" ");
    assert!(named().starts_with("orders-use1.cluster-"), "{}", named());
    assert_eq!(sim.state().dns_answer(&name, "CNAME", None).ttl_s, 5);
    sim.state()
        .rds()
        .switchover("orders", &arn("orders-euw1", IRELAND))
        .unwrap();
    let mut moved = false;
    for _ in 0..90 {
        pass(&sim, 1);
        let told = events(&sim, IRELAND).contains(&"RDS-EVENT-0397");
        let answer = sim
            .state()
            .dns_answer(&name, "CNAME", None)
            .values
            .join(" ");
        assert_eq!(answer.starts_with("orders-euw1.cluster-"), told, "{answer}");
        moved |= told;
    }
    assert!(moved);
    pass(&sim, 6);
    assert!(
        named().starts_with("orders-euw1."),
        "a resolver keeps it for five seconds"
    );
}

#[test]
fn the_next_switchover_fails_when_it_is_to_and_the_one_after_does_not() {
    let sim = world("failed-switchover");
    let target = arn("orders-euw1", IRELAND);
    sim.state().rds().switchover("orders", &target).unwrap();
    settle(&sim);
    assert_eq!(writer(&sim), VIRGINIA);
    assert!(events(&sim, IRELAND).contains(&"RDS-EVENT-0187"));
    assert!(!events(&sim, IRELAND).contains(&"RDS-EVENT-0184"));
    pass(&sim, 2);
    assert!(sim.state().writable());
    sim.state().rds().switchover("orders", &target).unwrap();
    settle(&sim);
    assert_eq!(writer(&sim), IRELAND);
    assert_eq!(sim.state().totals.writes_lost, 0.0);
}
