//! What to do first about what is wrong with the fleet, wherever one looks.

use super::advise::{Advice, Mode, advise};
use super::guided::{Evacuate, Intent, Promote, admission, serves};
use super::unreachable::is_unreachable;
use gwctl_fleet::{ClusterState, Region, Snapshot, Verdict};

/// Something to do, with its target.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedy {
    /// What.
    pub intent: Intent,
    /// What is wrong.
    pub why: String,
}

/// Reasons for which a Region's clients are better served elsewhere.
const HURTS: [&str; 5] = ["probe", "latency", "errors", "throttling", "functions"];

/// What helps most comes first; nothing on a calm day.
pub fn remedies(snapshot: &Snapshot) -> Vec<Remedy> {
    let advice = advise(snapshot);
    let mut all: Vec<Remedy> = failover(snapshot, &advice).into_iter().collect();
    all.extend(evacuations(snapshot));
    all
}

/// Why this is no day for a drill.
pub fn outage(snapshot: &Snapshot) -> Option<String> {
    let part = |judgement: &gwctl_fleet::Judgement, what: &str| {
        let why = judgement.reasons.first()?;
        (judgement.verdict == Verdict::Down).then(|| format!("{what} is down: {}", why.text))
    };
    let sites = snapshot.sites.iter();
    part(&snapshot.database.judgement, "the database")
        .or_else(|| part(&snapshot.edge.judgement, "the edge"))
        .or_else(|| {
            let mut down = sites.filter_map(|site| part(&site.judgement, site.region.as_str()));
            down.next()
        })
        .or_else(|| remedies(snapshot).into_iter().next().map(|one| one.why))
}

/// The member that is best to become the writer: it answers, and of those it lags least, as far as that is known.
pub(super) fn best_target(snapshot: &Snapshot, from: &Region) -> Option<Region> {
    let lag = |region: &Region| {
        let series = snapshot.database.lag(region)?;
        Some(series.last()?.newest()?.value)
    };
    let silent = |region: &Region| {
        let site = snapshot.site(region);
        site.is_none_or(|site| is_unreachable(site, snapshot.at))
    };
    // AWS promotes no cluster without an instance.
    let headless = |region: &Region| {
        let cluster = snapshot.database.clusters.get(region);
        let state = cluster.and_then(|cluster| cluster.state.last());
        state.is_some_and(ClusterState::is_headless)
    };
    let unwell = |region: &Region| {
        let hurts = snapshot.site(region).and_then(|site| hurt(site, false));
        hurts.is_some()
    };
    let members = &snapshot.database.topology.last()?.members;
    members
        .iter()
        .filter(|member| !member.writer && member.region != *from)
        .map(|member| &member.region)
        // Nobody's lag is taken for the least where it is not known.
        .min_by(|a, b| {
            let rank = |region: &Region| {
                let unfit = (headless(region), silent(region));
                (unfit, unwell(region), lag(region).is_none())
            };
            let known = |region: &Region| lag(region).unwrap_or(f64::MAX);
            rank(a).cmp(&rank(b)).then(known(a).total_cmp(&known(b)))
        })
        .cloned()
}

fn failover(snapshot: &Snapshot, advice: &Advice) -> Option<Remedy> {
    if advice.mode != Mode::Failover {
        return None;
    }
    let writer = snapshot.database.topology.last()?.writer()?.region.clone();
    Some(Remedy {
        intent: Promote {
            target: best_target(snapshot, &writer)?,
            mode: Some(Mode::Failover),
            force: false,
        }
        .into(),
        why: format!("the primary in {writer} is down: {}", advice.why.join("; ")),
    })
}

/// Regions that hurt their clients while DNS still sends some there, the worst first.
fn evacuations(snapshot: &Snapshot) -> Vec<Remedy> {
    // No evacuation repairs what every Region has while no cluster accepts writes.
    let unwritable = snapshot.database.judgement.verdict == Verdict::Down;
    let mut hurting: Vec<(Verdict, Remedy)> = snapshot
        .sites
        .iter()
        .filter(|site| {
            serves(snapshot, &site.region) != Some(false) || sent(snapshot, &site.region)
        })
        .filter_map(|site| {
            let text = hurt(site, unwritable)?;
            let remedy = Remedy {
                intent: Evacuate {
                    region: site.region.clone(),
                    mechanism: None,
                }
                .into(),
                why: format!("clients of {} are affected: {text}", site.region),
            };
            Some((site.judgement.verdict, remedy))
        })
        .collect();
    hurting.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    hurting.into_iter().map(|(_, remedy)| remedy).collect()
}

/// Whether Route 53 sends clients there.
fn sent(snapshot: &Snapshot, region: &Region) -> bool {
    let verdict = admission(snapshot, region);
    verdict.and_then(gwctl_fleet::CheckVerdict::in_service) != Some(false)
}

fn hurt(site: &gwctl_fleet::Site, unwritable: bool) -> Option<String> {
    let reasons = site.judgement.reasons.iter();
    let mut hurting = reasons.filter(|reason| {
        reason.verdict >= Verdict::Degraded
            && HURTS.contains(&reason.about)
            && (!unwritable || reason.about == "throttling")
    });
    hurting.next().map(|reason| reason.text.clone())
}
