//! Real software in the place of what the world otherwise models: the seam between the simulator and a lab.
//!
//! The account, its APIs and what Route 53 decides stay simulated. What requests, functions, replication and the database's
//! writer come to is measured, where there is a [`Reality`].

use std::fmt::Debug;
use std::time::Duration;

use super::State;
use super::serving::{Outcome, Site, SiteMinute};
use crate::world::parts::database::Database;
use crate::world::parts::edge_minute::Routed;
use crate::world::parts::faults::{Fault, FaultKind};
use crate::world::parts::probe::ProbeOutcome;
use gwctl_fleet::Region;

/// What one Region did since it was asked last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// What API Gateway answered, and how many of these were 4xx and 5xx.
    pub requests: u64,
    pub refused: u64,
    pub failed: u64,
    /// Bytes of the answers.
    pub bytes: u64,
    /// Time in the API and in what it called, in milliseconds, of each request.
    pub latency_ms: Vec<f64>,
    pub integration_ms: Vec<f64>,
    /// What became of the functions that read, and of those that write.
    pub read: MeasuredFunction,
    pub write: MeasuredFunction,
    /// Writes that clients got an answer 2xx to.
    pub acknowledged: u64,
}

/// What one kind of function did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MeasuredFunction {
    pub invocations: u64,
    pub errors: u64,
    pub throttles: u64,
    /// How long each ran, in milliseconds.
    pub duration_ms: Vec<f64>,
    /// Most at once.
    pub concurrency: u32,
}

/// What became of requests at the edge since it was asked last.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredFlow {
    /// Who answered; none where the edge did by itself, as no Region answered in time.
    pub region: Option<Region>,
    pub requests: u64,
    /// From the edge to the Region and back, in milliseconds, of each request.
    pub latency_ms: Vec<f64>,
}

/// What the health path answered when it was asked last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status code.
    pub status: u16,
    /// Which Region says that it answered; only the edge says so.
    pub region: Option<Region>,
    /// From the request to the answer, on this machine.
    pub took: Duration,
}

/// The real software.
pub trait Reality: Debug + Send + Sync {
    /// What the API of `region` and its functions did since this was asked last.
    fn served(&self, region: &Region) -> Measured;
    /// What the edge sent where since this was asked last.
    fn flows(&self) -> Vec<MeasuredFlow>;
    /// What the endpoint of `region` answers to health checkers; none where it does not answer.
    fn health(&self, region: &Region) -> Option<Answered>;
    /// What the edge next to the operator answers; none where it does not.
    fn edge(&self) -> Option<Answered>;
    /// How far the database in `region` is behind the writer; none where nobody knows.
    fn lag(&self, region: &Region) -> Option<Duration>;
    /// The Region whose database takes writes; none between two of them.
    fn writer(&self) -> Option<Region>;
    /// The writer takes no writes for now, as a switchover begins; or takes them again.
    fn hold_writes(&self, hold: bool);
    /// The database in `region` is to take writes. Where `loses_data`, whatever it has not got is given up.
    fn promote(&self, region: &Region, loses_data: bool);
    /// The Region goes dark, or comes back: its database, functions and API.
    fn darken(&self, region: &Region, dark: bool);
}

impl State {
    /// Puts real software in the place of the model. To be called once, before anybody looks.
    pub fn follow(&mut self, reality: std::sync::Arc<dyn Reality>) {
        self.reality = Some(reality);
    }

    /// A Region that goes dark does so for real.
    pub(super) fn darken(&self, fault: &Fault, dark: bool) {
        if let (FaultKind::RegionDark, Some(region), Some(reality)) =
            (&fault.kind, &fault.region, &self.reality)
        {
            reality.darken(region, dark);
        }
    }

    /// What a health checker sees of `region`; none where nothing real is there or nothing answers.
    pub(super) fn real_health(&self, region: &Region) -> Option<Answered> {
        self.reality.as_ref()?.health(region)
    }

    /// What the operator's request through the edge comes to. `by_itself`: how long the way there takes.
    pub(super) fn probe_real_edge(
        &self,
        host: &str,
        by_itself: &ProbeOutcome,
    ) -> Result<ProbeOutcome, String> {
        let answered = self.reality.as_ref().and_then(|reality| reality.edge());
        let answered = answered.ok_or_else(|| format!("connect to {host}: connection refused"))?;
        Ok(ProbeOutcome {
            first_byte: answered.took,
            status: answered.status,
            served_by: answered.region.map(|region| region.to_string()),
            ..by_itself.clone()
        })
    }

    /// As real software served it: what came of each Region. The edge is counted here.
    pub(super) fn serve_for_real(
        &mut self,
        reality: &dyn Reality,
        step: i64,
    ) -> (Routed, Vec<Outcome>) {
        self.edge.count_for_real(&reality.flows(), &mut self.totals);
        let regions = self.fleet.regions().to_vec();
        let sites = self.fleet.sites.iter_mut().zip(&regions);
        let outcomes = sites.map(|(site, region)| {
            let health = reality.health(region);
            site.unreachable = health.is_none();
            let serves = health.is_some_and(|health| health.status < 400);
            site.seen_failing(if serves { 0.0 } else { 1.0 });
            site.measured(&reality.served(region), step as f64)
        });
        (Routed::default(), outcomes.collect())
    }
}

impl Site {
    /// Counts what was measured in one step.
    fn measured(&mut self, seen: &Measured, step: f64) -> Outcome {
        seen.count(&mut self.minute);
        let outcome = Outcome {
            requests: seen.requests as f64,
            refused: seen.refused as f64,
            failed: seen.failed as f64,
            acknowledged: seen.acknowledged as f64,
            ..Outcome::default()
        };
        self.note(outcome, step)
    }
}

impl Measured {
    fn count(&self, minute: &mut SiteMinute) {
        minute.requests += self.requests as f64;
        minute.refused += self.refused as f64;
        minute.failed += self.failed as f64;
        minute.bytes += self.bytes as f64;
        self.latency_ms
            .iter()
            .for_each(|ms| minute.latency.add(*ms, 1.0));
        self.integration_ms
            .iter()
            .for_each(|ms| minute.integration.add(*ms, 1.0));
        for (seen, function) in [
            (&self.read, &mut minute.read),
            (&self.write, &mut minute.write),
        ] {
            function.invocations += seen.invocations as f64;
            function.errors += seen.errors as f64;
            function.throttles += seen.throttles as f64;
            seen.duration_ms
                .iter()
                .for_each(|ms| function.duration.add(*ms, 1.0));
            function.concurrency = function.concurrency.max(f64::from(seen.concurrency));
        }
        let together = f64::from(self.read.concurrency + self.write.concurrency);
        minute.concurrency = minute.concurrency.max(together);
    }
}

impl Database {
    /// How far each member is, as it was measured. Of one that nobody knows of nothing new has arrived.
    pub(super) fn replicate_for_real(
        &mut self,
        reality: &dyn Reality,
        acknowledged: f64,
        (step, now): (i64, i64),
    ) {
        self.log.append(now - step, now, acknowledged);
        let writer = self.writer;
        for (index, member) in self.members.iter_mut().enumerate() {
            let behind = if index == writer {
                Some(Duration::ZERO)
            } else {
                reality.lag(&member.region)
            };
            member.measure(behind, now);
        }
    }
}
