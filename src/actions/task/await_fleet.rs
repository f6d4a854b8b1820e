//! Waiting for what the fleet's own figures show.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Context, Seen, Work};
use crate::actions::dark::dark;
use crate::actions::{PlannedCall, words};
use crate::fleet::{Metric, Missing, Region, Site, Snapshot, Verdict};

/// Until the Region's own request count shows that its traffic is gone, or back (aws-facts §5.3: DNS
/// alone does not prove it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitTraffic {
    /// The Region.
    pub region: Region,
    /// Its requests a minute before.
    pub before: Option<f64>,
    /// Done below this share of that when it must go; above it when it must come back, in percent.
    pub percent: f64,
    /// Whether it must go.
    pub gone: bool,
}

impl Work for AwaitTraffic {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (u64, u64) {
        (300, 1_200)
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        let snapshot = context.crew.snapshot();
        let Some(site) = snapshot.site(&self.region) else {
            return Seen::Wrong(format!("the fleet is not in {}", self.region));
        };
        if self.gone && dark(site, snapshot.at) {
            return Seen::Done(format!(
                "{} does not answer: it serves nobody, and DNS sends nobody",
                self.region
            ));
        }
        // Without requests there are no points: others' newer ones say that it is not CloudWatch that is late.
        let latest = site.api.metrics.latest(Metric::ApiRequests, snapshot.at);
        let silent_from =
            latest.map_or(context.since, |point| context.since.max(point.at + MINUTE));
        if self.gone && asked(site) && others_since(&snapshot, silent_from) {
            return Seen::Done(format!(
                "no requests in {} any more, while others have newer figures",
                self.region
            ));
        }
        // The first whole minute after this step began, or a later one.
        match (
            latest.filter(|point| point.at >= context.since),
            self.before,
        ) {
            (None, _) => {
                Seen::Underway("the first whole minute of figures is not there yet".into())
            }
            (Some(point), Some(before)) if before > 0.0 => {
                let left = 100.0 * point.value / before;
                let text = format!(
                    "{} requests a minute, {left:.0} % of before",
                    words::count(point.value)
                );
                if (self.gone && left <= self.percent) || (!self.gone && left >= self.percent) {
                    Seen::Done(text)
                } else {
                    Seen::Underway(text)
                }
            }
            (Some(point), _) => {
                let text = format!("{} requests a minute", words::count(point.value));
                if self.gone == (point.value < 1.0) {
                    Seen::Done(text)
                } else {
                    Seen::Underway(text)
                }
            }
        }
    }
}

/// What CloudWatch counts by.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Points of the same minute may appear this much later in one Region than in another.
const LATE: SignedDuration = SignedDuration::from_mins(1);

/// Whether some Region has figures so new that those of the first whole minute after `from` would be
/// there everywhere.
fn others_since(snapshot: &Snapshot, from: Timestamp) -> bool {
    snapshot.sites.iter().any(|site| {
        let latest = site.api.metrics.latest(Metric::ApiRequests, snapshot.at);
        latest.is_some_and(|point| point.at >= from + LATE)
    })
}

/// Whether CloudWatch answers for the Region: having no points is an answer.
fn asked(site: &Site) -> bool {
    let requests = site.api.metrics.get(Metric::ApiRequests);
    matches!(requests.why_missing(), None | Some(Missing::NoData))
}

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

    fn times(&self) -> (u64, u64) {
        (5, 300)
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        let snapshot = context.crew.snapshot();
        let mut said = Vec::new();
        for site in snapshot
            .sites
            .iter()
            .filter(|site| !self.except.contains(&site.region))
        {
            match worst_errors(site, &snapshot, self.minutes) {
                None => return Seen::Underway(format!("no figures of {} yet", site.region)),
                Some(worst) if worst > self.errors_percent => {
                    return Seen::Wrong(format!(
                        "{} is not steady: {worst:.1} % of requests failed within {} minutes",
                        site.region, self.minutes
                    ));
                }
                Some(worst) => said.push(format!("{} {worst:.2} %", site.region)),
            }
        }
        Seen::Done(format!(
            "steady for {} minutes, at most 5xx: {}",
            self.minutes,
            said.join(", ")
        ))
    }
}

/// The worst minute's share of 5xx in percent.
fn worst_errors(site: &Site, snapshot: &Snapshot, minutes: u32) -> Option<f64> {
    let requests = site.api.metrics.get(Metric::ApiRequests).last()?;
    let failed = site.api.metrics.get(Metric::Api5xx).last();
    let from = snapshot.at - SignedDuration::from_mins(i64::from(minutes) + 1);
    let shares = requests
        .points()
        .iter()
        .filter(|point| point.at >= from && point.value > 0.0)
        .map(|point| {
            let failed =
                failed.and_then(|series| series.points().iter().find(|other| other.at == point.at));
            100.0 * failed.map_or(0.0, |other| other.value) / point.value
        });
    shares.reduce(f64::max)
}

