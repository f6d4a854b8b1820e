//! What an API takes before API Gateway answers 429, and what shows that it does.
//!
//! A request that is throttled counts in `Count` and in `4xx` like any that the client got wrong: no metric
//! of API Gateway is of 429 alone (aws-facts §1.1).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Metric, Metrics};

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

/// The share of 4xx in percent that is usual: the mean of the quarter of an hour before `until`. None where no
/// minute of it is known.
pub fn usually_refused(metrics: &Metrics, until: Timestamp) -> Option<f64> {
    let requests = metrics.get(Metric::ApiRequests).last()?;
    let minutes = requests
        .points()
        .iter()
        .filter(|point| point.at >= until - BEFORE && point.at < until);
    let (all, refused) = minutes.fold((0.0, 0.0), |(all, refused), point| {
        match metrics.beside(Metric::Api4xx, point.at, until) {
            Some(here) => (all + point.value, refused + here),
            None => (all, refused),
        }
    });
    (all > 0.0).then(|| 100.0 * refused / all)
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
