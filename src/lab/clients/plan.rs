//! What the next request of a continent is.

use std::collections::VecDeque;

use http::Method;
use hyper::body::Bytes;

use super::client::Call;

/// Orders of a continent that its clients still ask about.
const REMEMBERED: usize = 1_000;
/// The share of reads that ask for a page of orders.
const PAGES: f64 = 0.25;

/// An order that a client was told is written.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) key: String,
    pub(super) id: String,
    pub(super) token: Option<String>,
}

/// What the clients of one continent were told is written.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Not asked for yet, the oldest first.
    fresh: VecDeque<Known>,
    asked: VecDeque<Known>,
}

/// A request to be sent.
pub(super) enum Plan {
    Order {
        key: String,
        call: Call,
    },
    Page {
        call: Call,
    },
    Own {
        known: Known,
        call: Call,
        token: bool,
    },
}

impl Memory {
    pub(super) fn learn(&mut self, known: Known) {
        self.fresh.push_back(known);
        if self.fresh.len() > REMEMBERED {
            self.fresh.pop_front();
        }
    }

    /// One that nobody has asked for yet, before one that somebody has.
    fn choose(&mut self, rng: &mut fastrand::Rng) -> Option<Known> {
        if let Some(fresh) = self.fresh.pop_front() {
            self.asked.push_back(fresh.clone());
            if self.asked.len() > REMEMBERED {
                self.asked.pop_front();
            }
            return Some(fresh);
        }
        let any = rng.usize(..self.asked.len().max(1));
        self.asked.get(any).cloned()
    }

    /// A read: mostly of an order of the continent's own.
    pub(super) fn read(&mut self, rng: &mut fastrand::Rng) -> Plan {
        if rng.f64() >= PAGES
            && let Some(known) = self.choose(rng)
        {
            return own(known, rng.bool());
        }
        Plan::Page {
            call: get("/orders?limit=20".into(), Vec::new()),
        }
    }
}

pub(super) fn order(key: String, body: Bytes) -> Plan {
    let headers = vec![
        ("idempotency-key", key.clone()),
        ("content-type", "application/json".into()),
    ];
    let call = Call {
        method: Method::POST,
        path: "/orders".into(),
        headers,
        body,
    };
    Plan::Order { key, call }
}

/// With the order's token or without: the handler promises that its writer sees it either way.
fn own(known: Known, with_token: bool) -> Plan {
    let token = known.token.clone().filter(|_| with_token);
    let shown = token.is_some();
    let headers = token.map(|token| ("consistency-token", token));
    let path = format!("/orders/{}", known.id);
    Plan::Own {
        call: get(path, headers.into_iter().collect()),
        known,
        token: shown,
    }
}

fn get(path: String, headers: Vec<(&'static str, String)>) -> Call {
    Call {
        method: Method::GET,
        path,
        headers,
        body: Bytes::new(),
    }
}
