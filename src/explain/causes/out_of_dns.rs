//! A Region that DNS does not answer with.

use super::told::{reasons, since, unhealthy_since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{CheckVerdict, Event, EventKind, Observed, Site, Switch, Verdict, format};

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let verdict = picture.edge.admission(region, picture.at)?;
    if verdict.in_service() != Some(false) {
        return None;
    }
    let began = unhealthy_since(evidence, region);
    let by_hand = verdict == CheckVerdict::DisabledUnhealthy;
    let followed = picture.edge.followed(region);
    let evacuated = followed.iter().any(|check| {
        let switch = picture
            .edge
            .switches
            .get(&check.id)
            .and_then(Observed::current);
        switch.and_then(Switch::stands_evacuated) == Some(true)
    });
    let turned =
        |event: &&Event| event.kind == EventKind::Dns && event.is_own() && !event.is_refused();
    let newest = evidence
        .events
        .iter()
        .filter(turned)
        .max_by_key(|event| event.at);
    let mut supports = reasons(site, &["dns"]);
    if supports.is_empty() {
        supports.push(format!("Route 53 counts the record of {region} unhealthy"));
    }
    supports
        .extend(newest.map(|event| format!("{}: {}", format::minute(event.at), event.sentence())));
    let (what, sure, why) = match (by_hand, evacuated) {
        (true, _) => (
            "its health check is disabled and inverted",
            Sureness::High,
            "a check does not get there by itself: somebody set it so",
        ),
        (_, true) => (
            "its evacuation switch is on",
            Sureness::High,
            "the switch says so: somebody, or a run of gwctl, evacuated it",
        ),
        _ => (
            "its health check fails, though gwctl sees nothing wrong with it",
            Sureness::Low,
            "Route 53's checkers see something that gwctl does not, or their path does not work",
        ),
    };
    Some(Hypothesis {
        cause: "out-of-dns",
        region: Some(region.clone()),
        sentence: format!("DNS does not answer with {region}{}: {what}", since(began)),
        verdict: Verdict::Degraded,
        hurts: false,
        since: began,
        sure,
        why: why.into(),
        supports,
        contradicts: Vec::new(),
        apart: Some("what the checkers report: Enter on the check on the Edge screen".into()),
        about: Vec::new(),
        hit_percent: None,
        // A check that fails by itself is not undone by restoring.
        actions: if by_hand || evacuated {
            vec![format!("gwctl restore {region}")]
        } else {
            Vec::new()
        },
    })
}
