//! Building and removing stacks takes one account.

use crate::Refused;
use crate::draft::PlanContext;

/// Refuses where the fleet's parts are in several accounts.
///
/// A stack writes in its own account alone: a Region's stack holds the members of the global cluster, the API's
/// certificate and its records together (aws-facts §18.2).
pub(super) fn is_enough(context: &PlanContext<'_>) -> Result<(), Refused> {
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
