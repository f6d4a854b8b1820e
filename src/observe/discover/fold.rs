//! Makes a fleet of the answers: pure.

use std::collections::{BTreeMap, BTreeSet};

use super::ask::{Answers, SiteAnswers};
use super::database;
use super::edge::{asked_by_checkers, switch_of};
use super::gap::Remarks;
use super::stacks::{FoundStack, Marks, given, of_fleet, of_site, told};
use super::{About, Discovery};
use gwctl_fleet::{
    AccountsSpec, BuildSpec, EdgeSpec, FleetSpec, ListedDistribution, ListedGlobalCluster, Missing,
    Partition, Region, RoutingPolicy, RoutingRecord, Rules, SiteSpec, Thresholds,
};

/// The fleet that `answers` tell of.
pub(super) fn fold(answers: Answers) -> Discovery {
    let mut remarks = Remarks::default();
    let apis: BTreeMap<&Region, &str> = answers
        .sites
        .iter()
        .filter_map(|(region, site)| {
            let first = site.mappings.as_ref().ok()?.first()?;
            Some((region, first.api.as_str()))
        })
        .collect();
    let distribution = answers.distribution.as_ref().ok().and_then(Option::as_ref);
    let marks = Marks {
        domain: &answers.domain,
        distribution: distribution.map(|one| one.id.as_str()),
        distribution_name: distribution.map(|one| one.domain.as_str()),
        apis,
    };
    let (name, stacks) = of_fleet(&answers.stacks, &marks);
    for (region, asked) in &answers.stacks {
        if let Err(why) = asked {
            let about = About::Site(region.clone());
            remarks.gap(about, "its stacks", why, false);
        }
    }
    let edge = edge(&answers, &stacks, &mut remarks);
    let regions = in_order(&answers, &stacks);
    let sites = regions
        .iter()
        .map(|region| site(region, &answers, &stacks, &mut remarks));
    let sites: Vec<SiteSpec> = sites.collect();
    let global_cluster = global_cluster(&answers, &regions, &stacks, &mut remarks);
    let probe_path = given(&stacks, "HealthPath").map(str::to_owned);
    let probe_path = probe_path.or_else(|| {
        let checks = answers.checks.as_ref().ok()?;
        let mut records = answers.records.iter();
        records.find_map(|record| Some(asked_by_checkers(record, checks)?.1))
    });
    let fleet = name
        .or_else(|| Some(global_cluster.clone()).filter(|id| !id.is_empty()))
        .unwrap_or_else(|| first_label(&answers.domain));
    Discovery {
        fleet,
        spec: FleetSpec {
            domain: answers.domain,
            global_cluster,
            read_only: false,
            profile: None,
            accounts: AccountsSpec::default(),
            probe_path: probe_path.unwrap_or_else(|| "/health".into()),
            probe_url: None,
            edge,
            sites,
            thresholds: Thresholds::default(),
            rules: Rules::default(),
            build: BuildSpec::default(),
            drill: gwctl_fleet::DrillSpec::default(),
            shared: None,
        },
        stacks,
        facts: remarks.facts,
        gaps: remarks.gaps,
    }
}

/// `api` of `api.example.com`.
fn first_label(domain: &str) -> String {
    let label = domain.split('.').next().unwrap_or("fleet");
    label.trim_start_matches('*').to_owned()
}

/// Regions with a record first, as Route 53 sorts them; then those that take no traffic now.
fn in_order(answers: &Answers, stacks: &[FoundStack]) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    let records = answers.records.iter();
    let with_record = records.filter_map(|record| record.region.as_ref());
    let built = stacks
        .iter()
        .filter(|stack| stack.role.as_deref() == Some("region"))
        .map(|stack| &stack.region);
    for region in with_record.chain(answers.sites.keys()).chain(built) {
        if !regions.contains(region) {
            regions.push(region.clone());
        }
    }
    regions
}

