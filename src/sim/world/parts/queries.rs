//! What was asked of Logs Insights, and what becomes of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use gwctl_fleet::Region;

/// Queries at once in one Region (aws-facts §13.2).
const MOST_AT_ONCE: usize = 100;
/// How long a query waits for its turn, and how long it runs, at least and for each gigabyte. AWS gives no figure
/// (aws-facts §13.3).
const WAITS: SignedDuration = SignedDuration::from_millis(300);
const RUNS_MS: i64 = 1_500;
const RUNS_MS_A_GB: f64 = 1_000.0;

/// One row: fields and their values.
pub type AnswerRow = Vec<(String, String)>;

/// What a query finds.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub rows: Vec<AnswerRow>,
    pub bytes: u64,
    pub scanned: u64,
    pub matched: u64,
    pub groups: usize,
}

/// One query.
#[derive(Debug, Clone)]
pub struct LogQuery {
    pub found: Found,
    region: Region,
    begun: Timestamp,
    ends: Timestamp,
    stopped: bool,
}

impl LogQuery {
    /// As AWS names it.
    pub fn status(&self, now: Timestamp) -> &'static str {
        if self.stopped {
            "Cancelled"
        } else if now >= self.ends {
            "Complete"
        } else if now < self.begun + WAITS {
            "Scheduled"
        } else {
            "Running"
        }
    }

    /// The share that is done at `now`.
    pub fn done(&self, now: Timestamp) -> f64 {
        let whole = self.ends.duration_since(self.begun).as_secs_f64();
        (now.duration_since(self.begun).as_secs_f64() / whole).clamp(0.0, 1.0)
    }

    fn runs(&self, now: Timestamp) -> bool {
        !self.stopped && now < self.ends
    }
}

/// All queries, by their ids.
#[derive(Debug, Clone, Default)]
pub struct LogQueries(BTreeMap<String, LogQuery>);

impl LogQueries {
    /// Whether `region` takes one more at `now`.
    pub fn has_room(&self, region: &Region, now: Timestamp) -> bool {
        let running = self.0.values();
        running
            .filter(|one| one.region == *region && one.runs(now))
            .count()
            < MOST_AT_ONCE
    }

    /// Starts one that will find this.
    pub fn start(&mut self, region: &Region, now: Timestamp, found: Found, seed: u64) -> String {
        let runs = RUNS_MS + (found.bytes as f64 / 1e9 * RUNS_MS_A_GB) as i64;
        let id = crate::world::names::uuid(seed, &format!("query {}", self.0.len()));
        let query = LogQuery {
            found,
            region: region.clone(),
            begun: now,
            ends: now + WAITS + SignedDuration::from_millis(runs),
            stopped: false,
        };
        self.0.insert(id.clone(), query);
        id
    }

    /// That of `region` called `id`.
    pub fn get(&self, region: &Region, id: &str) -> Option<&LogQuery> {
        self.0.get(id).filter(|one| one.region == *region)
    }

    /// Stops one; false where it has ended. What was scanned until then was scanned.
    pub fn stop(&mut self, region: &Region, id: &str, now: Timestamp) -> Option<bool> {
        let query = self.0.get_mut(id).filter(|one| one.region == *region)?;
        if !query.runs(now) {
            return Some(false);
        }
        let share = query.done(now);
        query.found.bytes = (query.found.bytes as f64 * share) as u64;
        query.stopped = true;
        Some(true)
    }

    /// How many run in all Regions.
    pub fn running(&self, now: Timestamp) -> usize {
        self.0.values().filter(|one| one.runs(now)).count()
    }

    /// How many were stopped.
    pub fn stopped(&self) -> usize {
        self.0.values().filter(|one| one.stopped).count()
    }
}
