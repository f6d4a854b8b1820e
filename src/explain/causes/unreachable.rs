//! A Region whose API nobody reaches.

use super::told::{evacuate, reasons, since, unhealthy_since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use crate::turn::Turn;
use gwctl_fleet::{Metric, Missing, Region, Site, Verdict, checkers, format};
use jiff::SignedDuration;

/// Clients that went elsewhere so long ago did so for another reason.
const LATELY: SignedDuration = SignedDuration::from_mins(30);

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
    let moved = clients_moved(evidence, region);
    let began = unhealthy_since(evidence, region).or(moved.as_ref().map(|(began, _)| *began));
    let both = if silent {
        "neither its API nor AWS's endpoints there answer"
    } else {
        "its API does not answer"
    };
    let mut supports = reasons(site, &["probe", "reach", "dns"]);
    supports.extend(moved.map(|(_, told)| told));
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
        supports,
        contradicts: Vec::new(),
        apart: None,
        about: Vec::new(),
        hit_percent: None,
        actions,
    })
}

/// When the requests of another Region rose: clients who no longer reach `region` go there.
fn clients_moved(evidence: &Evidence<'_>, region: &Region) -> Option<(Onset, String)> {
    let picture = evidence.picture;
    let others = picture.sites.iter().filter(|site| site.region != *region);
    let rises = others.filter_map(|site| {
        let series = site.api.metrics.get(Metric::ApiRequests).current()?;
        let turn = Turn::of(series, picture.at)?;
        let lately = picture.at.duration_since(turn.at) <= LATELY;
        (turn.is_up() && lately).then_some((site, series, turn))
    });
    let (site, series, turn) = rises.min_by_key(|(_, _, turn)| turn.at)?;
    let period = i64::try_from(series.period.as_secs()).ok()?;
    let began = Onset {
        at: turn.at,
        within_s: period,
        is_seen: true,
    };
    let told = format!(
        "{}: requests rose from {} to {} at {}, as clients of {region} go there",
        site.region,
        format::per_second(turn.before, series.period),
        format::per_second(turn.after, series.period),
        format::minute(turn.at)
    );
    Some((began, told))
}
