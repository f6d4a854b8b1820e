//! The ledger against the database.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde::Serialize;

use super::gap::Gap;
use super::ledger::{Asked, Fate, Ledger, Order, Outcome, Read, Request};

/// An order as the database has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub id: String,
    /// Its `Idempotency-Key`.
    pub key: String,
}

/// What became of the orders, and what the clients felt.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// Orders of the ledger.
    pub orders: usize,
    /// Of these, acknowledged.
    pub acknowledged: usize,
    /// Refused, and not written as far as the clients were told.
    pub refused: usize,
    /// They never left their client.
    pub not_sent: usize,
    /// Outcome unknown to the client, and in the database.
    pub unknown_there: usize,
    /// Outcome unknown to the client, and not in the database.
    pub unknown_gone: usize,
    /// Acknowledged, and not in the database, in the order of their acknowledgement.
    pub lost: Vec<Lost>,
    /// Keys of more than one row.
    pub twice: Vec<String>,
    /// Ids that clients and database do not have for one and the same order.
    pub mixed_up: Vec<String>,
    /// Keys of rows that no client sent.
    pub nobodys: Vec<String>,
    /// Keys of rows whose clients know that they were refused, or that they were never sent.
    pub not_to_be_there: Vec<String>,
    /// Acknowledged orders by the Region that said so.
    pub by_region: BTreeMap<String, usize>,
    /// What the clients of each felt.
    pub continents: BTreeMap<String, Continent>,
}

/// An acknowledged order that the database does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    pub key: String,
    pub id: Option<String>,
    pub continent: String,
    pub region: Option<String>,
    pub acknowledged: Timestamp,
}

/// What the clients of a continent felt.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Continent {
    pub requests: usize,
    /// With an answer in the end: not 5xx or 429.
    pub answered: usize,
    /// With an answer at the first try.
    pub at_once: usize,
    /// The longest time without an acknowledged order; none where no order was sent.
    pub writes: Option<Gap>,
    /// The longest time without a successful read; none where nothing was read.
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
    /// Compares what the clients were told with all orders of the database, read when the load was over.
    pub fn check(&self, rows: &[Row]) -> Verdict {
        let mut there: HashMap<&str, Vec<&str>> = HashMap::new();
        for row in rows {
            there.entry(&row.key).or_default().push(&row.id);
        }
        let mut verdict = Verdict {
            orders: self.orders.len(),
            twice: keys(&there, |ids| ids.len() > 1),
            mixed_up: mixed_up(&self.orders, rows),
            nobodys: nobodys(&self.orders, &there),
            ..Verdict::default()
        };
        for order in &self.orders {
            verdict.judge(order, there.contains_key(order.key.as_str()));
        }
        verdict.lost.sort_by_key(|lost| lost.acknowledged);
        verdict.continents = self.continents(&there);
        verdict
    }

    fn continents(&self, there: &HashMap<&str, Vec<&str>>) -> BTreeMap<String, Continent> {
        let orders = self.orders.iter().map(|order| &order.request);
        let reads = self.reads.iter().map(|read| &read.request);
        let mut continents: BTreeMap<String, Continent> = BTreeMap::new();
        for request in orders.chain(reads) {
            let continent = continents.entry(request.continent.to_string());
            continent.or_default().count(request);
        }
        for (name, continent) in &mut continents {
            let ours = |request: &Request| *request.continent == **name;
            let orders: Vec<&Order> = self.orders.iter().filter(|o| ours(&o.request)).collect();
            let reads: Vec<&Read> = self.reads.iter().filter(|r| ours(&r.request)).collect();
            continent.writes = self.gap(orders.iter().map(|order| {
                let acknowledged = matches!(order.fate, Fate::Acknowledged { .. });
                acknowledged.then_some(order.request.ended)
            }));
            continent.reads = self.gap(reads.iter().map(|read| {
                let successful = read.request.is_successful();
                successful.then_some(read.request.ended)
            }));
            continent.own = own(&reads, there);
        }
        continents
    }

    /// None without requests.
    fn gap(&self, successes: impl ExactSizeIterator<Item = Option<Timestamp>>) -> Option<Gap> {
        let any = successes.len() > 0;
        any.then(|| Gap::longest(self.began, successes.flatten(), self.ended))
    }
}

impl Verdict {
    /// Orders were acknowledged and asked for; nothing was lost, doubled, mixed up or made up, and every client saw its
    /// own orders.
    pub fn is_sound(&self) -> bool {
        let none = |all: &[String]| all.is_empty();
        let checked = self.continents.values().map(|one| one.own.checked);
        self.acknowledged > 0
            && checked.sum::<usize>() > 0
            && self.lost.is_empty()
            && none(&self.twice)
            && none(&self.mixed_up)
            && none(&self.nobodys)
            && none(&self.not_to_be_there)
            && self.continents.values().all(|one| none(&one.own.missed))
    }

    /// Orders and reads.
    pub fn requests(&self) -> usize {
        self.continents.values().map(|one| one.requests).sum()
    }

