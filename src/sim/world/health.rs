//! Every health check's verdict, from its checkers, its children or its alarm's data.

use super::State;
use super::checkers::{Checkers, Endpoint, endpoint_verdict, settled_verdict};
use super::metrics::MetricId;
use super::model::CheckKind;
use super::physics::MetricCheckFollows;
use crate::world::parts::check_series::CheckSeries;
use crate::world::parts::faults::FaultKind;
use crate::world::parts::health::{CheckMinute, Watch};
use gwctl_fleet::Region;

impl State {
    /// The checkers ask, and Route 53 makes up its mind.
    pub(super) fn check_health(&mut self, step: i64) {
        self.match_watches();
        for index in 0..self.watches.len() {
            let own = match &self.resources.health_checks[index].kind {
                CheckKind::Endpoint { .. } => self.ask_endpoint(index, step),
                CheckKind::CloudWatchMetric { .. } => self.follow_alarm(index, step),
                CheckKind::RecoveryControl { control } => self.follow_control(control),
                CheckKind::Calculated { .. } => continue,
            };
            self.settle_check(index, own);
        }
        self.count_children();
        for (check, watch) in self.resources.health_checks.iter().zip(&mut self.watches) {
            watch.minute.look(check, step as f64);
        }
    }

    /// One watch a check, also for those that were made or deleted since.
    pub(super) fn match_watches(&mut self) {
        let now = self.now();
        let checks = &mut self.resources.health_checks;
        let matching = checks.len() == self.watches.len()
            && checks
                .iter()
                .zip(&self.watches)
                .all(|(check, watch)| check.id == watch.id);
        if matching {
            return;
        }
        let mut known: Vec<Watch> = std::mem::take(&mut self.watches);
        for check in checks {
            let place = known.iter().position(|watch| watch.id == check.id);
            self.watches.push(match place {
                Some(place) => known.swap_remove(place),
                // New ones are healthy until there is data.
                None => Watch {
                    id: check.id.clone(),
                    own: true,
                    checkers: Checkers::new(self.present.seed, check, now),
                    minute: CheckMinute::default(),
                    series: CheckSeries::new(&mut self.metrics, &check.id),
                },
            });
        }
    }

    fn settle_check(&mut self, index: usize, own: bool) {
        self.watches[index].own = own;
        let check = &mut self.resources.health_checks[index];
        check.healthy = settled_verdict(check, own);
    }

    fn ask_endpoint(&mut self, index: usize, step: i64) -> bool {
        let last = self.watches[index].own;
        let check = &self.resources.health_checks[index];
        let CheckKind::Endpoint { host, .. } = &check.kind else {
            return last;
        };
        let Some(site) = self.site_of_host(host) else {
            return last;
        };
        if check.disabled {
            return true;
        }
        let strikes = &self.strikes[site];
        let endpoint = Endpoint {
            silent: strikes.dark || !self.sites[site].standing,
            failing: self.sites[site].refusing(),
            typical_ms: 26.0 * strikes.slowness,
            point: self.sites[site].point,
        };
        let turn = (self.present.now - step, self.present.now);
        let faults = &self.faults;
        let check = &mut self.resources.health_checks[index];
        if let Some(checkers) = &mut self.watches[index].checkers {
            let asked = checkers.ask(check, &endpoint, turn, |region| {
                faults.strikes(FaultKind::RegionDark, region)
            });
            if self.physics.checkers_are_counted {
                self.sites[site].count_checkers(&asked, endpoint.typical_ms);
            }
        }
        endpoint_verdict(check)
    }

    /// Follows the data stream of an alarm, or its state: there are two readings (aws-facts §3.4, §20.1).
    fn follow_alarm(&self, index: usize, step: i64) -> bool {
        let last = self.watches[index].own;
        let check = &self.resources.health_checks[index];
        let CheckKind::CloudWatchMetric {
            alarm_region,
            alarm_name,
            insufficient_data,
        } = &check.kind
        else {
            return last;
        };
        // Looked at now and then, and not at all while the alarm's Region is dark.
        let every = self.physics.metric_check_every_s.max(1);
        if (self.present.now - step).div_euclid(every) == self.present.now.div_euclid(every) {
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
        if self.physics.metric_check_follows == MetricCheckFollows::AlarmState {
            return match alarm.state.as_str() {
                "OK" => true,
                "ALARM" => false,
                _ => insufficient,
            };
        }
        let dimensions: Vec<(&str, &str)> = alarm
            .dimensions
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        let id = MetricId::new(&alarm.namespace, &alarm.metric, &dimensions);
        let since = self.present.now.div_euclid(60) - i64::from(alarm.evaluation_periods) - 1;
        let points = self
            .metrics
            .minutes(alarm_region.as_str(), &id, since, &alarm.statistic);
        if points.is_empty() {
            return insufficient;
        }
        // The check has the alarm's number of periods (aws-facts §3.4): all of them must be beyond.
        let periods = usize::try_from(alarm.evaluation_periods).unwrap_or(1);
        let newest = points.iter().rev().take(periods);
        let beyond = newest.filter(|(_, value)| super::alarms::breaches(alarm, *value));
        beyond.count() < periods
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
            let own = i64::try_from(well).is_ok_and(|well| well >= i64::from(*threshold));
            self.resources.health_checks[index].healthy_children = u32::try_from(well).ok();
            self.settle_check(index, own);
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
