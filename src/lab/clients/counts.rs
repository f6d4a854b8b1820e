//! What ended since it was last asked.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ledger::{Fate, Order, Read, Request};

/// By continent.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Orders.
    pub orders: BTreeMap<String, Done>,
    /// Reads.
    pub reads: BTreeMap<String, Done>,
    /// Requests that have not ended yet.
    pub under_way: u64,
}

/// Requests that ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Done {
    /// All of them.
    pub requests: u64,
    /// Of these, with an answer in the end: not 5xx or 429.
    pub answered: u64,
    /// Of orders, acknowledged; of reads, answered with 2xx.
    pub successful: u64,
    /// Tries after the first.
    pub retries: u64,
    /// Answered, by the Region that did.
    pub by_region: BTreeMap<String, u64>,
    /// From the scheduled time to the end, retries included, in milliseconds.
    pub latencies_ms: Vec<f64>,
}

impl Counts {
    pub(super) fn order(&mut self, order: &Order) {
        let successful = matches!(order.fate, Fate::Acknowledged { .. });
        add(&mut self.orders, &order.request, successful);
    }

    pub(super) fn read(&mut self, read: &Read) {
        let successful = read.request.is_successful();
        add(&mut self.reads, &read.request, successful);
    }
}

fn add(to: &mut BTreeMap<String, Done>, request: &Request, successful: bool) {
    let done = to.entry(request.continent.to_string()).or_default();
    done.requests += 1;
    done.answered += u64::from(request.is_answered());
    done.successful += u64::from(successful);
    done.retries += request.tries.len().saturating_sub(1) as u64;
    if let Some(region) = request.region().filter(|_| request.is_answered()) {
        *done.by_region.entry(region.to_string()).or_default() += 1;
    }
    done.latencies_ms.push(request.latency_ms());
}
