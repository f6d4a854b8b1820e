//! Which share of clients an API usually answers 4xx, throttled ones among them.

use jiff::{SignedDuration, Timestamp};

use super::{Metric, Site, Snapshot};

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
        // Health checkers vary a little: the remainder is not clients.
        let somebody = clients >= FEW && (seen || refused > 0.0);
        somebody.then(|| (100.0 * refused / clients).min(100.0))
    }
}
