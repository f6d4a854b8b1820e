//! Could one act now? The plans are made of the picture there is, with every check that a run would make; nothing is sent.

use serde::Serialize;

use super::check::{Check, Finding};
use super::eta::expected_recovery;
use super::guided::{Evacuate, Promote};
use super::planning::plan;
use super::{Expected, Intent, Mode, Plan, advise, format};
use gwctl_fleet::{FleetSpec, Metric, Missing, Region, Site, Snapshot, Topology};

/// What could be done with one Region now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Readiness {
    pub region: Region,
    /// Whether it could become the writer's; none without a database, or where it is the writer's.
    pub promotion: Option<Ready>,
    /// Whether its traffic could go elsewhere.
    pub evacuation: Ready,
}

/// Whether one action could run now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ready {
    /// What is asked for.
    #[serde(skip)]
    pub intent: Intent,
    /// The words after `gwctl`: `promote eu-west-1 --mode switchover`.
    pub command: String,
    pub answer: Answer,
    /// `switchover`, `switch`; none where there is no plan.
    pub how: Option<String>,
    /// How long until clients are served; none where there is no plan.
    pub expected: Option<Expected>,
    /// What the answer rests on, in a few words each: `lag 131 ms`, `eu-west-1: API up to 34 %`.
    pub facts: Vec<String>,
    /// The checks that did not pass, the gravest first; of a plan that cannot be made, why not.
    pub checks: Vec<Check>,
}

/// In a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Every check passes.
    Yes,
    /// It could run; some checks want a look.
    YesLook,
    /// Only where the operator waives checks by name.
    Waived,
    /// It could not.
    No,
}

impl Answer {
    /// As a cell of a table has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::YesLook => "yes, see below",
            Self::Waived => "if waived",
            Self::No => "no",
        }
    }
}

/// What could be done with each Region of the fleet, as `snapshot` shows it.
pub fn readiness(fleet: &str, spec: &FleetSpec, snapshot: &Snapshot) -> Vec<Readiness> {
    let sites = snapshot.sites.iter().map(|site| &site.region);
    let of = |region: &Region| Readiness {
        region: region.clone(),
        promotion: promotion(fleet, spec, snapshot, region),
        evacuation: evacuation(fleet, spec, snapshot, region),
    };
    sites.map(of).collect()
}

/// The Regions that could be asked for as the writer's, in the order of the fleet, and then members elsewhere.
pub fn promotable(spec: &FleetSpec, snapshot: &Snapshot) -> Vec<Region> {
    if !spec.has_database() {
        return Vec::new();
    }
    let sites = snapshot.sites.iter().map(|site| &site.region);
    let Some(topology) = snapshot.database.topology.last() else {
        return sites.cloned().collect();
    };
    let elsewhere = topology.members.iter().map(|member| &member.region);
    let mut found: Vec<Region> = Vec::new();
    for region in sites.chain(elsewhere) {
        let may = may_be_writer(topology, region);
        if may && !found.contains(region) {
            found.push(region.clone());
        }
    }
    found
}

fn may_be_writer(topology: &Topology, region: &Region) -> bool {
    topology.member(region).is_some_and(|member| !member.writer)
}

/// Whether `region` could become the writer's; none without a database, or where it is the writer's.
pub fn promotion(
    fleet: &str,
    spec: &FleetSpec,
    snapshot: &Snapshot,
    region: &Region,
) -> Option<Ready> {
    let topology = snapshot.database.topology.last();
    let may = spec.has_database() && topology.is_none_or(|known| may_be_writer(known, region));
    if !may {
        return None;
    }
    let mode = match advise(snapshot).mode {
        Mode::Failover => Mode::Failover,
        Mode::Switchover | Mode::EvacuateOnly => Mode::Switchover,
    };
    let intent = Promote {
        target: region.clone(),
        mode: Some(mode),
        force: false,
    };
    let command = format!("promote {region} --mode {}", mode.word());
    let mut ready = Asked {
        fleet,
        spec,
        snapshot,
    }
    .ready(intent.into(), command, Vec::new());
    if ready.how.is_some() {
        ready.how = Some(mode.word().to_owned());
        ready.facts.extend(writers_load(snapshot));
    }
    Some(ready)
}

/// Whether the traffic of `region` could go elsewhere.
pub fn evacuation(fleet: &str, spec: &FleetSpec, snapshot: &Snapshot, region: &Region) -> Ready {
    let intent = Evacuate {
        region: region.clone(),
        mechanism: None,
    };
    let others = snapshot.sites.iter().filter(|site| site.region != *region);
    let (certificates, least) = certificates(snapshot, others);
    let asked = Asked {
        fleet,
        spec,
        snapshot,
    };
    let mut ready = asked.ready(intent.into(), format!("evacuate {region}"), certificates);
    if ready.how.is_some() {
        ready.facts.extend(least);
    }
    ready
}

/// What plans are made of.
struct Asked<'a> {
    fleet: &'a str,
    spec: &'a FleetSpec,
    snapshot: &'a Snapshot,
}