    /// Requests with an answer in the end.
    pub fn answered_requests(&self) -> usize {
        self.continents.values().map(|one| one.answered).sum()
    }

    /// The share of requests with an answer in the end; none without requests.
    pub fn answered(&self) -> Option<f64> {
        share(self.answered_requests(), self.requests())
    }

    /// The share of requests with an answer at the first try; none without requests.
    pub fn answered_at_once(&self) -> Option<f64> {
        let at_once = self.continents.values().map(|one| one.at_once).sum();
        share(at_once, self.requests())
    }

    /// Recovery point: seconds from the first to the last acknowledgement of a lost order; none where none was lost.
    pub fn lost_seconds(&self) -> Option<f64> {
        let (first, last) = (self.lost.first()?, self.lost.last()?);
        let between = last.acknowledged.duration_since(first.acknowledged);
        Some(between.as_secs_f64())
    }

    /// Recovery time: the longest that any continent was without an acknowledged order.
    pub fn longest_without_write(&self) -> Option<Gap> {
        longest(self.continents.values().filter_map(|one| one.writes))
    }

    /// The longest that any continent was without a successful read.
    pub fn longest_without_read(&self) -> Option<Gap> {
        longest(self.continents.values().filter_map(|one| one.reads))
    }

    fn judge(&mut self, order: &Order, is_there: bool) {
        match &order.fate {
            Fate::Acknowledged { id, region } => {
                self.acknowledged += 1;
                let region = region.as_ref().map(ToString::to_string);
                if let Some(region) = &region {
                    *self.by_region.entry(region.clone()).or_default() += 1;
                }
                if !is_there {
                    self.lost.push(Lost {
                        key: order.key.clone(),
                        id: id.clone(),
                        continent: order.request.continent.to_string(),
                        region,
                        acknowledged: order.request.ended,
                    });
                }
            }
            Fate::Unknown if is_there => self.unknown_there += 1,
            Fate::Unknown => self.unknown_gone += 1,
            Fate::Refused { .. } | Fate::NotSent => {
                if matches!(order.fate, Fate::NotSent) {
                    self.not_sent += 1;
                } else {
                    self.refused += 1;
                }
                if is_there {
                    self.not_to_be_there.push(order.key.clone());
                }
            }
        }
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
        let first = request.tries.first().map(|one| &one.outcome);
        let at_once = first.is_some_and(|outcome| !Outcome::calls_for_another(outcome));
        self.at_once += usize::from(at_once);
    }
}

fn own(reads: &[&Read], there: &HashMap<&str, Vec<&str>>) -> OwnReads {
    let mut own = OwnReads::default();
    for read in reads {
        let Asked::Own { key, seen, .. } = &read.asked else {
            continue;
        };
        own.checked += usize::from(seen.is_some());
        match seen {
            Some(true) => {}
            Some(false) if there.contains_key(key.as_str()) => own.missed.push(key.clone()),
            Some(false) => own.missed_lost += 1,
            None => own.unanswered += 1,
        }
    }
    own
}

fn keys(there: &HashMap<&str, Vec<&str>>, which: impl Fn(&[&str]) -> bool) -> Vec<String> {
    let found = there.iter().filter(|(_, ids)| which(ids));
    let found: BTreeSet<&str> = found.map(|(key, _)| *key).collect();
    found.into_iter().map(str::to_owned).collect()
}

fn nobodys(orders: &[Order], there: &HashMap<&str, Vec<&str>>) -> Vec<String> {
    let sent: BTreeSet<&str> = orders.iter().map(|order| order.key.as_str()).collect();
    let found = there.keys().filter(|key| !sent.contains(*key));
    let found: BTreeSet<&str> = found.copied().collect();
    found.into_iter().map(str::to_owned).collect()
}

/// Ids under which clients and database know more than one order, and ids that clients were told of an order that the
/// database has under another.
fn mixed_up(orders: &[Order], rows: &[Row]) -> Vec<String> {
    let told = orders.iter().filter_map(|order| match &order.fate {
        Fate::Acknowledged { id: Some(id), .. } => Some((id.as_str(), order.key.as_str())),
        _ => None,
    });
    let told: BTreeSet<(&str, &str)> = told.collect();
    let kept = rows.iter().map(|row| (row.id.as_str(), row.key.as_str()));
    let kept: BTreeSet<(&str, &str)> = kept.collect();
    let there: BTreeSet<&str> = kept.iter().map(|(_, key)| *key).collect();
    let renamed = told
        .iter()
        .filter(|one| there.contains(one.1) && !kept.contains(*one));
    let mut mixed: BTreeSet<&str> = renamed.map(|(id, _)| *id).collect();
    let mut last = None;
    for (id, _) in told.union(&kept) {
        if last == Some(id) {
            mixed.insert(id);
        }
        last = Some(id);
    }
    mixed.into_iter().map(str::to_owned).collect()
}

fn share(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

fn longest(gaps: impl Iterator<Item = Gap>) -> Option<Gap> {
    gaps.max_by(|a, b| a.seconds().total_cmp(&b.seconds()))
}
