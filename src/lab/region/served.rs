//! What a Region has served: the counts and samples behind its metrics (aws-facts §1).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Samples of one kind that are kept between two drains.
const MOST: usize = 100_000;

/// Since the last drain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Served {
    /// API Gateway `Count`.
    pub requests: u64,
    /// `4xx`.
    pub client_errors: u64,
    /// `5xx`.
    pub server_errors: u64,
    /// `Latency` of each request.
    pub latency: Vec<Duration>,
    /// `IntegrationLatency` of each request that reached the function.
    pub integration_latency: Vec<Duration>,
    /// Lambda `Invocations`: without those that were throttled.
    pub invocations: u64,
    /// `Errors`: the handler's, crashes and timeouts.
    pub errors: u64,
    /// Of the errors, the timeouts.
    pub timeouts: u64,
    /// `Throttles`.
    pub throttles: u64,
    /// `Duration` of each invocation.
    pub duration: Vec<Duration>,
    /// How long each cold start took: from the process's start until it asked for its first event.
    pub cold_starts: Vec<Duration>,
    /// `ConcurrentExecutions`, the most at once.
    pub concurrency: usize,
}

/// The counter. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Counter(Arc<Mutex<Served>>);

impl Counter {
    pub fn count(&self, change: impl FnOnce(&mut Served)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Starts again with the concurrency of now.
    pub fn drain(&self, concurrency: usize) -> Served {
        let mut served = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = Served {
            concurrency,
            ..Served::default()
        };
        std::mem::replace(&mut *served, begun)
    }
}

/// Keeps a sample, if there is room.
pub(super) fn keep(samples: &mut Vec<Duration>, sample: Duration) {
    if samples.len() < MOST {
        samples.push(sample);
    }
}
