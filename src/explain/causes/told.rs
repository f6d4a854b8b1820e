//! What several causes say alike.

use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::{Event, Metric, Metrics, Region, Site, Verdict, format};
use jiff::{SignedDuration, Timestamp};

/// How long before something began the usual figures are taken from, and how long before it they end.
const USUAL: SignedDuration = SignedDuration::from_hours(1);
const LAST: SignedDuration = SignedDuration::from_mins(10);

/// What several Regions have in common begins within this time in all of them.
const TOGETHER: SignedDuration = SignedDuration::from_mins(2);

/// The reasons of the picture about `about`, as they are told of the Region.
pub(super) fn reasons(site: &Site, about: &[&str]) -> Vec<String> {
    let all = site.judgement.reasons.iter();
    all.filter(|reason| about.contains(&reason.about))
        .map(|reason| format!("{}: {}", site.region, reason.text))
        .collect()
}

/// ` since 13:57`, or nothing where it is not known.
pub(super) fn since(onset: Option<Onset>) -> String {
    match onset {
        Some(onset) if onset.is_seen => format!(" since {}", format::minute(onset.at)),
        Some(onset) => format!(" since {} or earlier", format::minute(onset.at)),
        None => String::new(),
    }
}

/// What stands before AWS's own words.
pub(crate) const BY_AWS: &str = " UTC AWS Health ";

/// AWS's own word on trouble in the Region that is not over.
pub(super) fn aws_says(evidence: &Evidence<'_>, region: &Region) -> Option<String> {
    let here = |event: &Event| event.region.as_ref() == Some(region);
    Some(format!("{region}: {}", open_trouble(evidence, here)?))
}

/// The same of a service that is in no Region: `cloudfront`, `route53`.
pub(super) fn aws_says_of(evidence: &Evidence<'_>, service: &str) -> Option<String> {
    let of_it = |event: &Event| event.region.is_none() && event.about.contains(service);
    Some(format!("edge: {}", open_trouble(evidence, of_it)?))
}

fn open_trouble(evidence: &Evidence<'_>, wanted: impl Fn(&Event) -> bool) -> Option<String> {
    let mut events = evidence.events.iter().rev();
    let open = events.find(|event| event.is_open_trouble_of_aws() && wanted(event))?;
    let since = format::minute(open.at);
    Some(format!("since {since}{BY_AWS}{}", open.what))
}

/// Since when Route 53 counts the Region's health check unhealthy.
pub(super) fn unhealthy_since(evidence: &Evidence<'_>, region: &Region) -> Option<Onset> {
    let check = evidence.picture.edge.check(region)?;
    let series = check.metrics.get(Metric::CheckStatus).current()?;
    Onset::of(series, evidence.picture.at, |status| status < 1.0)
}

/// Percent of all clients' requests that fail in the Region; none where its share or its failures are not known.
pub(super) fn hit(evidence: &Evidence<'_>, site: &Site) -> Option<f64> {
    let failing = evidence.picture.failing(site, Metric::Api5xx)?;
    let share = evidence.picture.traffic_share(&site.region).ok()?;
    Some(failing.value * share.percent / 100.0)
}

/// The command that takes clients away from the Region, where another one serves.
pub(super) fn evacuate(evidence: &Evidence<'_>, region: &Region) -> Vec<String> {
    let mut others = evidence.picture.sites.iter();
    let serves =
        others.any(|other| other.region != *region && other.judgement.verdict == Verdict::Healthy);
    if serves {
        vec![format!("gwctl evacuate {region}")]
    } else {
        Vec::new()
    }
}

/// The newest value of `metric`, and the usual one in the hour before `began`: the middle one, without the last minutes,
/// in which it may have begun to change.
pub(super) fn beside_usual(
    metrics: &Metrics,
    metric: Metric,
    began: Onset,
    now: Timestamp,
) -> Option<(f64, f64)> {
    let newest = metrics.latest(metric, now)?;
    let series = metrics.get(metric).current()?;
    let usual = (began.at - USUAL)..(began.at - LAST);
    let points = series.points().iter();
    let mut values: Vec<f64> = points
        .filter(|point| usual.contains(&point.at))
        .map(|point| point.value)
        .collect();
    values.sort_by(f64::total_cmp);
    Some((newest.value, *values.get(values.len() / 2)?))
}

/// When a trouble of several Regions began: a Region that failed clearly before the last one failed of something else.
pub(super) fn together(onsets: impl Iterator<Item = Onset> + Clone) -> Option<Onset> {
    let last = onsets.clone().map(|onset| onset.at).max()?;
    let at_once = onsets.filter(|onset| onset.at + TOGETHER >= last);
    at_once.min_by_key(|onset| onset.at)
}

/// The highest value of `metric` since it began.
pub(super) fn most_since(metrics: &Metrics, metric: Metric, began: Onset) -> Option<f64> {
    let points = metrics.get(metric).current()?.points().iter();
    let since = points.filter(|point| point.at >= began.at);
    since.map(|point| point.value).max_by(f64::total_cmp)
}

/// What to ask the database, by its engine; both where that is not known.
pub(super) fn of_engine(evidence: &Evidence<'_>, postgres: &str, mysql: &str) -> String {
    let topology = evidence.picture.database.topology.current();
    match topology.map(|known| known.engine.name.as_str()) {
        Some("aurora-mysql") => mysql.into(),
        Some(_) => postgres.into(),
        None => format!("{postgres} (Aurora PostgreSQL), {mysql} (Aurora MySQL)"),
    }
}

/// `orders-read and orders-write`.
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
