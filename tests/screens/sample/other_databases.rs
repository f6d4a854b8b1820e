//! A global database of members of other kinds: Serverless v2, headless, behind a proxy, where the fleet is not.

use gwctl::fleet::{Capacity, DbProxy, Metric, Missing, Observed, Snapshot, judge};

use super::{CLOUDWATCH, THREE, fleet, known, put, region, source, wave};

/// us-east-1 and eu-west-1 scale, each behind a proxy; ap-southeast-1 is headless; eu-north-1 has no API.
pub fn other_databases() -> Snapshot {
    let mut snapshot = fleet(&[THREE[0], THREE[1], THREE[2], "eu-north-1"]);
    // The last Region's cluster stays, and its site goes.
    snapshot.sites.pop();
    for (code, max, used) in [(THREE[0], 32.0, 12.5), (THREE[1], 16.0, 3.0)] {
        let here = region(code);
        let cluster = snapshot.database.clusters.get_mut(&here).unwrap();
        let state = cluster.state.last_mut().unwrap();
        state.capacity = Some(Capacity { min: 2.0, max });
        for one in &mut state.instances {
            one.class = "db.serverless".into();
        }
        let level = wave(used, 0.0, 0.0);
        put(&mut cluster.metrics, Metric::DbCapacity, level, &here);
        let proxy = DbProxy {
            name: format!("{}-proxy", cluster.id),
            status: "available".into(),
            endpoint: None,
            cluster: cluster.id.clone(),
            targets: Vec::new(),
        };
        cluster.proxies = known(vec![proxy], 40, "rds:DescribeDBProxies", &here);
    }
    let headless = region(THREE[2]);
    let cluster = snapshot.database.clusters.get_mut(&headless).unwrap();
    cluster.state.last_mut().unwrap().instances.clear();
    for metric in [
        Metric::RpoLag,
        Metric::DbCpu,
        Metric::DbConnections,
        Metric::DbWriteThroughput,
    ] {
        *cluster.metrics.entry(metric) =
            Observed::missing(Missing::NoData, source(CLOUDWATCH, &headless));
    }
    let elsewhere = region("eu-north-1");
    let cluster = snapshot.database.clusters.get_mut(&elsewhere).unwrap();
    let refused = Missing::NotAllowed {
        action: "rds:DescribeDBProxies".into(),
    };
    cluster.proxies = Observed::missing(refused, source("rds:DescribeDBProxies", &elsewhere));
    judge(&mut snapshot);
    snapshot
}
