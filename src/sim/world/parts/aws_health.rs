//! What AWS Health tells of AWS's own trouble (aws-facts §14.5).

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::world::rng::pick;
use gwctl_fleet::Region;

/// Minutes until AWS tells of trouble; it publishes no figure, and people report tens of minutes.
const LATE: (i64, i64) = (5, 20);
/// So often it is told again while it is not over.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// What the account pays AWS for support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SupportPlan {
    /// With AWS Health's API.
    #[default]
    Business,
    /// Without.
    Basic,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsTrouble {
    pub arn: String,
    /// AWS Health's name of the service: `LAMBDA`.
    pub service: &'static str,
    pub region: Region,
    pub from: Timestamp,
    /// When it can be read.
    pub told: Timestamp,
    pub until: Option<Timestamp>,
    pub words: String,
}

impl AwsTrouble {
    /// When it was last told, by `now`.
    pub fn updated(&self, now: Timestamp) -> Timestamp {
        let over = self.until.filter(|until| *until <= now);
        over.unwrap_or_else(|| {
            let passed = now.duration_since(self.told).as_secs() / AGAIN.as_secs();
            self.told + SignedDuration::from_secs(passed.max(0) * AGAIN.as_secs())
        })
    }
}

/// AWS Health's memory, and whether the account may ask it.
#[derive(Debug, Clone)]
pub struct AwsHealth {
    /// The account's support plan.
    pub plan: SupportPlan,
    events: Vec<AwsTrouble>,
    seed: u64,
}

impl AwsHealth {
    /// With what was before `start`: trouble in a fleet's Region that is over, of a service that it is not made of, and in
    /// a Region that it is not in.
    pub(in crate::world) fn new(
        seed: u64,
        plan: SupportPlan,
        regions: &[Region],
        start: Timestamp,
    ) -> Self {
        let mut all = Self {
            plan,
            events: Vec::new(),
            seed,
        };
        let ago = |minutes| start - SignedDuration::from_mins(minutes);
        if let Some(last) = regions.last() {
            all.begin("LAMBDA", last, ago(560));
            all.end(last, ago(500));
            all.begin("WORKSPACES", last, ago(70));
        }
        if let Ok(elsewhere) = Region::new("sa-east-1") {
            all.begin("LAMBDA", &elsewhere, ago(45));
        }
        all
    }

    /// Trouble begins.
    pub(in crate::world) fn begin(
        &mut self,
        service: &'static str,
        region: &Region,
        at: Timestamp,
    ) {
        let name = format!("{service} {region} {at}");
        let late = LATE.0 + pick(self.seed, &name, LATE.1 - LATE.0);
        let code = format!("AWS_{service}_OPERATIONAL_ISSUE");
        let number = pick(self.seed, &format!("number of {name}"), 1 << 40);
        self.events.push(AwsTrouble {
            arn: format!("arn:aws:health:{region}::event/{service}/{code}/{code}_{number:010X}"),
            service,
            region: region.clone(),
            from: at,
            told: at + SignedDuration::from_mins(late),
            until: None,
            words: format!(
                "We are investigating increased error rates and latencies in the {region} Region. \
                 We will provide an update within the hour."
            ),
        });
    }

    /// What is not over in `region` is over.
    pub(in crate::world) fn end(&mut self, region: &Region, at: Timestamp) {
        let here = |one: &&mut AwsTrouble| one.region == *region && one.until.is_none();
        for one in self.events.iter_mut().filter(here) {
            one.until = Some(at.max(one.told));
            one.words
                .push_str(" The issue has been resolved and the service is operating normally.");
        }
    }

    /// What can be read at `now`, last told first.
    pub fn readable(&self, now: Timestamp) -> Vec<&AwsTrouble> {
        let told = self.events.iter().filter(|one| one.told <= now);
        let mut told: Vec<&AwsTrouble> = told.collect();
        told.sort_by_key(|one| std::cmp::Reverse(one.updated(now)));
        told
    }
}
