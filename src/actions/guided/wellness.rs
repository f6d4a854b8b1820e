//! Whether a Region that is to take something is well, and can bear it, before anything is sent there.

use jiff::SignedDuration;

use super::connections;
use crate::check::{Check, Finding};
use crate::format;
use crate::unreachable::is_unreachable;
use gwctl_fleet::{Metric, Observed, Region, Site, Snapshot, Takes, Throttle, Verdict};

/// Reasons of a Region's verdict that stand against sending anything there. What DNS does with it, its
/// certificate and its stack do not; its part of the database is judged by checks of its own.
const AGAINST: [&str; 8] = [
    "reach",
    "probe",
    "latency",
    "errors",
    "throttling",
    "functions",
    "alarms",
    "lag",
];
/// Those that every Region has while no cluster accepts writes.
const FROM_THE_DATABASE: [&str; 5] = ["latency", "errors", "functions", "alarms", "lag"];

/// That `region`, which is to receive, is well by figures that are not old. Red unless waived by name.
pub(super) fn well(snapshot: &Snapshot, region: &Region) -> Check {
    let name = format!("well:{region}");
    let Some(site) = snapshot.site(region) else {
        return Check::new(name, Finding::Fail, format!("the fleet is not in {region}"));
    };
    if is_unreachable(site, snapshot.at) {
        let text = format!("{region}, which would receive traffic, does not answer");
        return Check::new(name, Finding::Waivable, text);
    }
    // While no cluster accepts writes, requests fail for that reason in every Region: moving the writer repairs it.
    let unwritable = snapshot.database.judgement.verdict == Verdict::Down;
    let reasons = site.judgement.reasons.iter().filter(|reason| {
        AGAINST.contains(&reason.about)
            && !(unwritable && FROM_THE_DATABASE.contains(&reason.about))
    });
    let against: Vec<&str> = reasons.map(|reason| reason.text.as_str()).collect();
    if !against.is_empty() {
        let text = format!(
            "{region}, which would receive traffic, has problems: {}",
            against.join("; ")
        );
        return Check::new(name, Finding::Waivable, text);
    }
    match seen(snapshot, site) {
        Shown::Nothing(why) => Check::new(
            name,
            Finding::Waivable,
            format!("it is not known whether {region} has problems: {why}"),
        ),
        Shown::Unwell(seen) if unwritable => Check::new(
            name,
            Finding::Warn,
            format!("{seen}: no cluster accepts writes, so they fail in every Region"),
        ),
        Shown::Unwell(seen) => Check::new(name, Finding::Waivable, seen),
        Shown::Well(seen) if unwritable => Check::new(
            name,
            Finding::Warn,
            format!("{seen}; requests that fail because there is no writer are not counted"),
        ),
        Shown::Well(seen) => {
            let well = Check::pass(name, seen);
            match fails(snapshot, site) {
                Some(share) => well.brief(format!("5xx {}", format::percent(share))),
                None => well,
            }
        }
    }
}

/// The share of its clients' requests that it answers with 5xx, in percent, where it is known and not old.
fn fails(snapshot: &Snapshot, site: &Site) -> Option<f64> {
    let errors = snapshot.failing(site, Metric::Api5xx)?;
    let age = snapshot.at.duration_since(errors.at) - SignedDuration::from_mins(1);
    (age.as_secs_f64() <= snapshot.thresholds.metric_stale_s).then_some(errors.value)
}

/// How a Region is, by what it answers.
enum Shown {
    Well(String),
    Unwell(String),
    /// Why nothing can be said.
    Nothing(String),
}

