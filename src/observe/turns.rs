//! Whose turn it is to call an API whose rate a whole account shares (aws-facts §3.3). Two ways into one account count
//! as one as soon as STS has told that it is one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::limiter::Limiter;
use gwctl_fleet::Clock;

/// A way into an account: the profile whose credentials begin it, none for the environment's, and what follows from
/// there in words.
pub(super) type Lane = (Option<String>, String);

/// The limiters of one API, an account each.
#[derive(Debug)]
pub(super) struct Turns {
    clock: Arc<dyn Clock>,
    burst: f64,
    per_second: f64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_lane: BTreeMap<Lane, Arc<Limiter>>,
    /// By the account's number.
    by_account: BTreeMap<String, Arc<Limiter>>,
}

impl Turns {
    /// `burst` calls at once, and `per_second` after that, in each account.
    pub(super) fn new(clock: Arc<dyn Clock>, burst: f64, per_second: f64) -> Self {
        Self {
            clock,
            burst,
            per_second,
            kept: Mutex::default(),
        }
    }

    /// The limiter of the account that `lane` leads into.
    pub(super) fn at(&self, lane: &Lane) -> Arc<Limiter> {
        let mut kept = self.kept();
        if let Some(known) = kept.by_lane.get(lane) {
            return known.clone();
        }
        let clock = self.clock.clone();
        let new = Arc::new(Limiter::new(clock, self.burst, self.per_second));
        kept.by_lane.insert(lane.clone(), new.clone());
        new
    }

    /// `lane` leads into the account of this number: from now on it keeps to one limit with every other that does.
    pub(super) fn leads_into(&self, lane: &Lane, account: &str) {
        let own = self.at(lane);
        let mut kept = self.kept();
        let known = kept.by_account.entry(account.to_owned());
        let shared = known.or_insert_with(|| own.clone()).clone();
        if !Arc::ptr_eq(&own, &shared) {
            shared.also_counts(&own);
            kept.by_lane.insert(lane.clone(), shared);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
