//! Many more clients than usual.

use super::level::{Level, middles, requests};
use super::told::{listed, reasons, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::{Onset, shares};
use gwctl_fleet::{Metric, Site, Verdict, format};
use jiff::SignedDuration;

/// A Region gets at least so many times what came before.
const RISE: f64 = 1.5;
/// All Regions together get at least so many times what came before.
const ALL: f64 = 1.25;
/// Part of what a Region gets more that may come from another one, which lost it.
const MOVED: f64 = 0.5;
/// Percent of the requests: with so many more refused, it is no crowd of clients like all others.
const REFUSED: f64 = 8.0;
/// What began so much later than the rise follows from it.
const BLUR: SignedDuration = SignedDuration::from_mins(1);
/// What more clients than a Region is made for do to it.
const SUFFERS: [&str; 4] = ["latency", "throttling", "functions", "errors"];

/// The Regions that get many more requests, where no other one lost them.
struct Surge<'a> {
    risen: Vec<(&'a Site, Level)>,
    since: Onset,
    /// The Regions with as many as before.
    steady: Vec<&'a str>,
}

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let found = Surge::find(evidence).into_iter();
    found.map(|surge| surge.told(evidence)).collect()
}

impl<'a> Surge<'a> {
    fn find(evidence: &Evidence<'a>) -> Option<Self> {
        let sites = &evidence.picture.sites;
        let risen: Vec<(&Site, Level)> = sites
            .iter()
            .filter_map(|site| Some((site, risen(evidence, site)?)))
            .collect();
        let (mut before, mut now, mut lost) = (0.0, 0.0, 0.0);
        for site in sites {
            // With one Region unknown, its clients may be those that came.
            let (was, is) = requests(evidence, site)?;
            before += was;
            now += is;
            lost += (was - is).max(0.0);
        }
        let more = risen.iter().map(|(_, level)| level.now - level.before);
        if now < ALL * before || lost > MOVED * more.sum::<f64>() {
            return None;
        }
        let since = risen.iter().map(|(_, level)| level.since);
        let is_steady = |site: &&Site| risen.iter().all(|(other, _)| other.region != site.region);
        let steady = sites.iter().filter(is_steady);
        Some(Self {
            since: since.min_by_key(|since| since.at)?,
            steady: steady.map(|site| site.region.as_str()).collect(),
            risen,
        })
    }

    fn told(&self, evidence: &Evidence<'_>) -> Hypothesis {
        let times = self.risen.iter();
        let times = times.map(|(_, level)| level.now / level.before.max(1.0));
        let most = times.fold(0.0, f64::max);
        let harm = self.harm();
        let mut supports: Vec<String> = self
            .risen
            .iter()
            .map(|(site, level)| rose(site, *level))
            .collect();
        supports.extend(at_edge(evidence));
        supports.extend(
            self.risen
                .iter()
                .flat_map(|(site, _)| follows(evidence, site)),
        );
        let served = if harm.is_empty() {
            ", and they are served"
        } else {
            ""
        };
        supports.extend(harm.iter().cloned());
        let mut contradicts = self.not_known(evidence);
        contradicts.extend(self.repeated(evidence));
        Hypothesis {
            cause: "traffic-surge",
            region: None,
            sentence: format!(
                "Clients send up to {most:.1} times as many requests as before{} {}{served}",
                since(Some(self.since)),
                self.place()
            ),
            // More clients that are served are no trouble yet.
            verdict: if harm.is_empty() {
                Verdict::Healthy
            } else {
                Verdict::Degraded
            },
            hurts: !harm.is_empty(),
            since: Some(self.since),
            sure: if contradicts.is_empty() {
                Sureness::High
            } else {
                Sureness::Medium
            },
            why: match self.steady.as_slice() {
                [] => "requests rose everywhere at once, and no Region lost any".into(),
                steady => format!(
                    "requests rose there at once, and {} did not lose as many",
                    listed(steady)
                ),
            },
            supports,
            contradicts,
            apart: Some(
                "whether they are clients like all others: addresses and paths in the API's access log".into(),
            ),
            about: Vec::new(),
            hit_percent: None,
            actions: Vec::new(),
        }
    }

    fn place(&self) -> String {
        let names: Vec<&str> = self
            .risen
            .iter()
            .map(|(site, _)| site.region.as_str())
            .collect();
        if self.steady.is_empty() {
            "in every Region".into()
        } else {
            format!("in {}", listed(&names))
        }
    }

