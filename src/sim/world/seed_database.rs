//! The global database as founded: the first Region writes, ten more at most follow (aws-facts §2.1).

use super::model::{DbCluster, DbInstance, DbProxy, GlobalCluster, GlobalMember, Resources};
use super::names::{self, ACCOUNT, FLEET};
use crate::world::seed_options::SeedOptions;
use gwctl_fleet::Region;

const ENGINE: &str = "aurora-postgresql";
const VERSION: &str = "16.8";
const CLASS: &str = "db.r6g.xlarge";
/// One primary and up to ten secondaries.
pub(super) const MEMBERS: usize = 11;

/// Adds the global cluster, its members and their instances.
pub(super) fn add(options: &SeedOptions, all: &mut Resources) {
    let shape = options.database;
    let regions = options.regions.iter().chain(&shape.more);
    let members: Vec<&Region> = regions.take(MEMBERS).collect();
    let Some(primary) = members.first().copied() else {
        return;
    };
    for region in &members {
        let cluster = cluster(options, region, primary);
        for (number, _) in (1..).zip(&cluster.instances) {
            all.instances.push(instance(options, &cluster, number));
        }
        all.proxies
            .extend(shape.proxies.then(|| proxy(options, &cluster)));
        all.clusters.push(cluster);
    }
    let listed: Vec<(Region, String)> = members
        .iter()
        .map(|region| ((*region).clone(), cluster_arn(region)))
        .collect();
    let resource_id = format!("cluster-{}", names::token(options.seed, "global", 16));
    all.global_clusters.push(GlobalCluster {
        id: FLEET.into(),
        resource_id,
        arn: format!("arn:aws:rds::{ACCOUNT}:global-cluster:{FLEET}"),
        status: "available".into(),
        engine: ENGINE.into(),
        engine_version: VERSION.into(),
        engine_lifecycle: "open-source-rds-extended-support".into(),
        database_name: FLEET.into(),
        endpoint: format!(
            "{FLEET}.global-{}.global.rds.amazonaws.com",
            names::token(options.seed, "writer", 12)
        ),
        storage_encrypted: true,
        deletion_protection: true,
        members: global_members(&listed, &cluster_arn(primary)),
        failover: None,
    });
}

/// ARN of the member cluster in `region`.
fn cluster_arn(region: &Region) -> String {
    format!(
        "arn:aws:rds:{region}:{ACCOUNT}:cluster:{}",
        names::cluster(region)
    )
}

/// Members as `DescribeGlobalClusters` lists them, by Region and ARN, while the one with ARN `writer` takes
/// the writes.
pub(super) fn global_members(all: &[(Region, String)], writer: &str) -> Vec<GlobalMember> {
    all.iter()
        .map(|(region, arn)| {
            let is_writer = arn == writer;
            let others = all.iter().map(|(_, arn)| arn).filter(|arn| *arn != writer);
            GlobalMember {
                cluster_arn: arn.clone(),
                region: region.clone(),
                writer: is_writer,
                readers: others.filter(|_| is_writer).cloned().collect(),
                write_forwarding: (!is_writer).then(|| "enabled".into()),
                synchronization: Some("connected".into()),
            }
        })
        .collect()
}

fn cluster(options: &SeedOptions, region: &Region, primary: &Region) -> DbCluster {
    let id = names::cluster(region);
    let host = names::token(options.seed, &format!("rds {region}"), 12);
    let secondary = region != primary;
    DbCluster {
        region: region.clone(),
        arn: cluster_arn(region),
        resource_id: format!("cluster-{}", names::upper_token(options.seed, &id, 26)),
        status: "available".into(),
        engine: ENGINE.into(),
        engine_version: VERSION.into(),
        endpoint: format!("{id}.cluster-{host}.{region}.rds.amazonaws.com"),
        reader_endpoint: format!("{id}.cluster-ro-{host}.{region}.rds.amazonaws.com"),
        port: 5432,
        zones: ["a", "b", "c"].map(|zone| format!("{region}{zone}")).into(),
        write_forwarding: secondary.then(|| "enabled".into()),
        forwarding_requested: true,
        capacity: options.database.capacity_of(secondary),
        managed_password: options.database.managed_password,
        data_api_from: None,
        global_cluster: Some(FLEET.into()),
        replication_source: secondary.then(|| cluster_arn(primary)),
        backup_days: 14,
        deletion_protection: true,
        parameter_group: names::PARAMETER_GROUP.into(),
        security_groups: vec![names::security_group(options.seed, "database", region)],
        log_exports: vec!["postgresql".into()],
        instances: if secondary && options.database.headless.contains(region) {
            Vec::new()
        } else {
            vec![format!("{id}-1"), format!("{id}-2")]
        },
        created: options.days_ago(409, &id),
        id,
    }
}

fn instance(options: &SeedOptions, cluster: &DbCluster, number: i32) -> DbInstance {
    let id = format!("{}-{number}", cluster.id);
    let region = &cluster.region;
    let host = names::token(options.seed, &format!("rds {region}"), 12);
    DbInstance {
        region: region.clone(),
        arn: format!("arn:aws:rds:{region}:{ACCOUNT}:db:{id}"),
        resource_id: format!("db-{}", names::upper_token(options.seed, &id, 26)),
        cluster: cluster.id.clone(),
        class: cluster.capacity.map_or(CLASS, |_| "db.serverless").into(),
        status: "available".into(),
        zone: cluster.zones[(number as usize - 1) % cluster.zones.len()].clone(),
        writer: number == 1,
        pending_reboot: false,
        promotion_tier: number - 1,
        engine: ENGINE.into(),
        engine_version: VERSION.into(),
        endpoint: format!("{id}.{host}.{region}.rds.amazonaws.com"),
        port: 5432,
        created: cluster.created,
        id,
    }
}

fn proxy(options: &SeedOptions, cluster: &DbCluster) -> DbProxy {
    let (region, name) = (&cluster.region, format!("{}-proxy", cluster.id));
    let token = names::token(options.seed, &name, 17);
    let host = names::token(options.seed, &format!("proxy {region}"), 12);
    DbProxy {
        region: region.clone(),
        arn: format!("arn:aws:rds:{region}:{ACCOUNT}:db-proxy:prx-{token}"),
        status: "available".into(),
        endpoint: format!("{name}.proxy-{host}.{region}.rds.amazonaws.com"),
        cluster: cluster.id.clone(),
        created: options.days_ago(300, &name),
        name,
    }
}
