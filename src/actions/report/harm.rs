//! What a run cost the clients: requests that failed and were refused, and the worst minute, by what AWS counted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::figures::{EdgeMinute, MINUTE, Minutes, SiteMinute, minute_of};
use crate::journal::RunState;
use gwctl_fleet::Region;

/// The harm of a run, from the minute of the confirmation to that of the end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Harm {
    /// The first minute.
    pub from: Timestamp,
    /// The end of the last.
    pub until: Timestamp,
    /// What clients got, by the distribution's own figures; none when there are none.
    pub clients: Option<Tally>,
    /// What each Region answered. A Region that did not answer at all counts nothing.
    pub regions: BTreeMap<Region, Tally>,
    /// The minute with the greatest share of failed requests.
    pub worst: Option<Worst>,
    /// What is not known, in sentences.
    pub missing: Vec<String>,
}

/// Requests in the minutes that were counted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Tally {
    /// Minutes that were counted.
    pub minutes: usize,
    /// Of so many.
    pub of: usize,
    pub requests: f64,
    /// Of these, answered 5xx; in the minutes for which it is known.
    pub failed: f64,
    /// The share of that in percent; none without requests.
    pub failed_percent: Option<f64>,
    /// Share answered 5xx in the minutes before, in percent.
    pub before_percent: Option<f64>,
    /// Answered 4xx; none where it is not known of every minute.
    pub refused: Option<f64>,
    /// Of these, more than the share before would have been: 429 is among them, which AWS does not count apart.
    pub refused_more: Option<f64>,
    /// Invocations that Lambda throttled; none at the distribution or where it is not known.
    pub throttled: Option<f64>,
}

/// A bad minute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Worst {
    /// When it began.
    pub at: Timestamp,
    /// Who counted it: `CloudFront`, or a Region.
    pub by: String,
    pub requests: f64,
    /// Of these, failed.
    pub failed: f64,
    /// The share in percent.
    pub percent: f64,
}

/// One minute, of any source.
#[derive(Clone, Copy)]
struct Counted {
    at: Timestamp,
    requests: f64,
    failed: f64,
    refused: Option<f64>,
    throttled: Option<f64>,
}

impl Counted {
    fn edge((at, minute): (&Timestamp, &EdgeMinute)) -> Option<Self> {
        let part = |percent: f64| percent / 100.0 * minute.requests;
        Some(Self {
            at: *at,
            requests: minute.requests,
            failed: part(minute.failed_percent?),
            refused: minute.refused_percent.map(part),
            throttled: None,
        })
    }

    fn site((at, minute): (&Timestamp, &SiteMinute)) -> Option<Self> {
        Some(Self {
            at: *at,
            requests: minute.requests?,
            failed: minute.failed?,
            refused: minute.refused,
            throttled: minute.throttled,
        })
    }

    fn percent(&self) -> f64 {
        100.0 * self.failed / self.requests.max(1.0)
    }
}

/// The minutes of a run.
#[derive(Clone, Copy)]
struct Window {
    from: Timestamp,
    until: Timestamp,
}

impl Window {
    fn of(state: &RunState) -> Self {
        let end = minute_of(state.acted_until());
        Self {
            from: minute_of(state.begun),
            until: end + MINUTE,
        }
    }

    fn minutes(self) -> usize {
        usize::try_from(self.until.duration_since(self.from).as_secs() / 60).unwrap_or(0)
    }

    fn tally(self, all: &[Counted]) -> Tally {
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        let sum =
            |of: &[&Counted], get: fn(&Counted) -> f64| of.iter().map(|m| get(m)).sum::<f64>();
        let before: Vec<&Counted> = all.iter().filter(|m| m.at < self.from).collect();
        let during: Vec<&Counted> = self.during(all).collect();
        let refused = |of: &[&Counted]| -> Option<f64> {
            of.iter().map(|minute| minute.refused).sum::<Option<f64>>()
        };
        let requests = sum(&during, |m| m.requests);
        let failed = sum(&during, |m| m.failed);
        let earlier = sum(&before, |m| m.requests);
        // What fails is not refused: the usual share is of what is answered otherwise.
        let failed_before = sum(&before, |m| m.failed);
        let usual = refused(&before).and_then(|n| share(n, earlier - failed_before));
        let turned_away = refused(&during);
        Tally {
            minutes: during.len(),
            of: self.minutes(),
            requests,
            failed,
            failed_percent: share(failed, requests).map(|part| 100.0 * part),
            before_percent: share(failed_before, earlier).map(|part| 100.0 * part),
            refused: turned_away,
            refused_more: turned_away
                .zip(usual)
                .map(|(refused, usual)| (refused - usual * (requests - failed)).max(0.0)),
            throttled: during.iter().map(|minute| minute.throttled).sum(),
        }
    }

