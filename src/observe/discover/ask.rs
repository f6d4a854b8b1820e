//! Asks: what everything depends on first, then every Region side by side.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all, join4};

use super::edge::{api_in, candidates, control_of, is_told, target_of};
use super::edge::{asked_by_checkers, switch_of, told_regions, zones_of};
use super::front::{NONE, public_name, the_distribution};
use super::gap::Gap;
use super::routing::{RoutingSet, between_regions, routing_sets};
use super::{Named, NotDiscovered};
use gwctl_aws::{Route53, Session};
use gwctl_fleet::{
    ApiMapping, ApiName, CheckConfig, HostedZone, ListedCluster, ListedDistribution,
    ListedGlobalCluster, Missing, Partition, RecordSet, Region, RoutingEndpoint, RoutingRecord,
    StackDescription,
};

/// Every answer, as it came.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) domain: String,
    /// The name asked for, where clients use another.
    pub(super) asked: Option<String>,
    pub(super) zone: HostedZone,
    pub(super) distribution: Result<Option<ListedDistribution>, Missing>,
    /// Whether somebody said that none is meant.
    pub(super) none_meant: bool,
    pub(super) latency_record: String,
    pub(super) records: Vec<RoutingRecord>,
    pub(super) checks: Result<BTreeMap<String, CheckConfig>, Missing>,
    /// Where routing controls are switched; asked only where there are some.
    pub(super) routing: Result<Vec<RoutingEndpoint>, Missing>,
    pub(super) sites: BTreeMap<Region, SiteAnswers>,
    pub(super) stacks: BTreeMap<Region, Result<Vec<StackDescription>, Missing>>,
    pub(super) clusters: BTreeMap<Region, Result<Vec<ListedGlobalCluster>, Missing>>,
    /// The clusters themselves, of Regions that have the fleet's API.
    pub(super) databases: BTreeMap<Region, Result<Vec<ListedCluster>, Missing>>,
}

/// What one Region says of its part.
#[derive(Debug)]
pub(super) struct SiteAnswers {
    /// What DNS sends requests to.
    pub(super) target: String,
    /// The custom domain name that this is.
    pub(super) name: Result<Option<ApiName>, Missing>,
    /// What it leads to, that of the whole name first.
    pub(super) mappings: Result<Vec<ApiMapping>, Missing>,
    /// The functions of the first API.
    pub(super) functions: Result<Vec<String>, Missing>,
}

/// Asks everything there is to ask about `domain`.
pub(super) async fn everything(
    session: &Session,
    domain: &str,
    meant: &Named,
) -> Result<Answers, NotDiscovered> {
    let route53 = session.route53();
    let cloudfront = session.cloudfront();
    let both = join(
        Box::pin(route53.zones()),
        Box::pin(async {
            // aws-facts §18.3.
            match session.partition().lacks("cloudfront:ListDistributions") {
                Some(_) => Ok(Vec::new()),
                None => cloudfront.distributions().await,
            }
        }),
    );
    let (zones, distributions) = both.await;
    let zones = zones.map_err(|error| NotDiscovered::CouldNotAsk {
        domain: domain.into(),
        what: "the account's hosted zones",
        why: error.into(),
    })?;
    let distributions = distributions.map_err(Missing::from);
    let aliases = aliases(distributions.as_deref().unwrap_or_default());
    let found = zone_and_records(&route53, domain, &zones, meant).await?;
    let Some((zone, records)) = found else {
        return Err(NotDiscovered::NoZone {
            domain: domain.into(),
            zones: zones.into_iter().map(|zone| zone.name).collect(),
            aliases,
        });
    };
    let distribution = match distributions {
        Ok(all) => {
            let meant = meant.distribution.as_deref();
            Ok(the_distribution(domain, &records, &all, meant)?)
        }
        Err(why) => Err(why),
    };
    let known = distribution.as_ref().ok().and_then(Option::as_ref);
    let mut gaps = Vec::new();
    let mut names = candidates(domain, known, &records);
    // Who stands behind a distribution is asked for by a name that no client uses.
    let public = public_name(domain, &records, known);
    if public.is_some() {
        names = vec![domain.to_owned()];
    }
    if distribution.is_err() {
        let found = in_zone(&route53, &zone, &mut gaps).await;
        names.extend(found.filter(|name| !names.contains(name)));
    }
    if let Some(name) = &meant.latency_record {
        names = vec![name.trim_end_matches('.').to_ascii_lowercase()];
    }
    let mut sets = routing_sets(&route53, &zones, &zone, names.clone(), &mut gaps).await;
    // What the router is told is the one in use; beside it, others are others'.
    if let Some(told) = sets.iter().position(|set| is_told(&set.name, known)) {
        sets = vec![sets.swap_remove(told)];
    }
    let untold = between_regions(&mut sets);
    if sets.len() > 1 {
        return Err(NotDiscovered::Several {
            domain: domain.into(),
            what: "sets of routing records",
            candidates: sets.iter().map(RoutingSet::candidate).collect(),
            option: "--latency-record",
        });
    }
    let Some(RoutingSet {
        zone,
        name: latency_record,
        records,
    }) = sets.pop()
    else {
        if let Err(why) = &distribution {
            gaps.push(Gap::of_edge("the distribution", why.clone()));
        }
        return Err(NotDiscovered::NoRoutingSet {
            domain: domain.into(),
            untold: untold.into(),
            looked_at: names,
            distribution: known.map(|one| one.id.as_str().into()),
            aliases: aliases.into(),
            gaps,
        });
    };
    let checks = checks(&route53, &records).await;
    let mut answers = Answers {
        asked: public.is_some().then(|| domain.to_owned()),
        domain: public.unwrap_or_else(|| domain.to_owned()),
        zone,
        distribution,
        none_meant: meant.distribution.as_deref() == Some(NONE),
        latency_record,
        records,
        checks,
        routing: Ok(Vec::new()),
        sites: BTreeMap::new(),
        stacks: BTreeMap::new(),
        clusters: BTreeMap::new(),
        databases: BTreeMap::new(),
    };
    regions(session, &mut answers).await;
    Ok(answers)
}

