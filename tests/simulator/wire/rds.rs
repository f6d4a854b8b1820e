//! RDS through the SDK: awsQuery.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{Filter, SourceType};
use gwctl::sim::Sim;
use gwctl::sim::world::model::{DbEvent, FailoverState};
use jiff::SignedDuration;

use super::{ACCOUNT, code, noon, sdk, world};

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

#[tokio::test(start_paused = true)]
async fn the_global_cluster_and_its_members() {
    let client = Client::new(&sdk(&world("calm"), "eu-west-1"));
    let all = client.describe_global_clusters().send().await.unwrap();
    let [global] = all.global_clusters() else {
        panic!("{all:?}")
    };
    assert_eq!(global.global_cluster_identifier(), Some("orders"));
    assert_eq!(
        (global.status(), global.engine_version()),
        (Some("available"), Some("16.8"))
    );
    assert!(global.failover_state().is_none());
    let writers: Vec<_> = global
        .global_cluster_members()
        .iter()
        .filter(|one| one.is_writer() == Some(true))
        .collect();
    let [writer] = writers[..] else {
        panic!("{writers:?}")
    };
    assert_eq!(
        writer.db_cluster_arn(),
        Some(&*format!(
            "arn:aws:rds:us-east-1:{ACCOUNT}:cluster:orders-use1"
        ))
    );
    assert_eq!(writer.readers().len(), 2);
    assert!(writer.global_write_forwarding_status().is_none());
    let here = client
        .describe_global_clusters()
        .filters(filter("region", "ap-southeast-1"))
        .send()
        .await;
    assert_eq!(here.unwrap().global_clusters().len(), 1);
    let nowhere = client
        .describe_global_clusters()
        .filters(filter("region", "sa-east-1"))
        .send()
        .await;
    assert!(nowhere.unwrap().global_clusters().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failover_state_that_the_model_does_not_know_still_arrives() {
    let sim = world("calm");
    let arn = |name: &str| format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:{name}");
    sim.state().resources.global_clusters[0].failover = Some(FailoverState {
        status: "switching-over".into(),
        from: arn("a"),
        to: arn("b"),
        data_loss_allowed: false,
    });
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let reply = client
        .describe_global_clusters()
        .global_cluster_identifier("orders")
        .send()
        .await
        .unwrap();
    let state = reply.global_clusters()[0].failover_state().unwrap();
    assert_eq!(state.status().unwrap().as_str(), "switching-over");
    assert_eq!(state.to_db_cluster_arn(), Some(&*arn("b")));
    assert_eq!(state.is_data_loss_allowed(), Some(false));
}

#[tokio::test(start_paused = true)]
async fn clusters_and_instances_are_those_of_the_region_called() {
    let client = Client::new(&sdk(&world("calm"), "ap-southeast-1"));
    let clusters = client.describe_db_clusters().send().await.unwrap();
    let [cluster] = clusters.db_clusters() else {
        panic!("{clusters:?}")
    };
    assert_eq!(cluster.db_cluster_identifier(), Some("orders-apse1"));
    assert_eq!(
        cluster.global_write_forwarding_status().unwrap().as_str(),
        "enabled"
    );
    assert_eq!(cluster.db_cluster_members().len(), 2);
    assert_eq!(cluster.backup_retention_period(), Some(14));
    let by_arn = client
        .describe_db_clusters()
        .db_cluster_identifier(cluster.db_cluster_arn().unwrap());
    assert_eq!(by_arn.send().await.unwrap().db_clusters().len(), 1);
    for value in ["orders-apse1", cluster.db_cluster_arn().unwrap()] {
        let instances = client
            .describe_db_instances()
            .filters(filter("db-cluster-id", value))
            .send()
            .await;
        let instances = instances.unwrap();
        assert_eq!(instances.db_instances().len(), 2, "{value}");
        assert_eq!(
            instances.db_instances()[0].db_instance_status(),
            Some("available")
        );
    }
    let other = client
        .describe_db_instances()
        .filters(filter("db-cluster-id", "orders-use1"))
        .send()
        .await;
    assert!(other.unwrap().db_instances().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_named_as_rds_names_it() {
    let client = Client::new(&sdk(&world("calm"), "eu-west-1"));
    let cluster = client
        .describe_db_clusters()
        .db_cluster_identifier("orders-use1")
        .send()
        .await;
    let error = cluster.unwrap_err();
    assert_eq!(code(&error), "DBClusterNotFoundFault");
    assert!(error.into_service_error().is_db_cluster_not_found_fault());
    let instance = client
        .describe_db_instances()
        .db_instance_identifier("nope")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&instance), "DBInstanceNotFound");
    assert!(
        instance
            .into_service_error()
            .is_db_instance_not_found_fault()
    );
    let global = client
        .describe_global_clusters()
        .global_cluster_identifier("nope")
        .send()
        .await;
    assert!(
        global
            .unwrap_err()
            .into_service_error()
            .is_global_cluster_not_found_fault()
    );
    let snapshot = client
        .describe_db_cluster_snapshots()
        .db_cluster_snapshot_identifier("nope")
        .send()
        .await;
    assert!(
        snapshot
            .unwrap_err()
            .into_service_error()
            .is_db_cluster_snapshot_not_found_fault()
    );
    let none = client
        .describe_db_cluster_snapshots()
        .db_cluster_identifier("orders-euw1")
        .send()
        .await;
    assert!(none.unwrap().db_cluster_snapshots().is_empty());
    let filter = client
        .describe_db_clusters()
        .filters(filter("colour", "red"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&filter), "InvalidParameterValue");
    let records = client
        .describe_db_clusters()
        .max_records(7)
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&records), "InvalidParameterValue");
    let marker = client
        .describe_db_clusters()
        .marker("forged")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&marker), "InvalidParameterValue");
}

