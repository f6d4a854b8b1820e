//! What can go wrong: each fault can be started and ended, by hand or by a scenario.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::world::parts::before::Before;
pub use crate::world::parts::fault_kind::FaultKind;
use crate::world::parts::mishap::Mishaps;
use crate::world::parts::surge::Surge;
use crate::world::rng::Rng;
use gwctl_fleet::Region;

/// One fault that can be started: a kind, with the Region or action it strikes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Where, for those that strike a Region.
    pub region: Option<Region>,
    /// Which action, for `access-denied`, as `service:Operation`.
    pub action: Option<String>,
}

impl Fault {
    /// Its identifier: `region-dark:eu-west-1`, `throttled`, `access-denied:rds:DescribeDBClusters`.
    pub fn id(&self) -> String {
        match (&self.region, &self.action) {
            (Some(region), _) => format!("{}:{region}", self.kind),
            (None, Some(action)) => format!("{}:{action}", self.kind),
            (None, None) => self.kind.to_string(),
        }
    }
}

/// A fault as the faults menu shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultStatus {
    /// What [`crate::Sim::start_fault`] and [`crate::Sim::end_fault`] take.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What happens, in one or two sentences.
    pub explanation: String,
    /// Where, for those that strike a Region.
    pub region: Option<Region>,
    /// Since when it is active; none when it is not.
    pub since: Option<Timestamp>,
}

/// Share of invocations that fail while `lambda-errors` strikes.
const FAULTY: f64 = 0.15;

/// What strikes one Region, looked up once faults change and not every second.
#[derive(Debug, Clone, Copy)]
pub(in crate::world) struct Strikes {
    pub dark: bool,
    pub faulty: bool,
    /// How many times as long everything takes.
    pub slowness: f64,
    /// Share of invocations that fail inside AWS.
    pub impaired: f64,
    /// Requests a second that one client sends in vain.
    pub noise: f64,
    /// Requests a second that the account's other APIs leave to this one.
    pub left_over: f64,
    /// Share of requests that the API refuses before it asks a function.
    pub barred: f64,
    /// Share of requests that functions refuse which they took before.
    pub picky: f64,
}

impl Strikes {
    /// Share of invocations that fail because of it.
    pub(in crate::world) fn failing(&self) -> f64 {
        if self.faulty {
            self.impaired.max(FAULTY)
        } else {
            self.impaired
        }
    }
}

impl Default for Strikes {
    /// Nothing does.
    fn default() -> Self {
        Self {
            dark: false,
            faulty: false,
            slowness: 1.0,
            impaired: 0.0,
            noise: 0.0,
            left_over: f64::INFINITY,
            barred: 0.0,
            picky: 0.0,
        }
    }
}

/// The faults of a world.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Faults {
    active: BTreeMap<Fault, Timestamp>,
    /// Single resources of stacks that are to go wrong.
    pub mishaps: Mishaps,
    /// What was before somebody's change.
    pub before: BTreeMap<Fault, Before>,
}

/// The action the faults menu offers to forbid.
const FORBIDDEN: &str = "rds:DescribeDBClusters";

impl Faults {
    /// Starts `fault`; one that is active already keeps its beginning.
    pub(in crate::world) fn start(&mut self, fault: Fault, at: Timestamp) {
        self.active.entry(fault).or_insert(at);
    }

    /// Ends `fault`; says whether it was active.
    pub(in crate::world) fn end(&mut self, fault: &Fault) -> bool {
        self.active.remove(fault).is_some()
    }

    /// Since when `kind` strikes `region`.
    pub(in crate::world) fn since(&self, kind: FaultKind, region: &str) -> Option<Timestamp> {
        self.active
            .iter()
            .find(|(fault, _)| {
                fault.kind == kind && fault.region.as_ref().is_some_and(|r| r.as_str() == region)
            })
            .map(|(_, since)| *since)
    }

    /// Whether `kind` strikes `region`.
    pub(in crate::world) fn strikes(&self, kind: FaultKind, region: &str) -> bool {
        self.since(kind, region).is_some()
    }

    /// What strikes `region`.
    pub(in crate::world) fn on(&self, region: &Region, seed: u64) -> Strikes {
        let strikes = |kind| self.strikes(kind, region.as_str());
        let drawn = |kind: FaultKind, usual, range| {
            if strikes(kind) {
                Fault::strength(seed, kind.name(), range)
            } else {
                usual
            }
        };
        let slow = if strikes(FaultKind::ApiLatency) {
            7.0
        } else {
            1.0
        };
        Strikes {
            dark: strikes(FaultKind::RegionDark),
            faulty: strikes(FaultKind::LambdaErrors),
            slowness: drawn(FaultKind::AwsEvent, slow, (3.0, 6.0)),
            impaired: drawn(FaultKind::AwsEvent, 0.0, (0.04, 0.14)),
            noise: drawn(FaultKind::NoisyClient, 0.0, (600.0, 1_500.0)),
            left_over: self.left_over(region),
            barred: self.refused(region).0,
            picky: self.refused(region).1,
        }
    }

    /// The shares of requests that the API and that functions refuse by somebody's change.
    fn refused(&self, region: &Region) -> (f64, f64) {
        let here = |fault: &&Fault| fault.region.as_ref() == Some(region);
        let mut all = self.before.iter().filter(|(fault, _)| here(fault));
        let found = all.find_map(|(_, before)| match before {
            Before::Open { barred, picky } => Some((*barred, *picky)),
            _ => None,
        });
        found.unwrap_or((0.0, 0.0))
    }