/// A gate: the Regions that receive traffic are within the limits, by a minute of figures newer than
/// the step before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Within {
    /// The Regions that receive.
    pub regions: Vec<Region>,
    /// Share of 5xx in percent.
    pub errors_percent: f64,
    /// p99 in milliseconds.
    pub p99_ms: f64,
    /// How long to watch at least, in seconds.
    pub for_s: u64,
}

impl Work for Within {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (u64, u64) {
        (self.for_s.max(120), self.for_s + 900)
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        let snapshot = context.crew.snapshot();
        let mut fresh = true;
        let mut said = Vec::new();
        for region in &self.regions {
            let Some(site) = snapshot.site(region) else {
                continue;
            };
            let metrics = &site.api.metrics;
            let errors = metrics.percent(Metric::Api5xx, Metric::ApiRequests, snapshot.at);
            let p99 = metrics.latest(Metric::ApiLatencyP99, snapshot.at);
            let newer = errors.is_some_and(|point| point.at >= context.since);
            fresh &= newer;
            let (errors, p99) = (
                errors.map_or(0.0, |point| point.value),
                p99.map_or(0.0, |point| point.value),
            );
            if newer && errors > self.errors_percent {
                return Seen::Wrong(format!(
                    "{region} answers {errors:.1} % with 5xx, the limit is {:.1} %",
                    self.errors_percent
                ));
            }
            if newer && p99 > self.p99_ms {
                return Seen::Wrong(format!(
                    "p99 of {region} is {}, the limit is {}",
                    words::millis(p99),
                    words::millis(self.p99_ms)
                ));
            }
            said.push(format!(
                "{region} 5xx {errors:.2} %, p99 {}",
                words::millis(p99)
            ));
        }
        let left = self.for_s.saturating_sub(context.elapsed_s());
        if !fresh {
            Seen::Underway("a whole minute of figures is not there yet".into())
        } else if left > 0 {
            Seen::Underway(format!(
                "{}; {} to go",
                said.join("; "),
                words::seconds(left)
            ))
        } else {
            Seen::Done(said.join("; "))
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

    fn times(&self) -> (u64, u64) {
        (self.for_s.max(10), self.for_s + 1_800)
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        let snapshot = context.crew.snapshot();
        for region in &self.regions {
            let Some(site) = snapshot.site(region) else {
                continue;
            };
            if let Some(why) = unwell(site, self.errors_percent, &snapshot) {
                return Seen::Underway(format!("{region}: {why}"));
            }
        }
        let left = self.for_s.saturating_sub(context.elapsed_s());
        let names: Vec<&str> = self
            .regions
            .iter()
            .map(crate::fleet::Region::as_str)
            .collect();
        if left > 0 {
            Seen::Underway(format!(
                "{} healthy; {} of hold-down left",
                names.join(", "),
                words::seconds(left)
            ))
        } else {
            Seen::Done(format!("{} healthy", names.join(", ")))
        }
    }
}

/// Why a Region cannot be called healthy. An evacuated Region has no traffic to judge by, so the probe
/// and the endpoints' answers speak for it.
fn unwell(site: &Site, errors_percent: f64, snapshot: &Snapshot) -> Option<String> {
    if site.reach.answering() != Some(true) {
        return Some("its AWS endpoints do not answer".into());
    }
    match site.probe.current() {
        Some(report) if report.status < 400 => {}
        Some(report) => return Some(format!("the probe was answered {}", report.status)),
        None => {
            let why = site
                .probe
                .why_missing()
                .map_or_else(String::new, ToString::to_string);
            return Some(format!("the probe has no answer: {why}"));
        }
    }
    let errors = site
        .api
        .metrics
        .percent(Metric::Api5xx, Metric::ApiRequests, snapshot.at)?;
    let recent = snapshot.at.duration_since(errors.at).as_secs() < 180;
    if recent && errors.value > errors_percent {
        return Some(format!("{:.1} % of requests fail", errors.value));
    }
    (snapshot.database.judgement.verdict == Verdict::Down).then(|| "the database is down".into())
}

/// The operator looks around: waits for a word, or for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// For how long; none waits for a word.
    pub for_s: Option<u64>,
    /// What to look at.
    pub text: String,
}

impl Work for Look {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (u64, u64) {
        (
            self.for_s.unwrap_or(600),
            self.for_s.map_or(u64::MAX, |s| s + 60),
        )
    }

    async fn look(&self, context: &Context<'_>) -> Seen {
        match self.for_s {
            None => Seen::Ask(self.text.clone()),
            Some(all) => match all.saturating_sub(context.elapsed_s()) {
                0 => Seen::Done("looked around".into()),
                left => Seen::Underway(format!("{}; {} left", self.text, words::seconds(left))),
            },
        }
    }
}
