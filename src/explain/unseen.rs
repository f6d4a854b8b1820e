//! What got no answer: with it the explanation might be another.

use std::collections::BTreeSet;

use crate::hypothesis::Explanation;
use gwctl_fleet::{Metrics, Missing, Observed, Region, Site, Snapshot, each_reason_once};

/// Questions that got no answer for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Of which Regions, or of which part of the fleet.
    pub places: Vec<String>,
    /// What was asked.
    pub topics: Vec<&'static str>,
    pub why: Missing,
}

impl Unseen {
    /// What got no answer: of which places, and what was asked.
    fn what(&self) -> String {
        format!("{}: {}", self.places.join(", "), self.topics.join(", "))
    }
}

impl std::fmt::Display for Unseen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.what(), self.why)
    }
}

/// What of `picture` got no answer, each reason once. What was not asked yet counts only in a picture that is not
/// complete.
pub fn unseen(picture: &Snapshot) -> Vec<Unseen> {
    let mut asked = Questions {
        complete: picture.complete,
        unseen: Vec::new(),
    };
    for site in &picture.sites {
        of_site(&mut asked, site);
    }
    of_edge(&mut asked, picture);
    of_database(&mut asked, picture);
    asked.of("gwctl", "who it is", &picture.identity);
    merged(asked.unseen)
}

/// What is asked without credentials for AWS.
const WITHOUT_AWS: [&str; 2] = ["probe", "DNS answers"];

/// What got no answer, in the picture ([`unseen`]) and beside it (`gaps`), a sentence each. Where gwctl's own credentials do not work,
/// that is the reason of all that AWS was asked, and it is told once.
pub fn not_seen(unseen: &[Unseen], explanation: &Explanation, gaps: Vec<String>) -> Vec<String> {
    if let Some(region) = silent(explanation) {
        return of_silent(region, unseen, gaps);
    }
    let worst = explanation.hypotheses.first();
    if worst.is_none_or(|worst| worst.cause != "credentials") {
        return each_once(unseen, gaps);
    }
    let without_aws = |one: &&Unseen| one.topics.iter().all(|topic| WITHOUT_AWS.contains(topic));
    let (others, of_aws): (Vec<&Unseen>, Vec<&Unseen>) = unseen.iter().partition(without_aws);
    let topics: BTreeSet<&str> = of_aws
        .iter()
        .flat_map(|one| one.topics.iter().copied())
        .collect();
    let topics: Vec<&str> = topics.into_iter().collect();
    let mut told = Vec::new();
    if !(topics.is_empty() && gaps.is_empty()) {
        told.push(format!(
            "all that AWS was asked, for gwctl's credentials: {}, changes and logs",
            topics.join(", ")
        ));
    }
    told.extend(others.iter().map(ToString::to_string));
    told
}

/// Each reason once: what lacks in the picture, and what lacks beside it for the same reason.
fn each_once(unseen: &[Unseen], gaps: Vec<String>) -> Vec<String> {
    let mut pairs: Vec<(String, String)> = unseen
        .iter()
        .map(|one| (one.what(), one.why.to_string()))
        .collect();
    let mut others = Vec::new();
    for gap in gaps {
        let cut = |why: &String| Some(gap.strip_suffix(why)?.strip_suffix(": ")?.to_owned());
        match pairs
            .iter()
            .find_map(|(_, why)| Some((cut(why)?, why.clone())))
        {
            Some(pair) => pairs.push(pair),
            None => others.push(gap),
        }
    }
    each_reason_once(pairs).into_iter().chain(others).collect()
}

/// A Region of which nothing answers.
fn silent(explanation: &Explanation) -> Option<&Region> {
    let mut all = explanation.hypotheses.iter();
    let one = all.find(|one| one.cause == "region-unreachable")?;
    one.region.as_ref()
}