fn edge(answers: &Answers, stacks: &[FoundStack], remarks: &mut Remarks) -> EdgeSpec {
    let distribution = match &answers.distribution {
        Ok(Some(found)) => {
            in_front(answers, found, remarks);
            if let Some(arn) = &found.certificate_arn {
                remarks.fact(About::Edge, format!("viewer certificate {arn}"));
            }
            Some(found)
        }
        Ok(None) if without_cloudfront(answers) => {
            let text = if answers.none_meant {
                let record = &answers.latency_record;
                format!("clients use {record} itself, as `--distribution none` says")
            } else {
                alone(answers)
            };
            remarks.fact(About::Edge, text);
            None
        }
        Ok(None) => {
            let what = "a distribution";
            remarks.gap(About::Edge, what, &Missing::NoData, false);
            None
        }
        Err(why) => {
            let what = if answers.is_public_by_record() {
                format!(
                    "the distribution (whether one has {} as its origin, or clients use that name themselves)",
                    answers.latency_record
                )
            } else {
                "the distribution".to_owned()
            };
            remarks.gap(About::Edge, what, why, true);
            None
        }
    };
    routing(answers, remarks);
    let built = stacks
        .iter()
        .find(|stack| stack.role.as_deref() == Some("edge"));
    let router = distribution
        .and_then(|one| one.router_arn.as_deref())
        .and_then(function_of)
        .or_else(|| told(built, "RouterFunctionName").map(Into::into));
    if distribution.is_some() && router.is_none() {
        let what = "a Lambda@Edge function on origin-request";
        remarks.gap(About::Edge, what, &Missing::NoData, false);
    }
    if let Err(why) = &answers.checks {
        let what = "health checks, and through them the evacuation switches";
        remarks.gap(About::Edge, what, why, false);
    }
    if answers.zone.private {
        let text = format!("hosted zone {} is private", answers.zone.name);
        remarks.fact(About::Edge, text);
    }
    let routing_endpoints = match &answers.routing {
        Ok(endpoints) => endpoints.clone(),
        Err(why) => {
            let what = "the endpoints of the routing controls' cluster";
            remarks.gap(About::Edge, what, why, false);
            Vec::new()
        }
    };
    EdgeSpec {
        cloudfront: !without_cloudfront(answers),
        distribution: distribution
            .map(|one| one.id.clone())
            .or_else(|| told(built, "DistributionId").map(Into::into))
            .unwrap_or_default(),
        hosted_zone: answers.zone.id.clone(),
        latency_record: answers.latency_record.clone(),
        router,
        routing_endpoints,
    }
}

/// How Route 53 routes, where it is not by latency, and which records lead to no Region that gwctl can name.
fn routing(answers: &Answers, remarks: &mut Remarks) {
    let policies: BTreeSet<RoutingPolicy> = answers
        .records
        .iter()
        .map(|record| record.routing.policy())
        .collect();
    for policy in policies {
        if policy != RoutingPolicy::Latency {
            let text = format!("{} is routed {policy}", answers.latency_record);
            remarks.fact(About::Edge, text);
        }
    }
    for record in answers.records.iter().filter(|one| one.region.is_none()) {
        let text = format!(
            "the {} record {} ({}) leads to {}: neither its identifier nor that name tells of one Region; a site whose `endpoint` is that name claims it",
            record.kind, record.set_identifier, record.routing, record.target
        );
        remarks.fact(About::Edge, text);
    }
}

/// Whether the name that clients use is the latency record itself.
fn without_cloudfront(answers: &Answers) -> bool {
    answers.is_public_by_record() && matches!(answers.distribution, Ok(None))
}

impl Answers {
    /// Whether the latency record is the name that was asked for, and no distribution is known to stand before it.
    fn is_public_by_record(&self) -> bool {
        let same = self
            .latency_record
            .trim_end_matches('.')
            .eq_ignore_ascii_case(self.domain.trim_end_matches('.'));
        same && self.asked.is_none()
    }
}

/// That no distribution of this account is in front, and who may see another.
fn alone(answers: &Answers) -> String {
    let region = answers.records.iter().find_map(|one| one.region.as_ref());
    let elsewhere = match region.and_then(|region| Partition::of(region).without_edge()) {
        Some(why) => format!("{why}; a distribution of the commercial partition"),
        None => "a distribution of another account".into(),
    };
    format!(
        "no distribution of this account answers for {0} or has it as its origin: clients reach the Regions by the latency record alone ({elsewhere} that has it as its origin cannot be seen from here)",
        answers.latency_record
    )
}

/// Which name clients use where another one was asked for.
fn in_front(answers: &Answers, found: &ListedDistribution, remarks: &mut Remarks) {
    let Some(asked) = &answers.asked else { return };
    let text = format!(
        "{asked} is what distribution {} sends requests to; clients use {}",
        found.id, answers.domain
    );
    remarks.fact(About::Edge, text);
    let others = found.aliases.iter().filter(|name| **name != answers.domain);
    let others: Vec<&str> = others.map(String::as_str).collect();
    if !others.is_empty() {
        let text = format!(
            "the distribution answers for {} as well: any of them may be `domain`",
            others.join(", ")
        );
        remarks.fact(About::Edge, text);
    }
}

