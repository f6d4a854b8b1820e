//! Whether what is built has room in the account, and what moves there too (aws-facts §6.1: newer Regions
//! start with less).

use std::collections::BTreeMap;

use super::architecture::Architecture;
use super::wellness;
use crate::check::{Check, Finding};
use crate::quotas::{CHECKS, Room, STACKS};
use crate::{Step, Task, format};
use gwctl_fleet::{Metric, Region, Site, Snapshot};
use gwctl_stacks::Action;

/// A new Region is to bear twice what the busiest bears now: another one may be evacuated into it.
const TWICE: f64 = 2.0;

/// Resources that are counted, the quotas they count against by the services' own names, and people's words.
const COUNTED: [(&str, &str, &str); 5] = [
    ("AWS::RDS::DBCluster", "DBClusters", "DB clusters"),
    ("AWS::RDS::DBInstance", "DBInstances", "DB instances"),
    (
        "AWS::RDS::DBClusterParameterGroup",
        "DBClusterParameterGroups",
        "DB cluster parameter groups",
    ),
    (
        "AWS::RDS::DBSubnetGroup",
        "DBSubnetGroups",
        "DB subnet groups",
    ),
    ("AWS::Route53::HealthCheck", CHECKS, "health checks"),
];

/// What a plan adds: by Region and quota.
type Wanted = BTreeMap<(Region, &'static str), u64>;

/// One check for everything that `steps` make, in every Region that they make it in.
pub(super) fn checks(all: &Architecture<'_>, steps: &[Step]) -> Vec<Check> {
    let wanted = wanted(steps);
    let mut regions: Vec<&Region> = wanted.keys().map(|(region, _)| region).collect();
    regions.dedup();
    let mut checks: Vec<Check> = regions
        .into_iter()
        .filter_map(|region| Some(made(region, &wanted, all.survey.room.get(region)?)))
        .collect();
    checks.extend(blind(all));
    checks
}

fn wanted(steps: &[Step]) -> Wanted {
    let mut wanted = Wanted::new();
    for step in steps {
        let Task::BuildStack(task) = &step.task else {
            continue;
        };
        if task.new {
            *wanted.entry((task.region.clone(), STACKS)).or_default() += 1;
        }
        for part in task.parts.iter().filter(|part| part.action == Action::Add) {
            let mut counted = COUNTED.iter();
            let Some((_, quota, _)) = counted.find(|(kind, ..)| *kind == part.kind) else {
                continue;
            };
            let at = if *quota == CHECKS {
                Region::global()
            } else {
                task.region.clone()
            };
            *wanted.entry((at, quota)).or_default() += 1;
        }
    }
    wanted
}

fn word(quota: &str) -> &'static str {
    let mut counted = COUNTED.iter();
    counted
        .find(|(_, known, _)| *known == quota)
        .map_or("stacks", |(.., word)| word)
}

/// Whether there is room in one Region for what is made there.
fn made(region: &Region, wanted: &Wanted, room: &Room) -> Check {
    let (mut fits, mut lacking) = (Vec::new(), Vec::new());
    for ((_, name), more) in wanted.iter().filter(|((at, _), _)| at == region) {
        let Some(quota) = room.quotas.get(*name) else {
            continue;
        };
        let said = format!("{} {} + {more} of {}", word(name), quota.used, quota.most);
        if quota.used + more <= quota.most {
            fits.push(said);
        } else {
            lacking.push(said);
        }
    }
    let name = format!("room:{region}");
    if lacking.is_empty() {
        let said = if fits.is_empty() {
            "no quota of it is known".to_owned()
        } else {
            fits.join(", ")
        };
        return Check::pass(name, format!("for what is made: {said}"));
    }
    Check::new(
        name,
        Finding::Waivable,
        format!(
            "the quotas in {region} are too small: {}; ask AWS to increase them",
            lacking.join(", ")
        ),
    )
}

/// What could not be asked is said once.
fn blind(all: &Architecture<'_>) -> Option<Check> {
    let unknown: Vec<&str> = all
        .survey
        .room
        .values()
        .flat_map(|room| &room.unknown)
        .map(String::as_str)
        .collect();
    (!unknown.is_empty()).then(|| {
        Check::new(
            "quotas",
            Finding::Warn,
            format!("some quotas are not known: {}", unknown.join("; ")),
        )
    })
}

/// Whether a new Region bears what may move there.
pub(super) fn serving(all: &Architecture<'_>, region: &Region) -> Vec<Check> {
    let room = all.survey.room.get(region).cloned().unwrap_or_default();
    let snapshot = all.context.snapshot;
    let executions = busiest(snapshot, wellness::used);
    let mut checks = vec![match room.executions {
        None => Check::new(
            "quota",
            Finding::Warn,
            format!("Lambda's limit in {region} is not known"),
        ),
        Some(limit) => bears(
            "quota",
            &format!("Lambda in {region}"),
            f64::from(limit),
            executions,
            "at once",
        ),
    }];
    checks.extend(room.requests.map(|account| {
        let requests = busiest(snapshot, requests);
        let stage = all.region_parameter("ThrottlingRateLimit");
        let stage: Option<f64> = stage.and_then(|limit| limit.parse().ok());
        let (limit, whose) = match stage.filter(|stage| *stage < account) {
            Some(stage) => (stage, format!("the API's stage in {region}")),
            None => (account, format!("API Gateway in {region}")),
        };
        bears("rate", &whose, limit, requests, "requests a second")
    }));
    checks
}

fn bears(name: &str, whose: &str, limit: f64, busiest: Option<f64>, unit: &str) -> Check {
    let allows = format!("{whose} allows {} {unit}", format::count(limit));
    let Some(busiest) = busiest else {
        let said = format!("{allows}; what the busiest Region uses is not known");
        return Check::new(name, Finding::Warn, said);
    };
    let uses = format::count(busiest);
    Check::of(
        name,
        limit >= TWICE * busiest,
        format!("{allows}; the busiest Region uses {uses}"),
        Finding::Waivable,
        format!("{allows}, the busiest Region uses {uses}: ask for more before traffic comes"),
    )
}

/// None where a Region's use is not known: it may be the busiest.
fn busiest(snapshot: &Snapshot, of: impl Fn(&Site, &Snapshot) -> Option<f64>) -> Option<f64> {
    let sites = snapshot.sites.iter();
    let all: Option<Vec<f64>> = sites.map(|site| of(site, snapshot)).collect();
    all?.into_iter().reduce(f64::max)
}

fn requests(site: &Site, snapshot: &Snapshot) -> Option<f64> {
    let minute = site.api.metrics.latest(Metric::ApiRequests, snapshot.at)?;
    Some(minute.value / 60.0)
}
