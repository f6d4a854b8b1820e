//! What is left of a run in the world: the state it was to change, and every change it sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use gwctl::fleet::Routing;
use gwctl::sim::world::{Event, Happening, Resources};
use gwctl::sim::{Scenario, Sim, SimOptions};
use jiff::SignedDuration;

use crate::observe::stand::REPLY;
use crate::observe::stand::region;

/// How long after the start what goes wrong ends.
const ENDS: SignedDuration = SignedDuration::from_mins(12);

/// A fleet of three Regions in `scenario`, all faults of which end after a while.
pub fn founded(scenario: &str) -> Sim {
    let mut scenario = Scenario::load(scenario).unwrap();
    let faults: Vec<_> = scenario
        .events
        .iter()
        .filter_map(|event| match &event.what {
            Happening::Starts(fault) => Some(fault.clone()),
            _ => None,
        })
        .collect();
    scenario
        .events
        .extend(faults.into_iter().map(|fault| Event {
            at: ENDS,
            within: SignedDuration::ZERO,
            what: Happening::Ends(fault),
        }));
    Sim::new(SimOptions {
        scenario,
        regions: ["us-east-1", "eu-west-1", "ap-southeast-1"]
            .map(region)
            .to_vec(),
        api_latency: Some(REPLY),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap()
}

/// An account without a fleet: its zone is all there is. One Region of the templates bears all its clients.
pub fn empty() -> Sim {
    let mut scenario = Scenario::load("calm").unwrap();
    scenario.clients /= 2.0;
    Sim::new(SimOptions {
        scenario,
        empty: true,
        regions: Vec::new(),
        api_latency: Some(REPLY),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap()
}

/// Everything an action may change, a line each, without times.
pub type World = BTreeMap<String, String>;

pub fn world(sim: &Sim) -> World {
    let state = sim.state();
    let all = &state.resources;
    let mut world = World::new();
    let called = called(all);
    let mut say = |what: String, how: String| {
        world.insert(what, how);
    };
    for global in &all.global_clusters {
        say(
            format!("global cluster {}", global.id),
            format!("{} {:?}", global.status, global.failover),
        );
        for member in &global.members {
            say(
                format!("member {}", member.region),
                format!("writer {} {:?}", member.writer, member.synchronization),
            );
        }
    }
    for cluster in &all.clusters {
        say(
            format!("cluster {}", cluster.id),
            format!(
                "{} forwarding {} {:?}",
                cluster.status, cluster.forwarding_requested, cluster.write_forwarding
            ),
        );
    }
    for zone in &all.hosted_zones {
        for set in &zone.records {
            say(
                format!("record {} {} {:?}", set.name, set.kind, set.set_identifier),
                format!(
                    "{:?} {:?} {:?} {:?} {:?}",
                    set.ttl,
                    set.values,
                    set.routing,
                    set.health_check.as_ref().map(|id| &called[id]),
                    set.alias.as_ref().map(aliased)
                ),
            );
        }
    }
    for check in &all.health_checks {
        let how = format!("inverted {} disabled {}", check.inverted, check.disabled);
        say(format!("check {}", called[&check.id]), how);
        say(
            format!("verdict {}", called[&check.id]),
            format!("healthy {}", check.healthy),
        );
    }
    for (region, answers) in routes(all) {
        say(format!("route {region}"), answers);
    }
    for distribution in &all.distributions {
        let router = distribution.origin_request_function.as_deref();
        let version = router.and_then(|arn| arn.rsplit(':').next());
        say(
            format!("distribution {:?}", distribution.aliases),
            format!(
                "{} {} {version:?}",
                certified(all, distribution),
                distribution.status
            ),
        );
    }
    for stack in all
        .stacks
        .iter()
        .filter(|one| one.status != "DELETE_COMPLETE")
    {
        say(format!("stack {}", stack.name), stack.status.clone());
    }
    for api in &all.apis {
        for stage in &api.stages {
            let deployment = api.deployments.iter();
            let nth = deployment
                .into_iter()
                .position(|one| one.id == stage.deployment);
            say(
                format!("stage {} in {}", stage.name, api.region),
                format!("deployment {nth:?}"),
            );
        }
    }
    for function in &all.functions {
        let aliases = function.aliases.iter();
        let aliases: Vec<_> = aliases
            .map(|(name, one)| (name, one.version, &one.shared))
            .collect();
        say(
            format!("function {} in {}", stem(&function.name), function.region),
            format!("{} {aliases:?}", function.code_sha256),
        );
    }
    let invalidated: Vec<_> = all.invalidations.iter().map(|one| &one.paths).collect();
    say("invalidations".into(), format!("{invalidated:?}"));
    let kept = all.snapshots.iter().filter(|one| one.kind == "manual");
    say("kept snapshots".into(), kept.count().to_string());
    world
}

/// A name without what CloudFormation added to it, which is that of the moment.
fn stem(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((stem, added)) if added.len() == 12 => stem,
        _ => name,
    }
}

/// Health checks by what they are called: their ids are those of the moment they were made.
fn called(all: &Resources) -> BTreeMap<String, String> {
    let name = |check: &gwctl::sim::world::model::HealthCheck| {
        let tag = check.tags.iter().find(|tag| tag.key == "Name");
        tag.map_or_else(|| check.id.clone(), |tag| tag.value.clone())
    };
    let checks = all.health_checks.iter();
    checks
        .map(|check| (check.id.clone(), name(check)))
        .collect()
}

/// What a distribution's certificate is for; where several are for the same, which.
fn certified(all: &Resources, distribution: &gwctl::sim::world::model::Distribution) -> String {
    let arn = &distribution.certificate_arn;
    let name = |arn: &str| {
        let found = all.certificates.iter().find(|one| one.arn == arn);
        found.map(|one| one.domain.clone()).unwrap_or_default()
    };
    let domain = name(arn);
    let same = all
        .certificates
        .iter()
        .filter(|one| one.domain == domain && one.arn.contains(":us-east-1:"));
    if same.count() > 1 {
        arn.clone()
    } else {
        domain
    }
}

/// Where an alias leads; names of APIs and distributions begin with an id of the moment they were made.
fn aliased(alias: &gwctl::sim::world::model::AliasTarget) -> String {
    let rest = |mark: &str| Some(format!("…{mark}{}", alias.name.split_once(mark)?.1));
    let name = rest(".execute-api.").or_else(|| rest(".cloudfront.net"));
    let name = name.unwrap_or_else(|| alias.name.clone());
    format!("{name} {}", alias.evaluate_target_health)
}

/// What each latency record answers, through a weighted group or not: undo leaves the group.
fn routes(all: &Resources) -> World {
    let records = || all.hosted_zones.iter().flat_map(|zone| &zone.records);
    records()
        .filter_map(|set| {
            let Routing::Latency(region) = &set.routing else {
                return None;
            };
            let region = region.to_string();
            let Some(alias) = &set.alias else {
                return Some((region, format!("{:?}", set.values)));
            };
            let members = records()
                .filter(|one| one.name == alias.name && one.routing != Routing::Weighted(0));
            let values: Vec<_> = members.flat_map(|one| &one.values).collect();
            Some((region, format!("{values:?}")))
        })
        .collect()
}

/// What undo has to bring back: not the records themselves, and not what has nothing to do with it.
pub fn undone(world: &World) -> World {
    // A cluster that goes leaves a snapshot, as its plan says.
    let kept = |what: &String| {
        !what.starts_with("record ") && !what.starts_with("verdict ") && what != "kept snapshots"
    };
    let kept = world.iter().filter(|(what, _)| kept(what));
    kept.map(|(what, how)| (what.clone(), how.clone()))
        .collect()
}

/// Where two worlds differ, for a failed test.
pub fn differences(one: &World, other: &World) -> String {
    let mut text = String::new();
    for what in one
        .keys()
        .chain(other.keys())
        .collect::<std::collections::BTreeSet<_>>()
    {
        let (a, b) = (one.get(what), other.get(what));
        if a != b {
            let _ = writeln!(text, "{what}:\n   {a:?}\n   {b:?}");
        }
    }
    text
}

/// The changes the world made since its `from`-th, and how often each.
pub fn made(sim: &Sim, from: usize) -> BTreeMap<String, usize> {
    let state = sim.state();
    let mut made = BTreeMap::new();
    for change in state.control.mutations[from..]
        .iter()
        .filter(|change| change.accepted)
    {
        // Copies and change sets are named for the moment; change sets for their step as well.
        let target: Vec<&str> = change
            .target
            .split(' ')
            .map(|word| match word.strip_prefix("gwctl-") {
                Some(moment) if moment.starts_with("20") => moment.get(16..).unwrap_or("gwctl-…"),
                Some(_) => "gwctl-…",
                None => word,
            })
            .collect();
        let what = format!(
            "{}:{} in {}: {}",
            change.service,
            change.operation,
            change.region,
            target.join(" ")
        );
        *made.entry(what).or_insert(0) += 1;
    }
    made
}

/// Calls refused for their rate so far.
pub fn throttled(sim: &Sim) -> u64 {
    sim.state()
        .control
        .calls()
        .values()
        .map(|calls| calls.throttled)
        .sum()
}

/// What a world takes to come to rest after its last change: checks, propagation, deployments.
pub const REST: Duration = Duration::from_mins(10);

pub fn places() -> gwctl::actions::Places {
    let [writer, other, third, free] =
        ["us-east-1", "eu-west-1", "ap-southeast-1", "eu-central-1"].map(region);
    gwctl::actions::Places {
        writer,
        other,
        third,
        free,
        function: Some("orders-read".into()),
        api: Some(founded("calm").spec().sites[0].api.clone()),
        router: Some("orders-router".into()),
        routing_controls: false,
        region_switch: true,
    }
}
