//! `DescribeDBProxies` and `DescribeDBProxyTargets`.

use super::lists::paged;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::Resources;
use crate::world::model::{DbInstance, DbProxy};

pub fn describe(world: &Resources, ask: &Ask) -> Answer {
    let asked = ask.input.text("DBProxyName");
    let here = world.proxies.iter().filter(|one| one.region == ask.region);
    let named: Vec<&DbProxy> = here
        .filter(|one| asked.is_none_or(|name| name == one.name))
        .collect();
    if let (Some(name), true) = (asked, named.is_empty()) {
        return Err(unknown(name));
    }
    paged(
        ask,
        "DBProxies",
        "member",
        named.into_iter().map(proxy).collect(),
    )
}

fn proxy(one: &DbProxy) -> Value {
    shape! {
        "DBProxyName": &one.name,
        "DBProxyArn": &one.arn,
        "Status": &one.status,
        "EngineFamily": "POSTGRESQL",
        "Auth": members(Vec::<Value>::new()),
        "Endpoint": &one.endpoint,
        "RequireTLS": true,
        "IdleClientTimeout": 1_800,
        "DebugLogging": false,
        "CreatedDate": one.created,
        "UpdatedDate": one.created,
    }
}

/// The cluster that is followed, and each of its instances with what it takes (aws-facts §19.4).
pub fn targets(world: &Resources, ask: &Ask) -> Answer {
    let name = ask.input.need("DBProxyName")?;
    let mut here = world.proxies.iter().filter(|one| one.region == ask.region);
    let proxy = here
        .find(|one| one.name == name)
        .ok_or_else(|| unknown(name))?;
    let mut clusters = world.clusters.iter();
    let cluster = clusters.find(|one| one.region == proxy.region && one.id == proxy.cluster);
    let secondary = cluster.is_some_and(|one| one.replication_source.is_some());
    let port = cluster.map_or(5432, |one| one.port);
    let followed = shape! {
        "TrackedClusterId": &proxy.cluster,
        "RdsResourceId": &proxy.cluster,
        "Port": port,
        "Type": "TRACKED_CLUSTER",
    };
    let instances = world.instances.iter();
    let instances = instances
        .filter(|one| one.region == proxy.region && one.cluster == proxy.cluster)
        .map(|one| target(one, secondary));
    let all = std::iter::once(followed).chain(instances).collect();
    paged(ask, "Targets", "member", all)
}

fn target(one: &DbInstance, secondary: bool) -> Value {
    let role = if one.writer && !secondary {
        "READ_WRITE"
    } else {
        "READ_ONLY"
    };
    let health = if one.status == "available" {
        shape! { "State": "AVAILABLE" }
    } else {
        shape! { "State": "UNAVAILABLE", "Reason": "UNREACHABLE" }
    };
    shape! {
        "Endpoint": &one.endpoint,
        "TrackedClusterId": &one.cluster,
        "RdsResourceId": &one.id,
        "Port": one.port,
        "Type": "RDS_INSTANCE",
        "Role": role,
        "TargetHealth": health,
    }
}

fn unknown(name: &str) -> Fault {
    Fault::not_found("DBProxyNotFoundFault", format!("Unknown DB proxy: {name}"))
}
