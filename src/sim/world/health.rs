//! Every health check's verdict, from its checkers, its children or its alarm's data.

use super::State;
use super::checkers::{Endpoint, Wrong, endpoint_verdict};
use super::metrics::MetricId;
use super::model::{CheckKind, Stack};
use super::physics::MetricCheckFollows;
use crate::world::parts::faults::FaultKind;
use gwctl_fleet::Region;

/// What a founded API answers checkers on, and the default of the templates.
const HEALTH_PATH: &str = "/health";

/// Whether the API of `region` answers on `path`: as it was founded, or by the template that built it.
fn is_health_path(stacks: &[Stack], region: &Region, path: &str) -> bool {
    let built = |stack: &&Stack| stack.formed.founded || &stack.region != region;
    let mut told = stacks
        .iter()
        .filter(|one| !built(one))
        .flat_map(|one| &one.parameters);
    path == HEALTH_PATH || told.any(|(name, value)| name == "HealthPath" && value == path)
}

impl State {
    /// The checkers ask, and Route 53 makes up its mind.
    pub(super) fn check_health(&mut self, step: i64) {
        self.watch_checks();
        for index in 0..self.resources.health_checks.len() {
            let own = match &self.resources.health_checks[index].kind {
                CheckKind::Endpoint { .. } => self.ask_endpoint(index, step),
                CheckKind::CloudWatchMetric { .. } => self.follow_alarm(index, step),
                CheckKind::RecoveryControl { control } => self.follow_control(control),
                CheckKind::Vended => self.follow_vended(&self.resources.health_checks[index].id),
                CheckKind::Calculated { .. } => continue,
            };
            let checks = &mut self.resources.health_checks;
            self.health.settle(index, checks, own);
        }
        let checks = &mut self.resources.health_checks;
        self.health.count_children(checks);
        self.health.look(checks, step as f64);
    }

    /// All checks there are now.
    pub(super) fn watch_checks(&mut self) {
        let checks = &mut self.resources.health_checks;
        self.health.watch(checks, self.present, &mut self.metrics);
    }

    fn ask_endpoint(&mut self, index: usize, step: i64) -> bool {
        let watch = &mut self.health.watches[index];
        let check = &mut self.resources.health_checks[index];
        let CheckKind::Endpoint {
            host,
            path,
            port,
            enable_sni,
            ..
        } = &check.kind
        else {
            return watch.own;
        };
        let Some(site) = self.fleet.site_of_host(host) else {
            return watch.own;
        };
        let region = &self.fleet.regions()[site];
        let wrong = match () {
            () if *port != 443 => Some(Wrong::Port),
            () if !enable_sni => Some(Wrong::Handshake),
            () if !is_health_path(&self.resources.stacks, region, path) => Some(Wrong::Path),
            () => None,
        };
        if check.disabled {
            return true;
        }
        let site = &mut self.fleet.sites[site];
        let endpoint = Endpoint {
            silent: site.is_silent(),
            wrong,
            failing: site.refusing(),
            typical_ms: 26.0 * site.strikes.slowness,
            point: site.point,
        };
        let now = self.present.now;
        if let Some(checkers) = &mut watch.checkers {
            let asked = checkers.ask(check, &endpoint, (now - step, now), |region| {
                self.faults.strikes(FaultKind::RegionDark, region)
            });
            // The real ones are counted where they ask.
            if self.physics.checkers_are_counted && self.reality.is_none() {
                site.count_checkers(&asked, endpoint.typical_ms);
            }
        }
        endpoint_verdict(check)
    }

    /// Follows the data stream of an alarm, or its state: there are two readings (aws-facts §3.4, §20.1).
    fn follow_alarm(&self, index: usize, step: i64) -> bool {
        let last = self.health.watches[index].own;
        let now = self.present.now;
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
        if (now - step).div_euclid(every) == now.div_euclid(every) {
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
        let since = self.present.minute() - i64::from(alarm.evaluation_periods) - 1;
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

    /// What Route 53's data plane makes of a routing control; one that is gone lets traffic through.
    fn follow_control(&self, control: &str) -> bool {
        let mut controls = self.resources.routing.iter().flat_map(|one| &one.controls);
        let found = controls.find(|one| one.arn == control);
        found.is_none_or(|one| one.seen(self.present, "route 53"))
    }
}
