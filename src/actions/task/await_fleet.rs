//! Waiting for what the fleet's own figures show.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::bearing::{self, Bearing, Limits};
use super::work::{Context, Observation, Work};
use crate::traffic;
use crate::{Expected, PlannedCall, format};
use gwctl_fleet::{Metric, Missing, Point, Region, Site, Snapshot, Verdict};

/// That the fleet is steady before anything is touched: no Region's errors beyond the limit in any of
/// the last minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// How many minutes back.
    pub minutes: u32,
    /// Share of 5xx in percent that counts as steady.
    pub errors_percent: f64,
    /// Regions that need not be steady, such as the one that is left because it is not.
    pub except: Vec<Region>,
}

impl Work for Baseline {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                5,
                0,
                120,
                "AWS: figures of a minute come minutes later (aws-facts §1.3)",
            ),
            300,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let snapshot = context.run.snapshot();
        let mut said = Vec::new();
        for site in snapshot
            .sites
            .iter()
            .filter(|site| !self.except.contains(&site.region))
        {
            match worst_errors(site, &snapshot, self) {
                Err(seen) => return seen,
                Ok(None) => said.push(format!("{} no requests", site.region)),
                Ok(Some(worst)) if worst > self.errors_percent => {
                    return Observation::Wrong(format!(
                        "{} is not steady: {} of requests failed within {} minutes",
                        site.region,
                        format::percent(worst),
                        self.minutes
                    ));
                }
                Ok(Some(worst)) => said.push(format!("{} {}", site.region, format::percent(worst))),
            }
        }
        if said.is_empty() {
            let names: Vec<&str> = self.except.iter().map(Region::as_str).collect();
            return Observation::Done(format!(
                "no Region was checked: {} need not be steady",
                names.join(", ")
            ));
        }
        Observation::Done(format!(
            "steady for {} minutes, highest 5xx: {}",
            self.minutes,
            said.join(", ")
        ))
    }
}

/// The worst minute's share of 5xx in percent; none where nothing was asked of the Region, and what is waited
/// for where it is not known.
fn worst_errors(
    site: &Site,
    snapshot: &Snapshot,
    baseline: &Baseline,
) -> Result<Option<f64>, Observation> {
    let region = &site.region;
    let none_yet = || Observation::Underway(format!("no figures for {region} yet"));
    let from = snapshot.at - SignedDuration::from_mins(i64::from(baseline.minutes) + 1);
    let Some(requests) = site.api.metrics.get(Metric::ApiRequests).current() else {
        return if traffic::asked(site) {
            Ok(None)
        } else {
            Err(none_yet())
        };
    };
    if let Some(why) = unread_failures(site) {
        return Err(Observation::Underway(why));
    }
    let minutes = requests.points().iter().filter(|point| point.at >= from);
    let counted = minutes.clone().any(|point| point.value > 0.0);
    let shares = minutes.filter_map(|point| {
        let failed = site
            .api
            .metrics
            .beside(Metric::Api5xx, point.at, snapshot.at)?;
        let served = snapshot.served_in(site, *point);
        Some(served.failing(failed))
    });
    match shares.reduce(f64::max) {
        Some(worst) => Ok(Some(worst)),
        None if !counted && traffic::counts_there(snapshot, region, from) => Ok(None),
        None => Err(none_yet()),
    }
}

/// Why it is not known how many requests failed; having no such points is an answer.
fn unread_failures(site: &Site) -> Option<String> {
    let failures = site.api.metrics.get(Metric::Api5xx);
    let why = failures
        .why_missing()
        .filter(|why| **why != Missing::NoData)?;
    Some(format!(
        "how many requests of {} failed is not known: {why}",
        site.region
    ))
}

/// A gate: the Regions that receive traffic are within the limits, by a minute of figures newer than
/// the step before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitWithinLimits {
    /// The Regions that receive.
    pub regions: Vec<Region>,
    /// Share of 5xx in percent.
    pub errors_percent: f64,
    /// p99 in milliseconds.
    pub p99_ms: f64,
    /// How long to watch at least, in seconds.
    pub for_s: u64,
    /// Their share of 4xx in percent before, where it is known: more of them are throttling.
    #[serde(default)]
    pub usual_4xx: BTreeMap<Region, f64>,
}

impl Work for AwaitWithinLimits {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                self.for_s.max(120),
                self.for_s,
                self.for_s + 600,
                "the time it must be well for; figures come minutes later (aws-facts §1.3)",
            ),
            self.for_s + 900,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let snapshot = context.run.snapshot();
        let mut said = Vec::new();
        for region in &self.regions {
            let Some(site) = snapshot.site(region) else {
                return Observation::Wrong(format!("the fleet is not in {region}"));
            };
            match self.of(site, &snapshot, context) {
                Bearing::Badly(text) => return Observation::Wrong(text),
                Bearing::Unknown(text) => return Observation::Underway(text),
                Bearing::Well(text) => said.push(text),
            }
        }
        if said.is_empty() {
            return Observation::Ask(
                "no Region is known to receive traffic: check whether clients get answers".into(),
            );
        }
        match self.for_s.saturating_sub(context.elapsed_s()) {
            0 => Observation::Done(said.join("; ")),
            left => Observation::Underway(format!(
                "{}; {} to go",
                said.join("; "),
                format::seconds(left)
            )),
        }
    }
}

