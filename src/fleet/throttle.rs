//! What an API takes before API Gateway answers 429, and what shows that it does.
//!
//! A request that is throttled counts in `Count` and in `4xx` like any that the client got wrong: no metric
//! of API Gateway is of 429 alone (aws-facts §1.1).

use serde::{Deserialize, Serialize};

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