#[tokio::test(start_paused = true)]
async fn a_switchover_is_answered_at_once_and_done_later() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let target = format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:orders-euw1");
    let call = |global: &str, target: &str| {
        let call = client
            .switchover_global_cluster()
            .global_cluster_identifier(global);
        call.target_db_cluster_identifier(target).send()
    };
    let reply = call("orders", &target).await.unwrap();
    let cluster = reply.global_cluster().unwrap();
    assert_eq!(cluster.status(), Some("switching-over"));
    assert!(
        cluster.global_cluster_members()[0].is_writer() == Some(true),
        "still the old one"
    );
    let twice = call("orders", &target)
        .await
        .unwrap_err()
        .into_service_error();
    assert!(twice.is_invalid_global_cluster_state_fault(), "{twice:?}");
    let nobody = call("nope", &target)
        .await
        .unwrap_err()
        .into_service_error();
    assert!(nobody.is_global_cluster_not_found_fault());
    sim.advance(std::time::Duration::from_secs(600));
    let after = client.describe_global_clusters().send().await.unwrap();
    let after = &after.global_clusters()[0];
    assert_eq!(
        (after.status(), after.failover_state()),
        (Some("available"), None)
    );
    let writer = after
        .global_cluster_members()
        .iter()
        .find(|one| one.is_writer() == Some(true));
    assert_eq!(writer.unwrap().db_cluster_arn(), Some(&*target));
    let both = client
        .failover_global_cluster()
        .global_cluster_identifier("orders")
        .target_db_cluster_identifier(&target)
        .allow_data_loss(true)
        .switchover(true);
    assert_eq!(
        code(&both.send().await.unwrap_err()),
        "InvalidParameterCombination"
    );
}

fn happened(sim: &Sim, minutes_ago: i64, source_type: &'static str, source: &str) {
    let region = "eu-west-1".parse().unwrap();
    sim.state().resources.db_events.push(DbEvent {
        region,
        id: "RDS-EVENT-0184",
        at: noon() - SignedDuration::from_mins(minutes_ago),
        source_type,
        source: source.into(),
        source_arn: format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:{source}"),
        categories: vec!["global failover".into()],
        message: format!("New primary <{source}> & \"others\""),
    });
}