/// What the Region's newest figures say, with their age.
fn seen(snapshot: &Snapshot, site: &Site) -> Shown {
    let limit = snapshot.thresholds.metric_stale_s;
    let requests = site.api.metrics.get(Metric::ApiRequests);
    let Some(errors) = snapshot.failing(site, Metric::Api5xx) else {
        return match requests.why_missing() {
            // Nothing was asked of it: what it answers gwctl is all that can be known.
            Some(gwctl_fleet::Missing::NoData) => probed(site),
            Some(why) => Shown::Nothing(format!("its figures: {why}")),
            None => Shown::Nothing("its 5xx figures are missing".into()),
        };
    };
    let age = snapshot.at.duration_since(errors.at) - SignedDuration::from_mins(1);
    if age.as_secs_f64() > limit {
        let old = |seen| format!("{seen}; its newest figures are {} old", format::span(age));
        return match probed(site) {
            Shown::Well(seen) => Shown::Well(old(seen)),
            Shown::Unwell(seen) => Shown::Unwell(old(seen)),
            Shown::Nothing(why) => Shown::Nothing(why),
        };
    }
    let share = errors.value;
    if share > snapshot.thresholds.api_5xx_percent.warn {
        return Shown::Unwell(format!(
            "{}, which would receive traffic, answers {} of its clients' requests with 5xx",
            site.region,
            format::percent(share)
        ));
    }
    Shown::Well(format!(
        "{} has no problems: 5xx {}, figures {} old",
        site.region,
        format::percent(share),
        format::span(age.max(SignedDuration::ZERO))
    ))
}

/// What it answers gwctl's own request.
fn probed(site: &Site) -> Shown {
    let region = &site.region;
    match site.probe.current() {
        Some(report) => match report.serves() {
            Some(true) => Shown::Well(format!(
                "{region} answers gwctl's own request with {}",
                report.status
            )),
            Some(false) => Shown::Unwell(format!(
                "{region}, which would receive traffic, answers gwctl's own request with {}",
                report.status
            )),
            None => Shown::Nothing("CloudFront itself answers gwctl's own request".into()),
        },
        None => Shown::Nothing("it has no figures, and no answer to gwctl's own request".into()),
    }
}

/// What leaves one Region or several, and how much of it another one takes.
#[derive(Clone, Copy)]
pub(crate) struct Moved<'a> {
    pub(crate) from: &'a [&'a Region],
    /// The part of their clients that leaves, 0 to 1.
    pub(crate) leaves: f64,
    pub(crate) takes: &'a Takes,
}

impl Moved<'_> {
    /// The part of their clients that comes, 0 to 1: all that leaves where nothing better is known.
    pub(super) fn part(self) -> f64 {
        match self.takes {
            Takes::Part { part, .. } => part * self.leaves,
            Takes::AtMost { .. } => self.leaves,
        }
    }

    /// `about`, or `up to`.
    pub(super) const fn how_sure(self) -> &'static str {
        match self.takes {
            Takes::Part { .. } => "about",
            Takes::AtMost { .. } => "up to",
        }
    }

    /// What the figure rests on.
    fn why(self) -> String {
        let from: Vec<&str> = self.from.iter().map(|region| region.as_str()).collect();
        let from = from.join(" and ");
        match self.takes {
            Takes::Part { part, by } => format!(
                "{} of what leaves {from}, {by}",
                format::percent(100.0 * part)
            ),
            Takes::AtMost { why } => {
                format!("an upper bound, all of what leaves {from}: {why}")
            }
        }
    }
}

/// That `to` can bear what it serves now and what comes of those that are left. Red unless waived by name.
pub(crate) fn bears(snapshot: &Snapshot, moved: Moved<'_>, to: &Region) -> Vec<Check> {
    let load = load(snapshot, moved, to);
    let mut checks = vec![
        requests(snapshot, moved, to, load),
        executions(snapshot, moved, to, load),
    ];
    checks.extend(connections::after_shift(snapshot, moved, to, load));
    checks
}

/// Requests a second before and after.
#[derive(Clone, Copy)]
pub(super) struct Load {
    pub(super) now: f64,
    pub(super) then: f64,
}

fn load(snapshot: &Snapshot, moved: Moved<'_>, to: &Region) -> Option<Load> {
    let site = snapshot.site(to)?;
    let requests = site.api.metrics.get(Metric::ApiRequests);
    let here = match requests.last() {
        Some(series) => series.settled(snapshot.at)?.value,
        None if requests.why_missing() == Some(&gwctl_fleet::Missing::NoData) => 0.0,
        None => return None,
    };
    let left = moved
        .from
        .iter()
        .map(|region| snapshot.clients_last(region));
    let comes = left.sum::<Option<f64>>()? * moved.part();
    Some(Load {
        now: here / 60.0,
        then: (here + comes) / 60.0,
    })
}

