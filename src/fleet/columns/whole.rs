//! What is said of a fleet as a whole, beside others: the worst of its Regions. What is not known of one Region is not
//! known of the fleet, for that one may be the worst.

use super::{Moment, values};
use crate::{Freshness, Known, Metric, Reading, Site, Tone, Unit, Verdict, format};

/// How the fleet is doing.
pub fn verdict(moment: &Moment<'_>) -> Reading {
    if moment.snapshot.generation == 0 {
        return Reading::nothing(Freshness::NotYet);
    }
    let verdict = moment.snapshot.judgement.verdict;
    Reading::words(verdict.word(), Tone::Verdict(verdict)).sorted_by(f64::from(verdict as u8))
}

/// The first reason of the verdict.
pub fn first_reason(moment: &Moment<'_>) -> Reading {
    let first = moment.snapshot.judgement.reasons.first();
    match first.filter(|_| moment.snapshot.generation > 0) {
        Some(reason) => Reading::words(reason.text.as_str(), Tone::Text),
        None => Reading::words("", Tone::Text),
    }
}

/// Requests to all APIs in the newest minute.
pub fn requests(moment: &Moment<'_>) -> Reading {
    let (known, why) = over_sites(moment, Metric::ApiRequests);
    let each = moment.snapshot.sites.iter();
    let values =
        each.filter_map(|site| moment.metric(&site.api.metrics, Metric::ApiRequests).value);
    let sum = known.map(|_| values.sum::<f64>());
    Reading::figure(sum, Unit::Count, format::of_a_minute).because(why)
}

/// The highest latency of an API at the percentile of `metric`.
pub fn latency(moment: &Moment<'_>, metric: Metric) -> Reading {
    let (known, why) = over_sites(moment, metric);
    Reading::figure(known, Unit::Millis, format::millis)
        .because(why)
        .beyond(moment.snapshot.thresholds.api_p99_ms)
}

fn over_sites<'a>(moment: &Moment<'a>, metric: Metric) -> (Known<f64>, Option<&'a crate::Missing>) {
    let sites = || moment.snapshot.sites.iter();
    let known = Known::worst(sites().map(|site| moment.metric(&site.api.metrics, metric)));
    let mut whys = sites().filter_map(|site| site.api.metrics.get(metric).why_missing());
    let why = whys.find(|why| Freshness::from(*why) == known.state);
    (known, why)
}

/// The highest share of clients' requests that a Region answers 5xx.
pub fn failing(moment: &Moment<'_>) -> Reading {
    worst(moment, values::failing)
}

/// The longest that a secondary is behind the writer, or silent.
pub fn lag(moment: &Moment<'_>) -> Reading {
    let topology = &moment.snapshot.database.topology;
    let lags = moment.snapshot.database.clusters.keys();
    let lags = lags.filter(|region| moment.snapshot.is_writer(region) != Some(true));
    let all: Vec<Reading> = lags.map(|region| values::lag(moment, region)).collect();
    match worst_of(all) {
        Some(lag) => lag,
        None => Reading::nothing(match topology.why_missing() {
            Some(why) => why.into(),
            None => Freshness::NoData,
        })
        .because(topology.why_missing()),
    }
}

/// How old the oldest figure of the oldest row is.
pub fn age(moment: &Moment<'_>) -> Reading {
    worst(moment, values::row_age)
}

fn worst(moment: &Moment<'_>, value: fn(&Moment<'_>, &Site) -> Reading) -> Reading {
    let sites = moment.snapshot.sites.iter();
    let all: Vec<Reading> = sites.map(|site| value(moment, site)).collect();
    worst_of(all).unwrap_or_else(|| Reading::nothing(Freshness::NoData))
}

/// What is judged bad comes first, then what is not known, then the highest.
fn worst_of(all: Vec<Reading>) -> Option<Reading> {
    let rank = |reading: &Reading| match (reading.freshness, reading.tone) {
        (Freshness::Current, Tone::Judged(Verdict::Down)) => 5,
        (Freshness::Current, Tone::Judged(Verdict::Degraded)) => 4,
        (Freshness::NotAllowed | Freshness::CouldNotAsk, _) => 3,
        (Freshness::NotYet | Freshness::Old, _) => 2,
        (Freshness::Current, _) => 1,
        (Freshness::NoData, _) => 0,
    };
    let amount = |reading: &Reading| reading.amount.unwrap_or(f64::MIN);
    all.into_iter().max_by(|a, b| {
        let order = rank(a).cmp(&rank(b));
        order.then(amount(a).total_cmp(&amount(b)))
    })
}

/// What watching costs an hour.
pub fn cost(moment: &Moment<'_>) -> Reading {
    if !moment.snapshot.complete {
        return Reading::nothing(Freshness::NotYet);
    }
    let dollars = moment.snapshot.dollars_per_hour;
    Reading::words(format::dollars_per_hour(dollars), Tone::Muted).sorted_by(dollars)
}
