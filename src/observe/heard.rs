//! What an explanation asks of CloudWatch besides the picture: canaries, and the API by its routes. Asked only while
//! somebody wants an explanation; each figure is charged (aws-facts §1.4), so their number is bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::{join_all, join3};
use jiff::{SignedDuration, Timestamp};

use super::cost::DOLLARS_PER_METRIC;
use gwctl_aws::{CloudWatch, ListedMetrics, MetricAnswer, MetricQuestion, Session};
use gwctl_fleet::{
    Account, ApiDetail, ApiKind, Canary, Clock, FleetSpec, FunctionName, Heard, Missing, Region,
    Route, Routes, Series, SiteSpec, TracedNode,
};

/// How far back canaries' runs are read: some run every few minutes only.
const RUNS: SignedDuration = SignedDuration::from_mins(60);
/// Newest minutes with a run that are told of.
const NEWEST: usize = 20;
/// Routes are counted over so many minutes.
const MINUTES: i64 = 15;
/// Most canaries of a Region, and most routes of an API, that are asked for.
const CANARIES: usize = 10;
const ROUTES: usize = 40;
/// Below this percentage of good runs a minute is one whose run failed.
const PASSED: f64 = 100.0;
const MINUTE: std::time::Duration = std::time::Duration::from_mins(1);

/// US dollars for what was asked.
pub fn cost_of(heard: &Heard) -> f64 {
    heard.figures as f64 * DOLLARS_PER_METRIC
}

/// US dollars at most for one look at a fleet of so many Regions.
pub fn most_dollars(regions: usize) -> f64 {
    (regions * (CANARIES + 2 * ROUTES)) as f64 * DOLLARS_PER_METRIC
}

/// What one Region told.
struct Part {
    canaries: Vec<Canary>,
    routes: Option<(Region, Routes)>,
    traces: Option<(Region, Vec<TracedNode>)>,
    unheard: Vec<String>,
    figures: usize,
}

/// Asks every Region of the fleet side by side: one that never answers delays nothing but the end of all.
pub(super) async fn ask(
    (fleet, spec): (&str, &FleetSpec),
    session: &Session,
    clock: &Arc<dyn Clock>,
) -> Heard {
    let session = session.in_account_of(&Account::Workload);
    let sites = spec.sites.iter().map(|site| &site.region);
    let regions: BTreeSet<Region> = sites.cloned().chain([spec.home()]).collect();
    let each = regions.iter().map(|region| {
        let (session, now) = (&session, clock.now());
        Box::pin(async move {
            let site = spec.sites.iter().find(|site| site.region == *region);
            let cloudwatch = session.cloudwatch(region);
            let canaries = canaries((fleet, spec), &cloudwatch, region, now);
            let routes = async {
                match site.filter(|site| !site.api.is_empty()) {
                    Some(site) => {
                        Some(Box::pin(routes(session, (site, &spec.probe_path), now)).await)
                    }
                    None => None,
                }
            };
            let traces = Box::pin(traces(session, site, now));
            let (mut part, routes, traces) =
                join3(Box::pin(canaries), Box::pin(routes), traces).await;
            match traces {
                Ok(found) => part.traces = found.map(|nodes| (region.clone(), nodes)),
                Err(why) => part.unheard.push(format!("traces in {region}: {why}")),
            }
            if let Some((found, figures, unheard)) = routes {
                part.routes = Some((region.clone(), found));
                part.figures += figures;
                part.unheard.extend(unheard);
            }
            part
        })
    });
    let mut heard = Heard::default();
    for part in join_all(each).await {
        heard.canaries.extend(part.canaries);
        heard.routes.extend(part.routes);
        heard.traces.extend(part.traces);
        heard.unheard.extend(part.unheard);
        heard.figures += part.figures;
    }
    heard
}

