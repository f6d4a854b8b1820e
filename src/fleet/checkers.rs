//! How many requests Route 53's health checkers send, by the settings of the checks (aws-facts §20.2).

use serde::{Deserialize, Serialize};

use super::CheckConfig;

/// Checkers in each checker Region (aws-facts §20.2: fifteen or sixteen in all eight).
const CHECKERS_A_REGION: f64 = 2.0;
/// Checker Regions of a check that names none (aws-facts §3.4: all eight).
const CHECKER_REGIONS: f64 = 8.0;
/// Checkers ask in bursts (aws-facts §20.2): a minute may have this much more than the mean.
const BURST: f64 = 1.25;
/// Looks a minute of gwctl's own probes, this one's and others', that may be in a Region's figures.
const PROBES: f64 = 12.0;
/// While the checks are not known: two of the quickest kind, from everywhere.
pub(super) const PRESUMED: Checkers = Checkers {
    expected: None,
    most: 2.0 * (BURST * 96.0 + 16.0) + PROBES,
};

/// Requests a minute that a Region gets from health checkers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Checkers {
    /// What the checks' settings let expect; none while the checks are not known.
    pub expected: Option<f64>,
    /// With more requests than this, some are clients'.
    pub most: f64,
}

impl Checkers {
    /// What `checks` send to an endpoint. Of those in `through`, which ask the public name, the edge decides
    /// in which Region they end: any of them may be this one.
    pub(super) fn of<'a>(
        checks: impl Iterator<Item = &'a CheckConfig>,
        through: impl Iterator<Item = &'a CheckConfig>,
    ) -> Self {
        let (expected, most) = checks.map(of_check).fold((0.0, 0.0), sum);
        let (_, passing) = through.map(of_check).fold((0.0, 0.0), sum);
        Self {
            expected: Some(expected),
            most: most + passing + PROBES,
        }
    }
}

fn sum(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    (one.0 + other.0, one.1 + other.1)
}

/// Expected requests a minute of one check, and the most of them.
fn of_check(check: &CheckConfig) -> (f64, f64) {
    if check.disabled {
        return (0.0, 0.0);
    }
    let regions = match check.checker_regions {
        0 => CHECKER_REGIONS,
        named => f64::from(named),
    };
    let checkers = regions * CHECKERS_A_REGION;
    let expected = checkers * 60.0 / f64::from(check.interval_s.max(1));
    (expected, BURST * expected + checkers)
}
