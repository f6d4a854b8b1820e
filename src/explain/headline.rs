//! The explanation in one line.

use crate::causes::told::listed;
use crate::hypothesis::{Explanation, Hypothesis};
use crate::onset::Onset;
use crate::rest::Rest;
use crate::unseen::Unseen;
use gwctl_fleet::{
    CheckVerdict, Metric, Point, Region, Served, Site, Snapshot, Verdict, format, tells,
};
use jiff::{SignedDuration, Timestamp};

/// The explanation in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    pub verdict: Verdict,
    /// What happened, in a clause.
    pub what: String,
    /// Who is hit and who serves now, a clause each, the most important first; may be left out where there is no room.
    pub more: Vec<String>,
    /// Whether what hurt clients hurts them no longer, and nobody need act for that.
    pub is_over: bool,
}

/// What a sentence is cut before where it is told in a line: figures and circumstances follow.
const DETAILS: [&str; 3] = [": ", ", up to ", " ("];
/// More than so many Regions are counted.
const NAMED: usize = 2;
/// Minutes before an onset that tell who served how much.
const BEFORE: usize = 5;

impl Headline {
    /// Of the worst hypothesis; of what no hypothesis tells, where there is none.
    pub fn of(
        picture: &Snapshot,
        explanation: &Explanation,
        rest: &[Rest],
        unseen: &[Unseen],
    ) -> Self {
        match (explanation.hypotheses.first(), rest.first()) {
            // What no hypothesis tells may be worse than what one does.
            (Some(told), Some(untold)) if untold.verdict > told.verdict => {
                Self::of_rest(untold, rest.len() - 1 + explanation.hypotheses.len())
            }
            (Some(worst), _) => of_hypothesis(picture, worst, explanation.hypotheses.len() - 1),
            (None, Some(worst)) => Self::of_rest(worst, rest.len() - 1),
            (None, None) => calm(picture, unseen),
        }
    }

    fn of_rest(worst: &Rest, others: usize) -> Self {
        Self {
            verdict: worst.verdict,
            what: format!("{}: {}", worst.places.join(", "), worst.text),
            more: and_more(others),
            is_over: false,
        }
    }
}

fn of_hypothesis(picture: &Snapshot, worst: &Hypothesis, others: usize) -> Headline {
    let served = served_elsewhere(picture, worst);
    let is_over = !served.is_empty()
        && others == 0
        && worst.cause == "region-unreachable"
        && worst
            .region
            .as_ref()
            .map(|region| picture.is_writer(region))
            == Some(Some(false));
    let mut more: Vec<String> = hit(picture, worst).into_iter().collect();
    if !served.is_empty() {
        more.push(format!("now served by {}", counted(&served)));
    }
    if worst.cause == "credentials" {
        more.extend(answered(picture));
    }
    more.extend(and_more(others));
    Headline {
        verdict: worst.verdict,
        what: clause(&worst.sentence).to_owned(),
        more,
        is_over,
    }
}

/// The beginning of a sentence, up to its details.
fn clause(sentence: &str) -> &str {
    let ends = DETAILS.iter().filter_map(|detail| sentence.find(detail));
    ends.min().map_or(sentence, |end| &sentence[..end])
}

fn and_more(others: usize) -> Vec<String> {
    let more = format!("({others} more below)");
    (others > 0).then_some(more).into_iter().collect()
}

fn counted(regions: &[&Region]) -> String {
    if regions.len() > NAMED {
        return format!("{} other Regions", regions.len());
    }
    let names: Vec<&str> = regions.iter().map(|region| region.as_str()).collect();
    listed(&names)
}

/// The Regions that serve the clients of a Region that DNS leaves out.
fn served_elsewhere<'a>(picture: &'a Snapshot, worst: &Hypothesis) -> Vec<&'a Region> {
    let in_service = |region: &Region| {
        let verdict = picture.edge.admission(region, picture.at);
        verdict.and_then(CheckVerdict::in_service)
    };
    let Some(region) = &worst.region else {
        return Vec::new();
    };
    if in_service(region) != Some(false) {
        return Vec::new();
    }
    let others = picture.sites.iter().filter(|site| {
        site.region != *region
            && site.judgement.verdict == Verdict::Healthy
            && in_service(&site.region) == Some(true)
    });
    others.map(|site| &site.region).collect()
}

/// Who is hit: measured now, or by the share that the Region served before.
fn hit(picture: &Snapshot, worst: &Hypothesis) -> Option<String> {
    if let Some(percent) = worst.hit_percent {
        return Some(format!(
            "{} of clients' requests fail",
            format::percent(percent)
        ));
    }
    let (region, since) = (worst.region.as_ref()?, worst.since?);
    let share = share_before(picture, region, since);
    let share = share.or_else(|| share_by_edge(picture, region, since))?;
    let (minutes, goes_on) = errors_at_the_edge(picture, since)?;
    let have = if goes_on { "have" } else { "had" };
    let long = format::span(SignedDuration::from_mins(minutes));
    let share = format::share(share);
    Some(format!("{share} of clients {have} errors for {long}"))
}

