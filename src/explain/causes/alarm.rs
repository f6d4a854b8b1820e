//! An alarm that nothing else explains: perhaps the alarm is what is wrong.

use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Alarm, Site, Verdict, format};

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let firing: Vec<&Alarm> = evidence.picture.firing(site)?;
    let first = firing.first()?;
    let more = match firing.len() {
        1 => String::new(),
        all => format!(" and {} more", all - 1),
    };
    Some(Hypothesis {
        cause: "alarm",
        region: Some(site.region.clone()),
        sentence: format!(
            "Alarm {}{more} fires in {}, and gwctl sees nothing that explains it",
            first.name, site.region
        ),
        verdict: Verdict::Degraded,
        hurts: false,
        since: None,
        sure: Sureness::Low,
        why: "an alarm may be right about what gwctl does not look at, or be set too narrowly"
            .into(),
        supports: firing
            .iter()
            .map(|alarm| {
                let since = alarm
                    .since
                    .map_or_else(String::new, |at| format!(" since {}", format::minute(at)));
                format!("{}{since}: {}", alarm.name, alarm.reason)
            })
            .collect(),
        contradicts: Vec::new(),
        apart: Some("the alarm's metric and limit in CloudWatch".into()),
        hit_percent: None,
        actions: Vec::new(),
    })
}
