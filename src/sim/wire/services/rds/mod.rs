//! Amazon RDS: the global cluster, its members, instances, events and snapshots.

mod changes;
mod lists;
mod orderable;
mod proxies;
mod snapshots;

use jiff::{SignedDuration, Timestamp};

use self::lists::{filters, names, paged, refused};
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, list, members, shape};
use crate::world::model::{DbCluster, DbEvent, DbInstance, GlobalCluster};
use crate::world::{ACCOUNT, PromotionRefused, Resources, State};

pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "DescribeGlobalClusters" => global_clusters(&world.resources, ask),
        "DescribeDBClusters" => clusters(&world.resources, ask),
        "DescribeDBInstances" => instances(&world.resources, ask),
        "DescribeAccountAttributes" => Ok(quotas(&world.resources, ask)),
        "DescribeOrderableDBInstanceOptions" => orderable::describe(world, ask),
        "DescribeDBProxies" => proxies::describe(&world.resources, ask),
        "DescribeDBProxyTargets" => proxies::targets(&world.resources, ask),
        "DescribeEvents" => events(&world.resources, ask),
        "ModifyDBCluster" => changes::cluster(world, ask),
        "EnableHttpEndpoint" => changes::data_api(world, ask),
        "ModifyGlobalCluster" => changes::global(world, ask),
        "RemoveFromGlobalCluster" => changes::remove(world, ask),
        "CreateDBClusterSnapshot" => snapshots::create(world, ask),
        "DescribeDBClusterSnapshots" => snapshots::describe(&world.resources, ask),
        "CopyDBClusterSnapshot" => snapshots::copy(world, ask),
        "SwitchoverGlobalCluster" | "FailoverGlobalCluster" => promote(operation, world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

/// Some of the account's quotas, at what AWS begins with.
fn quotas(world: &Resources, ask: &Ask) -> crate::wire::reply::Reply {
    let here = |region: &gwctl_fleet::Region| *region == ask.region;
    let made = |kind: &str| {
        let all = world.opaque.iter();
        all.filter(|one| here(&one.region) && one.kind == kind)
            .count()
    };
    let clusters = world.clusters.iter().filter(|one| here(&one.region));
    let instances = world.instances.iter().filter(|one| here(&one.region));
    let quotas = [
        ("DBInstances", instances.count(), 40),
        ("DBClusters", clusters.count(), 40),
        ("DBSubnetGroups", made("AWS::RDS::DBSubnetGroup"), 50),
        (
            "DBClusterParameterGroups",
            made("AWS::RDS::DBClusterParameterGroup"),
            50,
        ),
    ];
    let quotas = quotas.map(|(name, used, most)| {
        shape! { "AccountQuotaName": name, "Used": used, "Max": most }
    });
    shape! { "AccountQuotas": list("AccountQuota", quotas) }.into()
}

fn global_clusters(world: &Resources, ask: &Ask) -> Answer {
    let filters = filters(ask, &["region", "db-cluster-id"])?;
    let matching = |one: &&GlobalCluster| {
        filters.iter().all(|(name, values)| {
            one.members.iter().any(|member| {
                let id = member.cluster_arn.rsplit(':').next().unwrap_or_default();
                values.iter().any(|value| match *name {
                    "region" => *value == member.region.as_str(),
                    _ => names(value, id, &member.cluster_arn),
                })
            })
        })
    };
    let asked = ask.input.text("GlobalClusterIdentifier");
    let named: Vec<&GlobalCluster> = world
        .global_clusters
        .iter()
        .filter(|_| !world.without.database)
        .filter(|one| asked.is_none_or(|id| names(id, &one.id, &one.arn)))
        .collect();
    if let (Some(id), true) = (asked, named.is_empty()) {
        return Err(Fault::not_found(
            "GlobalClusterNotFoundFault",
            format!("Global cluster {id} not found"),
        ));
    }
    let all = named
        .into_iter()
        .filter(matching)
        .map(global_cluster)
        .collect();
    paged(ask, "GlobalClusters", "GlobalClusterMember", all)
}

fn global_cluster(one: &GlobalCluster) -> Value {
    let member_clusters = one.members.iter().map(|member| {
        shape! {
            "DBClusterArn": &member.cluster_arn,
            "Readers": members(&member.readers),
            "IsWriter": member.writer,
            "GlobalWriteForwardingStatus": member.write_forwarding.as_ref(),
            "SynchronizationStatus": member.synchronization.as_ref(),
        }
    });
    let failover = one.failover.as_ref().map(|state| {
        shape! {
            "Status": &state.status,
            "FromDbClusterArn": &state.from,
            "ToDbClusterArn": &state.to,
            "IsDataLossAllowed": state.data_loss_allowed,
        }
    });
    shape! {
        "GlobalClusterIdentifier": &one.id,
        "GlobalClusterResourceId": &one.resource_id,
        "GlobalClusterArn": &one.arn,
        "Status": &one.status,
        "Engine": &one.engine,
        "EngineVersion": &one.engine_version,
        "EngineLifecycleSupport": &one.engine_lifecycle,
        "DatabaseName": &one.database_name,
        "StorageEncrypted": one.storage_encrypted,
        "DeletionProtection": one.deletion_protection,
        "GlobalClusterMembers": list("GlobalClusterMember", member_clusters),
        "Endpoint": &one.endpoint,
        "FailoverState": failover,
        "TagList": list("Tag", Vec::<Value>::new()),
    }
}

fn clusters(world: &Resources, ask: &Ask) -> Answer {
    let filters = filters(ask, &["db-cluster-id", "db-cluster-resource-id", "engine"])?;
    let matching = |one: &&DbCluster| {
        filters.iter().all(|(name, values)| {
            values.iter().any(|value| match *name {
                "engine" => *value == one.engine,
                "db-cluster-resource-id" => *value == one.resource_id,
                _ => names(value, &one.id, &one.arn),
            })
        })
    };
    let asked = ask.input.text("DBClusterIdentifier");
    let here = world.clusters.iter().filter(|one| one.region == ask.region);
    let named: Vec<&DbCluster> = here
        .filter(|one| asked.is_none_or(|id| names(id, &one.id, &one.arn)))
        .collect();
    if let (Some(id), true) = (asked, named.is_empty()) {
        return Err(Fault::not_found(
            "DBClusterNotFoundFault",
            format!("DBCluster {id} not found."),
        ));
    }
    let all = named
        .into_iter()
        .filter(matching)
        .map(|one| cluster(world, one, ask))
        .collect();
    paged(ask, "DBClusters", "DBCluster", all)
}

fn cluster(world: &Resources, one: &DbCluster, ask: &Ask) -> Value {
    let instances = world
        .instances
        .iter()
        .filter(|instance| instance.region == one.region && one.instances.contains(&instance.id));
    let member_instances = instances.map(|instance| {
        shape! {
            "DBInstanceIdentifier": &instance.id,
            "IsClusterWriter": instance.writer,
            "DBClusterParameterGroupStatus": if instance.pending_reboot { "pending-reboot" } else { "in-sync" },
            "PromotionTier": instance.promotion_tier,
        }
    });
    shape! {
        "AllocatedStorage": 1,
        "AvailabilityZones": list("AvailabilityZone", &one.zones),
        "BackupRetentionPeriod": one.backup_days,
        "DBClusterIdentifier": &one.id,
        "DBClusterParameterGroup": &one.parameter_group,
        "Status": &one.status,
        "EarliestRestorableTime": ask.now - SignedDuration::from_hours(24 * i64::from(one.backup_days)),
        "Endpoint": &one.endpoint,
        "ReaderEndpoint": &one.reader_endpoint,
        "MultiAZ": one.instances.len() > 1,
        "Engine": &one.engine,
        "EngineVersion": &one.engine_version,
        "LatestRestorableTime": ask.now - SignedDuration::from_mins(5),
        "Port": one.port,
        "MasterUsername": "orders",
        "ReplicationSourceIdentifier": one.replication_source.as_ref(),
        "ReadReplicaIdentifiers": list("ReadReplicaIdentifier", Vec::<Value>::new()),
        "DBClusterMembers": list("DBClusterMember", member_instances),
        "VpcSecurityGroups": list("VpcSecurityGroupMembership", one.security_groups.iter().map(|id| {
            shape! { "VpcSecurityGroupId": id, "Status": "active" }
        })),
        "StorageEncrypted": true,
        "DbClusterResourceId": &one.resource_id,
        "DBClusterArn": &one.arn,
        "IAMDatabaseAuthenticationEnabled": true,
        "ClusterCreateTime": one.created,
        "EngineMode": "provisioned",
        "DeletionProtection": one.deletion_protection,
        "EnabledCloudwatchLogsExports": members(&one.log_exports),
        "HttpEndpointEnabled": one.data_api_from.is_some_and(|from| from <= ask.now),
        "CopyTagsToSnapshot": true,
        "CrossAccountClone": false,
        "TagList": list("Tag", Vec::<Value>::new()),
        "GlobalClusterIdentifier": one.global_cluster.as_ref(),
        "GlobalWriteForwardingStatus": one.write_forwarding.as_ref(),
        "GlobalWriteForwardingRequested": one.forwarding_requested,
        "NetworkType": "IPV4",
        "ServerlessV2ScalingConfiguration": one.capacity.map(scaling),
        "MasterUserSecret": one.managed_password.then(|| secret(one)),
    }
}

/// The time until a pause is shown only where there is one.
fn scaling((least, most): (f64, f64)) -> Value {
    shape! {
        "MinCapacity": least,
        "MaxCapacity": most,
        "SecondsUntilAutoPause": (least == 0.0).then_some(300),
    }
}

fn secret(one: &DbCluster) -> Value {
    let (region, id) = (&one.region, one.resource_id.to_ascii_lowercase());
    shape! {
        "SecretArn": format!("arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:rds!{id}-a1b2c3"),
        "SecretStatus": "active",
        "KmsKeyId": format!("arn:aws:kms:{region}:{ACCOUNT}:key/aws/secretsmanager"),
    }
}

fn instances(world: &Resources, ask: &Ask) -> Answer {
    let filters = filters(
        ask,
        &[
            "db-cluster-id",
            "db-instance-id",
            "dbi-resource-id",
            "engine",
        ],
    )?;
    let cluster_arn = |one: &DbInstance| {
        let cluster = world
            .clusters
            .iter()
            .find(|c| c.region == one.region && c.id == one.cluster);
        cluster
            .map(|cluster| cluster.arn.clone())
            .unwrap_or_default()
    };
    let matching = |one: &&DbInstance| {
        filters.iter().all(|(name, values)| {
            values.iter().any(|value| match *name {
                "db-cluster-id" => names(value, &one.cluster, &cluster_arn(one)),
                "dbi-resource-id" => *value == one.resource_id,
                "engine" => *value == one.engine,
                _ => names(value, &one.id, &one.arn),
            })
        })
    };
    let asked = ask.input.text("DBInstanceIdentifier");
    let here = world
        .instances
        .iter()
        .filter(|one| one.region == ask.region);
    let named: Vec<&DbInstance> = here
        .filter(|one| asked.is_none_or(|id| names(id, &one.id, &one.arn)))
        .collect();
    if let (Some(id), true) = (asked, named.is_empty()) {
        return Err(Fault::not_found(
            "DBInstanceNotFound",
            format!("DBInstance {id} not found."),
        ));
    }
    paged(
        ask,
        "DBInstances",
        "DBInstance",
        named.into_iter().filter(matching).map(instance).collect(),
    )
}

fn instance(one: &DbInstance) -> Value {
    shape! {
        "DBInstanceIdentifier": &one.id,
        "DBInstanceClass": &one.class,
        "Engine": &one.engine,
        "DBInstanceStatus": &one.status,
        "MasterUsername": "orders",
        "Endpoint": shape! { "Address": &one.endpoint, "Port": one.port },
        "AllocatedStorage": 1,
        "InstanceCreateTime": one.created,
        "BackupRetentionPeriod": 14,
        "AvailabilityZone": &one.zone,
        "MultiAZ": false,
        "EngineVersion": &one.engine_version,
        "AutoMinorVersionUpgrade": false,
        "PubliclyAccessible": false,
        "StorageType": "aurora",
        "DbInstancePort": 0,
        "DBClusterIdentifier": &one.cluster,
        "StorageEncrypted": true,
        "DbiResourceId": &one.resource_id,
        "PromotionTier": one.promotion_tier,
        "DBInstanceArn": &one.arn,
        "IAMDatabaseAuthenticationEnabled": false,
        "PerformanceInsightsEnabled": false,
        "DeletionProtection": false,
        "NetworkType": "IPV4",
    }
}

/// The default window is one hour, the longest fourteen days (aws-facts §2.5).
fn events(world: &Resources, ask: &Ask) -> Answer {
    if !ask.input.items("Filters").is_empty() {
        return Err(refused("This parameter isn't currently supported: Filters"));
    }
    let (source, source_type) = (
        ask.input.text("SourceIdentifier"),
        ask.input.text("SourceType"),
    );
    if source.is_some() && source_type.is_none() {
        let message = "SourceType must be provided when SourceIdentifier is specified";
        return Err(Fault::bad("InvalidParameterCombination", message));
    }
    let minutes = ask.input.int("Duration")?.unwrap_or(60);
    if !(1..=20_160).contains(&minutes) {
        return Err(refused(format!(
            "Invalid duration {minutes}: it must be between 1 and 20160 minutes"
        )));
    }
    let window = SignedDuration::from_mins(minutes);
    let end = ask.input.time("EndTime")?.unwrap_or(ask.now);
    let start = ask
        .input
        .time("StartTime")?
        .unwrap_or_else(|| end.checked_sub(window).unwrap_or(Timestamp::MIN));
    if start > end {
        return Err(Fault::bad(
            "InvalidParameterCombination",
            "StartTime must be before EndTime",
        ));
    }
    let categories = ask.input.texts("EventCategories");
    let matching = |event: &&DbEvent| {
        event.region == ask.region
            && (start..=end).contains(&event.at)
            && source_type.is_none_or(|kind| kind == event.source_type)
            && source.is_none_or(|id| names(id, &event.source, &event.source_arn))
            && (categories.is_empty()
                || event
                    .categories
                    .iter()
                    .any(|c| categories.contains(&c.as_str())))
    };
    let all = world.db_events.iter().filter(matching).map(|event| {
        shape! {
            "SourceIdentifier": &event.source,
            "SourceType": event.source_type,
            "Message": &event.message,
            "EventCategories": list("EventCategory", &event.categories),
            "Date": event.at,
            "SourceArn": &event.source_arn,
        }
    });
    paged(ask, "Events", "Event", all.collect())
}

/// Where a switchover (the present primary's Region) or a failover (the target's) must be called
/// (aws-facts §2.3); none where there is no such cluster, which is refused for that.
fn home<'a>(world: &'a Resources, global: &str, target: &str, switchover: bool) -> Option<&'a str> {
    let global = world.global_clusters.iter().find(|one| one.id == global)?;
    let mut members = global.members.iter();
    let target = members.clone().find(|one| one.cluster_arn == target)?;
    let caller = if switchover {
        members.find(|one| one.writer)?
    } else {
        target
    };
    Some(caller.region.as_str())
}