/// `orders-router` of `arn:aws:lambda:us-east-1:123456789012:function:orders-router:7`.
fn function_of(arn: &str) -> Option<String> {
    let (_, tail) = arn.split_once(":function:")?;
    let name = tail.split(':').next().unwrap_or(tail);
    (!name.is_empty()).then(|| name.to_owned())
}

fn site(
    region: &Region,
    answers: &Answers,
    stacks: &[FoundStack],
    remarks: &mut Remarks,
) -> SiteSpec {
    let about = || About::Site(region.clone());
    let asked = answers.sites.get(region);
    let mapping = asked.and_then(|site| site.mappings.as_ref().ok()?.first());
    let stack = of_site(region, mapping.map(|one| one.api.as_str()), stacks);
    let stack = stack.unwrap_or_else(|several| {
        let text = format!(
            "the stacks {} all tell of its API, and not which of them has it: no `stack` is written",
            several.join(" and ")
        );
        remarks.fact(about(), text);
        None
    });
    let api = mapping
        .map(|one| one.api.as_str())
        .or_else(|| told(stack, "ApiId"));
    if api.is_none() {
        let why = match asked.map(|site| &site.mappings) {
            Some(Err(why)) => why,
            _ => &Missing::NoData,
        };
        let target = asked.map_or("", |site| &site.target);
        remarks.gap(about(), format!("the API behind {target}"), why, true);
    }
    if let Some(more) = asked.and_then(|site| site.mappings.as_ref().ok()?.get(1..)) {
        for one in more {
            let text = format!("path `{}` leads to API {}", one.path, one.api);
            remarks.fact(about(), text);
        }
    }
    let handler = told(stack, "HandlerFunctionName").map(|name| vec![name.to_owned()]);
    let functions = handler.unwrap_or_else(|| functions(asked, about(), remarks));
    let record = answers.records.iter().find(|record| record.is_of(region));
    match record {
        None => {
            let text = format!(
                "has no record in {}: it gets no traffic",
                answers.latency_record
            );
            remarks.fact(about(), text);
        }
        Some(record) if record.routing.policy() != RoutingPolicy::Latency => {
            let text = format!("its record is {}", record.routing);
            remarks.fact(about(), text);
        }
        Some(_) => {}
    }
    SiteSpec {
        region: region.clone(),
        api: api.unwrap_or_default().to_owned(),
        // `$default` is all there is of an HTTP API: the figures of all stages are the same.
        stage: mapping
            .map(|one| one.stage.clone())
            .filter(|stage| !stage.is_empty() && stage != "$default"),
        functions,
        endpoint: endpoint(region, answers, asked, stack, remarks),
        stack: stack.map(|stack| stack.formation.name.clone()),
        switch: record.and_then(|record| switch(region, record, answers, remarks)),
        probe_url: None,
    }
}

fn functions(asked: Option<&SiteAnswers>, about: About, remarks: &mut Remarks) -> Vec<String> {
    match asked.map(|site| &site.functions) {
        Some(Ok(names)) if !names.is_empty() => names.clone(),
        // Without its API there is nothing to ask for, and that is said already.
        Some(Err(_)) if asked.is_some_and(|site| site.mappings.is_err()) => Vec::new(),
        Some(Err(why)) => {
            remarks.gap(about, "the API's functions", why, false);
            Vec::new()
        }
        _ => {
            let what = "a function that the API calls";
            remarks.gap(about, what, &Missing::NoData, false);
            Vec::new()
        }
    }
}

/// The Region's own name; none where the Regions share one, as then it tells nobody which is meant.
fn endpoint(
    region: &Region,
    answers: &Answers,
    asked: Option<&SiteAnswers>,
    stack: Option<&FoundStack>,
    remarks: &mut Remarks,
) -> Option<String> {
    let about = || About::Site(region.clone());
    if let Some(told) = told(stack, "ApiEndpoint") {
        return Some(told.to_owned());
    }
    let site = asked?;
    let named = site.name.as_ref().ok().and_then(Option::as_ref);
    if let Some(arn) = named.and_then(|name| name.certificate_arn.as_ref()) {
        remarks.fact(about(), format!("certificate {arn}"));
    }
    let name = named.map_or(site.target.as_str(), |name| name.name.as_str());
    let shared = |other: (&Region, &SiteAnswers)| {
        let named = other.1.name.as_ref().ok().and_then(Option::as_ref);
        other.0 != region && named.is_some_and(|one| one.name == name)
    };
    if name == answers.domain || answers.sites.iter().any(shared) {
        let text = format!("answers to {name}, as other Regions do: it has no name of its own");
        remarks.fact(about(), text);
        return None;
    }
    // What custom domain names lead to answers to no name but theirs.
    let answers_to_itself = !name.contains(".execute-api.");
    answers_to_itself.then(|| name.to_owned())
}

