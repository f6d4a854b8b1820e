//! What watching costs.

use gwctl_fleet::FleetSpec;

/// US dollars for one metric asked of `GetMetricData` (aws-facts §1.4).
pub(super) const DOLLARS_PER_METRIC: f64 = 0.01 / 1_000.0;
/// Metrics are asked once a minute at every pace.
const ASKS_PER_HOUR: f64 = 60.0;

/// US dollars for asking `queries` series once.
pub(super) fn dollars(queries: usize) -> f64 {
    queries as f64 * DOLLARS_PER_METRIC
}

/// US dollars an hour for asking `queries` series once a minute.
pub(super) fn dollars_per_hour(queries: usize) -> f64 {
    dollars(queries) * ASKS_PER_HOUR
}

/// US dollars an hour that looking at the fleet of `spec` costs, as far as its configuration tells: before anything
/// was asked.
pub fn expected_dollars_per_hour(spec: &FleetSpec) -> f64 {
    dollars_per_hour(super::questions::expected(spec))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_series_cost_forty_three_dollars_a_month() {
        let month = dollars_per_hour(100) * 24.0 * 30.0;
        assert!((month - 43.2).abs() < 1e-9, "{month}");
    }
}
