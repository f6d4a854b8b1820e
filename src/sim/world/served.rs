//! How many requests each Region answered just now.

use crate::world::parts::served::Served;

use super::State;
use super::serving::Outcome;
use gwctl_fleet::Region;

impl State {
    /// Requests that arrived in `region` within the last minute and were answered, whatever the status;
    /// none for a Region the fleet is not in.
    pub fn requests_served(&self, region: &Region) -> Option<f64> {
        let site = self.regions.iter().position(|one| one == region)?;
        self.served.get(site).map(Served::sum)
    }

    pub(super) fn count_served(&mut self, outcomes: &[Outcome]) {
        let now = self.present.now;
        for (served, outcome) in self.served.iter_mut().zip(outcomes) {
            served.add(now, outcome.requests - outcome.silent);
        }
    }
}
