//! What the clients felt, continent by continent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::gap::Gap;
use super::ledger::{Asked, Fate, Ledger, Order, Read, Request};
use super::recovery::is_answered_at_once;
use super::verdict::Row;

/// What the clients of a continent felt.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Continent {
    pub requests: usize,
    /// With an answer in the end: not 5xx or 429.
    pub answered: usize,
    /// With an answer at the first try.
    pub at_once: usize,
    /// The longest time without an acknowledged order, since the first was to be sent; none where no order was sent.
    pub writes: Option<Gap>,
    /// The longest time without a successful read, since the first was to be sent; none where nothing was read.
    pub reads: Option<Gap>,
    pub own: OwnReads,
}

/// Reads of orders that clients of the same continent were told are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OwnReads {
    /// With an answer that says whether the order is there.
    pub checked: usize,
    /// Keys of orders that were not seen although the database has them.
    pub missed: Vec<String>,
    /// Not seen, and lost for good.
    pub missed_lost: usize,
    /// Without such an answer.
    pub unanswered: usize,
}

impl Ledger {
    /// Of the requests that ended at `from` or later, such as since a failure; with all orders of the database.
    pub fn felt_since(&self, from: Timestamp, rows: &[Row]) -> BTreeMap<String, Continent> {
        let there: BTreeSet<&str> = rows.iter().map(|row| row.key.as_str()).collect();
        let mut orders: BTreeMap<&str, Vec<&Order>> = BTreeMap::new();
        for order in self.orders.iter().filter(|one| one.request.ended >= from) {
            orders
                .entry(&order.request.continent)
                .or_default()
                .push(order);
        }
        let mut reads: BTreeMap<&str, Vec<&Read>> = BTreeMap::new();
        for read in self.reads.iter().filter(|one| one.request.ended >= from) {
            reads.entry(&read.request.continent).or_default().push(read);
        }
        let names: BTreeSet<&str> = orders.keys().chain(reads.keys()).copied().collect();
        let felt = names.into_iter().map(|name| {
            let orders = orders.get(name).map_or(&[][..], Vec::as_slice);
            let reads = reads.get(name).map_or(&[][..], Vec::as_slice);
            (name.to_owned(), Self::felt(from, orders, reads, &there))
        });
        felt.collect()
    }

    fn felt(
        from: Timestamp,
        orders: &[&Order],
        reads: &[&Read],
        there: &BTreeSet<&str>,
    ) -> Continent {
        let written = orders.iter().map(|order| {
            let acknowledged = matches!(order.fate, Fate::Acknowledged { .. });
            (&order.request, acknowledged)
        });
        let read = reads.iter().map(|read| {
            let successful = read.request.is_successful();
            (&read.request, successful)
        });
        let mut continent = Continent {
            writes: Self::gap(from, written),
            reads: Self::gap(from, read),
            own: own(reads, there),
            ..Continent::default()
        };
        let orders = orders.iter().map(|order| &order.request);
        for request in orders.chain(reads.iter().map(|read| &read.request)) {
            continent.count(request);
        }
        continent
    }

    /// None without requests; each with whether it was successful.
    fn gap<'a>(
        from: Timestamp,
        requests: impl Iterator<Item = (&'a Request, bool)> + Clone,
    ) -> Option<Gap> {
        let first = requests.clone().map(|(request, _)| request.due).min()?;
        // Clients that have no request any longer wait for nothing.
        let last = requests.clone().map(|(request, _)| request.ended).max()?;
        let successes = requests.filter(|(_, successful)| *successful);
        let successes = successes.map(|(request, _)| request.ended);
        Some(Gap::longest(from.max(first), successes, last))
    }
}

impl Continent {
    /// The share of requests with an answer in the end; none without requests.
    pub fn answered_share(&self) -> Option<f64> {
        share(self.answered, self.requests)
    }

    fn count(&mut self, request: &Request) {
        self.requests += 1;
        self.answered += usize::from(request.is_answered());
        self.at_once += usize::from(is_answered_at_once(request));
    }
}

fn own(reads: &[&Read], there: &BTreeSet<&str>) -> OwnReads {
    let mut own = OwnReads::default();
    for read in reads {
        let Asked::Own { key, seen, .. } = &read.asked else {
            continue;
        };
        own.checked += usize::from(seen.is_some());
        match seen {
            Some(true) => {}
            Some(false) if there.contains(key.as_str()) => own.missed.push(key.clone()),
            Some(false) => own.missed_lost += 1,
            None => own.unanswered += 1,
        }
    }
    own
}

pub(super) fn share(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}
