//! Alarms that nothing else explains: perhaps the alarm is what is wrong.

use super::made;
use super::wrong_alarm;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Alarm, Site, Verdict, format};

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let sites = evidence.picture.sites.iter();
    sites.flat_map(|site| of(evidence, site)).collect()
}

fn of(evidence: &Evidence<'_>, site: &Site) -> Vec<Hypothesis> {
    let mut unexplained = Vec::new();
    let mut wrong = Vec::new();
    for alarm in evidence.picture.firing(site).unwrap_or_default() {
        match wrong_alarm::look(evidence, site, alarm) {
            Some(hypothesis) => wrong.push(hypothesis),
            None => unexplained.push(alarm),
        }
    }
    wrong.extend(left(site, &unexplained));
    wrong
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

/// The alarm in CloudWatch's words.
pub(super) fn told(alarm: &Alarm) -> String {
    let since = alarm
        .since
        .map_or_else(String::new, |at| format!(" since {}", format::minute(at)));
    format!("{}{since}: {}", alarm.name, alarm.reason)
}
