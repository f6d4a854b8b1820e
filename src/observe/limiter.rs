//! A token bucket in fleet time: some APIs are shared by the whole account (aws-facts §3.3).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use gwctl_fleet::Clock;

/// How many tokens there are when one of them is spare.
const SPARE: f64 = 2.0;

/// Lets `burst` calls pass at once and `per_second` after that.
#[derive(Debug)]
pub(super) struct Limiter {
    clock: Arc<dyn Clock>,
    burst: f64,
    per_second: f64,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// Below zero: calls are waiting.
    tokens: f64,
    filled: Timestamp,
}

impl Limiter {
    pub(super) fn new(clock: Arc<dyn Clock>, burst: f64, per_second: f64) -> Self {
        let bucket = Mutex::new(Bucket {
            tokens: burst,
            filled: clock.now(),
        });
        Self {
            clock,
            burst,
            per_second,
            bucket,
        }
    }

    /// Waits for this call's turn.
    pub(super) async fn turn(&self) {
        let wait = self.take();
        if wait > Duration::ZERO {
            tokio::time::sleep(self.clock.wall(wait)).await;
        }
    }

    /// Waits until nobody else's turn is due: for what may be late.
    pub(super) async fn spare_turn(&self) {
        while let Some(wait) = self.take_spare() {
            tokio::time::sleep(self.clock.wall(wait)).await;
        }
    }

    /// Takes a token if another one is left for whoever comes next, or tells how long until that may be so. Of what
    /// is asked in the same moment, it is chance who comes first.
    fn take_spare(&self) -> Option<Duration> {
        let mut bucket = self.filled();
        if bucket.tokens >= SPARE {
            bucket.tokens -= 1.0;
            return None;
        }
        let wait = (SPARE - bucket.tokens) / self.per_second;
        Some(Duration::from_secs_f64(wait) + Duration::from_millis(1))
    }

    /// What went through `other` and is not filled up again counts here as well. Who still waits there takes a turn here.
    pub(super) fn also_counts(&self, other: &Self) {
        let owed = other.burst - other.filled().tokens.max(0.0);
        self.filled().tokens -= owed;
    }

    /// Takes a token, perhaps one that is still to come, and tells how long until it is there.
    fn take(&self) -> Duration {
        let mut bucket = self.filled();
        bucket.tokens -= 1.0;
        Duration::from_secs_f64((-bucket.tokens / self.per_second).max(0.0))
    }

    fn filled(&self) -> MutexGuard<'_, Bucket> {
        let now = self.clock.now();
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.duration_since(bucket.filled).as_secs_f64().max(0.0);
        bucket.filled = now;
        bucket.tokens = (bucket.tokens + passed * self.per_second).min(self.burst);
        bucket
    }
}

/// A limiter for each of several places, made when one is first asked.
#[derive(Debug)]
pub(super) struct Limiters<K> {
    clock: Arc<dyn Clock>,
    kept: Mutex<BTreeMap<K, Arc<Limiter>>>,
}

impl<K: Ord> Limiters<K> {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            kept: Mutex::default(),
        }
    }

    /// That of `place`; a new one has this `burst` and rate.
    pub(super) fn at(&self, place: K, burst: f64, per_second: f64) -> Arc<Limiter> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Limiter::new(self.clock.clone(), burst, per_second));
        kept.entry(place).or_insert_with(new).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_late_takes_only_what_nobody_waits_for() {
        let limiter = Limiter::new(Arc::new(Standing), 3.0, 4.0);
        assert_eq!(limiter.take_spare(), None);
        limiter.take();
        assert!(limiter.take_spare().is_some());
        let next = [limiter.take(), limiter.take()].map(|wait| wait.as_millis());
        assert_eq!(next, [0, 250], "one was left, and it took no turn");
    }

    #[derive(Debug)]
    struct Standing;

    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    #[test]
    fn calls_beyond_the_burst_wait_their_turn() {
        let limiter = Limiter::new(Arc::new(Standing), 2.0, 4.0);
        let waits: Vec<u128> = (0..5).map(|_| limiter.take().as_millis()).collect();
        assert_eq!(waits, [0, 0, 250, 500, 750]);
    }
}