/// Written down only where it survives the Region: elsewhere it is no help when it is needed.
fn switch(
    region: &Region,
    record: &RoutingRecord,
    answers: &Answers,
    remarks: &mut Remarks,
) -> Option<gwctl_fleet::SwitchSpec> {
    let about = About::Site(region.clone());
    let checks = answers.checks.as_ref().ok()?;
    let Some(switch) = switch_of(record, checks) else {
        let what = "an evacuation switch: no health check of its record follows an alarm";
        remarks.gap(about, what, &Missing::NoData, false);
        return None;
    };
    if switch.region == *region {
        let text = format!(
            "its evacuation switch {} is in the Region that it evacuates",
            switch.alarm
        );
        remarks.fact(about, text);
        return None;
    }
    Some(switch)
}

fn global_cluster(
    answers: &Answers,
    regions: &[Region],
    stacks: &[FoundStack],
    remarks: &mut Remarks,
) -> String {
    let mut all: BTreeMap<&str, &ListedGlobalCluster> = BTreeMap::new();
    for one in answers.clusters.values().flatten().flatten() {
        all.entry(&one.id).or_insert(one);
    }
    for (region, asked) in &answers.databases {
        if let Err(why) = asked {
            let about = About::Site(region.clone());
            remarks.gap(about, "its database clusters", why, false);
        }
    }
    let by_stack = given(stacks, "GlobalClusterIdentifier").map(str::to_ascii_lowercase);
    let found = by_stack.or_else(|| by_regions(&all, regions, remarks));
    let Some(id) = found else {
        let unanswered = answers.clusters.values().find_map(|one| one.as_ref().err());
        if all.is_empty() && unanswered.is_none() && !answers.clusters.is_empty() {
            let text =
                "RDS lists no global cluster in these Regions: an API without a global database";
            remarks.fact(About::Fleet, text.into());
            for text in database::alone(&answers.databases) {
                remarks.fact(About::Fleet, text);
            }
            return String::new();
        }
        let why = if all.is_empty() { unanswered } else { None };
        let why = why.unwrap_or(&Missing::NoData);
        remarks.gap(About::Fleet, "the Aurora global cluster", why, true);
        return String::new();
    };
    if let Some(one) = all.get(id.as_str()) {
        let engine = &one.topology.engine;
        let writer = one.topology.writer();
        let writer = writer.map_or("nowhere", |member| member.region.as_str());
        let text = format!(
            "{} {}, its writer in {writer} now",
            engine.name, engine.version
        );
        remarks.fact(About::Fleet, text);
        for text in database::of_members(&answers.databases, &one.topology, regions) {
            remarks.fact(About::Fleet, text);
        }
    }
    id
}

/// The one whose members are where the fleet is; with more than one of those nobody can tell.
fn by_regions(
    all: &BTreeMap<&str, &ListedGlobalCluster>,
    regions: &[Region],
    remarks: &mut Remarks,
) -> Option<String> {
    let fits = |one: &&&ListedGlobalCluster| {
        let members = &one.topology.members;
        members.len() == regions.len()
            && members
                .iter()
                .all(|member| regions.contains(&member.region))
    };
    let overlaps = |one: &&&ListedGlobalCluster| {
        let mut members = one.topology.members.iter();
        members.any(|member| regions.contains(&member.region))
    };
    let exact: Vec<_> = all.values().filter(fits).collect();
    let near: Vec<_> = all.values().filter(overlaps).collect();
    let candidates = if exact.is_empty() { &near } else { &exact };
    match candidates.as_slice() {
        [only] => {
            if exact.is_empty() {
                let members: Vec<&str> = only
                    .topology
                    .members
                    .iter()
                    .map(|member| member.region.as_str())
                    .collect();
                let text = format!(
                    "global cluster {} has members in {}, which is not where the fleet is",
                    only.id,
                    members.join(", ")
                );
                remarks.fact(About::Fleet, text);
            }
            Some(only.id.clone())
        }
        [] => None,
        several => {
            let ids: Vec<&str> = several.iter().map(|one| one.id.as_str()).collect();
            let text = format!("several may be it: {}", ids.join(", "));
            remarks.fact(About::Fleet, text);
            None
        }
    }
}
