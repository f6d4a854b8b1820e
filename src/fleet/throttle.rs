//! What an API takes before API Gateway answers 429, and what shows that it does.
//!
//! A request that is throttled counts in `Count` and in `4xx` like any that the client got wrong: no metric
//! of API Gateway is of 429 alone (aws-facts §1.1).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Metric, Site, Snapshot};

/// Limits of requests a second, as API Gateway tells them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Throttle {
    /// Of the API's stage; none where it has none of its own.
    pub stage: Option<f64>,
    /// Of all the account's APIs in the Region together; none where that could not be asked.
    pub account: Option<f64>,
}

impl Throttle {
    /// Requests a second beyond which clients get 429: the stage's limit, and never more than the account's.
    pub fn limit(&self) -> Option<f64> {
        match (self.stage, self.account) {
            (Some(stage), Some(account)) => Some(stage.min(account)),
            (one, other) => one.or(other),
        }
    }
}

/// How far back one looks for what is usual.
const BEFORE: SignedDuration = SignedDuration::from_mins(15);

/// With fewer clients than this in that time, none of whom got 4xx, nothing is known to be usual.
const FEW: f64 = 20.0;

impl Snapshot {
    /// The share of clients' requests to `site` in percent that are usually answered 4xx: the mean of the quarter
    /// of an hour before `until`. None where no minute of it is known, or nobody came who could have got one.
    pub fn usually_refused(&self, site: &Site, until: Timestamp) -> Option<f64> {
        let metrics = &site.api.metrics;
        let requests = metrics.get(Metric::ApiRequests).last()?;
        let minutes = requests
            .points()
            .iter()
            .filter(|point| point.at >= until - BEFORE && point.at < until);
        let (mut clients, mut refused, mut seen) = (0.0, 0.0, false);
        for point in minutes {
            let Some(here) = metrics.beside(Metric::Api4xx, point.at, until) else {
                continue;
            };
            let served = self.served_in(site, *point);
            seen |= served.shows_clients();
            clients += served.clients();
            refused += here;
        }
        // Health checkers vary a little: what they leave over is nobody.
        let somebody = clients >= FEW && (seen || refused > 0.0);
        somebody.then(|| (100.0 * refused / clients).min(100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_limit_counts_and_an_unknown_one_does_not() {
        let limit = |stage, account| Throttle { stage, account }.limit();
        assert_eq!(limit(Some(2_500.0), Some(10_000.0)), Some(2_500.0));
        assert_eq!(limit(Some(20_000.0), Some(10_000.0)), Some(10_000.0));
        assert_eq!(limit(None, Some(10_000.0)), Some(10_000.0));
        assert_eq!(limit(Some(2_500.0), None), Some(2_500.0));
        assert_eq!(limit(None, None), None);
    }
}
