//! What a world counted, second by second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;

use crate::sim::Sim;
use crate::sim::world::Totals;

/// Below this share of answered requests, over [`WINDOW`], the world does not serve.
const SERVES: f64 = 0.99;
/// Seconds: one alone has too few requests to tell.
const WINDOW: usize = 5;

/// The counts of every second since it began to watch.
pub(super) struct Seconds {
    counted: Arc<Mutex<Vec<(Timestamp, Totals)>>>,
    watching: JoinHandle<()>,
}

impl Seconds {
    /// Watches `sim` until dropped.
    pub(super) fn watch(sim: Sim) -> Self {
        let counted: Arc<Mutex<Vec<_>>> = Arc::default();
        let into = counted.clone();
        let watching = tokio::spawn(async move {
            loop {
                let now = {
                    let state = sim.state();
                    (state.now(), state.totals)
                };
                into.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(now);
                tokio::time::sleep(sim.clock().wall(Duration::from_secs(1))).await;
            }
        });
        Self { counted, watching }
    }

    fn all(&self) -> Vec<(Timestamp, Totals)> {
        let counted = self.counted.lock();
        counted.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was counted from `from` to `to`.
    pub(super) fn between(&self, from: Timestamp, to: Timestamp) -> Totals {
        let all = self.all();
        let first = all.iter().rev().find(|(at, _)| *at <= from).or(all.first());
        let last = all.iter().find(|(at, _)| *at >= to).or(all.last());
        match (first, last) {
            (Some((_, first)), Some((_, last))) => less(last, first),
            _ => Totals::default(),
        }
    }

    /// Seconds from `from` until the world serves again: the last second up to `to` in which it did not.
    /// None when it still does not at `to`.
    pub(super) fn recovered(&self, from: Timestamp, to: Timestamp) -> Option<i64> {
        let all = self.all();
        let bad = all
            .windows(WINDOW + 1)
            .filter(|window| !serves(window))
            .filter_map(|window| window.last())
            .map(|(at, _)| *at)
            .rfind(|at| *at > from && *at <= to);
        let Some(bad) = bad else { return Some(0) };
        let still = to.duration_since(bad).as_secs() < 2;
        (!still).then(|| bad.duration_since(from).as_secs() + 1)
    }
}

impl Drop for Seconds {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

/// Whether enough requests are answered, and writes are taken, at the end of `window`.
fn serves(window: &[(Timestamp, Totals)]) -> bool {
    let [(_, first), .., (_, before), (_, last)] = window else {
        return true;
    };
    let counted = less(last, first);
    let answered = counted.requests - counted.failed;
    let written = last.without_writer_s <= before.without_writer_s;
    written && answered >= SERVES * counted.requests
}

fn less(last: &Totals, first: &Totals) -> Totals {
    Totals {
        requests: last.requests - first.requests,
        failed: last.failed - first.failed,
        throttled: last.throttled - first.throttled,
        writes_acknowledged: last.writes_acknowledged - first.writes_acknowledged,
        writes_lost: last.writes_lost - first.writes_lost,
        without_writer_s: last.without_writer_s - first.without_writer_s,
    }
}
