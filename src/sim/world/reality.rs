//! Real software in the place of what the world otherwise models.
//!
//! The account, its APIs and what Route 53 decides stay simulated. What requests, functions, replication and the database's
//! writer come to is measured, where there is a [`Reality`].

use std::sync::Arc;
use std::time::Duration;

use super::State;
use super::clock::SimClock;
use super::measured::{Answered, Followed, Measured, Reality};
use super::serving::{Outcome, Site, SiteMinute};
use crate::world::parts::database::Database;
use crate::world::parts::faults::{Fault, FaultKind};
use crate::world::parts::probe::ProbeOutcome;
use crate::world::parts::written::Written;
use gwctl_fleet::{Clock as _, Region};

impl State {
    /// Puts real software in the place of the model. To be called once, before anybody looks.
    pub(super) fn follow(&mut self, reality: Arc<dyn Reality>, clock: Arc<SimClock>) {
        let since = self.present.now;
        self.reality = Some(Followed { reality, clock });
        for site in &mut self.fleet.sites {
            site.written = Some(Written::since(since));
        }
    }

    /// A Region that goes dark does so for real.
    pub(super) fn darken(&self, fault: &Fault, dark: bool) {
        if let (FaultKind::RegionDark, Some(region), Some(followed)) =
            (&fault.kind, &fault.region, &self.reality)
        {
            followed.reality.darken(region, dark);
        }
    }

    /// What a health checker sees of `region`; none where nothing real is there or nothing answers.
    pub(super) fn real_health(&self, region: &Region) -> Option<Answered> {
        self.reality.as_ref()?.reality.health(region)
    }

    /// What the operator's request through the edge comes to. `by_itself`: how long the way there takes.
    pub(super) fn probe_real_edge(
        &self,
        host: &str,
        by_itself: &ProbeOutcome,
    ) -> Result<ProbeOutcome, String> {
        let followed = self.reality.as_ref();
        let answered = followed.and_then(|followed| followed.reality.edge());
        let answered = answered.ok_or_else(|| format!("connect to {host}: connection refused"))?;
        Ok(ProbeOutcome {
            first_byte: answered.took,
            status: answered.status,
            served_by: answered.region.map(|region| region.to_string()),
            ..by_itself.clone()
        })
    }

    /// As real software served it: what came of each Region.
    pub(super) fn serve_for_real(&mut self, followed: &Followed, step: i64) -> Vec<Outcome> {
        let reality = followed.reality();
        self.edge.count_for_real(&reality.flows(), &mut self.totals);
        let regions = self.fleet.regions().to_vec();
        let sites = self.fleet.sites.iter_mut().zip(&regions);
        let outcomes: Vec<Outcome> = sites
            .map(|(site, region)| {
                let health = reality.health(region);
                site.unreachable = health.is_none();
                let serves = health.is_some_and(|health| health.status < 400);
                site.seen_failing(if serves { 0.0 } else { 1.0 });
                if let Some(written) = &mut site.written {
                    let now = followed.clock.now();
                    for line in reality.lines(region) {
                        written.add(
                            line.source,
                            (followed.clock.at(line.at), now),
                            &line.stream,
                            line.text,
                        );
                    }
                }
                site.measured(&reality.served(region), step as f64)
            })
            .collect();
        let writer = reality.writer();
        for (site, (region, outcome)) in regions.iter().zip(&outcomes).enumerate() {
            self.totals.writes_acknowledged += outcome.acknowledged;
            if writer.as_ref().is_some_and(|writer| writer != region) {
                self.database.minute.forward(site, outcome.acknowledged);
            }
        }
        outcomes
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
    /// How far each member is, as it was measured, and whether it answers. Of one that nobody knows of nothing new has
    /// arrived.
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
            member.was_dead |= !reality.database_answers(&member.region);
        }
    }
}
