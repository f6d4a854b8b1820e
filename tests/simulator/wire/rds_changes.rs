//! Snapshots and write forwarding through the SDK.

use std::time::Duration;

use aws_sdk_rds::Client;

use super::{ACCOUNT, code, sdk, world};

#[tokio::test(start_paused = true)]
async fn the_snapshot_of_a_failed_over_primary_is_found_and_copied() {
    let sim = world("primary-dark");
    let ireland = format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:orders-euw1");
    let client = Client::new(&sdk(&sim, "eu-west-1"));
    let failover = client
        .failover_global_cluster()
        .global_cluster_identifier("orders")
        .target_db_cluster_identifier(ireland)
        .allow_data_loss(true);
    failover.send().await.unwrap();
    sim.advance(Duration::from_secs(240));
    sim.end_fault("region-dark:us-east-1").unwrap();
    sim.advance(Duration::from_secs(120));
    let old = Client::new(&sdk(&sim, "us-east-1"));
    let list = async || {
        let call = old
            .describe_db_cluster_snapshots()
            .db_cluster_identifier("orders-use1");
        call.send().await.unwrap().db_cluster_snapshots().to_vec()
    };
    let [saved] = &list().await[..] else {
        panic!("one")
    };
    let id = saved.db_cluster_snapshot_identifier().unwrap();
    assert!(
        id.starts_with("rds:unplanned-global-failover-orders-use1-"),
        "{id}"
    );
    assert_eq!(
        (saved.status(), saved.snapshot_type()),
        (Some("available"), Some("automated"))
    );
    let copy = async |source: &str, target: &str| {
        let call = old
            .copy_db_cluster_snapshot()
            .source_db_cluster_snapshot_identifier(source);
        call.target_db_cluster_snapshot_identifier(target)
            .send()
            .await
    };
    let odd = copy(id, "rds:mine").await.unwrap_err();
    assert_eq!(code(&odd), "InvalidParameterValue");
    let none = copy("nope", "kept").await.unwrap_err();
    assert!(
        none.into_service_error()
            .is_db_cluster_snapshot_not_found_fault()
    );
    let arn = saved.db_cluster_snapshot_arn().unwrap();
    let made = copy(arn, "kept").await.unwrap();
    assert_eq!(
        made.db_cluster_snapshot().unwrap().status(),
        Some("copying")
    );
    let twice = copy(id, "kept").await.unwrap_err();
    assert!(
        twice
            .into_service_error()
            .is_db_cluster_snapshot_already_exists_fault()
    );
    let early = copy("kept", "again").await.unwrap_err();
    assert!(
        early
            .into_service_error()
            .is_invalid_db_cluster_snapshot_state_fault()
    );
    sim.advance(Duration::from_secs(120));
    let all = list().await;
    assert_eq!(all[1].status(), Some("available"));
    assert_eq!(all[1].source_db_cluster_snapshot_arn(), Some(arn));
    let manual = old
        .describe_db_cluster_snapshots()
        .snapshot_type("manual")
        .send();
    assert_eq!(manual.await.unwrap().db_cluster_snapshots().len(), 1);
    let elsewhere = client.describe_db_cluster_snapshots().send().await.unwrap();
    assert!(elsewhere.db_cluster_snapshots().is_empty());
}

