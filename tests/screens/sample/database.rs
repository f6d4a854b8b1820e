//! The global database of the sample fleet.

use gwctl::fleet::{
    Cluster, ClusterState, DbEvent, Engine, Instance, Member, Metric, Metrics, Region, Snapshot,
    Topology,
};

use super::{ago, known, put, wave};

fn cluster_name(here: &Region) -> String {
    format!(
        "orders-{}",
        here.as_str()
            .replace("us-east-1", "use1")
            .replace("eu-west-1", "euw1")
            .replace("ap-southeast-1", "apse1")
    )
}

/// The global cluster and its members.
pub fn database(snapshot: &mut Snapshot) {
    let home = snapshot.sites[0].region.clone();
    let engine = Engine {
        name: "aurora-postgresql".into(),
        version: "16.8".into(),
    };
    let member = |(index, region): (usize, &Region)| Member {
        arn: format!(
            "arn:aws:rds:{region}:123456789012:cluster:{}",
            cluster_name(region)
        ),
        region: region.clone(),
        cluster: cluster_name(region),
        writer: index == 0,
        write_forwarding: (index > 0).then(|| "enabled".into()),
        synchronization: Some("connected".into()),
    };
    let regions: Vec<Region> = snapshot
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    let topology = Topology {
        status: "available".into(),
        engine: engine.clone(),
        endpoint: Some("orders.global-abc.global.rds.amazonaws.com".into()),
        failover: None,
        members: regions.iter().enumerate().map(member).collect(),
        deletion_protection: true,
    };
    snapshot.database.topology = known(topology, 14, "rds:DescribeGlobalClusters", &home);
    for (index, here) in regions.iter().enumerate() {
        let mut metrics = Metrics::default();
        let phase = index as f64;
        if index > 0 {
            put(
                &mut metrics,
                Metric::RpoLag,
                wave(70.0 + 55.0 * phase.min(4.0), 0.2, phase),
                here,
            );
        }
        put(
            &mut metrics,
            Metric::DbCpu,
            wave(if index == 0 { 34.0 } else { 12.0 }, 0.15, phase),
            here,
        );
        put(
            &mut metrics,
            Metric::DbConnections,
            wave(48.0 - 6.0 * phase.min(5.0), 0.1, phase),
            here,
        );
        put(
            &mut metrics,
            Metric::DbWriteThroughput,
            wave(if index == 0 { 410.0 } else { 0.0 }, 0.1, phase),
            here,
        );
        let id = cluster_name(here);
        let instance = |number: u32| Instance {
            id: format!("{id}-{number}"),
            class: "db.r6g.large".into(),
            status: "available".into(),
            zone: Some(format!("{here}{}", if number == 1 { 'a' } else { 'b' })),
            writer: number == 1,
        };
        let state = ClusterState {
            status: "available".into(),
            engine: engine.clone(),
            instances: vec![instance(1), instance(2)],
            endpoint: Some(format!("{id}.cluster-abc.{here}.rds.amazonaws.com")),
            reader_endpoint: None,
            write_forwarding: (index > 0).then(|| "enabled".into()),
            backup_days: Some(7),
            port: Some(5432),
            capacity: None,
            managed_password: false,
            pending_reboot: Vec::new(),
            needs: Vec::new(),
        };
        let restarted = DbEvent {
            at: ago(1_900),
            region: here.clone(),
            source: format!("{id}-2"),
            categories: vec!["maintenance".into()],
            message: "DB instance restarted".into(),
        };
        let events = (index == 1).then_some(restarted).into_iter().collect();
        let cluster = Cluster {
            id,
            state: known(state, 14, "rds:DescribeDBClusters", here),
            metrics,
            events: known(events, 30, "rds:DescribeEvents", here),
            ..Cluster::default()
        };
        snapshot.database.clusters.insert(here.clone(), cluster);
    }
}
