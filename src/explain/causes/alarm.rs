//! Alarms that nothing else explains: perhaps the alarm is what is wrong.

use super::made;
use super::wrong_alarm;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Alarm, AlarmWatch, Point, Site, Verdict, format};
use jiff::SignedDuration;

/// So many of the newest minutes of a sum are counted together: over how many an alarm adds up, the picture does not hold.
const TOGETHER: usize = 5;
/// So many of the newest minutes of any other figure have to be within the limit, each by itself.
const EACH: usize = 2;

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let sites = evidence.picture.sites.iter();
    sites.flat_map(|site| of(evidence, site)).collect()
}

fn of(evidence: &Evidence<'_>, site: &Site) -> Vec<Hypothesis> {
    let (mut unexplained, mut late) = (Vec::new(), Vec::new());
    let mut wrong = Vec::new();
    for alarm in evidence.picture.firing(site).unwrap_or_default() {
        if let Some(hypothesis) = wrong_alarm::look(evidence, site, alarm) {
            wrong.push(hypothesis);
        } else if let Some(within) = within(evidence, site, alarm) {
            late.push((alarm, within));
        } else {
            unexplained.push(alarm);
        }
    }
    wrong.extend(left(site, &unexplained));
    wrong.extend(behind(site, &late));
    wrong
}

/// The newest point of what the alarm watches, where that is within its limit again.
fn within(evidence: &Evidence<'_>, site: &Site, alarm: &Alarm) -> Option<Point> {
    let (watches, now) = (alarm.watches.as_ref()?, evidence.picture.at);
    let series = wrong_alarm::figures(evidence, site, watches)?;
    let newest = series.settled(now)?;
    let stale_s = evidence.picture.thresholds.metric_stale_s;
    if now.duration_since(newest.at).as_secs_f64() > stale_s {
        return None;
    }
    let period = SignedDuration::try_from(series.period).ok()?;
    let count = if watches.statistic == "Sum" {
        TOGETHER
    } else {
        EACH
    };
    let first = newest.at - period * i32::try_from(count).ok()?;
    let points = series.points().iter();
    let newest_values: Vec<f64> = points
        .filter(|point| point.at > first && point.at <= newest.at)
        .map(|point| point.value)
        .collect();
    let all_known = newest_values.len() == count;
    let all_within = if watches.statistic == "Sum" {
        is_within(watches, newest_values.iter().sum())
    } else {
        newest_values.iter().all(|value| is_within(watches, *value))
    };
    let is_later = alarm.since.is_some_and(|since| newest.at > since);
    (all_known && all_within && is_later).then_some(newest)
}

/// Whether `value` does not let the alarm fire, or several together do not; never where too little is what it fires for
/// and a sum would hide it.
fn is_within(watches: &AlarmWatch, value: f64) -> bool {
    match watches.comparison.as_str() {
        "GreaterThanThreshold" => value <= watches.limit,
        "GreaterThanOrEqualToThreshold" => value < watches.limit,
        "LessThanThreshold" if watches.statistic != "Sum" => value >= watches.limit,
        "LessThanOrEqualToThreshold" if watches.statistic != "Sum" => value > watches.limit,
        _ => false,
    }
}

/// Alarms whose figures are well again: CloudWatch looks at several periods before an alarm is.
fn behind(site: &Site, late: &[(&Alarm, Point)]) -> Option<Hypothesis> {
    let (first, _) = late.first()?;
    let region = &site.region;
    let sentence = match late.len() {
        1 => format!(
            "Alarm {} in {region} still fires, and what it watches is within its limit again",
            first.name
        ),
        all => format!(
            "Alarm {} and {} more in {region} still fire, and what they watch is within their limits again",
            first.name,
            all - 1
        ),
    };
    let figures = late.iter().filter_map(|(alarm, point)| {
        let watches = alarm.watches.as_ref()?;
        Some(format!(
            "{region}: {} {} is {} in the minute {}, limit {}",
            watches.statistic,
            watches.metric,
            watches.figure(point.value),
            format::minute(point.at),
            watches.figure(watches.limit)
        ))
    });
    let mut supports: Vec<String> = late.iter().map(|(alarm, _)| told(alarm)).collect();
    supports.extend(figures);
    let alarms: Vec<&Alarm> = late.iter().map(|(alarm, _)| *alarm).collect();
    Some(Hypothesis {
        sentence,
        sure: Sureness::Medium,
        why: "its figures say so; CloudWatch sets an alarm back when several of its periods are within the limit".into(),
        supports,
        apart: Some("whether it is OK in some minutes".into()),
        ..left(site, &alarms)?
    })
}

/// Alarms of which nothing speaks against their being right.
fn left(site: &Site, firing: &[&Alarm]) -> Option<Hypothesis> {
    let first = firing.first()?;
    let more = match firing.len() {
        1 => String::new(),
        all => format!(" and {} more", all - 1),
    };
    let since = firing.iter().filter_map(|alarm| alarm.since).min();
    Some(Hypothesis {
        cause: "alarm",
        region: Some(site.region.clone()),
        sentence: format!(
            "Alarm {}{more} fires in {}, and gwctl sees nothing that explains it",
            first.name, site.region
        ),
        verdict: Verdict::Degraded,
        hurts: false,
        since: since.map(made::onset),
        sure: Sureness::Low,
        why: "an alarm may be right about what gwctl does not look at, or be set too narrowly"
            .into(),
        supports: firing.iter().copied().map(told).collect(),
        contradicts: Vec::new(),
        apart: Some("the alarm's metric and limit in CloudWatch".into()),
        about: Vec::new(),
        hit_percent: None,
        actions: Vec::new(),
    })
}

/// What the alarm compares with what, or else CloudWatch's words: those name each point with its time, in three lines.
pub(super) fn told(alarm: &Alarm) -> String {
    let since = alarm
        .since
        .map_or_else(String::new, |at| format!(" since {}", format::minute(at)));
    let known = alarm.measured.as_ref().and_then(|it| it.value);
    let compared = known.and_then(|_| alarm.compared());
    let said = compared.as_ref().unwrap_or(&alarm.reason);
    format!("{}{since}: {said}", alarm.name)
}