/// The canaries that run in `region` and have the fleet's name in theirs.
async fn canaries(
    (fleet, spec): (&str, &FleetSpec),
    cloudwatch: &CloudWatch,
    region: &Region,
    now: Timestamp,
) -> Part {
    let mut part = Part {
        canaries: Vec::new(),
        routes: None,
        traces: None,
        unheard: Vec::new(),
        figures: 0,
    };
    let listed = cloudwatch
        .metrics_called(CANARY.0, CANARY.1, &[(CANARY.2, None)])
        .await;
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            let why = Missing::from(error);
            part.unheard.push(format!("canaries in {region}: {why}"));
            return part;
        }
    };
    let mut names = names(fleet, &listed);
    if listed.cut || names.len() > CANARIES {
        let told = format!("canaries in {region}: there are more than gwctl reads");
        part.unheard.push(told);
    }
    names.truncate(CANARIES);
    if names.is_empty() {
        return part;
    }
    let questions: Vec<MetricQuestion<String>> = names
        .into_iter()
        .map(|name| MetricQuestion {
            key: name.clone(),
            namespace: CANARY.0,
            name: CANARY.1.into(),
            dimensions: vec![(CANARY.2, name)],
            stat: "Average",
            period: MINUTE,
        })
        .collect();
    part.figures = questions.len();
    match cloudwatch.metrics(&questions, now - RUNS, now).await {
        Ok(answers) => {
            for (name, answer) in answers {
                match answer {
                    Ok(runs) => part.canaries.extend(canary(name, spec, region, &runs, now)),
                    // Nobody runs it: that says nothing of the fleet (aws-facts §15.3).
                    Err(Missing::NoData) => {}
                    Err(why) => {
                        part.unheard
                            .push(format!("canary {name} in {region}: {why}"));
                    }
                }
            }
        }
        Err(error) => {
            let why = Missing::from(error);
            part.unheard.push(format!("canaries in {region}: {why}"));
        }
    }
    part
}

/// Namespace, metric and dimension of canaries; a metric of a step has more dimensions (aws-facts §15.3).
const CANARY: (&str, &str, &str) = ("CloudWatchSynthetics", "SuccessPercent", "CanaryName");

/// Names with the fleet's in them, each once.
fn names(fleet: &str, listed: &ListedMetrics) -> Vec<String> {
    let fleet = fleet.to_ascii_lowercase();
    let alone = listed.dimensions.iter().filter_map(|all| match &all[..] {
        [(_, name)] => Some(name.clone()),
        _ => None,
    });
    let ours = alone.filter(|name| name.to_ascii_lowercase().contains(&fleet));
    let each: BTreeSet<String> = ours.collect();
    each.into_iter().collect()
}

/// By its newest runs; none without one.
fn canary(
    name: String,
    spec: &FleetSpec,
    region: &Region,
    runs: &Series,
    now: Timestamp,
) -> Option<Canary> {
    let settled = runs.points().iter().rev();
    let settled: Vec<_> = settled
        .filter(|point| now.duration_since(point.at) >= SignedDuration::from_mins(1))
        .take(NEWEST)
        .collect();
    let newest = settled.first()?.at;
    let fails = |value: f64| value < PASSED;
    let failing = settled.iter().take_while(|point| fails(point.value));
    let mut sites = spec.sites.iter();
    let of = sites.find(|site| name.contains(site.region.as_str()));
    Some(Canary {
        runs_in: region.clone(),
        of: of.map(|site| site.region.clone()),
        minutes: settled.len(),
        failed: settled.iter().filter(|point| fails(point.value)).count(),
        fails_since: failing.last().map(|point| point.at),
        newest,
        name,
    })
}

/// The API's routes, how many figures were asked for, and what could not be. The path `checked` is left out: health
/// checkers ask for it, who are no clients (aws-facts §20.2).
async fn routes(
    session: &Session,
    (site, checked): (&SiteSpec, &str),
    now: Timestamp,
) -> (Routes, usize, Option<String>) {
    let region = &site.region;
    let missing = |error| {
        let why = Missing::from(error);
        let told = format!("routes in {region}: {why}");
        (Routes::Missing(why), 0, Some(told))
    };
    let api = match session.apigateway(region).api(&site.api).await {
        Ok(api) => api,
        Err(error) => return missing(error),
    };
    let cloudwatch = session.cloudwatch(region);
    let [requests, failed] = metric_names(api.kind);
    let having = having(&api, site);
    let having: Vec<(&str, Option<&str>)> = having
        .iter()
        .map(|(name, value)| (*name, value.as_deref()))
        .collect();
    let listed = match cloudwatch.metrics_called(API, failed.0, &having).await {
        Ok(listed) => listed,
        Err(error) => return missing(error),
    };
    let mut found: Vec<RouteName> = listed
        .dimensions
        .iter()
        .filter_map(|all| RouteName::of(all))
        .collect();
    if found.is_empty() {
        return (Routes::NotCounted, 0, None);
    }
    found.retain(|one| one.resource() != Some(checked));
    found.sort();
    found.dedup();
    let cut = (listed.cut || found.len() > ROUTES)
        .then(|| format!("routes in {region}: there are more than gwctl reads"));
    found.truncate(ROUTES);
    let ask = |n: usize, one: &RouteName, (name, stat): Named, failed: bool| MetricQuestion {
        key: (n, failed),
        namespace: API,
        name: name.into(),
        dimensions: one.dimensions.clone(),
        stat,
        period: MINUTE,
    };
    let questions: Vec<MetricQuestion<(usize, bool)>> = found
        .iter()
        .enumerate()
        .flat_map(|(n, one)| [ask(n, one, requests, false), ask(n, one, failed, true)])
        .collect();
    let figures = questions.len();
    let from = now - SignedDuration::from_mins(MINUTES);
    match cloudwatch.metrics(&questions, from, now).await {
        Ok(answers) => match counted(&found, answers) {
            Ok(routes) => {
                let minutes = MINUTES;
                (Routes::Counted { minutes, routes }, figures, cut)
            }
            Err(why) => {
                let told = format!("routes in {region}: {why}");
                (Routes::Missing(why), figures, Some(told))
            }
        },
        Err(error) => missing(error),
    }
}