    /// Where the requests that came may all be refused: then they are not clients like all others.
    fn not_known(&self, evidence: &Evidence<'_>) -> Vec<String> {
        let unknown = |(site, _): &&(&Site, Level)| refuses(evidence, site).is_none();
        let told = self.risen.iter().filter(unknown).map(|(site, _)| {
            let region = &site.region;
            format!("{region}: how many of the requests are refused (4XX) is not known")
        });
        told.collect()
    }

    /// Where requests were refused or failed no later than the rise: clients that repeat them look the same.
    fn repeated(&self, evidence: &Evidence<'_>) -> Vec<String> {
        let at = evidence.picture.at;
        let told = self.risen.iter().filter_map(|(site, level)| {
            let metrics = &site.api.metrics;
            let each = [(Metric::Api4xx, "4XX"), (Metric::Api5xx, "5XX")];
            let (name, refused) = each.into_iter().find_map(|(metric, name)| {
                let share = shares(metrics, metric, Metric::ApiRequests)?;
                let refused = Level::rise(&share, at, 2.0)?;
                let early = refused.since.at <= level.since.at + BLUR;
                (refused.now - refused.before > REFUSED && early).then_some((name, refused))
            })?;
            Some(format!(
                "{}: {name} rose from {} to {} of the requests at the same time: clients that repeat what was refused look \
                 the same",
                site.region,
                format::percent(refused.before),
                format::percent(refused.now)
            ))
        });
        told.collect()
    }

    /// What the picture finds wrong in the Regions that more clients may be the reason of.
    fn harm(&self) -> Vec<String> {
        let of = |(site, _): &(&Site, Level)| reasons(site, &SUFFERS);
        self.risen.iter().flat_map(of).collect()
    }
}

/// Many more requests than before, which are not mostly refused.
fn risen(evidence: &Evidence<'_>, site: &Site) -> Option<Level> {
    let metrics = &site.api.metrics;
    let level = Level::risen(metrics, Metric::ApiRequests, evidence.picture.at, RISE)?;
    (refuses(evidence, site) != Some(true)).then_some(level)
}

/// Whether what came more is refused; none where that is not known.
fn refuses(evidence: &Evidence<'_>, site: &Site) -> Option<bool> {
    let refused = shares(&site.api.metrics, Metric::Api4xx, Metric::ApiRequests)?;
    let (before, now) = middles(&refused, evidence.picture.at)?;
    Some(now >= 2.0 * before && now - before > REFUSED && !throttled(site))
}

/// What API Gateway refuses for its rate are clients like all others.
fn throttled(site: &Site) -> bool {
    site.judgement
        .reasons
        .iter()
        .any(|reason| reason.about == "throttling")
}

fn rose(site: &Site, level: Level) -> String {
    format!(
        "{}: requests rose from {} to {} a minute{}",
        site.region,
        format::count(level.before),
        format::count(level.now),
        since(Some(level.since))
    )
}

fn at_edge(evidence: &Evidence<'_>) -> Option<String> {
    let metrics = &evidence.picture.edge.metrics;
    let level = Level::risen(metrics, Metric::EdgeRequests, evidence.picture.at, ALL)?;
    Some(format!(
        "CloudFront: requests rose from {} to {} a minute{}",
        format::count(level.before),
        format::count(level.now),
        since(Some(level.since))
    ))
}

/// What rose with them.
fn follows(evidence: &Evidence<'_>, site: &Site) -> Vec<String> {
    let (at, region) = (evidence.picture.at, &site.region);
    let latency = Level::risen(&site.api.metrics, Metric::ApiLatencyP99, at, 1.3);
    let latency = latency.map(|level| {
        format!(
            "{region}: p99 rose from {} to {}",
            format::millis(level.before),
            format::millis(level.now)
        )
    });
    let busy = site.functions.iter().filter_map(|function| {
        let level = Level::risen(&function.metrics, Metric::FunctionConcurrency, at, 1.3)?;
        let (before, now) = (format::count(level.before), format::count(level.now));
        Some(format!(
            "{region}: {} runs {now} times at once, {before} before",
            function.name
        ))
    });
    latency.into_iter().chain(busy).collect()
}
