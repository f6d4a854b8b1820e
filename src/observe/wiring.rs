//! Asks for what joins the parts of a Region and no picture holds: once, for a comparison, all side by side.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use gwctl_aws::Session;
use gwctl_fleet::{Account, FleetSpec, Missing, Wire, Wired, Wiring};

/// What AWS says of each of `wanted`; of what is not there [`Missing::NoData`].
pub async fn wiring(session: &Session, spec: &FleetSpec, wanted: &BTreeSet<Wire>) -> Wiring {
    let asked = wanted.iter().map(|wire| {
        Box::pin(async move {
            let told = Box::pin(one(session, spec, wire)).await;
            (wire.clone(), told)
        })
    });
    join_all(asked).await.into_iter().collect()
}

async fn one(session: &Session, spec: &FleetSpec, wire: &Wire) -> Result<Wired, Missing> {
    match wire {
        Wire::Name { region, name } => {
            let gateway = session.apigateway(region);
            let names = Box::pin(gateway.names()).await?;
            let mut names = names.into_iter();
            let same = |one: &gwctl_fleet::ApiName| one.name.eq_ignore_ascii_case(name);
            let found = names.find(same).ok_or(Missing::NoData)?;
            let mappings = Box::pin(gateway.mappings(&found.name)).await;
            Ok(Wired::Name {
                name: found,
                mappings: mappings.map_err(Missing::from),
            })
        }
        Wire::Control { arn } => {
            let session = session.in_account(Account::Dns);
            let control = Box::pin(session.recovery_config().control(arn)).await?;
            // Without endpoints nobody can ask for its position.
            let on = match spec.edge.routing_endpoints.as_slice() {
                [] => Err(Missing::NoData),
                endpoints => Box::pin(session.routing(endpoints).state(arn))
                    .await
                    .map_err(Missing::from),
            };
            Ok(Wired::Control { control, on })
        }
        Wire::Alias {
            region,
            function,
            alias,
        } => {
            let told = Box::pin(session.lambda(region).alias(function, alias)).await;
            Ok(Wired::Alias(told?))
        }
        Wire::Permissions {
            region,
            function,
            qualifier,
        } => {
            let lambda = session.lambda(region);
            let told = Box::pin(lambda.permissions(function, qualifier.as_deref())).await;
            Ok(Wired::Permissions(told?))
        }
    }
}
