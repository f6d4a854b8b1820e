//! Clients against a Region in memory that fails as Regions do.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Bytes;
use serde_json::json;

use super::*;
use crate::authority::Authority;
use crate::stand::{Behaviour, Stand};

pub const DOMAIN: &str = "api.orders.example.com";

/// What a Region does wrong with some requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistake {
    /// It writes the order, and the connection breaks before the answer.
    Breaks,
    /// It says that it is written, and nothing is.
    Loses,
    /// It writes an order again that was sent again.
    Doubles,
    /// It writes, and says 503 of an unknown outcome.
    IsUnsure,
    /// It writes nothing, and says so with 503.
    IsBusy,
    /// It does not find what it has written.
    Forgets,
}

#[derive(Clone, Default)]
pub struct Region {
    name: &'static str,
    mistakes: Arc<Vec<Mistake>>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    rows: Vec<Row>,
    requests: usize,
    /// How often each key came.
    keys: BTreeMap<String, usize>,
    odd: Vec<String>,
}

impl Region {
    fn with(mistakes: &[Mistake]) -> Self {
        Self {
            name: "eu-west-1",
            mistakes: Arc::new(mistakes.to_vec()),
            ..Self::default()
        }
    }

    /// Regions of one database, without mistakes.
    pub fn all(names: &[&'static str]) -> Vec<Self> {
        let state = Arc::default();
        let region = |name| Self {
            name,
            state: Arc::clone(&state),
            ..Self::default()
        };
        names.iter().map(|name| region(*name)).collect()
    }

    /// What their database has.
    pub fn rows(&self) -> Vec<Row> {
        std::mem::take(&mut self.state.lock().unwrap().rows)
    }

    fn said(&self, status: u16, body: &serde_json::Value) -> Response<String> {
        Response::builder()
            .status(status)
            .header("x-gwctl-region", self.name)
            .header("consistency-token", "token")
            .body(body.to_string())
            .unwrap()
    }

    /// Every fifth request meets the next mistake.
    fn mistake(&self, requests: usize) -> Option<Mistake> {
        let due = requests.is_multiple_of(5) && !self.mistakes.is_empty();
        due.then(|| self.mistakes[requests / 5 % self.mistakes.len()])
    }

    fn post(&self, key: &str) -> Option<Response<String>> {
        let mut state = self.state.lock().unwrap();
        state.requests += 1;
        let mistake = self.mistake(state.requests);
        let came = state.keys.entry(key.to_owned()).or_default();
        *came += 1;
        let again = *came > 1;
        let id = format!("id-of-{key}");
        let is_there = state.rows.iter().any(|row| row.key == key);
        let writes = match mistake {
            Some(Mistake::Loses | Mistake::IsBusy) => false,
            _ if is_there => again && self.mistakes.contains(&Mistake::Doubles),
            _ => true,
        };
        if writes {
            let row = Row {
                id: id.clone(),
                key: key.to_owned(),
            };
            state.rows.push(row);
        }
        match mistake {
            Some(Mistake::Breaks) => None,
            Some(Mistake::IsUnsure) => Some(self.said(503, &json!({"outcome": "unknown"}))),
            Some(Mistake::IsBusy) => Some(self.said(503, &json!({"outcome": "not written"}))),
            _ => Some(self.said(201, &json!({"id": id}))),
        }
    }

    fn get(&self, path: &str) -> Response<String> {
        let mut state = self.state.lock().unwrap();
        let Some(id) = path.strip_prefix("/orders/") else {
            return self.said(200, &json!({"orders": []}));
        };
        let forgets = self.mistakes.contains(&Mistake::Forgets);
        state.requests += 1;
        let is_there = state.rows.iter().any(|row| row.id == id);
        if is_there && !(forgets && state.requests.is_multiple_of(5)) {
            return self.said(200, &json!({"id": id}));
        }
        self.said(404, &json!({"message": "There is no order with this id."}))
    }
}

impl Behaviour for Region {
    async fn answer(&self, request: Request<Bytes>) -> Option<Response<String>> {
        let header = |name: &str| {
            let value = request.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let who = (header("host"), header("authorization"));
        let host = who.0.as_ref().is_some_and(|host| host.ends_with(DOMAIN));
        if !host || who.1.as_deref() != Some("Bearer secret") {
            self.state.lock().unwrap().odd.push(format!("{who:?}"));
        }
        match header("idempotency-key") {
            Some(key) => self.post(&key),
            None => Some(self.get(request.uri().path())),
        }
    }
}

/// Clients as tests want them.
pub fn options(through: Vec<Through>, authority: &Authority, file: PathBuf) -> Options {
    Options {
        through,
        domain: DOMAIN.into(),
        authority: authority.certificate().into(),
        bearer: "secret".into(),
        rate: 1_000.0,
        ramp: Duration::ZERO,
        writes: 0.4,
        order: json!({"item": "tea"}),
        timeout: Duration::from_secs(5),
        tries: 8,
        pause: Duration::from_millis(10),
        connections: 32,
        file,
        seed: 7,
    }
}

/// Waits until `load` has ended so many requests.
pub async fn ended(load: &Load, requests: u64) {
    let mut ended = 0;
    while ended < requests {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let counts = load.drain();
        let done = counts.orders.values().chain(counts.reads.values());
        ended += done.map(|done| done.requests).sum::<u64>();
    }
}

/// Clients of two continents against one Region, until they have sent so many requests.
async fn ledger_of(region: &Region, requests: u64) -> (Ledger, Vec<Row>) {
    let authority = Authority::new().unwrap();
    let identity = authority.issue(&[DOMAIN.into()]).unwrap();
    let stand = Stand::start(&identity, region.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.jsonl");
    let through = ["Europe", "Asia Pacific"].map(|continent| Through {
        continent: continent.into(),
        edge: stand.address,
    });
    let load = Load::start(options(through.into(), &authority, file.clone())).unwrap();
    ended(&load, requests).await;
    let ledger = load.stop().await;
    let lines = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        lines.lines().count(),
        ledger.orders.len() + ledger.reads.len()
    );
    let odd = std::mem::take(&mut region.state.lock().unwrap().odd);
    assert!(odd.is_empty(), "{:?}", odd.first());
    (ledger, region.rows())
}

#[tokio::test]
async fn orders_that_are_tried_again_are_written_once_and_seen_by_their_clients() {
    let region = Region::with(&[Mistake::Breaks, Mistake::IsUnsure, Mistake::IsBusy]);
    let (ledger, rows) = ledger_of(&region, 500).await;
    let verdict = ledger.check(&rows);
    assert!(verdict.is_sound(), "{verdict}");
    assert_eq!(verdict.acknowledged, verdict.orders, "{verdict}");
    assert!(verdict.orders > 100, "{verdict}");
    assert_eq!(verdict.answered(), Some(1.0), "{verdict}");
    assert!(verdict.answered_at_once().unwrap() < 0.99, "{verdict}");
    assert_eq!(verdict.by_region["eu-west-1"], verdict.orders);
    for (name, continent) in &verdict.continents {
        assert!(continent.own.checked > 50, "{name}: {verdict}");
    }
    let tokens = ledger.reads.iter().filter_map(|read| match read.asked {
        Asked::Own { token, .. } => Some(token),
        Asked::Page => None,
    });
    let tokens: std::collections::BTreeSet<bool> = tokens.collect();
    assert_eq!(tokens.len(), 2, "with its token and without");
}

#[tokio::test]
async fn a_region_that_loses_doubles_or_forgets_is_found_out() {
    let region = Region::with(&[Mistake::Loses]);
    let (ledger, rows) = ledger_of(&region, 200).await;
    let verdict = ledger.check(&rows);
    assert_eq!(verdict.lost.len(), verdict.orders - rows.len(), "{verdict}");
    assert!(!verdict.lost.is_empty() && !verdict.is_sound());
    assert!(verdict.lost_seconds().unwrap() > 0.0);
    let missed = verdict.continents.values().map(|one| one.own.missed_lost);
    assert!(missed.sum::<usize>() > 0, "{verdict}");

    let region = Region::with(&[Mistake::Breaks, Mistake::Doubles]);
    let (ledger, rows) = ledger_of(&region, 200).await;
    let verdict = ledger.check(&rows);
    assert!(
        !verdict.twice.is_empty() && !verdict.is_sound(),
        "{verdict}"
    );
    assert!(verdict.lost.is_empty(), "{verdict}");

    let region = Region::with(&[Mistake::Forgets]);
    let (ledger, rows) = ledger_of(&region, 200).await;
    let verdict = ledger.check(&rows);
    let missed = verdict.continents.values().map(|one| one.own.missed.len());
    assert!(
        missed.sum::<usize>() > 0 && !verdict.is_sound(),
        "{verdict}"
    );
}

#[test]
fn the_rate_grows_until_the_ramp_ends() {
    let mut options = options(Vec::new(), &Authority::new().unwrap(), PathBuf::new());
    options.rate = 10.0;
    let due = |options: &Options, number| options.due(number).as_secs_f64();
    assert!((due(&options, 25) - 2.5).abs() < 1e-9);
    // In 4 s from none to 10 a second: 20 requests, and half of the ramp lost.
    options.ramp = Duration::from_secs(4);
    for (number, seconds) in [(0, 0.0), (5, 2.0), (20, 4.0), (30, 5.0)] {
        assert!((due(&options, number) - seconds).abs() < 1e-9, "{number}");
    }
}
