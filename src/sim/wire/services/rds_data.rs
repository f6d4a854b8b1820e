//! The RDS Data API: as much SQL as gwctl sends (aws-facts §19.1, §19.3).

use jiff::{SignedDuration, Timestamp};

use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{members, shape};
use crate::world::State;
use crate::world::model::DbCluster;

/// How much later than the cluster says that it is on, the Data API answers: AWS gives no figure.
const ANSWERS: SignedDuration = SignedDuration::from_secs(30);

/// Its HTTP status is 504.
pub const UNAVAILABLE: &str = "DatabaseUnavailableException";

pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "ExecuteStatement" => execute(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

fn execute(world: &mut State, ask: &Ask) -> Answer {
    let cluster = reached(world, ask)?;
    let database = cluster.global_cluster.clone();
    let database = database.unwrap_or_else(|| cluster.id.clone());
    let sql = ask.input.need("sql")?;
    if let Some(user) = between(sql, "CREATE USER ", ";") {
        let users = &mut world.resources.database_users;
        users.entry(database).or_default().insert(user.to_owned());
        return Ok(shape! { "numberOfRecordsUpdated": 0 }.into());
    }
    let Some(user) = between(sql, "u.rolname = '", "'") else {
        let message = "ERROR: this statement is not simulated; SQLState: 0A000";
        return Err(Fault::bad("DatabaseErrorException", message));
    };
    let users = world.resources.database_users.get(&database);
    let there = users.is_some_and(|users| users.contains(user));
    // An aggregate over no row is NULL.
    let value = if there {
        shape! { "booleanValue": true }
    } else {
        shape! { "isNull": true }
    };
    let rows = members([members([value])]);
    Ok(shape! { "records": rows, "numberOfRecordsUpdated": 0 }.into())
}

/// The cluster, where its Data API answers.
fn reached<'w>(world: &'w State, ask: &Ask) -> Result<&'w DbCluster, Fault> {
    let arn = ask.input.need("resourceArn")?;
    let mut all = world.resources.clusters.iter();
    let found = all.find(|one| one.arn == arn && one.region == ask.region);
    let cluster = found.ok_or_else(|| {
        let message = format!("HttpEndpoint is not enabled for resource {arn}");
        Fault::bad("BadRequestException", message)
    })?;
    let secret = ask.input.need("secretArn")?;
    if !secret.starts_with(&format!("arn:aws:secretsmanager:{}:", ask.region)) {
        let message = format!("The secret {secret} was not found.");
        return Err(Fault::bad("SecretsErrorException", message));
    }
    // A little later than the cluster shows it.
    let is_on = |from: Timestamp| from + ANSWERS <= ask.now;
    if !cluster.data_api_from.is_some_and(is_on) {
        let message = format!("HTTP endpoint is not enabled for cluster {arn}");
        return Err(Fault::bad("HttpEndpointNotEnabledException", message));
    }
    if cluster.status != "available" {
        let message = format!("The cluster {} is {}.", cluster.id, cluster.status);
        return Err(Fault::new(504, UNAVAILABLE, message));
    }
    // Which error a secondary answers with is not documented.
    if cluster.replication_source.is_some() {
        let message = "The writer instance wasn't found.";
        return Err(Fault::new(504, UNAVAILABLE, message));
    }
    Ok(cluster)
}

/// What of `sql` stands between the two.
fn between<'s>(sql: &'s str, begin: &str, end: &str) -> Option<&'s str> {
    let (_, rest) = sql.split_once(begin)?;
    rest.split_once(end).map(|(middle, _)| middle)
}
