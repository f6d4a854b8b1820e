//! Waiting for the global writer endpoint: by its whole chain of names, by its addresses, or by Aurora's word.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Work, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_fleet::{DbEvent, Region};
use gwctl_observe::NetworkError;

/// Names in a row.
const CHAIN: usize = 8;
/// Aurora may say so before the switchover is observed to be over.
const BEFORE: SignedDuration = SignedDuration::from_mins(10);

/// Until the global writer endpoint points at the new writer (aws-facts §2.1, event 0397).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitEndpoint {
    /// Identifier of the global cluster.
    pub global: String,
    /// The new writer's Region.
    pub target: Region,
    pub cluster: String,
}

/// Why DNS does not say that the endpoint points at the new writer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum NotThere {
    /// A stand that has none.
    #[error("there is no public DNS here")]
    NoDns,
    #[error("the cluster shows no endpoint")]
    NoEndpoint,
    #[error("{name} did not resolve: {why}")]
    Unresolved { name: String, why: NetworkError },
    #[error("{0} still points elsewhere")]
    Elsewhere(String),
    /// Networks of several Regions may have the same addresses.
    #[error(
        "the clusters in {other} and {target} have the same addresses: gwctl cannot tell which one it is"
    )]
    Alike { other: Region, target: Region },
}

/// What a name leads to.
#[derive(Debug, Default)]
struct Chain {
    names: BTreeSet<String>,
    addresses: BTreeSet<IpAddr>,
}

impl Chain {
    /// Follows `name` by this machine's resolver, CNAME by CNAME.
    async fn of(run_context: &RunContext, name: &str) -> Result<Self, NotThere> {
        let mut chain = Self::default();
        let mut next = bare(name);
        while chain.names.len() < CHAIN && chain.names.insert(next.clone()) {
            let found = run_context.prober.resolve(next.clone()).await;
            let found = found.map_err(|why| {
                let name = next.clone();
                NotThere::Unresolved { name, why }
            })?;
            let (addresses, names): (Vec<_>, Vec<_>) = found
                .values
                .iter()
                .map(|value| value.parse::<IpAddr>().map_err(|_| bare(value)))
                .partition(Result::is_ok);
            chain.addresses.extend(addresses.into_iter().flatten());
            match names.into_iter().find_map(Result::err) {
                Some(name) => next = name,
                None => break,
            }
        }
        Ok(chain)
    }
}

fn bare(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

impl Work for AwaitEndpoint {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            read("rds", "DescribeGlobalClusters", &self.target),
            read("rds", "DescribeDBClusters", &self.target),
            read("rds", "DescribeDBInstances", &self.target),
            read("rds", "DescribeEvents", &self.target),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                5,
                0,
                120,
                "a rehearsal in the simulator; AWS gives no figure (aws-facts §2.5)",
            ),
            600,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let rds = context.run.session.rds(&self.target);
        let topology = match rds.topology(&self.global).await {
            Ok(topology) => topology,
            Err(error) => return unobserved(&error),
        };
        let Some(endpoint) = topology.endpoint else {
            return Observation::Done(
                "the global cluster has no writer endpoint to wait for".into(),
            );
        };
        let state = match rds.cluster(&self.cluster).await {
            Ok(state) => state,
            Err(error) => return unobserved(&error),
        };
        // Both are asked each time: names may be kept here, and Aurora's events come late.
        let (by_dns, events) = join(
            self.by_dns(context.run, &endpoint, state.endpoint.as_deref()),
            rds.events(&self.cluster),
        )
        .await;
        match (by_dns, events) {
            (Ok(how), _) => Observation::Done(how),
            (Err(_), Ok(events)) if told(&events, context.since - BEFORE) => Observation::Done(
                "an event of Aurora says that the global writer endpoint moved".into(),
            ),
            (Err(why), Ok(_)) => Observation::Underway(format!(
                "no event of Aurora says yet that the global writer endpoint moved; by DNS: {why}"
            )),
            (Err(why), Err(error)) => {
                Observation::Underway(format!("by DNS: {why}; Aurora's events: {error}"))
            }
        }
    }
}

impl AwaitEndpoint {
    /// The cluster's name anywhere in the chain, or its addresses, where no other member has them.
    async fn by_dns(
        &self,
        run_context: &RunContext,
        endpoint: &str,
        cluster: Option<&str>,
    ) -> Result<String, NotThere> {
        // A stand without public DNS has Aurora's own word alone.
        if run_context.session.is_without_public_dns(&run_context.spec) {
            return Err(NotThere::NoDns);
        }
        let cluster = cluster.ok_or(NotThere::NoEndpoint)?;
        let chain = Chain::of(run_context, endpoint).await?;
        let there = format!("the global writer endpoint points at {}", self.target);
        if chain.names.contains(&bare(cluster)) {
            return Ok(there);
        }
        let own = Chain::of(run_context, cluster).await?;
        if chain.addresses.is_disjoint(&own.addresses) {
            return Err(NotThere::Elsewhere(endpoint.into()));
        }
        let snapshot = run_context.snapshot();
        for (region, other) in &snapshot.database.clusters {
            let name = other
                .state
                .last()
                .and_then(|state| state.endpoint.as_deref());
            let Some(name) = name.filter(|_| *region != self.target) else {
                continue;
            };
            let same = Chain::of(run_context, name).await;
            if same.is_ok_and(|other| !other.addresses.is_disjoint(&own.addresses)) {
                return Err(NotThere::Alike {
                    other: region.clone(),
                    target: self.target.clone(),
                });
            }
        }
        Ok(format!("{there}, by its addresses"))
    }
}

/// RDS-EVENT-0397, which comes without its number (aws-facts §2.5), since `since`.
fn told(events: &[DbEvent], since: Timestamp) -> bool {
    events.iter().any(|event| {
        let text = event.message.to_ascii_lowercase();
        event.at >= since
            && text.contains("finished changing the dns name")
            && text.contains("global writer endpoint")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auroras_word_counts_where_it_is_of_this_move() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let event = DbEvent {
            at: at(1_000),
            region: Region::new("eu-west-1").unwrap(),
            source: "orders".into(),
            categories: vec!["global failover".into()],
            message:
                "Aurora finished changing the DNS name that the global writer endpoint resolves to."
                    .into(),
        };
        assert!(told(std::slice::from_ref(&event), at(900)));
        assert!(!told(&[event], at(1_001)), "that was an earlier move");
    }
}
