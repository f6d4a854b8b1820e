//! What a Region served lately.

use std::collections::VecDeque;

/// Seconds that are remembered.
pub(in crate::world) const REMEMBERED_S: i64 = 60;

/// Requests answered by one Region, step by step.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Served {
    steps: VecDeque<(i64, f64)>,
}

impl Served {
    /// `requests` were answered in the step that ends at second `now`.
    pub(in crate::world) fn add(&mut self, now: i64, requests: f64) {
        self.steps.push_back((now, requests));
        while self
            .steps
            .front()
            .is_some_and(|(end, _)| *end <= now - REMEMBERED_S)
        {
            self.steps.pop_front();
        }
    }

    pub(in crate::world) fn sum(&self) -> f64 {
        self.steps.iter().map(|(_, requests)| requests).sum()
    }
}
