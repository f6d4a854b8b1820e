//! What a world is seeded with.

use super::model::{DatabaseShape, Dialect, RoutingShape, SwitchSetup, Without};
use super::rng::pick;
use gwctl_fleet::Region;
use jiff::{SignedDuration, Timestamp};

/// What the fleet is founded on.
#[derive(Debug, Clone)]
pub(super) struct SeedOptions<'a> {
    /// Ids are spelled from it.
    pub seed: u64,
    /// The Regions; the first holds the database's writer. Without any, the account has a zone and nothing else.
    pub regions: &'a [Region],
    /// REST APIs instead of HTTP APIs.
    pub rest: bool,
    /// With routing controls.
    pub arc: bool,
    /// With a Region switch plan.
    pub region_switch: Option<SwitchSetup>,
    /// The alias that APIs call their functions by, with stages that are deployed by hand.
    pub releases: Option<&'a str>,
    /// In several accounts.
    pub accounts: bool,
    /// The partition that it is told in.
    pub dialect: Option<Dialect>,
    /// What the configuration leaves out.
    pub without: Without,
    pub routing: RoutingShape,
    /// How the database differs from the usual one.
    pub database: &'a DatabaseShape,
    /// The present.
    pub now: Timestamp,
}

impl SeedOptions<'_> {
    /// So many days ago, at an hour and minute that look arbitrary.
    pub(super) fn days_ago(&self, days: i64, what: &str) -> Timestamp {
        let within = pick(self.seed, what, 86_400);
        self.now - SignedDuration::from_hours(24 * days) - SignedDuration::from_secs(within)
    }
}
