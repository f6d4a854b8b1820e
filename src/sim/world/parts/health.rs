//! What the health checkers found in a minute.

use crate::world::checkers::Checkers;
use crate::world::model::HealthCheck;
use crate::world::parts::check_series::CheckSeries;

/// A check in the minute being counted.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::world) struct CheckMinute {
    pub looks: f64,
    pub healthy: f64,
    pub percent: f64,
    pub percent_min: f64,
    pub percent_max: f64,
    pub children: f64,
}

/// Everything about a check that AWS does not show.
#[derive(Debug, Clone)]
pub(in crate::world) struct Watch {
    pub(in crate::world) id: String,
    /// By its own data, before inversion and disabling.
    pub(in crate::world) own: bool,
    /// None for those without checkers.
    pub checkers: Option<Checkers>,
    /// The minute being counted.
    pub minute: CheckMinute,
    /// What it is published as.
    pub series: CheckSeries,
}

impl CheckMinute {
    pub(in crate::world) fn look(&mut self, check: &HealthCheck, step: f64) {
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
