//! A fleet in emulators that nobody here wrote is found by the name clients use.

use gwctl::observe::discover::{About, Named, discover};

use super::stand::shared;

#[tokio::test]
async fn the_seeded_fleet_is_found() {
    let stand = shared();
    let session = stand.session().await;
    let found = discover(&session, "api.orders.example.com", &Named::default())
        .await
        .unwrap();
    let edge = &found.spec.edge;
    assert_eq!(edge.distribution, stand.fleet.distribution.id);
    assert_eq!(edge.hosted_zone, stand.fleet.zone);
    assert_eq!(edge.latency_record, "latency.orders.example.com");
    assert_eq!(edge.router.as_deref(), Some("orders-router"));
    assert_eq!(found.spec.global_cluster, "orders");
    assert_eq!(found.spec.probe_path, "/health");
    assert_eq!(found.spec.sites.len(), stand.fleet.sites.len());
    for site in &found.spec.sites {
        let seeded = &stand.fleet.sites[site.region.as_str()];
        assert_eq!(site.endpoint.as_ref(), Some(&seeded.domain));
        assert_eq!(site.api, seeded.api.id, "{}", site.region);
        let live = (seeded.api.kind == "rest").then_some("live");
        assert_eq!(site.stage.as_deref(), live);
        assert_eq!(site.functions, ["orders-read", "orders-write"]);
        assert_eq!(site.switch, None);
    }
    // Its checks follow no alarm, and no stack says that it is the fleet's.
    assert!(found.stacks.is_empty());
    assert!(found.gaps.iter().all(|gap| {
        matches!(gap.about, About::Site(_)) && gap.what.starts_with("an evacuation switch")
    }));
    assert_eq!(found.gaps.len(), 3, "{:?}", found.gaps);
}
