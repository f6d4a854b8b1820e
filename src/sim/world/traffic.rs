//! Clients ask, Regions answer, writes are acknowledged and replicated.

use super::State;
use super::model::account_throttle;
use super::serving::{Conditions, Outcome};
use crate::world::parts::edge::Directions;
use crate::world::parts::logbook::Cause;

impl State {
    /// So many seconds of it.
    pub(super) fn serve(&mut self, step: i64) {
        let reality = self.reality.clone();
        let outcomes = match &reality {
            Some(followed) => self.serve_for_real(followed, step),
            None => self.serve_by_model(step),
        };
        // What a cluster of its own takes is not the global database's.
        let regions = self.fleet.regions();
        let shared = |(site, _): &(usize, &Outcome)| !self.writes_by_itself(&regions[*site]);
        let acknowledged = outcomes
            .iter()
            .enumerate()
            .filter(shared)
            .map(|(_, outcome)| outcome.acknowledged)
            .sum();
        self.database.minute.writes += acknowledged;
        self.fleet.count_served(self.present.now, &outcomes);
        if self.edge.is_known() && !self.writable() {
            self.totals.without_writer_s += step as f64;
        }
        let (now, fleet, faults) = (self.present.now, &self.fleet, &self.faults);
        let database = &mut self.database;
        match &reality {
            Some(followed) => {
                database.replicate_for_real(followed.reality(), acknowledged, (step, now));
            }
            None => database.replicate(step, acknowledged, now, fleet, faults),
        }
    }

    /// What comes of each Region, by where the routers send the clients' requests.
    fn serve_by_model(&mut self, step: i64) -> Vec<Outcome> {
        let directions = Directions {
            dns: &self.dns,
            checks: &self.resources.health_checks,
            fleet: &self.fleet,
            present: self.present,
            surge: self.faults.surge(self.present.seed),
            trusted: self.is_edge_trusted(),
            broken: self.router_failing(),
        };
        let routed = self.edge.route(step, directions);
        let mut demand = vec![0.0; self.fleet.sites.len()];
        for flow in &routed.flows {
            demand[flow.site] += flow.rate;
        }
        for (demand, site) in demand.iter_mut().zip(&self.fleet.sites) {
            *demand += site.strikes.noise;
        }
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(demand.len());
        for (site, demand) in demand.into_iter().enumerate() {
            self.fleet.sites[site].ailments = self.ailments(site);
            let conditions = self.conditions(site, demand, step);
            let outcome = self.fleet.sites[site].serve(&conditions);
            self.database.minute.forward(site, outcome.forwarded);
            outcomes.push(outcome);
        }
        self.edge.count(&routed, &outcomes, step, &mut self.totals);
        outcomes
    }

    /// What the step that ends now came to, for the functions' logs.
    pub(super) fn note_runs(&mut self, step: i64) {
        for site in 0..self.fleet.sites.len() {
            let no_writes = self.why_no_writes(site);
            self.fleet.sites[site].note_runs(self.present.now, step, no_writes);
        }
    }

    /// What a Region works under that is asked so many times a second.
    fn conditions(&self, site: usize, demand: f64, step: i64) -> Conditions {
        let one = &self.fleet.sites[site];
        let region = &self.fleet.regions()[site];
        let account = self.resources.lambda_limits.get(region);
        let concurrency = one
            .reserved
            .or(account.map(|limits| limits.concurrent_executions));
        Conditions {
            step: step as f64,
            demand,
            dark: one.is_silent(),
            slowness: one.strikes.slowness,
            writer_ms: self.writer_ms(site),
            read_only: self.why_no_writes(site) == Some(Cause::ReadOnly),
            concurrency_limit: f64::from(concurrency.unwrap_or(1_000)),
            rate_limit: self.rate_limit(site).min(one.strikes.left_over),
            failing: one.strikes.failing(),
            noise: one.strikes.noise,
            barred: one.strikes.barred,
            picky: one.strikes.picky,
            trusted: self.is_trusted(site),
        }
    }

    /// Whether CloudFront, a client like any other, accepts the certificate of the Region's endpoint. API Gateway goes
    /// on with one that has expired.
    pub(super) fn is_trusted(&self, site: usize) -> bool {
        let region = &self.fleet.regions()[site];
        let host = self.fleet.sites[site].host.as_ref();
        let mut domains = self.resources.custom_domains.iter();
        let domain = domains.find(|one| &one.region == region && Some(&one.name) == host);
        domain.is_none_or(|domain| self.is_valid(&domain.certificate_arn))
    }

    /// Whether clients accept the certificate that the edge shows them.
    pub(super) fn is_edge_trusted(&self) -> bool {
        let front = self.edge.front();
        let mut all = self.resources.distributions.iter();
        let used = all.find(|one| front.is_some_and(|front| front.distribution == one.id));
        used.is_none_or(|one| self.is_valid(&one.certificate_arn))
    }

    fn is_valid(&self, arn: &str) -> bool {
        let mut all = self.resources.certificates.iter();
        let found = all.find(|one| one.arn == arn);
        found.is_none_or(|one| one.not_after.as_second() > self.present.now)
    }

    /// Requests a second that the Region's API takes: what its stage allows, and no more than the account.
    fn rate_limit(&self, site: usize) -> f64 {
        let region = &self.fleet.regions()[site];
        let account = account_throttle(region).rate;
        let known = self.fleet.sites[site].api.as_ref();
        let mut apis = self.resources.apis.iter();
        let api = apis.find(|one| known.is_none_or(|id| id == &one.id) && &one.region == region);
        let stages = api.into_iter().flat_map(|api| &api.stages);
        let throttles = stages.filter_map(|stage| stage.throttle);
        throttles.map(|one| one.rate).fold(account, f64::min)
    }
}