impl Asked<'_> {
    /// Judges the plan of `intent`, and what is `further` to be seen beside it.
    fn ready(&self, intent: Intent, command: String, further: Vec<Check>) -> Ready {
        let planned = plan(self.fleet, self.spec, self.snapshot, &intent);
        let (mut checks, facts, made) = match planned {
            Ok(mut plan) => {
                let facts = facts(&plan.checks);
                let mut checks = std::mem::take(&mut plan.checks);
                checks.extend(further);
                (checks, facts, Some(plan))
            }
            Err(refused) => {
                let refused = Check::new("plan", Finding::Fail, refused.why);
                (vec![refused], Vec::new(), None)
            }
        };
        checks.retain(|check| check.finding != Finding::Pass);
        checks.sort_by_key(|check| std::cmp::Reverse(check.finding));
        let answer = match checks.first().map(|check| check.finding) {
            None | Some(Finding::Pass) => Answer::Yes,
            Some(Finding::Warn) => Answer::YesLook,
            Some(Finding::Waivable) => Answer::Waived,
            Some(Finding::Fail) => Answer::No,
        };
        let way = |plan: &Plan| {
            let mechanism = plan.mechanism.as_ref();
            mechanism.map_or_else(
                || intent.name().to_owned(),
                |choice| choice.mechanism.word().to_owned(),
            )
        };
        Ready {
            how: made.as_ref().map(way),
            expected: made.as_ref().map(served),
            intent,
            command,
            answer,
            facts,
            checks,
        }
    }
}

/// How long until clients are served, or where none wait, until it is done.
fn served(plan: &Plan) -> Expected {
    expected_recovery(plan).unwrap_or_else(|| plan.expected())
}

/// The figures of the checks. Of those that several Regions have the highest alone, with its Region: it is the one
/// that could stand against it.
fn facts(checks: &[Check]) -> Vec<String> {
    let told = checks
        .iter()
        .filter_map(|check| Some((check.name.as_str(), check.brief.as_deref()?)));
    let mut found: Vec<(&str, Vec<(&str, &str)>)> = Vec::new();
    for (name, brief) in told {
        let (kind, region) = name.split_once(':').unwrap_or((name, ""));
        match found.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, all)) => all.push((region, brief)),
            None => found.push((kind, vec![(region, brief)])),
        }
    }
    // Limits first: they are what a shift could meet.
    found.sort_by_key(|(kind, _)| match *kind {
        "rate" => 0,
        "capacity" => 1,
        "connections" => 2,
        "lag" => 3,
        _ => 4,
    });
    let highest = |(_, all): (&str, Vec<(&str, &str)>)| {
        let several = all.len() > 1;
        let most = all
            .into_iter()
            .max_by(|(_, one), (_, other)| figure(one).total_cmp(&figure(other)))?;
        Some(match most {
            (region, brief) if several => format!("{brief} in {region}"),
            (_, brief) => brief.to_owned(),
        })
    };
    found.into_iter().filter_map(highest).collect()
}

/// The figure in `API up to 34 %`; of one that says no figure, the least.
fn figure(brief: &str) -> f64 {
    let words = brief.split(' ').rev();
    let figures = words.filter_map(|word| word.trim_start_matches(['<', '>']).parse().ok());
    figures.into_iter().next().unwrap_or(f64::MIN)
}

/// What the writer's instance uses of its processor: a target of the same class would use as much.
fn writers_load(snapshot: &Snapshot) -> Option<String> {
    let writer = snapshot.database.topology.last()?.writer()?;
    let cluster = snapshot.database.clusters.get(&writer.region)?;
    let used = cluster.metrics.latest(Metric::DbCpu, snapshot.at)?;
    Some(format!("writer's CPU {}", format::share(used.value)))
}

/// The certificates of the Regions that would receive: those that are over, soon over or not known; and the least of
/// the days that the others have left.
fn certificates<'a>(
    snapshot: &Snapshot,
    others: impl Iterator<Item = &'a Site>,
) -> (Vec<Check>, Option<String>) {
    let limit = snapshot.thresholds.certificate_days.warn;
    let mut checks = Vec::new();
    let mut least: Option<i64> = None;
    for site in others {
        let region = &site.region;
        let name = format!("certificate:{region}");
        let left = site.certificate.last();
        let left = left.and_then(|certificate| certificate.days_left(snapshot.at));
        let text = match left {
            Some(days) if days < 0 => format!("the certificate of {region} is over"),
            Some(days) => {
                least = Some(least.map_or(days, |least| least.min(days)));
                if (days as f64) >= limit {
                    continue;
                }
                format!("the certificate of {region} has {days} days left")
            }
            // It has none of its own.
            None if site.certificate.why_missing() == Some(&Missing::NoData) => continue,
            None => format!("the certificate of {region} is not known"),
        };
        checks.push(Check::new(name, Finding::Warn, text));
    }
    (checks, least.map(|days| format!("certificates {days} d")))
}
