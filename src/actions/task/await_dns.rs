//! Waiting for DNS: what authoritative servers answer around the world, and where the writer endpoint points.

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::{Context, Seen, Work, read};
use crate::actions::{Crew, PlannedCall};
use crate::aws::Vantage;
use crate::fleet::Region;
use crate::observe::VANTAGES;

/// Until authoritative DNS answers nobody with a Region any more, or somebody again. Data plane: it
/// needs no Region (aws-facts §3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitAnswers {
    /// Hosted zone, for fleets without public DNS, where Route 53 itself is asked.
    pub zone: String,
    /// The latency record.
    pub name: String,
    /// The Region.
    pub region: Region,
    /// What its record answers.
    pub target: String,
    /// Whether it must be gone, or back.
    pub gone: bool,
}

impl AwaitAnswers {
    async fn answers(&self, crew: &Crew) -> Vec<Result<Vec<String>, String>> {
        // A stand without public DNS: Route 53's own test answers for it.
        if crew.spec.probe_url.is_some() {
            let route53 = crew.session.route53();
            let asked = route53
                .test_answer(&self.zone, &self.name, "CNAME", Vantage::Default)
                .await;
            return vec![asked.map_err(|error| error.to_string())];
        }
        let asked = VANTAGES
            .iter()
            .map(|vantage| crew.prober.answer(self.name.clone(), vantage.network));
        join_all(asked)
            .await
            .into_iter()
            .map(|answer| answer.map(|resolved| resolved.values))
            .collect()
    }

    fn names(&self, value: &str) -> bool {
        value
            .trim_end_matches('.')
            .eq_ignore_ascii_case(self.target.trim_end_matches('.'))
    }
}

impl Work for AwaitAnswers {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (u64, u64) {
        (90, 900)
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        let answers = self.answers(context.crew).await;
        let heard: Vec<&Vec<String>> = answers
            .iter()
            .filter_map(|answer| answer.as_ref().ok())
            .collect();
        if heard.is_empty() {
            let why = answers
                .into_iter()
                .find_map(Result::err)
                .unwrap_or_default();
            return Seen::Underway(format!("DNS did not answer: {why}"));
        }
        let there = heard
            .iter()
            .filter(|values| values.iter().any(|value| self.names(value)))
            .count();
        let of = heard.len();
        match (self.gone, there) {
            (true, 0) => Seen::Done(format!(
                "DNS answers {} from no vantage of {of}",
                self.region
            )),
            (true, n) => Seen::Underway(format!(
                "DNS still answers {} from {n} of {of} vantages",
                self.region
            )),
            (false, 0) => Seen::Underway(format!(
                "DNS answers {} from no vantage of {of} yet",
                self.region
            )),
            (false, n) => Seen::Done(format!(
                "DNS answers {} from {n} of {of} vantages",
                self.region
            )),
        }
    }
}

/// Until the global writer endpoint points at the new writer (aws-facts §2.1, event 0397).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitEndpoint {
    /// Identifier of the global cluster.
    pub global: String,
    /// The new writer's Region.
    pub target: Region,
    /// Its cluster.
    pub cluster: String,
}

impl Work for AwaitEndpoint {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![read("rds", "DescribeGlobalClusters", &self.target)]
    }

    fn times(&self) -> (u64, u64) {
        (15, 600)
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        let rds = context.crew.session.rds(&self.target);
        let topology = match rds.topology(&self.global).await {
            Ok(topology) => topology,
            Err(error) => return super::unseen(&error),
        };
        let Some(endpoint) = topology.endpoint else {
            return Seen::Done("the global cluster has no writer endpoint to wait for".into());
        };
        let cluster = match rds.cluster(&self.cluster).await {
            Ok(state) => state.endpoint.unwrap_or_default(),
            Err(error) => return super::unseen(&error),
        };
        if context.crew.spec.probe_url.is_some() {
            // No public DNS there: Aurora's own word that it moved (RDS-EVENT-0397).
            return told(&rds, &self.cluster).await;
        }
        match context.crew.prober.resolve(endpoint.clone()).await {
            Err(why) => Seen::Underway(format!("{endpoint} did not resolve: {why}")),
            Ok(found)
                if found
                    .values
                    .iter()
                    .any(|value| value.trim_end_matches('.').eq_ignore_ascii_case(&cluster)) =>
            {
                Seen::Done(format!(
                    "the global writer endpoint points at {}",
                    self.target
                ))
            }
            Ok(_) => Seen::Underway("the global writer endpoint still points elsewhere".into()),
        }
    }
}

async fn told(rds: &crate::aws::Rds, cluster: &str) -> Seen {
    match rds.events(cluster).await {
        Err(error) => super::unseen(&error),
        Ok(events)
            if events
                .iter()
                .any(|event| event.message.contains("finished changing the DNS name")) =>
        {
            Seen::Done("Aurora says that the global writer endpoint moved".into())
        }
        Ok(_) => {
            Seen::Underway("Aurora has not said yet that the global writer endpoint moved".into())
        }
    }
}