impl AwaitWithinLimits {
    /// By a minute that began after the step. Where nothing was asked meanwhile, by gwctl's own request.
    fn of(&self, site: &Site, snapshot: &Snapshot, context: &Context<'_>) -> Bearing {
        let limits = Limits {
            errors_percent: self.errors_percent,
            p99_ms: self.p99_ms,
            usual_4xx: self.usual_4xx.get(&site.region).copied(),
        };
        let region = &site.region;
        match bearing::newest(site, snapshot, &limits) {
            (Some(at), bearing) if at >= context.since => bearing,
            _ if traffic::asked(site) && traffic::counts_there(snapshot, region, context.since) => {
                match probed(site) {
                    None => Bearing::Well(format!("{region} no requests, the probe succeeds")),
                    Some(why) => Bearing::Unknown(format!("no requests in {region}, and {why}")),
                }
            }
            (_, Bearing::Unknown(why)) => Bearing::Unknown(why),
            _ => Bearing::Unknown(format!("no complete minute of figures for {region} yet")),
        }
    }
}

/// Until Regions have been healthy for a while: the hold-down before traffic returns, and the check
/// after a failover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Healthy {
    /// Which.
    pub regions: Vec<Region>,
    /// How long in a row, in seconds, by the figures' history.
    pub for_s: u64,
    /// Share of 5xx in percent.
    pub errors_percent: f64,
}

impl Work for Healthy {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                self.for_s.max(10),
                self.for_s,
                self.for_s + 300,
                "the time it must be well for, and its looks",
            ),
            self.for_s + 1_800,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let snapshot = context.run.snapshot();
        for region in &self.regions {
            let Some(site) = snapshot.site(region) else {
                return Observation::Wrong(format!("the fleet is not in {region}"));
            };
            if let Some(why) = self.unwell(site, &snapshot) {
                return Observation::Underway(format!("{region}: {why}"));
            }
        }
        let left = self.for_s.saturating_sub(context.elapsed_s());
        let names: Vec<&str> = self
            .regions
            .iter()
            .map(gwctl_fleet::Region::as_str)
            .collect();
        if left > 0 {
            Observation::Underway(format!(
                "{} healthy; {} of hold-down left",
                names.join(", "),
                format::seconds(left)
            ))
        } else {
            Observation::Done(format!("{} healthy", names.join(", ")))
        }
    }
}

impl Healthy {
    /// Why a Region cannot be called healthy. An evacuated Region has no clients to judge by, so the probe
    /// and the endpoints' answers speak for it.
    fn unwell(&self, site: &Site, snapshot: &Snapshot) -> Option<String> {
        if site.reach.answering() != Some(true) {
            return Some("its AWS endpoints do not answer".into());
        }
        if let Some(why) = probed(site) {
            return Some(why);
        }
        if let Some(failed) = self.failed_lately(site, snapshot) {
            return Some(failed);
        }
        (snapshot.database.judgement.verdict == Verdict::Down)
            .then(|| "the database is down".into())
    }

    /// The newest minute within the time in a row that was not good. The newest of all counts, whatever the
    /// time, unless it is old.
    fn failed_lately(&self, site: &Site, snapshot: &Snapshot) -> Option<String> {
        let metrics = &site.api.metrics;
        let requests = metrics.get(Metric::ApiRequests).last()?;
        if let Some(why) = unread_failures(site) {
            return Some(why);
        }
        let back = SignedDuration::from_secs(i64::try_from(self.for_s).unwrap_or(i64::MAX));
        let age = |point: &Point| snapshot.at.duration_since(point.at);
        let minutes = requests.points().iter().rev();
        let over = minutes.filter(|point| age(point) >= SignedDuration::from_mins(1));
        let mut lately = over
            .enumerate()
            .take_while(|(n, point)| age(point) <= back || (*n == 0 && age(point) <= RECENT));
        lately.find_map(|(_, point)| {
            let failed = metrics.beside(Metric::Api5xx, point.at, snapshot.at)?;
            let share = snapshot.served_in(site, *point).failing(failed);
            let age = format::span(age(point));
            (share > self.errors_percent)
                .then(|| format!("{} of requests failed {age} ago", format::percent(share)))
        })
    }
}

/// A minute older than this says nothing of now.
const RECENT: SignedDuration = SignedDuration::from_mins(3);

/// What is wrong with the answer to gwctl's own request; none where it is good.
fn probed(site: &Site) -> Option<String> {
    let Some(report) = site.probe.current() else {
        let why = site.probe.why_missing();
        let why = why.map_or_else(String::new, ToString::to_string);
        return Some(format!("the probe got no answer: {why}"));
    };
    let status = report.status;
    match report.serves() {
        Some(true) => None,
        Some(false) => Some(format!("the probe was answered {status}")),
        None => Some(format!(
            "the probe was answered {status} by CloudFront itself, not by the Region"
        )),
    }
}

/// The operator checks the fleet: the step waits for an order, or for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldForOperator {
    /// For how long; none waits for a word.
    pub for_s: Option<u64>,
    /// What to look at.
    pub text: String,
}

impl Work for HoldForOperator {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        let asked = Expected::or_much_longer(600, 0, "nobody knows: you decide when it goes on");
        let held = |s| Expected::exactly(s, "the time that was asked for");
        (
            self.for_s.map_or(asked, held),
            self.for_s.map_or(u64::MAX, |s| s + 60),
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        match self.for_s {
            None => Observation::Ask(self.text.clone()),
            Some(all) => match all.saturating_sub(context.elapsed_s()) {
                0 => Observation::Done("checked".into()),
                left => {
                    Observation::Underway(format!("{}; {} left", self.text, format::seconds(left)))
                }
            },
        }
    }
}