/// All that `region` did not answer in one sentence, before what others did not.
fn of_silent(region: &Region, unseen: &[Unseen], gaps: Vec<String>) -> Vec<String> {
    let only_there = |one: &&Unseen| {
        let asked = matches!(one.why, Missing::CouldNotAsk { .. });
        asked && one.places.iter().all(|place| place == region.as_str())
    };
    let (there, elsewhere): (Vec<&Unseen>, Vec<&Unseen>) = unseen.iter().partition(only_there);
    let (gaps_there, gaps): (Vec<String>, Vec<String>) =
        gaps.into_iter().partition(|gap| is_only_in(gap, region));
    let mut topics: Vec<&str> = Vec::new();
    for topic in there.iter().flat_map(|one| one.topics.iter().copied()) {
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    if !gaps_there.is_empty() {
        topics.push("what changed and what is logged there");
    }
    let told =
        (!topics.is_empty()).then(|| format!("{region} does not answer: {}", topics.join(", ")));
    let elsewhere = elsewhere.iter().map(ToString::to_string);
    told.into_iter().chain(elsewhere).chain(gaps).collect()
}

/// Whether a sentence names a place, and no other one.
fn is_only_in(gap: &str, region: &Region) -> bool {
    let after = gap.split(" in ").skip(1);
    let mut places = after.filter_map(|rest| rest.split([',', ':', ' ']).next());
    let regions: Vec<&str> = places
        .by_ref()
        .filter(|place| Region::new(place).is_ok())
        .collect();
    !regions.is_empty() && regions.iter().all(|place| *place == region.as_str())
}

fn of_site(asked: &mut Questions, site: &Site) {
    let place = site.region.as_str();
    asked.of(place, "API", &site.api.detail);
    asked.of(place, "API", &site.api.invoked);
    asked.figures(place, "API's figures", &site.api.metrics);
    for function in &site.functions {
        asked.of(place, "functions", &function.detail);
        asked.figures(place, "functions' figures", &function.metrics);
    }
    asked.of(place, "concurrency", &site.concurrency);
    asked.of(place, "alarms", &site.alarms);
    asked.of(place, "certificate", &site.certificate);
    if let Some(stack) = &site.stack {
        asked.of(place, "stack", stack);
    }
    asked.of(place, "probe", &site.probe);
}

fn of_edge(asked: &mut Questions, picture: &Snapshot) {
    let edge = &picture.edge;
    if edge.cloudfront {
        asked.of("edge", "distribution", &edge.distribution);
        asked.figures("edge", "figures", &edge.metrics);
        asked.of("edge", "certificate", &edge.certificate);
    }
    if let Some(router) = &edge.router {
        asked.of("edge", "router", &router.detail);
    }
    asked.of("edge", "records", &edge.records);
    for check in edge.checks.values() {
        asked.of("edge", "health checks", &check.config);
        asked.figures("edge", "health checks", &check.metrics);
    }
    asked.of("edge", "DNS answers", &edge.answers);
    asked.of("edge", "probe", &edge.probe);
}

fn of_database(asked: &mut Questions, picture: &Snapshot) {
    let database = &picture.database;
    if database.id.is_empty() {
        return;
    }
    asked.of("database", "global cluster", &database.topology);
    for (region, cluster) in &database.clusters {
        asked.of(region.as_str(), "database", &cluster.state);
        asked.of(region.as_str(), "database's events", &cluster.events);
        asked.figures(region.as_str(), "database's figures", &cluster.metrics);
    }
}

struct Questions {
    complete: bool,
    unseen: Vec<Unseen>,
}

impl Questions {
    fn of<T>(&mut self, place: &str, topic: &'static str, observed: &Observed<T>) {
        let Some(why) = observed.why_missing().filter(|why| self.counts(why)) else {
            return;
        };
        let same = |one: &&mut Unseen| one.places[0] == place && one.why == *why;
        match self.unseen.iter_mut().find(same) {
            Some(one) if one.topics.contains(&topic) => {}
            Some(one) => one.topics.push(topic),
            None => self.unseen.push(Unseen {
                places: vec![place.to_owned()],
                topics: vec![topic],
                why: why.clone(),
            }),
        }
    }

    fn figures(&mut self, place: &str, topic: &'static str, metrics: &Metrics) {
        for (_, observed) in metrics.iter() {
            self.of(place, topic, observed);
        }
    }

    fn counts(&self, why: &Missing) -> bool {
        match why {
            Missing::NoData => false,
            Missing::NotYet => !self.complete,
            Missing::CouldNotAsk { .. } | Missing::NotAllowed { .. } => true,
        }
    }
}

/// The same of several places once.
fn merged(all: Vec<Unseen>) -> Vec<Unseen> {
    let mut merged: Vec<Unseen> = Vec::new();
    for one in all {
        let same = |known: &&mut Unseen| known.topics == one.topics && known.why == one.why;
        match merged.iter_mut().find(same) {
            Some(known) => known.places.extend(one.places),
            None => merged.push(one),
        }
    }
    merged
}
