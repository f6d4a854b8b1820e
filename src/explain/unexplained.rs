//! What is new and no hypothesis tells: errors that were not logged before, and figures that took another level.

use std::collections::BTreeMap;

use gwctl_fleet::logs::Pattern;
use gwctl_fleet::{Metric, Region, format};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::causes::{is_quoted_by, may_follow, quote};
use crate::evidence::Evidence;
use crate::hypothesis::{Explanation, Hypothesis};
use crate::onset::Onset;
use crate::order::Turned;

/// What is older belongs to something else.
const LATELY: SignedDuration = SignedDuration::from_mins(30);
/// So long before its first line an error must not have been logged to be new.
const QUIET: SignedDuration = SignedDuration::from_mins(5);
/// With fewer lines it tells nothing.
const FEW: u64 = 3;

/// Only of these a fall may be trouble.
const FALLS_TELL: [Metric; 2] = [Metric::ApiRequests, Metric::DbConnections];
/// Clients' own errors come and go: what they did so long before anything was wrong belongs to something else.
const OF_CLIENTS: SignedDuration = SignedDuration::from_mins(15);

/// What becomes more where more clients come.
const WITH_CLIENTS: [Metric; 3] = [Metric::ApiRequests, Metric::Api4xx, Metric::DbConnections];

/// Something new that no hypothesis tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unexplained {
    /// Where.
    pub region: Option<Region>,
    /// Since when, to the minute.
    pub since: Timestamp,
    /// What, without the time.
    pub what: String,
}

impl std::fmt::Display for Unexplained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let region = self.region.as_ref().map(|region| format!("{region}: "));
        let (region, since) = (region.unwrap_or_default(), format::minute(self.since));
        write!(f, "{region}{}, since {since}", self.what)
    }
}

/// What is new, beside the hypotheses, and that none of them tells: errors first, and then those of the figures that
/// [`turned`](crate::turned), each the first first. Where nothing is wrong there is nothing to explain.
pub fn unexplained(
    evidence: &Evidence<'_>,
    explanation: &Explanation,
    turned: &[Turned],
) -> Vec<Unexplained> {
    let told = &explanation.hypotheses;
    if told.is_empty() {
        return Vec::new();
    }
    let mut errors = errors(evidence, told);
    errors.sort_by(|a, b| (a.since, &a.region).cmp(&(b.since, &b.region)));
    let began = told.iter().filter_map(|one| one.since);
    let began = began.map(|onset| onset.at).min();
    let figures = turned.iter().filter(|one| may_be_trouble(one, began));
    errors.extend(
        figures
            .filter(|one| !told.iter().any(|of| tells(evidence, of, one)))
            .map(figure),
    );
    errors
}

/// Whether the figure became worse, and not long before anything else.
fn may_be_trouble(figure: &Turned, began: Option<Timestamp>) -> bool {
    let worse = figure.turn.is_up() || FALLS_TELL.contains(&figure.metric);
    let early = began.is_some_and(|began| began.duration_since(figure.turn.at) > OF_CLIENTS);
    worse && !(early && figure.metric == Metric::Api4xx)
}

fn errors(evidence: &Evidence<'_>, told: &[Hypothesis]) -> Vec<Unexplained> {
    let mut found = Vec::new();
    for pattern in evidence.patterns {
        for (region, writers) in &pattern.minutes {
            for (source, minutes) in writers {
                let quoted = |of: &Hypothesis| is_quoted_by(of, region, source, pattern);
                if is_new(evidence, (region, source), minutes) && !told.iter().any(quoted) {
                    found.push(error(pattern, region, source, minutes));
                }
            }
        }
    }
    found
}

/// Whether it was logged lately for the first time, as far as the log was read.
fn is_new(
    evidence: &Evidence<'_>,
    (region, source): (&Region, &str),
    minutes: &BTreeMap<i64, u64>,
) -> bool {
    let Some(first) = minutes.keys().next().and_then(|minute| at(*minute)) else {
        return false;
    };
    let lately = evidence.picture.at.duration_since(first) <= LATELY;
    let mut spans = evidence.spans.iter();
    let known = spans.any(|span| {
        let of = span.region == *region && span.source == source;
        of && span.holds(first - QUIET, first)
    });
    lately && known && minutes.values().sum::<u64>() >= FEW
}

fn error(
    pattern: &Pattern,
    region: &Region,
    source: &str,
    minutes: &BTreeMap<i64, u64>,
) -> Unexplained {
    let count: u64 = minutes.values().sum();
    let first = minutes.keys().next().and_then(|minute| at(*minute));
    Unexplained {
        region: Some(region.clone()),
        since: first.unwrap_or(pattern.example.at),
        what: format!(
            "{source} logs `{}` ({} times)",
            quote(pattern),
            format::count(count as f64)
        ),
    }
}

fn at(minute: i64) -> Option<Timestamp> {
    Timestamp::from_second(minute * 60).ok()
}

/// Whether the figure is one that `of` is about, and turned when it began or later.
fn tells(evidence: &Evidence<'_>, of: &Hypothesis, figure: &Turned) -> bool {
    let began = Onset {
        at: figure.turn.at,
        within_s: 60,
        is_seen: true,
    };
    let here = match (&of.region, &figure.region) {
        (Some(of), Some(region)) if of == region => true,
        // What it does elsewhere is among its evidence.
        (Some(_), Some(region)) => {
            let comes_here = WITH_CLIENTS.contains(&figure.metric) && sends_away(evidence, of);
            let told = comes_here || quotes_of(of, region);
            return told && may_follow(of.since, Some(began));
        }
        (None, _) => true,
        (Some(_), None) => false,
    };
    let about = figure
        .function
        .as_ref()
        .is_none_or(|name| of.is_about(name));
    here && about && may_follow(of.since, Some(began))
}

/// Whether clients of its Region go elsewhere: then requests become more there.
fn sends_away(evidence: &Evidence<'_>, of: &Hypothesis) -> bool {
    let picture = evidence.picture;
    let verdict = of
        .region
        .as_ref()
        .and_then(|region| picture.edge.admission(region, picture.at));
    of.cause == "record-changed"
        || verdict.and_then(gwctl_fleet::CheckVerdict::in_service) == Some(false)
}

/// Whether something is quoted of the Region.
fn quotes_of(of: &Hypothesis, region: &Region) -> bool {
    let mut lines = of.supports.iter();
    lines.any(|line| {
        line.strip_prefix(region.as_str())
            .is_some_and(|rest| rest.starts_with([':', ' ']))
    })
}

fn figure(turned: &Turned) -> Unexplained {
    Unexplained {
        what: turned.change(),
        since: turned.turn.at,
        region: turned.region.clone(),
    }
}
