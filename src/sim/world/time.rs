//! Time passes: second by second once the world has begun, in longer steps through its history.

use jiff::Timestamp;

use super::scenario::Happening;
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

    /// One step: every part has its turn, always in this order.
    fn tick(&mut self, step: i64) {
        self.present.now += step;
        self.metrics.set_now(self.present.now);
        self.play_script();
        self.deploy_further();
        self.form_further();
        self.serve(step);
        self.switch_further();
        self.rds().promote_further();
        self.check_health(step);
        self.note_runs(step);
        let second = self.present.now.rem_euclid(60);
        if second == 0 {
            self.publish_minute();
        }
        if second == 30 || (second == 0 && step >= 30) {
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
            let from = self.database.members[self.database.writer].region.clone();
            if self.rds().failover(&global, &target, loses_data).is_ok() {
                self.record_promotion((&from, to), &target, loses_data);
            }
        }
    }

    /// A fault starts now.
    pub(super) fn start(&mut self, fault: Fault) {
        let region = fault
            .region
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        match fault.kind {
            FaultKind::StuckDeployment => {
                self.account().stick_deployment();
                self.record_edge_deployment();
            }
            FaultKind::CertificateExpiring => self.account().neglect_certificate(&region),
            FaultKind::CertificateExpired => self.account().expire_certificate(Some(&region)),
            FaultKind::EdgeCertificateExpired => self.account().expire_certificate(None),
            FaultKind::AwsEvent => {
                if let Some(region) = &fault.region {
                    let now = self.now();
                    self.aws_health.begin("LAMBDA", region, now);
                }
            }
            _ => {
                self.make_mistake(&fault);
                self.bring_trouble(&fault);
            }
        }
        self.darken(&fault, true);
        self.faults.start(fault, self.now());
        self.fleet.look_at(&self.faults, self.present.seed);
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
        self.darken(fault, false);
        match fault.kind {
            FaultKind::StuckDeployment => self.account().unstick_deployment(),
            FaultKind::CertificateExpiring | FaultKind::CertificateExpired => {
                self.account().renew_certificate(Some(&region));
            }
            FaultKind::EdgeCertificateExpired => self.account().renew_certificate(None),
            FaultKind::AwsEvent => {
                if let Some(region) = &fault.region {
                    let now = self.now();
                    self.aws_health.end(region, now);
                }
            }
            _ => {
                self.mend_mistake(fault);
                self.end_trouble(fault);
            }
        }
        self.fleet.look_at(&self.faults, self.present.seed);
    }
}
