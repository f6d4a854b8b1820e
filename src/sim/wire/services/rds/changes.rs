//! Changes of clusters and global clusters, as far as they are simulated.

use super::lists::names;
use super::{cluster as cluster_shape, global_cluster};
use jiff::SignedDuration;

use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::shape;
use crate::world::{DetachRefused, NO_FORWARDING, State};

/// Of everything that can be modified: write forwarding, deletion protection, days of backups.
pub fn cluster(world: &mut State, ask: &Ask) -> Answer {
    let id = ask.input.need("DBClusterIdentifier")?;
    let named = |world: &State| {
        let clusters = &world.resources.clusters;
        clusters
            .iter()
            .position(|one| one.region == ask.region && names(id, &one.id, &one.arn))
    };
    let place = named(world).ok_or_else(|| {
        Fault::not_found(
            "DBClusterNotFoundFault",
            format!("DBCluster {id} not found."),
        )
    })?;
    let status = world.resources.clusters[place].status.clone();
    if status != "available" {
        let message = format!("DBCluster {id} is in state {status}, not available");
        return Err(Fault::bad("InvalidDBClusterStateFault", message));
    }
    let protected = ask.input.bool("DeletionProtection")?;
    let days = ask.input.int("BackupRetentionPeriod")?;
    if let Some(on) = ask.input.bool("EnableGlobalWriteForwarding")? {
        if on && world.resources.clusters[place].global_cluster.is_none() {
            return Err(Fault::bad("InvalidParameterCombination", NO_FORWARDING));
        }
        world.rds().set_write_forwarding(&ask.region, on);
    }
    let one = &mut world.resources.clusters[place];
    one.deletion_protection = protected.unwrap_or(one.deletion_protection);
    if let Some(days) = days.and_then(|days| i32::try_from(days).ok()) {
        one.backup_days = days;
    }
    let resources = &world.resources;
    let changed = cluster_shape(resources, &resources.clusters[place], ask);
    Ok(shape! { "DBCluster": changed }.into())
}

/// How long RDS takes to switch the Data API on: AWS gives no figure, and answers before it is done.
const SWITCHES_ON: SignedDuration = SignedDuration::from_secs(75);

/// `ResourceArn` is the cluster's.
pub fn data_api(world: &mut State, ask: &Ask) -> Answer {
    let arn = ask.input.need("ResourceArn")?;
    let mut all = world.resources.clusters.iter_mut();
    let found = all.find(|one| one.region == ask.region && one.arn == arn);
    let one = found.ok_or_else(|| {
        let message = format!("DBCluster {arn} not found.");
        Fault::not_found("ResourceNotFoundFault", message)
    })?;
    one.data_api_from.get_or_insert(ask.now + SWITCHES_ON);
    Ok(shape! { "ResourceArn": arn, "HttpEndpointEnabled": true }.into())
}

/// Of everything that can be modified: deletion protection.
pub fn global(world: &mut State, ask: &Ask) -> Answer {
    let id = ask.input.need("GlobalClusterIdentifier")?;
    let protected = ask.input.bool("DeletionProtection")?;
    let mut all = world.resources.global_clusters.iter_mut();
    let one = all
        .find(|one| names(id, &one.id, &one.arn))
        .ok_or_else(|| no_global(format!("Global cluster {id} not found")))?;
    one.deletion_protection = protected.unwrap_or(one.deletion_protection);
    Ok(shape! { "GlobalCluster": global_cluster(one) }.into())
}

/// `DbClusterIdentifier` is an ARN (aws-facts §2.3).
pub fn remove(world: &mut State, ask: &Ask) -> Answer {
    let id = ask.input.need("GlobalClusterIdentifier")?;
    let cluster = ask.input.need("DbClusterIdentifier")?;
    world.rds().detach(id, cluster).map_err(|refused| {
        let message = refused.to_string();
        match refused {
            DetachRefused::NoGlobalCluster(_) => no_global(message),
            DetachRefused::NoMember { .. } => Fault::not_found("DBClusterNotFoundFault", message),
            DetachRefused::Busy { .. } | DetachRefused::Primary { .. } => {
                Fault::bad("InvalidGlobalClusterStateFault", message)
            }
        }
    })?;
    let mut all = world.resources.global_clusters.iter();
    let one = all.find(|one| names(id, &one.id, &one.arn));
    Ok(shape! { "GlobalCluster": one.map(global_cluster) }.into())
}

fn no_global(message: String) -> Fault {
    Fault::not_found("GlobalClusterNotFoundFault", message)
}
