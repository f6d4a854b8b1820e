//! When clients are served again.

use jiff::{SignedDuration, Timestamp};

use super::ledger::{Ledger, Outcome, Request};

/// Below this share of requests that are answered at the first try, over [`WINDOW`], clients are not served. A window of a
/// lab has about a hundred requests: one or two of them are no outage, and without a writer it is every fifth.
const SERVED: f64 = 0.95;
/// One second alone has too few requests to tell.
const WINDOW: SignedDuration = SignedDuration::from_secs(5);

impl Ledger {
    /// Seconds from `from` until clients are served again: the last second up to `to` in which they were not. None where
    /// they still are not at `to`.
    pub fn recovered(&self, from: Timestamp, to: Timestamp) -> Option<i64> {
        let orders = self.orders.iter().map(|order| &order.request);
        let requests = orders.chain(self.reads.iter().map(|read| &read.request));
        let mut sent: Vec<(Timestamp, bool)> = requests
            .map(|request| (request.due, is_answered_at_once(request)))
            .collect();
        sent.sort_unstable();
        let lasts = to.duration_since(from).as_secs();
        let at = |second| from + SignedDuration::from_secs(second);
        let bad = (1..=lasts)
            .rev()
            .find(|second| !serves(&sent, at(*second) - WINDOW, at(*second)));
        match bad {
            Some(second) if second == lasts => None,
            Some(second) => Some(second),
            None => Some(0),
        }
    }
}

pub(super) fn is_answered_at_once(request: &Request) -> bool {
    let first = request.tries.first().map(|one| &one.outcome);
    first.is_some_and(|outcome| !Outcome::calls_for_another(outcome))
}

fn serves(sent: &[(Timestamp, bool)], after: Timestamp, until: Timestamp) -> bool {
    let first = sent.partition_point(|(due, _)| *due <= after);
    let end = sent.partition_point(|(due, _)| *due <= until);
    let sent = &sent[first..end];
    let answered = sent.iter().filter(|(_, at_once)| *at_once).count();
    answered as f64 >= SERVED * sent.len() as f64
}
