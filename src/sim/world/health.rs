//! Every health check's verdict, from its checkers, its children or its alarm's data.

use super::State;
use super::checkers::{Endpoint, endpoint_verdict, settled_verdict};
use super::faults::FaultKind;
use super::metrics::MetricId;
use super::model::{CheckKind, HealthCheck};
use crate::fleet::Region;

/// A check in the minute being counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CheckMinute {
    pub looks: f64,
    pub healthy: f64,
    pub percent: f64,
    pub percent_min: f64,
    pub percent_max: f64,
    pub children: f64,
}

impl State {
    /// The checkers ask, and Route 53 makes up its mind.
    pub(super) fn check_health(&mut self, step: i64) {
        for index in 0..self.resources.health_checks.len() {
            let own = match &self.resources.health_checks[index].kind {
                CheckKind::Endpoint { .. } => self.ask_endpoint(index, step),
                CheckKind::CloudWatchMetric { .. } => self.follow_alarm(index),
                CheckKind::Calculated { .. } => continue,
            };
            let check = &mut self.resources.health_checks[index];
            check.healthy = settled_verdict(check, own);
        }
        self.count_children();
        for (check, minute) in self
            .resources
            .health_checks
            .iter()
            .zip(&mut self.check_minutes)
        {
            minute.look(check, step as f64);
        }
    }

    fn ask_endpoint(&mut self, index: usize, step: i64) -> bool {
        let check = &self.resources.health_checks[index];
        let CheckKind::Endpoint { host, .. } = &check.kind else {
            return check.healthy;
        };
        let Some(site) = self.site_of_host(host) else {
            return check.healthy;
        };
        if check.disabled {
            return true;
        }
        let strikes = &self.strikes[site];
        let endpoint = Endpoint {
            silent: strikes.dark,
            failing: self.sites[site].failing(),
            typical_ms: 26.0 * strikes.slowness,
            point: self.sites[site].point,
        };
        let turn = (self.now - step, self.now);
        let faults = &self.faults;
        let check = &mut self.resources.health_checks[index];
        if let Some(checkers) = &mut self.checkers[index] {
            checkers.ask(check, &endpoint, turn, |region| {
                faults.strikes(FaultKind::RegionDark, region)
            });
        }
        endpoint_verdict(check)
    }

    /// Follows the data stream of an alarm, not its state (aws-facts §3.4).
    fn follow_alarm(&self, index: usize) -> bool {
        let check = &self.resources.health_checks[index];
        let CheckKind::CloudWatchMetric {
            alarm_region,
            alarm_name,
            insufficient_data,
        } = &check.kind
        else {
            return check.healthy;
        };
        let last = check.healthy != check.inverted;
        // Looked at every few seconds, and not at all while the alarm's Region is dark.
        if self.now % 5 != 0 && !self.making_history() {
            return last;
        }
        let insufficient = match insufficient_data.as_str() {
            "Healthy" => true,
            "Unhealthy" => false,
            _ => last,
        };
        if self
            .faults
            .strikes(FaultKind::RegionDark, alarm_region.as_str())
        {
            return insufficient;
        }
        let found = self
            .resources
            .alarms
            .iter()
            .find(|a| &a.region == alarm_region && &a.name == alarm_name);
        let Some(alarm) = found else {
            return insufficient;
        };
        let dimensions: Vec<(&str, &str)> = alarm
            .dimensions
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        let id = MetricId::new(&alarm.namespace, &alarm.metric, &dimensions);
        let since = self.now.div_euclid(60) - i64::from(alarm.evaluation_periods) - 1;
        let points = self
            .metrics
            .minutes(alarm_region.as_str(), &id, since, &alarm.statistic);
        points.last().map_or(insufficient, |(_, value)| {
            !super::alarms::breaches(alarm, *value)
        })
    }

    fn count_children(&mut self) {
        for index in 0..self.resources.health_checks.len() {
            let CheckKind::Calculated {
                children,
                threshold,
            } = &self.resources.health_checks[index].kind
            else {
                continue;
            };
            let healthy = |id: &String| {
                self.resources
                    .health_checks
                    .iter()
                    .any(|c| &c.id == id && c.healthy)
            };
            let well = children.iter().filter(|id| healthy(id)).count();
            let own = well as i64 >= i64::from(*threshold);
            let check = &mut self.resources.health_checks[index];
            check.healthy_children = u32::try_from(well).ok();
            check.healthy = settled_verdict(check, own);
        }
    }

    /// Whether DNS may name `region` at all, by the checks on its latency record.
    pub fn in_service(&self, region: &Region) -> bool {
        let records = self.dns_zones.iter().flat_map(|zone| &zone.records);
        let mut checks = records
            .filter(|r| r.region.as_ref() == Some(region))
            .filter_map(|r| r.health_check.as_ref());
        checks.all(|id| {
            self.resources
                .health_checks
                .iter()
                .any(|c| &c.id == id && c.healthy)
        })
    }
}

impl CheckMinute {
    fn look(&mut self, check: &HealthCheck, step: f64) {
        if let Some(percent) = check.percent_healthy {
            if self.looks == 0.0 {
                self.percent_min = percent;
            }
            self.percent_min = self.percent_min.min(percent);
            self.percent_max = self.percent_max.max(percent);
            self.percent += percent * step;
        }
        self.looks += step;
        self.healthy += if check.healthy { step } else { 0.0 };
        self.children += f64::from(check.healthy_children.unwrap_or(0)) * step;
    }
}
