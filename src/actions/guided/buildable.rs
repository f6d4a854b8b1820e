//! Which fleets gwctl's templates can build, change and remove.

use super::fleet_name;
use crate::Refused;
use crate::draft::PlanContext;
use gwctl_fleet::RoutingPolicy;

/// Refuses a fleet that has another shape than the templates.
pub(super) fn fits(context: &PlanContext<'_>) -> Result<(), Refused> {
    fleet_name::fits(context.fleet)?;
    in_one_account(context)?;
    by_latency(context)?;
    if !context.spec.edge.cloudfront {
        return Err(Refused::new(
            "gwctl's templates build a CloudFront distribution, and the configuration says that there is none",
        )
        .instead("Build such a Region with your own pipeline."));
    }
    if !context.spec.has_database() {
        return Err(Refused::new(
            "gwctl's templates build a global database, and the configuration names none",
        )
        .instead(
            "Name it as `global_cluster` to have one built, or build such a Region with your own pipeline.",
        ));
    }
    Ok(())
}

/// Refuses where Route 53 routes by another policy: records of two policies cannot have one name and type (aws-facts
/// §3.1), and a Region's stack holds a latency record.
fn by_latency(context: &PlanContext<'_>) -> Result<(), Refused> {
    let records = context.snapshot.edge.records.last().into_iter().flatten();
    let policies = records.map(|record| record.routing.policy());
    match policies.into_iter().find(|one| *one != RoutingPolicy::Latency) {
        None => Ok(()),
        Some(policy) => Err(Refused::new(format!(
            "a Region's stack of gwctl holds a latency record, and {} is routed {policy}: one name has records of one policy",
            context.spec.edge.latency_record
        ))
        .instead(
            "Build and remove such a Region with your own pipeline, then `gwctl discover` adds it. Evacuate, promote, \
             drill, restore and the others work.",
        )),
    }
}

/// Refuses where the fleet's parts are in several accounts.
///
/// A stack writes in its own account alone: a Region's stack holds the members of the global cluster, the API's
/// certificate and its records together (aws-facts §18.2).
fn in_one_account(context: &PlanContext<'_>) -> Result<(), Refused> {
    let mut parts = Vec::new();
    for seen in &context.snapshot.accounts {
        let Some(identity) = seen.identity.last() else {
            return Err(Refused::new(format!(
                "the account of {} is not known: STS did not return the caller",
                seen.account
            ))
            .instead("`gwctl doctor` says what is wrong with the credentials."));
        };
        parts.push((seen.account.to_string(), identity.account.clone()));
    }
    let Some((_, first)) = parts.first().cloned() else {
        return Ok(());
    };
    if parts.iter().all(|(_, account)| *account == first) {
        return Ok(());
    }
    let told: Vec<String> = parts
        .iter()
        .map(|(part, account)| format!("{part} in {account}"))
        .collect();
    Err(Refused::new(format!(
        "this fleet is in several accounts ({}), and CloudFormation writes only in the account of the stack: a \
         Region's stack of gwctl holds the database's member, the API, its certificate and its records together",
        told.join(", ")
    ))
    .instead(
        "Build and remove such a Region with your own pipeline, then `gwctl discover` adds it. Evacuate, drain, \
         promote, drill, restore, certificates, code and invalidations work across the accounts.",
    ))
}