fn requests(snapshot: &Snapshot, moved: Moved<'_>, to: &Region, load: Option<Load>) -> Check {
    let name = format!("rate:{to}");
    let throttle = snapshot.site(to).map(|site| &site.api.throttle);
    let limit = throttle.and_then(Observed::last).and_then(Throttle::limit);
    let red = |text| Check::new(&*name, Finding::Waivable, text);
    match (load, limit) {
        (None, _) => red(format!(
            "how many requests {to} would take is not known: the figures are missing"
        )),
        (Some(load), None) => red(format!(
            "{to} would take {} {} requests a second ({}); its limit is not known{}",
            moved.how_sure(),
            format::count(load.then),
            moved.why(),
            throttle.map_or_else(String::new, why)
        )),
        (Some(load), Some(limit)) => {
            let text = format!(
                "{to} would take {} {} requests a second ({} now; {}); its limit is {}",
                moved.how_sure(),
                format::count(load.then),
                format::count(load.now),
                moved.why(),
                format::count(limit)
            );
            Check::of(
                &name,
                load.then <= RESERVE * limit,
                text.clone(),
                Finding::Waivable,
                format!("{text}: beyond it clients get 429"),
            )
            .brief(part("API", moved.how_sure(), load.then, limit))
        }
    }
}

/// A minute's mean hides its peaks: no more than this part of a limit is to be used.
pub(super) const RESERVE: f64 = 0.8;

fn why(throttle: &Observed<Throttle>) -> String {
    throttle
        .why_missing()
        .map_or_else(String::new, |why| format!(" ({why})"))
}

/// Executions of Lambda grow with the requests. What is reserved for single functions is not for the others:
/// which of them have a reservation is not asked, so the smaller room counts.
fn executions(snapshot: &Snapshot, moved: Moved<'_>, to: &Region, load: Option<Load>) -> Check {
    let name = format!("capacity:{to}");
    let site = snapshot.site(to);
    let limits = site.and_then(|site| site.concurrency.last());
    let used = site.and_then(|site| used(site, snapshot));
    let (Some(limits), Some(used), Some(load)) = (limits, used, load) else {
        let text = format!("it is not known whether Lambda in {to} has room for this traffic");
        return Check::new(name, Finding::Waivable, text);
    };
    // A standby serves health checkers alone: what its functions do for these tells nothing of clients.
    let serves = snapshot
        .served(to)
        .is_some_and(|served| served.shows_clients());
    let elsewhere = || -> Option<f64> {
        let sites = moved.from.iter().map(|region| snapshot.site(region));
        let all: Option<f64> = sites.map(|site| self::used(site?, snapshot)).sum();
        all.map(|all| all * moved.part())
    };
    let then = match (serves, elsewhere()) {
        (true, _) => used * load.then / load.now,
        (false, Some(elsewhere)) => used + elsewhere,
        (false, None) => {
            let text = format!(
                "{to} serves no clients now, and how many executions they need elsewhere is not known"
            );
            return Check::new(name, Finding::Waivable, text);
        }
    };
    let text = format!(
        "the fleet's functions in {to} would run {} {} at once ({} now); all functions without reserved concurrency share {} of the account's {}",
        moved.how_sure(),
        format::count(then),
        format::count(used),
        limits.unreserved,
        limits.limit
    );
    Check::of(
        &name,
        then <= RESERVE * f64::from(limits.unreserved),
        text.clone(),
        Finding::Waivable,
        format!("{text}: beyond that requests fail"),
    )
    .brief(part(
        "Lambda",
        moved.how_sure(),
        then,
        f64::from(limits.unreserved),
    ))
}

/// `API up to 34 %`: what of its limit would be used.
pub(super) fn part(what: &str, how_sure: &str, then: f64, limit: f64) -> String {
    let share = format::share(100.0 * then / limit);
    format!("{what} {how_sure} {share}")
}

/// Executions at once of the Region's functions; none where one of them is not known.
pub(super) fn used(site: &Site, snapshot: &Snapshot) -> Option<f64> {
    let functions = site.functions.iter();
    functions
        .map(|function| {
            let metrics = &function.metrics;
            let runs = metrics.get(Metric::FunctionConcurrency);
            match metrics.latest(Metric::FunctionConcurrency, snapshot.at) {
                Some(point) => Some(point.value),
                // It has not run for hours.
                None if runs.why_missing() == Some(&gwctl_fleet::Missing::NoData) => Some(0.0),
                None => None,
            }
        })
        .sum()
}
