//! Snapshots of clusters.

use super::lists::{filters, names, paged, refused};
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, list, shape};
use crate::world::model::{DbCluster, DbSnapshot};
use crate::world::{CopyRefused, Resources, State};

/// Longest identifier, in letters.
const LONGEST: usize = 63;

pub fn describe(world: &Resources, ask: &Ask) -> Answer {
    let known = [
        "db-cluster-id",
        "db-cluster-snapshot-id",
        "snapshot-type",
        "engine",
    ];
    let filters = filters(ask, &known)?;
    let input = &ask.input;
    let cluster = input.text("DBClusterIdentifier");
    let unknown =
        cluster.filter(|id| origin(world, ask, |one| names(id, &one.id, &one.arn)).is_none());
    // A cluster that is gone is known by what it left.
    let left = |id: &str| {
        let mut all = world.snapshots.iter();
        all.any(|one| one.region == ask.region && names(id, &one.cluster, ""))
    };
    let unknown = unknown.filter(|id| !left(id));
    if let Some(id) = unknown {
        let message = format!("DBCluster {id} not found.");
        return Err(Fault::not_found("DBClusterNotFoundFault", message));
    }
    let (id, kind) = (
        input.text("DBClusterSnapshotIdentifier"),
        input.text("SnapshotType"),
    );
    let arn_of = |one: &DbSnapshot| {
        origin(world, ask, |cluster| cluster.id == one.cluster).map(|cluster| cluster.arn.as_str())
    };
    let of_cluster =
        |one: &DbSnapshot, asked: &str| names(asked, &one.cluster, arn_of(one).unwrap_or_default());
    let matching = |one: &&DbSnapshot| {
        one.region == ask.region
            && cluster.is_none_or(|asked| of_cluster(one, asked))
            && id.is_none_or(|asked| names(asked, &one.id, &one.arn))
            && kind.is_none_or(|asked| asked == one.kind)
            && filters.iter().all(|(name, values)| {
                values.iter().any(|value| match *name {
                    "db-cluster-id" => of_cluster(one, value),
                    "snapshot-type" => *value == one.kind,
                    "engine" => one.engine.0 == *value,
                    _ => names(value, &one.id, &one.arn),
                })
            })
    };
    let found: Vec<Value> = world
        .snapshots
        .iter()
        .filter(matching)
        .map(|one| snapshot(world, one, ask))
        .collect();
    if let (Some(id), true) = (id, found.is_empty()) {
        return Err(not_found(format!("DBClusterSnapshot {id} not found.")));
    }
    paged(ask, "DBClusterSnapshots", "DBClusterSnapshot", found)
}

pub fn copy(world: &mut State, ask: &Ask) -> Answer {
    let source = ask.input.need("SourceDBClusterSnapshotIdentifier")?;
    let target = identifier(ask, "TargetDBClusterSnapshotIdentifier")?;
    let copied = world.rds().copy_snapshot(&ask.region, source, &target);
    let copied = copied.map_err(|why| fault(&why))?;
    let copied = snapshot(&world.resources, &copied, ask);
    Ok(shape! { "DBClusterSnapshot": copied }.into())
}

/// `CreateDBClusterSnapshot`.
pub fn create(world: &mut State, ask: &Ask) -> Answer {
    let asked = ask.input.need("DBClusterIdentifier")?;
    let id = identifier(ask, "DBClusterSnapshotIdentifier")?;
    let cluster = origin(&world.resources, ask, |one| names(asked, &one.id, &one.arn));
    let Some(cluster) = cluster.map(|one| one.id.clone()) else {
        let message = format!("DBCluster {asked} not found.");
        return Err(Fault::not_found("DBClusterNotFoundFault", message));
    };
    let made = world.rds().take_snapshot(&ask.region, &cluster, &id);
    let made = snapshot(&world.resources, &made.map_err(|why| fault(&why))?, ask);
    Ok(shape! { "DBClusterSnapshot": made }.into())
}

fn identifier(ask: &Ask, member: &'static str) -> Result<String, Fault> {
    let given = ask.input.need(member)?;
    let letters = given.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let sound = letters && given.starts_with(|c: char| c.is_ascii_alphabetic());
    if !sound || given.len() > LONGEST || given.ends_with('-') || given.contains("--") {
        return Err(refused(format!(
            "The parameter {member} is not a valid identifier: {given}"
        )));
    }
    Ok(given.to_ascii_lowercase())
}

fn fault(why: &CopyRefused) -> Fault {
    let message = why.to_string();
    match why {
        CopyRefused::NotFound(_) => not_found(message),
        CopyRefused::AlreadyExists(_) => Fault::bad("DBClusterSnapshotAlreadyExistsFault", message),
        CopyRefused::NotAvailable { .. } => {
            Fault::bad("InvalidDBClusterSnapshotStateFault", message)
        }
    }
}

fn not_found(message: String) -> Fault {
    Fault::not_found("DBClusterSnapshotNotFoundFault", message)
}

/// The cluster of the Region called that `is` the one meant.
fn origin<'a>(
    world: &'a Resources,
    ask: &Ask,
    is: impl Fn(&DbCluster) -> bool,
) -> Option<&'a DbCluster> {
    let mut clusters = world.clusters.iter();
    clusters.find(|one| one.region == ask.region && is(one))
}

fn snapshot(world: &Resources, one: &DbSnapshot, ask: &Ask) -> Value {
    let cluster = origin(world, ask, |cluster| cluster.id == one.cluster);
    shape! {
        "AvailabilityZones": cluster.map(|cluster| list("AvailabilityZone", &cluster.zones)),
        "DBClusterSnapshotIdentifier": &one.id,
        "DBClusterIdentifier": &one.cluster,
        "SnapshotCreateTime": one.created,
        "Engine": &one.engine.0,
        "EngineMode": "provisioned",
        "AllocatedStorage": 1,
        "Status": &one.status,
        "Port": cluster.map_or(0, |cluster| cluster.port),
        "ClusterCreateTime": cluster.map(|cluster| cluster.created),
        "MasterUsername": "orders",
        "EngineVersion": &one.engine.1,
        "SnapshotType": &one.kind,
        "PercentProgress": if one.status == "available" { 100 } else { 0 },
        "StorageEncrypted": true,
        "DBClusterSnapshotArn": &one.arn,
        "SourceDBClusterSnapshotArn": one.source.as_ref(),
        "IAMDatabaseAuthenticationEnabled": true,
        "TagList": list("Tag", Vec::<Value>::new()),
        "DbClusterResourceId": cluster.map(|cluster| cluster.resource_id.as_str()),
    }
}
