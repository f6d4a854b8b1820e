//! How much room an account has in a Region for what is to be built and for what is to be served there.

use std::collections::BTreeMap;

use futures_util::future::join4;
use serde::{Deserialize, Serialize};

use gwctl_aws::{AwsError, Session};
use gwctl_fleet::{Quota, Region};

/// How CloudFormation calls its quota.
pub(super) const STACKS: &str = "StackLimit";
/// How Route 53 calls its quota, which is the account's everywhere.
pub(super) const CHECKS: &str = "MAX_HEALTH_CHECKS_BY_OWNER";

/// Quotas of one Region, or of none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// What may be made, by the services' own names.
    pub quotas: BTreeMap<String, Quota>,
    /// Concurrent executions that Lambda allows.
    pub executions: Option<u32>,
    /// Requests a second that API Gateway allows.
    pub requests: Option<f64>,
    /// What could not be asked, and why.
    pub unknown: Vec<String>,
}

impl Room {
    fn keep<T>(&mut self, what: &str, asked: Result<T, AwsError>) -> Option<T> {
        asked
            .map_err(|error| self.unknown.push(format!("{what}: {error}")))
            .ok()
    }
}

/// Asks every service for its own; `stacks` are those that are there.
pub(super) async fn room(session: &Session, region: &Region, stacks: usize) -> Room {
    let lambda = session.lambda(region);
    let rds = session.rds(region);
    let formation = session.cloudformation(region);
    let gateway = session.apigateway(region);
    let (executions, databases, most_stacks, requests) = join4(
        Box::pin(lambda.account_concurrency()),
        Box::pin(rds.quotas()),
        Box::pin(formation.most_stacks()),
        Box::pin(gateway.most_requests()),
    )
    .await;
    let mut room = Room::default();
    let executions = room.keep("Lambda", executions);
    room.executions = executions.and_then(|one| u32::try_from(one.limit).ok());
    room.requests = room.keep("API Gateway", requests);
    let databases = room.keep("RDS", databases);
    room.quotas.extend(databases.unwrap_or_default());
    if let Some(most) = room.keep("CloudFormation", most_stacks) {
        let used = stacks as u64;
        room.quotas.insert(STACKS.into(), Quota { used, most });
    }
    if *region == Region::global() {
        let checks = session.route53().check_quota().await;
        let checks = room.keep("Route 53", checks);
        room.quotas
            .extend(checks.map(|quota| (CHECKS.to_owned(), quota)));
    }
    room
}