/// What a failover without permission to lose data means is aws-facts §2.3.
fn promote(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    let (global, target) = (
        ask.input.need("GlobalClusterIdentifier")?,
        ask.input.need("TargetDbClusterIdentifier")?,
    );
    let allow_data_loss = ask.input.bool("AllowDataLoss")?.unwrap_or_default();
    if allow_data_loss && ask.input.bool("Switchover")?.unwrap_or_default() {
        let message = "AllowDataLoss and Switchover exclude each other";
        return Err(Fault::bad("InvalidParameterCombination", message));
    }
    let switchover = operation == "SwitchoverGlobalCluster" || !allow_data_loss;
    if let Some(home) = home(&world.resources, global, target, switchover)
        && home != ask.region.as_str()
    {
        // AWS states the Region and not the error; this one says what to do.
        let message = format!("{operation} for {target} must be called in Region {home}");
        return Err(Fault::bad("InvalidGlobalClusterStateFault", message));
    }
    let changed = if operation == "SwitchoverGlobalCluster" {
        world.rds().switchover(global, target)
    } else {
        world.rds().failover(global, target, allow_data_loss)
    };
    let cluster = changed.map_err(|refused| {
        let message = refused.to_string();
        match refused {
            PromotionRefused::GlobalClusterNotFound(_) => {
                Fault::not_found("GlobalClusterNotFoundFault", message)
            }
            PromotionRefused::DbClusterNotFound(_) => {
                Fault::not_found("DBClusterNotFoundFault", message)
            }
            PromotionRefused::InvalidGlobalClusterState { .. } => {
                Fault::bad("InvalidGlobalClusterStateFault", message)
            }
            PromotionRefused::InvalidDbClusterState { .. } => {
                Fault::bad("InvalidDBClusterStateFault", message)
            }
        }
    })?;
    Ok(shape! { "GlobalCluster": global_cluster(&cluster) }.into())
}
