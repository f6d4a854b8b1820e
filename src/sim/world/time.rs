//! Time passes: second by second once the world has begun, in longer steps through its history.

use jiff::Timestamp;

use super::scenario::Happening;
use super::serving::{Conditions, Outcome};
use super::{State, alarms};
use crate::world::parts::faults::{Fault, FaultKind};
use gwctl_fleet::Region;

impl State {
    /// Lets time pass until `until`, in whole seconds.
    pub(super) fn advance_to(&mut self, until: Timestamp) {
        let until = until.as_second();
        while self.present.now < until {
            let step = self.script.step(self.present.now);
            self.tick(step.min(until - self.present.now));
        }
    }

    fn tick(&mut self, step: i64) {
        self.present.now += step;
        self.metrics.set_now(self.present.now);
        self.play_script();
        self.deploy_further();
        self.form_further();
        self.serve(step);
        self.promote_further();
        self.check_health(step);
        if self.present.now.rem_euclid(60) == 0 {
            self.publish_minute();
        }
        if self.present.now.rem_euclid(60) == 30
            || (self.present.now.rem_euclid(60) == 0 && step >= 30)
        {
            let alarms = &mut self.resources.alarms;
            alarms::evaluate(alarms, &self.metrics, &self.faults, self.present);
        }
    }

    fn play_script(&mut self) {
        while let Some(what) = self.script.next(self.present.now) {
            self.happen(what);
        }
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Starts(fault) => self.start(fault),
            Happening::Ends(fault) => self.end(&fault),
            Happening::Switchover(to) => self.moved_by_another(&to, false),
            Happening::Failover(to) => self.moved_by_another(&to, true),
        }
    }

    /// What AWS refuses another operator does not happen.
    fn moved_by_another(&mut self, to: &Region, loses_data: bool) {
        let target = self
            .database
            .in_region(to)
            .map(super::replication::Member::arn);
        if let (Some(global), Some(target)) = (self.database.global.clone(), target) {
            let _ = self.failover(&global, &target, loses_data);
        }
    }

    /// Clients ask, Regions answer, writes are acknowledged and replicated.
    fn serve(&mut self, step: i64) {
        let routed = self.route(step);
        let mut demand = vec![0.0; self.sites.len()];
        for flow in &routed.flows {
            demand[flow.site] += flow.rate;
        }
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(self.sites.len());
        for (site, demand) in demand.into_iter().enumerate() {
            let strikes = self.strikes[site];
            let limits = self.resources.lambda_limits.get(&self.regions[site]);
            let conditions = Conditions {
                step: step as f64,
                demand,
                dark: strikes.dark || !self.sites[site].standing,
                faulty: strikes.faulty,
                slowness: strikes.slowness,
                writer_ms: self.writer_ms(site),
                concurrency_limit: f64::from(
                    self.sites[site]
                        .reserved
                        .or(limits.map(|limits| limits.concurrent_executions))
                        .unwrap_or(1_000),
                ),
                rate_limit: self.rate_limit(site),
            };
            let before = self.sites[site].minute.forwarded;
            outcomes.push(self.sites[site].serve(&conditions));
            let forwarded = (self.sites[site].minute.forwarded - before).max(0.0);
            self.forwarded_here[site] += forwarded;
            self.written.1 += forwarded;
        }
        // What a cluster of its own takes is not the global database's.
        let shared = |(site, _): &(usize, &Outcome)| !self.writes_by_itself(&self.regions[*site]);
        let acknowledged = outcomes
            .iter()
            .enumerate()
            .filter(shared)
            .map(|(_, outcome)| outcome.acknowledged)
            .sum();
        self.written.0 += acknowledged;
        self.latest_step = step as f64;
        self.count_at_edge(&routed, &outcomes, step);
        self.count_served(&outcomes);
        if self.opened && !self.writable() {
            self.totals.without_writer_s += step as f64;
        }
        self.replicate(step, acknowledged);
    }

    /// Requests a second that the Region's API takes: what its stage allows, and no more than the account.
    fn rate_limit(&self, site: usize) -> f64 {
        let region = &self.regions[site];
        let account = super::model::account_throttle(region).rate;
        let known = self.sites[site].api.as_ref();
        let mut apis = self.resources.apis.iter();
        let api = apis.find(|one| known.is_none_or(|id| id == &one.id) && &one.region == region);
        let stages = api.into_iter().flat_map(|api| &api.stages);
        let throttles = stages.filter_map(|stage| stage.throttle);
        throttles.map(|one| one.rate).fold(account, f64::min)
    }

    /// A fault starts now.
    pub(super) fn start(&mut self, fault: Fault) {
        let region = fault
            .region
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        match fault.kind {
            FaultKind::StuckDeployment => self.stick_deployment(),
            FaultKind::CertificateExpiring => self.neglect_certificate(&region),
            _ => {}
        }
        self.faults.start(fault, self.now());
        self.look_at_faults();
    }

    /// A fault ends now.
    pub(super) fn end(&mut self, fault: &Fault) {
        let region = fault
            .region
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        if !self.faults.end(fault) {
            return;
        }
        match fault.kind {
            FaultKind::StuckDeployment => self.unstick_deployment(),
            FaultKind::CertificateExpiring => self.renew_certificate(&region),
            _ => {}
        }
        self.look_at_faults();
    }

    pub(super) fn look_at_faults(&mut self) {
        let regions = self.regions.iter();
        self.strikes = regions.map(|region| self.faults.on(region)).collect();
    }
}