/// The percentage of clients' requests that the Region served in the minutes before; none where the requests of a
/// Region are not known.
fn share_before(picture: &Snapshot, region: &Region, since: Onset) -> Option<f64> {
    let site = picture.site(region)?;
    let before: Vec<Point> = {
        let series = site.api.metrics.get(Metric::ApiRequests).last()?;
        let before = series.points().iter().rev();
        let before = before.filter(|point| point.at < since.at);
        before.take(BEFORE).copied().collect()
    };
    let (mut here, mut all, mut unsure) = (0.0, 0.0, 0.0);
    for point in &before {
        here += served(picture, site, point.at)?.clients();
        let mut most: f64 = 0.0;
        for other in &picture.sites {
            let there = served(picture, other, point.at)?;
            all += there.clients();
            most = most.max(there.margin());
        }
        unsure += most;
    }
    (all > 0.0 && tells(unsure, all)).then(|| 100.0 * here / all)
}

/// What a Region served in the minute at `at`.
fn served(picture: &Snapshot, site: &Site, at: Timestamp) -> Option<Served> {
    let series = site.api.metrics.get(Metric::ApiRequests).last()?;
    let point = series.points().iter().find(|point| point.at == at)?;
    Some(picture.served_in(site, *point))
}

/// [`share_before`] where the Region's own figures cannot be asked: what CloudFront counted and no other Region served.
/// None where the figures of another Region are not known either.
fn share_by_edge(picture: &Snapshot, region: &Region, since: Onset) -> Option<f64> {
    let series = picture.edge.metrics.get(Metric::EdgeRequests).last()?;
    let before = series
        .points()
        .iter()
        .rev()
        .filter(|point| point.at < since.at);
    let (mut all, mut elsewhere, mut unsure) = (0.0, 0.0, 0.0);
    // The minute before may be the one in which it began.
    for point in before.skip(1).take(BEFORE) {
        all += point.value;
        let mut most: f64 = 0.0;
        for other in picture.sites.iter().filter(|site| site.region != *region) {
            let there = served(picture, other, point.at)?;
            elsewhere += there.clients();
            most = most.max(there.margin());
        }
        unsure += most;
    }
    (all > elsewhere && tells(unsure, all)).then(|| 100.0 * (all - elsewhere) / all)
}

/// For how many minutes since then the edge answered with more errors than its limit allows, and whether it does now.
fn errors_at_the_edge(picture: &Snapshot, since: Onset) -> Option<(i64, bool)> {
    let series = picture.edge.metrics.get(Metric::Edge5xxRate).current()?;
    let limit = picture.thresholds.edge_5xx_percent.warn;
    let from = since.at - SignedDuration::from_secs(since.within_s);
    let period = SignedDuration::try_from(series.period).ok()?;
    let bad = series.points().iter();
    let bad = bad.filter(|point| point.at >= from && point.value > limit);
    let count = i64::try_from(bad.count()).ok()?;
    let minutes = count * period.as_secs() / 60;
    let newest = series.settled(picture.at)?;
    (minutes > 0).then_some((minutes, newest.value > limit))
}

/// What gwctl's own request says of clients, where AWS says nothing.
fn answered(picture: &Snapshot) -> Option<String> {
    let report = picture.edge.probe.current()?;
    let domain = &picture.edge.domain;
    Some(format!("{domain} answers gwctl with {}", report.status))
}

/// Nothing is known to be wrong; good is only what was seen.
fn calm(picture: &Snapshot, unseen: &[Unseen]) -> Headline {
    let verdict = picture.judgement.verdict;
    let count = picture.sites.len();
    let regions = match count {
        1 => "its Region is".to_owned(),
        _ => format!("all {count} Regions are"),
    };
    let what = match verdict {
        _ if picture.generation == 0 || !picture.complete => "the first look is under way".into(),
        Verdict::Healthy => format!(
            "{} has no problems: {regions} within their limits",
            picture.name
        ),
        _ => format!("{} is {verdict}", picture.name),
    };
    let lost = |one: &&Unseen| !matches!(one.why, gwctl_fleet::Missing::NotYet);
    let first = unseen.iter().find(lost);
    Headline {
        verdict,
        what,
        more: first
            .map(|first| format!("not seen: {first}"))
            .into_iter()
            .collect(),
        is_over: verdict == Verdict::Healthy && first.is_none(),
    }
}
