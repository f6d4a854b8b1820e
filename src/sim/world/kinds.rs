//! The kinds of requests, and how long each takes.

use super::rng::normal_slice;
use super::serving::{Conditions, Site, WRITES};

/// Share of the reads that hit something slow.
const SLOW: f64 = 0.018;
/// Share of the invocations that start cold; their start is not in `Duration` but in the API's latency.
const COLD: f64 = 0.0016;
/// Milliseconds until a function gives a silent writer up.
const GIVE_UP_MS: f64 = 900.0;

/// One kind of request: a share of them, with a median and a spread (of logarithms).
pub(super) struct Kind {
    pub(super) share: f64,
    pub(super) median_ms: f64,
    pub(super) spread: f64,
    pub(super) write: bool,
}

impl Site {
    /// How long the requests of one step take.
    pub(super) fn spread_latencies(&mut self, step: f64, requests: f64, kinds: &[Kind]) {
        // A minute is made of about this many slices a kind, however it is stepped through.
        let slices = if step >= 30.0 {
            48
        } else if step > 2.0 {
            16
        } else {
            6
        };
        let minute = &mut self.minute;
        for kind in kinds {
            let weight = requests * kind.share / slices as f64;
            // API Gateway adds its own few milliseconds to what the function takes.
            let (inner, outer) = (kind.median_ms + 5.0, kind.median_ms + 8.5);
            let shrink = kind.median_ms / inner;
            let (duration, inner, outer) = (kind.median_ms.ln(), inner.ln(), outer.ln());
            let function = if kind.write {
                &mut minute.write
            } else {
                &mut minute.read
            };
            for slice in 0..slices {
                let z = f64::from(normal_slice(slice, slices, self.rng.uniform())) * kind.spread;
                function.duration.add_ln(duration + z, weight);
                minute.integration.add_ln(inner + z * shrink, weight);
                minute.latency.add_ln(outer + z * shrink, weight);
            }
        }
    }
}

/// The kinds of requests. Reads are local; writes go to the writer Region and back (write forwarding).
pub(super) fn kinds(pace: f64, now: &Conditions) -> [Kind; 4] {
    let (writer_ms, slowness) = (now.writer_ms, now.slowness);
    let reads = 1.0 - WRITES - COLD - SLOW;
    let refused_ms = if now.read_only {
        21.0 * pace
    } else {
        GIVE_UP_MS
    };
    let forwarded_ms = writer_ms.map_or(refused_ms, |rtt| 24.0 * pace + 1.08 * rtt);
    let local = writer_ms.is_some_and(|rtt| rtt <= 2.0);
    let slow_spread = if slowness > 1.0 { 0.7 } else { 0.42 };
    [
        Kind {
            share: reads,
            median_ms: 17.0 * pace,
            spread: slow_spread,
            write: false,
        },
        Kind {
            share: SLOW,
            median_ms: 150.0 * pace,
            spread: 0.45,
            write: false,
        },
        Kind {
            share: COLD,
            median_ms: 390.0 * pace,
            spread: 0.3,
            write: false,
        },
        Kind {
            share: WRITES,
            median_ms: forwarded_ms,
            spread: if local { 0.42 } else { 0.2 },
            write: true,
        },
    ]
}