#[tokio::test(start_paused = true)]
async fn events_are_of_the_last_hour_unless_asked_otherwise() {
    let sim = world("calm");
    sim.state().resources.db_events.clear();
    happened(&sim, 90, "db-cluster", "old");
    happened(&sim, 30, "db-cluster", "orders-euw1");
    happened(&sim, 10, "db-instance", "orders-euw1-1");
    let client = Client::new(&sdk(&sim, "eu-west-1"));
    let events = client.describe_events().send().await.unwrap();
    let sources: Vec<_> = events
        .events()
        .iter()
        .map(|event| event.source_identifier().unwrap())
        .collect();
    assert_eq!(sources, ["orders-euw1", "orders-euw1-1"]);
    let first = &events.events()[0];
    assert_eq!(
        first.message(),
        Some("New primary <orders-euw1> & \"others\"")
    );
    assert_eq!(first.event_categories(), ["global failover"]);
    assert_eq!(
        first.date().unwrap().secs(),
        (noon() - SignedDuration::from_mins(30)).as_second()
    );
    let longer = client
        .describe_events()
        .duration(120)
        .source_type(SourceType::DbCluster)
        .send()
        .await;
    assert_eq!(longer.unwrap().events().len(), 2);
    let named = client
        .describe_events()
        .source_identifier("orders-euw1")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&named), "InvalidParameterCombination");
    let elsewhere = Client::new(&sdk(&sim, "us-east-1"))
        .describe_events()
        .send()
        .await
        .unwrap();
    assert!(elsewhere.events().is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_events_come_in_pages() {
    let sim = world("calm");
    sim.state().resources.db_events.clear();
    (0..45).for_each(|number| happened(&sim, 50 - number, "db-cluster", &format!("c{number}")));
    let client = Client::new(&sdk(&sim, "eu-west-1"));
    let mut pages = client
        .describe_events()
        .max_records(20)
        .into_paginator()
        .send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().events().len());
    }
    assert_eq!(sizes, [20, 20, 5]);
}

#[tokio::test(start_paused = true)]
async fn serverless_clusters_have_a_range_and_headless_ones_no_member() {
    let client = Client::new(&sdk(&world("serverless"), "eu-west-1"));
    let all = client.describe_db_clusters().send().await.unwrap();
    let range = all.db_clusters()[0]
        .serverless_v2_scaling_configuration()
        .unwrap();
    assert_eq!(
        (range.min_capacity(), range.max_capacity()),
        (Some(2.0), Some(16.0))
    );
    assert_eq!(
        range.seconds_until_auto_pause(),
        None,
        "only at a minimum of 0"
    );
    let instances = client.describe_db_instances().send().await.unwrap();
    let classes: Vec<_> = instances
        .db_instances()
        .iter()
        .map(|one| one.db_instance_class())
        .collect();
    assert_eq!(classes, [Some("db.serverless"); 2]);
    let client = Client::new(&sdk(&world("headless"), "eu-west-1"));
    let all = client.describe_db_clusters().send().await.unwrap();
    let cluster = &all.db_clusters()[0];
    assert_eq!(
        (cluster.status(), cluster.db_cluster_members().len()),
        (Some("available"), 0)
    );
    let instances = client.describe_db_instances().send().await.unwrap();
    assert!(instances.db_instances().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_proxy_tells_what_it_follows_and_which_instance_takes_writes() {
    let sim = world("with-proxy");
    for (region, name, roles) in [
        (
            "us-east-1",
            "orders-use1-proxy",
            ["READ_WRITE", "READ_ONLY"],
        ),
        ("eu-west-1", "orders-euw1-proxy", ["READ_ONLY", "READ_ONLY"]),
    ] {
        let client = Client::new(&sdk(&sim, region));
        let all = client.describe_db_proxies().send().await.unwrap();
        let [proxy] = all.db_proxies() else {
            panic!("{all:?}")
        };
        assert_eq!(proxy.db_proxy_name(), Some(name));
        let targets = client.describe_db_proxy_targets().db_proxy_name(name);
        let targets = targets.send().await.unwrap();
        let told: Vec<_> = targets
            .targets()
            .iter()
            .filter_map(|one| Some(one.role()?.as_str()))
            .collect();
        assert_eq!(told, roles, "{region}");
        let cluster = &targets.targets()[0];
        assert_eq!(cluster.r#type().unwrap().as_str(), "TRACKED_CLUSTER");
    }
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let none = client.describe_db_proxy_targets().db_proxy_name("payments");
    let error = none.send().await.unwrap_err();
    assert_eq!(code(&error), "DBProxyNotFoundFault");
}
