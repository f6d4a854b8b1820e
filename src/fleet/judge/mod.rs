//! From a picture to verdicts. Pure: the same snapshot gives the same words.
//!
//! Three rules hold everywhere: only what could be renewed and is not too old counts; what could
//! not be seen is unknown, never green; every verdict says why.

mod certificate;
mod check;
mod database;
mod edge;
mod evidence;
#[cfg(test)]
mod fixture;
mod functions;
mod reasons;
mod routing;
mod site;
mod throttling;
mod witness;

pub use self::check::check_verdict;
use self::evidence::reason;

pub use database::member_verdict;
pub use functions::throttled_of_all;
use reasons::age;
pub use witness::{Found, checkers};

use crate::{Judgement, Observed, Reason, Region, Site, Snapshot, Verdict};

/// Fills in every judgement of `snapshot`: sites, edge, database, the fleet as a whole.
pub fn judge(snapshot: &mut Snapshot) {
    work_out(snapshot);
    let sites: Vec<Judgement> = snapshot
        .sites
        .iter()
        .map(|site| site::judge(snapshot, site))
        .collect();
    for (site, judgement) in snapshot.sites.iter_mut().zip(sites) {
        site.judgement = judgement;
    }
    snapshot.database.judgement = database::judge(snapshot);
    snapshot.edge.judgement = edge::judge(snapshot);
    snapshot.judgement = fleet(snapshot);
}

/// What many figures follow from, once for all of them.
fn work_out(snapshot: &mut Snapshot) {
    let sites = snapshot.sites.iter();
    let checkers: Vec<_> = sites.map(|site| snapshot.checkers_now(site)).collect();
    for (site, checkers) in snapshot.sites.iter_mut().zip(checkers) {
        site.checkers = Some(checkers);
    }
    snapshot.shares = Some(snapshot.shares_now());
}

/// The whole fleet: what clients see comes first, then what is wrong with a part.
fn fleet(snapshot: &Snapshot) -> Judgement {
    let mut reasons = Vec::new();
    if let Some(why) = blind(snapshot) {
        // From a machine that sees nothing, nothing can be called down.
        return Judgement::from_reasons(vec![why]);
    }
    if let Some(crate::Missing::CouldNotAsk { why }) = snapshot.identity.why_missing() {
        reasons.push(reason(
            Verdict::Unknown,
            "credentials",
            format!("STS does not name the caller: {why}"),
        ));
    }
    let all_down = !snapshot.sites.is_empty()
        && snapshot
            .sites
            .iter()
            .all(|site| site.judgement.verdict == Verdict::Down);
    if all_down {
        reasons.push(reason(
            Verdict::Down,
            "region",
            "every Region is down".into(),
        ));
    }
    let edge = &snapshot.edge.judgement;
    let mut parts = vec![
        (edge, part(edge, "edge", "edge", edge.verdict)),
        (
            &snapshot.database.judgement,
            part_capped(&snapshot.database.judgement, "database", "database"),
        ),
    ];
    parts.extend(snapshot.sites.iter().map(|site| {
        (
            &site.judgement,
            part_capped(&site.judgement, "region", site.region.as_str()),
        )
    }));
    // What is down itself is told before what is merely degraded.
    parts.sort_by_key(|(judgement, _)| std::cmp::Reverse(judgement.verdict));
    reasons.extend(parts.into_iter().filter_map(|(_, reason)| reason));
    reasons.extend(global_alarms(snapshot));
    Judgement::from_reasons(reasons)
}

/// Alarms in us-east-1 may be about CloudFront or Route 53, whose series are there, as well as
/// about the site: they are the whole fleet's.
fn global_alarms(snapshot: &Snapshot) -> Option<Reason> {
    let site = snapshot.site(&Region::global())?;
    let alarms = site::alarms(snapshot, site)?;
    let text = format!("{} in {}", alarms.text, site.region);
    Some(Reason { text, ..alarms })
}

/// A part that is down degrades the whole: the other parts carry on.
fn part_capped(judgement: &Judgement, about: &'static str, name: &str) -> Option<Reason> {
    part(
        judgement,
        about,
        name,
        judgement.verdict.min(Verdict::Degraded),
    )
}

fn part(
    judgement: &Judgement,
    about: &'static str,
    name: &str,
    verdict: Verdict,
) -> Option<Reason> {
    let worst = judgement.reasons.first()?;
    if judgement.verdict == Verdict::Healthy {
        return None;
    }
    let more = match judgement.reasons.len() - 1 {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    };
    let text = format!("{name} {}: {}{more}", judgement.verdict, worst.text);
    Some(reason(verdict, about, text))
}

/// When every probe fails and no Region answers, the fault is most likely on this side.
fn blind(snapshot: &Snapshot) -> Option<Reason> {
    let failed = |probe: &Observed<crate::ProbeReport>| {
        matches!(
            probe.why_missing(),
            Some(crate::Missing::CouldNotAsk { .. })
        )
    };
    let no_probe_answers = failed(&snapshot.edge.probe)
        && snapshot
            .sites
            .iter()
            .all(|site| site.endpoint.is_none() || failed(&site.probe));
    let silent = |site: &Site| site.reach.answering() == Some(false);
    (no_probe_answers && !snapshot.sites.is_empty() && snapshot.sites.iter().all(silent)).then(
        || {
            let last = snapshot
                .sites
                .iter()
                .filter_map(|site| site.reach.last_answer)
                .max();
            let since = last.map_or(String::new(), |at| {
                format!(" (last answer {} ago)", age(snapshot.at.duration_since(at)))
            });
            reason(
                Verdict::Unknown,
                "reach",
                format!(
                    "this machine gets no answer from AWS or a probe{since}: check its own network"
                ),
            )
        },
    )
}

#[cfg(test)]
mod tests;
