//! What Route 53 makes of health checks, and what the checkers found in a minute.

use crate::world::checkers::{Checkers, settled_verdict};
use crate::world::metrics::{MetricStore, Sample};
use crate::world::model::{CheckKind, HealthCheck};
use crate::world::parts::check_series::CheckSeries;
use crate::world::parts::present::Present;
use crate::world::parts::series::evenly;

/// A check in the minute being counted.
#[derive(Debug, Clone, Copy, Default)]
struct CheckMinute {
    looks: f64,
    healthy: f64,
    percent: f64,
    percent_min: f64,
    percent_max: f64,
    children: f64,
}

/// Everything about a check that AWS does not show.
#[derive(Debug, Clone)]
pub(in crate::world) struct Watch {
    id: String,
    /// By its own data, before inversion and disabling.
    pub(in crate::world) own: bool,
    /// None for those without checkers.
    pub checkers: Option<Checkers>,
    /// The minute being counted.
    minute: CheckMinute,
    /// What it is published as.
    series: CheckSeries,
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

impl Watch {
    /// New ones are healthy until there is data.
    fn new(check: &mut HealthCheck, present: Present, metrics: &mut MetricStore) -> Self {
        Self {
            id: check.id.clone(),
            own: true,
            checkers: Checkers::new(present.seed, check, present.at()),
            minute: CheckMinute::default(),
            series: CheckSeries::new(metrics, &check.id),
        }
    }

    fn publish(&mut self, check: &HealthCheck, metrics: &mut MetricStore, minute: i64) {
        let seen = std::mem::take(&mut self.minute);
        if check.disabled || seen.looks <= 0.0 {
            return; // nothing is looked at while disabled
        }
        let series = &self.series;
        let healthy = Sample::tally(seen.looks, seen.healthy);
        metrics.publish(series.status, minute, healthy);
        if check.healthy_children.is_some() {
            metrics.publish(series.children, minute, evenly(seen.children, seen.looks));
        }
        let Some(checkers) = &mut self.checkers else {
            return;
        };
        let percent = Sample::Set {
            count: seen.looks,
            sum: seen.percent,
            min: seen.percent_min,
            max: seen.percent_max,
        };
        metrics.publish(series.percent, minute, percent);
        let timings = std::mem::take(&mut checkers.timings);
        if timings.count > 0.0 {
            for (handle, ms) in [
                (series.connect, timings.connect_ms),
                (series.tls, timings.tls_ms),
                (series.first_byte, timings.first_byte_ms),
            ] {
                metrics.publish(handle, minute, evenly(ms, timings.count));
            }
        }
    }
}

/// All watches, one a check and in the same order.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Health {
    pub watches: Vec<Watch>,
}

impl Health {
    /// One watch a check, also for those that were made or deleted since.
    pub(in crate::world) fn watch(
        &mut self,
        checks: &mut [HealthCheck],
        present: Present,
        metrics: &mut MetricStore,
    ) {
        let mut pairs = checks.iter().zip(&self.watches);
        if checks.len() == self.watches.len() && pairs.all(|(check, watch)| check.id == watch.id) {
            return;
        }
        let mut known = std::mem::take(&mut self.watches);
        for check in checks {
            let place = known.iter().position(|watch| watch.id == check.id);
            self.watches.push(match place {
                Some(place) => known.swap_remove(place),
                None => Watch::new(check, present, metrics),
            });
        }
    }

    /// What the check at `index` comes to, by its own data.
    pub(in crate::world) fn settle(&mut self, index: usize, checks: &mut [HealthCheck], own: bool) {
        self.watches[index].own = own;
        checks[index].healthy = settled_verdict(&checks[index], own);
    }

    /// Those that count others follow them.
    pub(in crate::world) fn count_children(&mut self, checks: &mut [HealthCheck]) {
        for index in 0..checks.len() {
            let CheckKind::Calculated {
                children,
                threshold,
            } = &checks[index].kind
            else {
                continue;
            };
            let healthy = |id: &&String| checks.iter().any(|one| &one.id == *id && one.healthy);
            let well = children.iter().filter(healthy).count();
            let own = i64::try_from(well).is_ok_and(|well| well >= i64::from(*threshold));
            checks[index].healthy_children = u32::try_from(well).ok();
            self.settle(index, checks, own);
        }
    }

    /// Counts so many seconds of every verdict.
    pub(in crate::world) fn look(&mut self, checks: &[HealthCheck], step: f64) {
        for (check, watch) in checks.iter().zip(&mut self.watches) {
            watch.minute.look(check, step);
        }
    }

    /// The checks publish the minute that has just ended.
    pub(in crate::world) fn publish(
        &mut self,
        metrics: &mut MetricStore,
        minute: i64,
        checks: &[HealthCheck],
    ) {
        for (check, watch) in checks.iter().zip(&mut self.watches) {
            watch.publish(check, metrics, minute);
        }
    }
}
