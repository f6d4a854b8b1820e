//! How many requests each Region answered just now.

use std::collections::VecDeque;

use super::State;
use super::serving::Outcome;
use gwctl_fleet::Region;

/// Seconds that are remembered.
const REMEMBERED_S: i64 = 60;

/// Requests answered by one Region, step by step.
#[derive(Debug, Clone, Default)]
pub(super) struct Served {
    steps: VecDeque<(i64, f64)>,
}

impl Served {
    /// `requests` were answered in the step that ends at second `now`.
    pub(super) fn add(&mut self, now: i64, requests: f64) {
        self.steps.push_back((now, requests));
        while self
            .steps
            .front()
            .is_some_and(|(end, _)| *end <= now - REMEMBERED_S)
        {
            self.steps.pop_front();
        }
    }

    fn sum(&self) -> f64 {
        self.steps.iter().map(|(_, requests)| requests).sum()
    }
}

impl State {
    /// Requests that arrived in `region` within the last minute and were answered, whatever the status;
    /// none for a Region the fleet is not in.
    pub fn requests_served(&self, region: &Region) -> Option<f64> {
        let site = self.regions.iter().position(|one| one == region)?;
        self.served.get(site).map(Served::sum)
    }

    pub(super) fn count_served(&mut self, outcomes: &[Outcome]) {
        let now = self.now;
        for (served, outcome) in self.served.iter_mut().zip(outcomes) {
            served.add(now, outcome.requests - outcome.silent);
        }
    }
}
