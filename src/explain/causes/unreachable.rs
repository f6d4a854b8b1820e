//! A Region whose API nobody reaches.

use super::told::{evacuate, reasons, since, unhealthy_since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Missing, Site, Verdict, checkers};

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let picture = evidence.picture;
    let Some(Missing::CouldNotAsk { .. }) = site.probe.why_missing() else {
        return None;
    };
    // What stands in the way on this machine says nothing of the Region.
    if site
        .probe
        .source()
        .is_some_and(gwctl_fleet::Source::is_this_machine)
    {
        return None;
    }
    let found = checkers(picture, &site.region);
    let (agree, differ) = (
        found.as_ref().is_some_and(|found| !found.healthy),
        found.as_ref().is_some_and(|found| found.healthy),
    );
    if differ {
        return None;
    }
    let silent = site.reach.answering() == Some(false);
    if !agree && !silent {
        return None;
    }
    let region = &site.region;
    let began = unhealthy_since(evidence, region);
    let both = if silent {
        "neither its API nor AWS's endpoints there answer"
    } else {
        "its API does not answer"
    };
    // The picture calls it down only where another witness than this machine says so.
    let down = site.judgement.verdict == Verdict::Down;
    let mut actions = evacuate(evidence, region);
    if picture.is_writer(region) == Some(true) {
        let members = picture.database.clusters.keys();
        let mut others = members.filter(|member| *member != region);
        actions.extend(others.next().map(|to| format!("gwctl promote {to}")));
    }
    Some(Hypothesis {
        cause: "region-unreachable",
        region: Some(region.clone()),
        sentence: format!("{region} cannot be reached{}: {both}", since(began)),
        verdict: if agree || down {
            Verdict::Down
        } else {
            Verdict::Unknown
        },
        hurts: true,
        since: began,
        sure: if silent && (agree || down) {
            Sureness::High
        } else {
            Sureness::Medium
        },
        why: if agree {
            "gwctl and Route 53's health checkers, who ask from other places, agree".into()
        } else if down {
            "its secondaries, which measure it in their own Regions, receive no data from it either"
                .into()
        } else {
            "only this machine sees it: its network may be the cause".into()
        },
        supports: reasons(site, &["probe", "reach", "dns"]),
        contradicts: Vec::new(),
        apart: None,
        hit_percent: None,
        actions,
    })
}