fn aliases(all: &[ListedDistribution]) -> Vec<String> {
    let names: BTreeSet<String> = all.iter().flat_map(|one| one.aliases.clone()).collect();
    names.into_iter().collect()
}

/// The zone that holds `domain` and its records there. Of several of one name the one with records of the domain is
/// in use; with more than one of those nobody can tell.
async fn zone_and_records(
    route53: &Route53,
    domain: &str,
    zones: &[HostedZone],
    meant: &Named,
) -> Result<Option<(HostedZone, Vec<RecordSet>)>, NotDiscovered> {
    let mut candidates = zones_of(domain, zones);
    if let Some(id) = &meant.hosted_zone {
        candidates = zones.iter().filter(|zone| zone.id == *id).collect();
    }
    let mut asked = Vec::new();
    for zone in &candidates {
        let records = Box::pin(route53.record_sets(&zone.id, domain)).await;
        let records = records.map_err(|error| NotDiscovered::CouldNotAsk {
            domain: domain.into(),
            what: "the records of the name",
            why: error.into(),
        })?;
        asked.push(((*zone).clone(), records));
    }
    if asked.len() > 1 {
        let held: Vec<_> = asked
            .iter()
            .filter(|(_, records)| !records.is_empty())
            .cloned()
            .collect();
        if held.len() != 1 {
            return Err(NotDiscovered::Several {
                domain: domain.into(),
                what: "hosted zones",
                candidates: candidates
                    .iter()
                    .map(|zone| format!("{} ({})", zone.id, zone.name))
                    .collect(),
                option: "--hosted-zone",
            });
        }
        asked = held;
    }
    Ok(asked.pop())
}

/// Where the distribution, which leads to it, cannot be asked for: the only name of the zone that is
/// answered by latency. With several of them nobody can tell which is meant.
async fn in_zone(route53: &Route53, zone: &HostedZone, gaps: &mut Vec<Gap>) -> Option<String> {
    match Box::pin(route53.latency_names(&zone.id)).await {
        Ok(mut names) if names.len() == 1 => names.pop(),
        Ok(_) => None,
        Err(error) => {
            gaps.push(Gap::of_edge("the latency record set", error.into()));
            None
        }
    }
}

/// All checks at once; one by one where the list is refused.
async fn checks(
    route53: &Route53,
    records: &[RoutingRecord],
) -> Result<BTreeMap<String, CheckConfig>, Missing> {
    let why = match Box::pin(route53.health_checks()).await {
        Ok(all) => return Ok(all.into_iter().collect()),
        Err(error) => Missing::from(error),
    };
    let mut known = BTreeMap::new();
    let mut waiting: Vec<String> = records
        .iter()
        .filter_map(|record| record.check().map(Into::into))
        .collect();
    while let Some(id) = waiting.pop() {
        let Ok(config) = Box::pin(route53.health_check(&id)).await else {
            return Err(why);
        };
        if let gwctl_fleet::CheckKind::Calculated { children, .. } = &config.kind {
            waiting.extend(children.iter().cloned());
        }
        known.insert(id, config);
    }
    Ok(known)
}

/// The stacks of every account in `region`; where one cannot be asked, none are known.
async fn stacks(session: &Session, region: &Region) -> Result<Vec<StackDescription>, Missing> {
    let mut all = Vec::new();
    for account in session.accounts().distinct(region) {
        let cloudformation = session.in_account(account).cloudformation(region);
        all.extend(cloudformation.formations().await?);
    }
    Ok(all)
}