/// What traced requests met in the Region of `site`. X-Ray has all applications of the account in it: where none of its
/// nodes is a function of the fleet's, nothing of the fleet is traced.
async fn traces(
    session: &Session,
    site: Option<&SiteSpec>,
    now: Timestamp,
) -> Result<Option<Vec<TracedNode>>, Missing> {
    let Some(site) = site else {
        return Ok(None);
    };
    let to = now - TRACED_LATE;
    let window = (to - SignedDuration::from_mins(MINUTES), to);
    let (nodes, cut) = session.xray(&site.region).nodes(window).await?;
    if cut {
        let why = "there are more nodes than gwctl reads".into();
        return Err(Missing::CouldNotAsk { why });
    }
    let is_ours = |node: &TracedNode| {
        let mut functions = site
            .functions
            .iter()
            .map(|name| FunctionName::of(name).name);
        functions.any(|name| node.name == name)
    };
    Ok(nodes.iter().any(is_ours).then_some(nodes))
}

/// X-Ray shows a request a minute or two later; no figure is published (aws-facts §15.3).
const TRACED_LATE: SignedDuration = SignedDuration::from_mins(1);

const API: &str = "AWS/ApiGateway";

/// Name and statistic.
type Named = (&'static str, &'static str);

/// Requests, and those that failed (aws-facts §1.2).
const fn metric_names(kind: ApiKind) -> [Named; 2] {
    match kind {
        ApiKind::Rest => [("Count", "SampleCount"), ("5XXError", "Sum")],
        ApiKind::Http => [("Count", "Sum"), ("5xx", "Sum")],
    }
}

/// The dimensions by which the routes of an API are found (aws-facts §15.1).
fn having(api: &ApiDetail, site: &SiteSpec) -> Vec<(&'static str, Option<String>)> {
    let subject = match api.kind {
        ApiKind::Rest => ("ApiName", Some(api.name.clone())),
        ApiKind::Http => ("ApiId", Some(site.api.clone())),
    };
    let stage = site.stage.clone();
    vec![
        subject,
        ("Stage", stage),
        ("Resource", None),
        ("Method", None),
    ]
}

/// A route, and the dimensions of its metrics.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RouteName {
    name: String,
    dimensions: Vec<(&'static str, String)>,
}

impl RouteName {
    fn resource(&self) -> Option<&str> {
        let mut all = self.dimensions.iter();
        let found = all.find(|(name, _)| *name == "Resource")?;
        Some(&found.1)
    }

    /// None of a metric with other dimensions.
    fn of(dimensions: &[(String, String)]) -> Option<Self> {
        let known = ["ApiId", "ApiName", "Method", "Resource", "Stage"];
        let dimensions: Option<Vec<(&'static str, String)>> = dimensions
            .iter()
            .map(|(name, value)| {
                let name = known.into_iter().find(|known| known == name)?;
                Some((name, value.clone()))
            })
            .collect();
        let dimensions = dimensions.filter(|all| all.len() == 4)?;
        let value = |name: &str| {
            let mut all = dimensions.iter();
            let found = all.find(|(known, _)| *known == name)?;
            Some(found.1.as_str())
        };
        let name = gwctl_fleet::clean(&format!("{} {}", value("Method")?, value("Resource")?), 80);
        Some(Self { name, dimensions })
    }
}

/// A route without a point had no requests, or none that failed; one that could not be asked is no zero.
fn counted(
    found: &[RouteName],
    answers: Vec<MetricAnswer<(usize, bool)>>,
) -> Result<Vec<Route>, Missing> {
    let mut sums: BTreeMap<(usize, bool), f64> = BTreeMap::new();
    for (key, answer) in answers {
        let sum = match answer {
            Ok(series) => series.points().iter().map(|point| point.value).sum(),
            Err(Missing::NoData) => 0.0,
            Err(why) => return Err(why),
        };
        sums.insert(key, sum);
    }
    let of = |key| sums.get(&key).copied();
    let routes = found.iter().enumerate().filter_map(|(n, one)| {
        Some(Route {
            name: one.name.clone(),
            requests: of((n, false))?,
            failed: of((n, true))?,
        })
    });
    Ok(routes.collect())
}