#[tokio::test(start_paused = true)]
async fn promotions_are_called_where_aws_wants_them() {
    let sim = world("calm");
    let target = format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:orders-euw1");
    let switchover = async |region: &str| {
        let client = Client::new(&sdk(&sim, region));
        let call = client.switchover_global_cluster();
        let call = call.global_cluster_identifier("orders");
        let made = call.target_db_cluster_identifier(&target).send().await;
        made.map(|_| ())
            .map_err(|error| error.to_string() + code(&error))
    };
    let failover = async |region: &str, loses: bool| {
        let client = Client::new(&sdk(&sim, region));
        let call = client.failover_global_cluster().allow_data_loss(loses);
        let call = call.global_cluster_identifier("orders");
        let made = call.target_db_cluster_identifier(&target).send().await;
        made.map(|_| ())
            .map_err(|error| error.to_string() + code(&error))
    };
    assert!(
        switchover("eu-west-1").await.is_err(),
        "the primary's Region"
    );
    assert!(
        failover("us-east-1", true).await.is_err(),
        "the target's Region"
    );
    assert!(
        failover("eu-west-1", false).await.is_err(),
        "that is a switchover"
    );
    assert!(
        sim.state()
            .control
            .mutations
            .iter()
            .all(|one| !one.accepted)
    );
    switchover("us-east-1").await.unwrap();
    sim.advance(Duration::from_secs(300));
    let home = format!("arn:aws:rds:us-east-1:{ACCOUNT}:cluster:orders-use1");
    let back = Client::new(&sdk(&sim, "us-east-1"))
        .failover_global_cluster()
        .global_cluster_identifier("orders")
        .target_db_cluster_identifier(home)
        .allow_data_loss(true);
    back.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn write_forwarding_is_switched_on_the_cluster_of_the_region_called() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, "eu-west-1"));
    let set = async |cluster: &str, on: bool| {
        let call = client.modify_db_cluster().db_cluster_identifier(cluster);
        call.enable_global_write_forwarding(on).send().await
    };
    let elsewhere = set("orders-use1", false).await.unwrap_err();
    assert!(
        elsewhere
            .into_service_error()
            .is_db_cluster_not_found_fault()
    );
    let reply = set("orders-euw1", false).await.unwrap();
    let status = |cluster: Option<&aws_sdk_rds::types::DbCluster>| {
        let status = cluster.and_then(|one| one.global_write_forwarding_status());
        status
            .map(|one| one.as_str().to_owned())
            .unwrap_or_default()
    };
    assert_eq!(status(reply.db_cluster()), "disabling");
    sim.advance(Duration::from_secs(20));
    let after = client.describe_db_clusters().send().await.unwrap();
    assert_eq!(status(after.db_clusters().first()), "disabled");
    assert_eq!(
        after.db_clusters()[0].global_write_forwarding_requested(),
        Some(false)
    );
    let global = client.describe_global_clusters().send().await.unwrap();
    let members = global.global_clusters()[0].global_cluster_members();
    let off = members
        .iter()
        .filter_map(|one| one.global_write_forwarding_status())
        .filter(|status| status.as_str() == "disabled");
    assert_eq!(off.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_secondary_is_detached_and_the_primary_is_not() {
    let sim = world("calm");
    let arn = |region: &str, id: &str| format!("arn:aws:rds:{region}:{ACCOUNT}:cluster:{id}");
    let client = Client::new(&sdk(&sim, "ap-southeast-1"));
    let remove = async |cluster: String| {
        let call = client.remove_from_global_cluster();
        let call = call.global_cluster_identifier("orders");
        call.db_cluster_identifier(cluster).send().await
    };
    let primary = remove(arn("us-east-1", "orders-use1")).await.unwrap_err();
    assert_eq!(code(&primary), "InvalidGlobalClusterStateFault");
    let stranger = remove(arn("us-east-1", "nobody")).await.unwrap_err();
    let stranger = stranger.into_service_error();
    assert!(stranger.is_db_cluster_not_found_fault());
    let left = remove(arn("ap-southeast-1", "orders-apse1")).await.unwrap();
    let members = left.global_cluster().unwrap().global_cluster_members();
    assert_eq!(members.len(), 2);
    let call = client.describe_db_clusters();
    let call = call.db_cluster_identifier("orders-apse1");
    let alone = call.send().await.unwrap().db_clusters()[0].clone();
    assert_eq!(alone.replication_source_identifier(), None);
    assert_eq!(alone.global_write_forwarding_status(), None);
}

#[tokio::test(start_paused = true)]
async fn protection_is_taken_off_and_a_last_snapshot_is_taken() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let open = client.modify_db_cluster().deletion_protection(false);
    let open = open.db_cluster_identifier("orders-use1").send().await;
    assert_eq!(
        open.unwrap().db_cluster().unwrap().deletion_protection(),
        Some(false)
    );
    let open = client.modify_global_cluster().deletion_protection(false);
    let open = open.global_cluster_identifier("orders").send().await;
    assert_eq!(
        open.unwrap()
            .global_cluster()
            .unwrap()
            .deletion_protection(),
        Some(false)
    );
    let take = async |cluster: &str| {
        let call = client.create_db_cluster_snapshot();
        let call = call.db_cluster_identifier(cluster);
        call.db_cluster_snapshot_identifier("last").send().await
    };
    let nobody = take("nobody").await.unwrap_err().into_service_error();
    assert!(nobody.is_db_cluster_not_found_fault());
    let taken = take("orders-use1").await.unwrap();
    let taken = taken.db_cluster_snapshot().unwrap().clone();
    assert_eq!(
        (taken.status(), taken.snapshot_type()),
        (Some("creating"), Some("manual"))
    );
    let twice = take("orders-use1").await.unwrap_err().into_service_error();
    assert!(twice.is_db_cluster_snapshot_already_exists_fault());
}