    fn left_over(&self, region: &Region) -> f64 {
        let here = |fault: &&Fault| fault.region.as_ref() == Some(region);
        let mut all = self.before.iter().filter(|(fault, _)| here(fault));
        let left = all.find_map(|(_, before)| match before {
            Before::QuietNeighbours { left } => Some(*left),
            _ => None,
        });
        left.unwrap_or(f64::INFINITY)
    }

    /// How many more clients come.
    pub(in crate::world) fn surge(&self, seed: u64) -> Option<Surge> {
        self.any(FaultKind::Surge).then(|| Surge::drawn(seed))
    }

    /// Whether this resource of a stack makes no progress.
    pub(in crate::world) fn hangs(&self, stack: &str, logical: &str) -> bool {
        self.any(FaultKind::StuckStack) || self.mishaps.hangs(stack, logical)
    }

    /// Since when `kind` is active, wherever that is.
    pub(in crate::world) fn since_when(&self, kind: FaultKind) -> Option<Timestamp> {
        let mut all = self.active.iter();
        all.find(|(fault, _)| fault.kind == kind)
            .map(|(_, since)| *since)
    }

    /// Whether nothing goes wrong.
    pub(in crate::world) fn are_none(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether `kind` is active anywhere.
    pub(in crate::world) fn any(&self, kind: FaultKind) -> bool {
        self.active.keys().any(|fault| fault.kind == kind)
    }

    /// Whether `kind` is active anywhere; it has struck then, and is over.
    pub(in crate::world) fn strikes_once(&mut self, kind: FaultKind) -> bool {
        let before = self.active.len();
        self.active.retain(|fault, _| fault.kind != kind);
        self.active.len() < before
    }

    /// Whether `service:operation` is forbidden.
    pub(in crate::world) fn forbids(&self, service: &str, operation: &str) -> bool {
        self.active
            .keys()
            .filter_map(|fault| fault.action.as_deref())
            .any(|action| {
                action
                    .split_once(':')
                    .is_some_and(|(s, o)| s == service && o == operation)
            })
    }

    /// Every fault this fleet offers, active ones with their beginning.
    pub(in crate::world) fn statuses(&self, regions: &[Region]) -> Vec<FaultStatus> {
        let mut offered = offered(regions);
        offered.extend(
            self.active
                .keys()
                .filter(|fault| !offered.contains(fault))
                .cloned()
                .collect::<Vec<_>>(),
        );
        offered
            .into_iter()
            .map(|fault| FaultStatus {
                id: fault.id(),
                title: match (&fault.region, &fault.action) {
                    (Some(region), _) => format!("{} in {region}", fault.kind.title()),
                    (None, Some(action)) => format!("Not allowed: {action}"),
                    (None, None) => fault.kind.title().into(),
                },
                explanation: fault.kind.explanation().into(),
                since: self.active.get(&fault).copied(),
                region: fault.region,
            })
            .collect()
    }

    /// The fault called `id`.
    pub(in crate::world) fn find(&self, id: &str, regions: &[Region]) -> Option<Fault> {
        let mut all = offered(regions);
        all.extend(self.active.keys().cloned());
        all.into_iter().find(|fault| fault.id() == id)
    }
}

fn offered(regions: &[Region]) -> Vec<Fault> {
    let mut all = Vec::new();
    for kind in FaultKind::ALL {
        if kind.regional() {
            all.extend(regions.iter().map(|region| Fault {
                kind,
                region: Some(region.clone()),
                action: None,
            }));
        } else {
            let action = (kind == FaultKind::AccessDenied).then(|| FORBIDDEN.to_owned());
            all.push(Fault {
                kind,
                region: None,
                action,
            });
        }
    }
    all
}

impl Fault {
    /// How strong it is, between the weakest and the strongest: another in every world.
    pub(in crate::world) fn strength(
        seed: u64,
        what: &str,
        (weakest, strongest): (f64, f64),
    ) -> f64 {
        let chance = Rng::new(seed, &format!("strength of {what}")).uniform();
        weakest + chance * (strongest - weakest)
    }

    /// A fault of a scenario, or what is wrong with it.
    pub(in crate::world) fn checked(
        kind: FaultKind,
        region: Option<&Region>,
        action: Option<&str>,
    ) -> Result<Self, String> {
        match (kind.regional(), region) {
            (true, None) => {
                return Err(format!(
                    "`{kind}` strikes one Region: add `region = \"eu-west-1\"`"
                ));
            }
            (false, Some(_)) => {
                return Err(format!("`{kind}` strikes everywhere: remove `region`"));
            }
            _ => {}
        }
        let action = match (kind, action) {
            (FaultKind::AccessDenied, None) => Some(FORBIDDEN.to_owned()),
            (FaultKind::AccessDenied, Some(action)) if action.split_once(':').is_none() => {
                return Err(format!(
                    "`{action}` is not an action: write `rds:DescribeDBClusters`"
                ));
            }
            (FaultKind::AccessDenied, Some(action)) => Some(action.to_owned()),
            (_, Some(_)) => {
                return Err(format!(
                    "`{kind}` takes no `action`: only access-denied does"
                ));
            }
            (_, None) => None,
        };
        Ok(Self {
            kind,
            region: region.cloned(),
            action,
        })
    }
}
