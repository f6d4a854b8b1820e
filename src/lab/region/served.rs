//! What a Region has served: the counts and samples behind its metrics (aws-facts §1).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Samples of one kind that are kept between two drains.
const MOST: usize = 100_000;

/// What the API did since the last drain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Served {
    /// API Gateway `Count`.
    pub requests: u64,
    /// `4xx`.
    pub client_errors: u64,
    /// `5xx`.
    pub server_errors: u64,
    /// `DataProcessed`: the bodies of requests and answers. Whether AWS counts headers too, no source says.
    pub bytes: u64,
    /// `Latency` of each request.
    pub latency: Vec<Duration>,
    /// `IntegrationLatency` of each request that reached a function.
    pub integration_latency: Vec<Duration>,
}

/// What a function did since the last drain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
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

/// A counter of either. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Counter<T>(Arc<Mutex<T>>);

impl<T: Default> Counter<T> {
    pub fn count(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Gives what was counted, and starts again with `begun`.
    pub fn drain(&self, begun: T) -> T {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *counted, begun)
    }
}

/// Keeps a sample, if there is room.
pub(super) fn keep(samples: &mut Vec<Duration>, sample: Duration) {
    if samples.len() < MOST {
        samples.push(sample);
    }
}