    fn during(self, all: &[Counted]) -> impl Iterator<Item = &Counted> {
        all.iter()
            .filter(move |minute| minute.at >= self.from && minute.at < self.until)
    }

    fn missing(self, all: &[Counted]) -> Vec<Timestamp> {
        let count = i64::try_from(self.minutes()).unwrap_or(0);
        (0..count)
            .map(|n| self.from + jiff::SignedDuration::from_mins(n))
            .filter(|at| all.iter().all(|minute| minute.at != *at))
            .collect()
    }
}

/// What `state` cost.
pub(super) fn of(state: &RunState) -> Harm {
    in_window(&state.minutes, Window::of(state))
}

/// What was counted from the minute of `from` to that of `until`; what was counted before is what was usual.
pub fn between(minutes: &Minutes, from: Timestamp, until: Timestamp) -> Harm {
    let window = Window {
        from: minute_of(from),
        until: minute_of(until) + MINUTE,
    };
    in_window(minutes, window)
}

fn in_window(minutes: &Minutes, window: Window) -> Harm {
    let edge: Vec<Counted> = minutes.edge.iter().filter_map(Counted::edge).collect();
    let sites: BTreeMap<&Region, Vec<Counted>> = minutes
        .sites
        .iter()
        .map(|(region, minutes)| (region, minutes.iter().filter_map(Counted::site).collect()))
        .collect();
    let some = |counted: &[Counted]| window.during(counted).next().is_some();
    Harm {
        from: window.from,
        until: window.until,
        clients: some(&edge).then(|| window.tally(&edge)),
        regions: sites
            .iter()
            .filter(|(_, counted)| some(counted))
            .map(|(region, counted)| ((*region).clone(), window.tally(counted)))
            .collect(),
        worst: worst(window, &edge, &sites),
        missing: missing(window, &edge, &sites),
    }
}

/// At the distribution, where it was counted there: it sees also what no Region answered.
fn worst(
    window: Window,
    edge: &[Counted],
    sites: &BTreeMap<&Region, Vec<Counted>>,
) -> Option<Worst> {
    let told = |by: &str, minute: &Counted| Worst {
        at: minute.at,
        by: by.to_owned(),
        requests: minute.requests,
        failed: minute.failed,
        percent: minute.percent(),
    };
    let by_edge = window.during(edge).map(|minute| told("CloudFront", minute));
    let by_sites = sites.iter().flat_map(|(region, counted)| {
        window
            .during(counted)
            .map(move |minute| told(region.as_str(), minute))
    });
    let most = |a: &Worst, b: &Worst| a.percent.total_cmp(&b.percent);
    let worst = by_edge.max_by(most);
    worst.or_else(|| by_sites.max_by(most))
}

fn missing(
    window: Window,
    edge: &[Counted],
    sites: &BTreeMap<&Region, Vec<Counted>>,
) -> Vec<String> {
    let mut said = Vec::new();
    let late = window.missing(edge);
    if late.len() == window.minutes() {
        said.push(
            "CloudFront's figures, which AWS keeps in us-east-1, were not read for any minute. Without them, the \
             report does not count requests that no Region answered"
                .to_owned(),
        );
    } else if !late.is_empty() {
        said.push(format!("CloudFront's figures of {}", times(&late)));
    }
    for (region, counted) in sites {
        let late = window.missing(counted);
        if late.len() == window.minutes() {
            said.push(format!(
                "all figures of {region}: it received no requests, or they could not be read"
            ));
        } else if !late.is_empty() {
            said.push(format!(
                "figures of {region} of {}: it received no requests, or they are still missing",
                times(&late)
            ));
        }
    }
    said
}

/// `14:03Z, 14:05Z to 14:09Z`.
fn times(minutes: &[Timestamp]) -> String {
    let mut runs: Vec<(Timestamp, Timestamp)> = Vec::new();
    for at in minutes {
        match runs.last_mut() {
            Some((_, last)) if *last + MINUTE == *at => *last = *at,
            _ => runs.push((*at, *at)),
        }
    }
    let time = |at: Timestamp| at.strftime("%H:%MZ").to_string();
    let told = runs.into_iter().map(|(first, last)| {
        if first == last {
            time(first)
        } else {
            format!("{} to {}", time(first), time(last))
        }
    });
    told.collect::<Vec<_>>().join(", ")
}