/// Asks every Region for its part, all of them side by side.
async fn regions(session: &Session, answers: &mut Answers) {
    let none = BTreeMap::new();
    let checks = answers.checks.as_ref().unwrap_or(&none);
    let known = answers.distribution.as_ref().ok().and_then(Option::as_ref);
    let mut targets = told_regions(known);
    for record in &answers.records {
        if let Some(region) = &record.region {
            targets.insert(region.clone(), target_of(record).to_owned());
        }
    }
    let switches = answers
        .records
        .iter()
        .filter_map(|record| switch_of(record, checks));
    let homes = switches.map(|switch| switch.region);
    let partition = targets.keys().next().map_or(Partition::Aws, Partition::of);
    let home = partition.place("cloudfront", &Region::global());
    let everywhere: BTreeSet<Region> = targets.keys().cloned().chain(homes).chain([home]).collect();
    let control = answers
        .records
        .iter()
        .find_map(|record| control_of(record, checks));
    let hints: BTreeMap<&Region, String> = answers
        .records
        .iter()
        .filter_map(|record| {
            let region = record.region.as_ref()?;
            Some((region, asked_by_checkers(record, checks)?.0))
        })
        .collect();
    let asked = everywhere.iter().map(|region| {
        let target = targets.get(region);
        let hint = hints.get(region).map(String::as_str);
        Box::pin(one_region(session, region, target, hint))
    });
    let (all, routing) = join(join_all(asked), Box::pin(routing(session, control))).await;
    answers.routing = routing;
    for (region, (site, stacks, clusters, databases)) in everywhere.into_iter().zip(all) {
        if let Some(site) = site {
            answers.sites.insert(region.clone(), site);
            answers.clusters.insert(region.clone(), clusters);
            answers.databases.insert(region.clone(), databases);
        }
        answers.stacks.insert(region, stacks);
    }
}

type OneRegion = (
    Option<SiteAnswers>,
    Result<Vec<StackDescription>, Missing>,
    Result<Vec<ListedGlobalCluster>, Missing>,
    Result<Vec<ListedCluster>, Missing>,
);

async fn one_region(
    session: &Session,
    region: &Region,
    target: Option<&String>,
    hint: Option<&str>,
) -> OneRegion {
    let rds = session.rds(region);
    let of_site = async {
        match target {
            Some(target) => Some(site(session, region, target, hint).await),
            None => None,
        }
    };
    let clusters = async {
        match target {
            Some(_) => rds.global_clusters().await.map_err(Missing::from),
            None => Ok(Vec::new()),
        }
    };
    let databases = async {
        match target {
            Some(_) => rds.clusters().await.map_err(Missing::from),
            None => Ok(Vec::new()),
        }
    };
    let (site, stacks, clusters, databases) = join4(
        Box::pin(of_site),
        Box::pin(stacks(session, region)),
        Box::pin(clusters),
        Box::pin(databases),
    )
    .await;
    (site, stacks, clusters, databases)
}

/// The API behind `target`. Where all Regions share one name, only the regional part of it tells them
/// apart, and the name that the checkers ask for may be the Region's own.
async fn site(session: &Session, region: &Region, target: &str, hint: Option<&str>) -> SiteAnswers {
    let gateway = session.apigateway(region);
    let name = match Box::pin(gateway.names()).await {
        Ok(names) => {
            let is = |name: &ApiName| {
                name.name == target || name.regional_domain.as_deref() == Some(target)
            };
            let found = names.iter().find(|name| is(name));
            let found = found.or_else(|| names.iter().find(|one| Some(one.name.as_str()) == hint));
            Ok(found.cloned())
        }
        Err(error) => Err(Missing::from(error)),
    };
    let mappings = match (&name, api_in(target, region)) {
        (Ok(Some(name)), _) => Box::pin(gateway.mappings(&name.name))
            .await
            .map_err(Missing::from),
        (_, Some(api)) => Ok(vec![ApiMapping {
            api,
            stage: String::new(),
            path: String::new(),
        }]),
        (Ok(None), None) => Err(Missing::NoData),
        (Err(why), None) => Err(why.clone()),
    };
    let functions = match mappings.as_ref().map(|all| all.first()) {
        Ok(Some(first)) => Box::pin(gateway.functions(&first.api))
            .await
            .map_err(Missing::from),
        Ok(None) => Err(Missing::NoData),
        Err(why) => Err(why.clone()),
    };
    SiteAnswers {
        target: target.into(),
        name,
        mappings,
        functions,
    }
}

/// The endpoints of the cluster that `control` belongs to.
async fn routing(
    session: &Session,
    control: Option<&str>,
) -> Result<Vec<RoutingEndpoint>, Missing> {
    let Some(control) = control else {
        return Ok(Vec::new());
    };
    let config = session.recovery_config();
    let control = Box::pin(config.control(control)).await?;
    Ok(Box::pin(config.endpoints(&control.cluster)).await?)
}
