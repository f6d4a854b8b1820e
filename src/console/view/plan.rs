//! Which lines each chart has.

use std::sync::Arc;

use super::absent::why_missing;
use super::freshness::{Known, Show};
use super::hue::Hue;
use super::measure::Measure;
use super::scene::Scene;
use crate::app::Chart;
use gwctl_fleet::{
    Function, Limit, Metric, Metrics, Missing, Observed, Region, Series, Site, Snapshot,
};

/// Lines that can still be told apart.
const MOST: usize = 6;

/// A line of a chart, before it is drawn.
pub struct Line<'a> {
    /// Empty where there is no other.
    pub name: String,
    pub observed: &'a Observed<Arc<Series>>,
    pub measure: Measure,
    pub hue: Hue,
    /// Told in the heading alone: its unit is not that of the axis.
    pub told_only: bool,
}

/// What belongs into a chart.
pub struct Plan<'a> {
    pub lines: Vec<Line<'a>>,
    /// Where the verdict changes.
    pub limit: Option<Limit>,
    /// The top of the axis is at least this.
    pub least: f64,
}

/// The lines of `chart`, with the series that `picture` holds. Which lines there are follows from the picture on
/// screen, so that those of two times belong together.
pub fn plan<'a>(
    scene: &Scene<'_>,
    picture: &'a Snapshot,
    (chart, region): (Chart, Option<&Region>),
) -> Plan<'a> {
    let limits = &picture.thresholds;
    let (limit, least) = match chart {
        Chart::AllLatency => (Some(limits.api_p99_ms), 0.0),
        Chart::AllLag => (Some(limits.replication_lag_ms), 100.0),
        _ => (None, 0.0),
    };
    let lines = match chart {
        Chart::AllErrors => of_sites(scene, picture, Metric::Api5xx, Measure::PerMinute),
        Chart::AllLatency => of_sites(scene, picture, Metric::ApiLatencyP99, Measure::Millis),
        Chart::AllRequests => of_sites(scene, picture, Metric::ApiRequests, Measure::PerSecond),
        Chart::AllLag => lags(scene, picture),
        Chart::EdgeRequests => of_edge(picture, &[Metric::EdgeRequests], Measure::PerSecond),
        Chart::EdgeErrors => of_edge(
            picture,
            &[Metric::Edge4xxRate, Metric::Edge5xxRate],
            Measure::Percent,
        ),
        Chart::EdgeLatency => of_edge(picture, &[Metric::EdgeOriginLatencyP90], Measure::Millis),
        _ => {
            let site = region.and_then(|region| picture.site(region));
            return site.map_or(
                Plan {
                    lines: Vec::new(),
                    limit: None,
                    least: 0.0,
                },
                |site| of_site(picture, site, chart),
            );
        }
    };
    Plan {
        lines,
        limit,
        least,
    }
}

fn line<'a>(name: &str, metrics: &'a Metrics, metric: Metric, hue: Hue) -> Line<'a> {
    let measure = match metric {
        Metric::ApiRequests | Metric::EdgeRequests => Measure::PerSecond,
        Metric::FunctionConcurrency | Metric::DbConnections => Measure::AtOnce,
        Metric::DbCpu => Measure::Load,
        other => other.unit().into(),
    };
    Line {
        name: name.into(),
        observed: metrics.get(metric),
        measure,
        hue,
        told_only: false,
    }
}

/// The Regions to show: the worst first where there are many, then in the fleet's order.
fn chosen<'s>(scene: &Scene<'s>) -> Vec<&'s Region> {
    let mut sites: Vec<&Site> = scene.snapshot.sites.iter().collect();
    if sites.len() > MOST {
        sites.sort_by_key(|site| std::cmp::Reverse(site.judgement.verdict));
        sites.truncate(MOST);
    }
    sites.into_iter().map(|site| &site.region).collect()
}

fn of_sites<'a>(
    scene: &Scene<'_>,
    picture: &'a Snapshot,
    metric: Metric,
    measure: Measure,
) -> Vec<Line<'a>> {
    let regions = chosen(scene).into_iter();
    let lines = regions.filter_map(|region| {
        let site = picture.site(region)?;
        Some(Line {
            measure,
            ..line(
                region.as_str(),
                &site.api.metrics,
                metric,
                Hue::Region(region.clone()),
            )
        })
    });
    lines.collect()
}

/// A line a secondary.
fn lags<'a>(scene: &Scene<'_>, picture: &'a Snapshot) -> Vec<Line<'a>> {
    let topology = scene.snapshot.database.topology.last();
    let members = topology.into_iter().flat_map(|topology| &topology.members);
    let mut secondaries: Vec<_> = members.filter(|member| !member.writer).collect();
    if secondaries.len() > MOST {
        let lag = |region: &Region| {
            let known = scene.snapshot.database.lag_now(region);
            known.map_or(f64::MAX, |lag| lag.ms)
        };
        // The longest first, and before it what is not known.
        secondaries.sort_by(|a, b| lag(&b.region).total_cmp(&lag(&a.region)));
        secondaries.truncate(MOST);
    }
    let lines = secondaries.into_iter().filter_map(|member| {
        Some(Line {
            name: member.region.to_string(),
            observed: picture.database.lag(&member.region)?,
            measure: Measure::Millis,
            hue: Hue::Region(member.region.clone()),
            told_only: false,
        })
    });
    lines.collect()
}

fn of_edge<'a>(picture: &'a Snapshot, metrics: &[Metric], measure: Measure) -> Vec<Line<'a>> {
    let several = metrics.len() > 1;
    let lines = metrics.iter().enumerate().map(|(index, metric)| {
        let name = if several {
            metric.title().trim_start_matches("edge ")
        } else {
            ""
        };
        Line {
            measure,
            ..line(name, &picture.edge.metrics, *metric, Hue::Nth(index))
        }
    });
    lines.collect()
}

/// A line of its own has the Region's colour; several of one Region have one each.
fn of_site<'a>(picture: &'a Snapshot, site: &'a Site, chart: Chart) -> Plan<'a> {
    let limits = &picture.thresholds;
    let mut lines = lines_of_site(picture, site, chart);
    if let [only] = lines.as_mut_slice() {
        only.name.clear();
        only.hue = Hue::Region(site.region.clone());
    }
    let limit = match chart {
        Chart::Latency => Some(limits.api_p99_ms),
        Chart::Lag => Some(limits.replication_lag_ms),
        Chart::Concurrency => site.concurrency.last().map(|limit| {
            let share = limits.lambda_concurrency_percent;
            Limit::new(
                f64::from(limit.limit) * share.warn / 100.0,
                f64::from(limit.limit) * share.critical / 100.0,
            )
        }),
        _ => None,
    };
    Plan {
        lines,
        limit,
        least: 0.0,
    }
}

fn lines_of_site<'a>(picture: &'a Snapshot, site: &'a Site, chart: Chart) -> Vec<Line<'a>> {
    let api = |metrics: &[Metric]| -> Vec<Line<'a>> {
        let each = metrics.iter().enumerate();
        each.map(|(n, metric)| line(metric.title(), &site.api.metrics, *metric, Hue::Nth(n)))
            .collect()
    };
    let cluster = picture.database.clusters.get(&site.region);
    match chart {
        Chart::Latency => api(&[
            Metric::ApiLatencyP50,
            Metric::ApiLatencyP90,
            Metric::ApiLatencyP99,
        ]),
        Chart::Requests => api(&[Metric::ApiRequests]),
        Chart::ApiErrors => api(&[Metric::Api4xx, Metric::Api5xx]),
        Chart::FunctionErrors => {
            of_functions(site, &[Metric::FunctionErrors, Metric::FunctionThrottles])
        }
        Chart::Duration => of_functions(site, &[Metric::FunctionDurationP95]),
        Chart::Concurrency => of_functions(site, &[Metric::FunctionConcurrency]),
        Chart::Lag => {
            let writer = picture.is_writer(&site.region) == Some(true);
            let metric = picture.database.lag_metric().filter(|_| !writer);
            let lag = metric.zip(cluster);
            lag.map(|(metric, cluster)| line("", &cluster.metrics, metric, Hue::Nth(0)))
                .into_iter()
                .collect()
        }
        Chart::Database => cluster.map_or_else(Vec::new, |cluster| {
            let connections = Line {
                told_only: true,
                ..line(
                    "conns",
                    &cluster.metrics,
                    Metric::DbConnections,
                    Hue::Nth(1),
                )
            };
            let cpu = line("CPU", &cluster.metrics, Metric::DbCpu, Hue::Nth(0));
            vec![cpu, connections]
        }),
        Chart::HealthCheck => {
            let check = picture.edge.check(&site.region);
            check
                .map(|check| line("", &check.metrics, Metric::CheckStatus, Hue::Nth(0)))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

fn of_functions<'a>(site: &'a Site, metrics: &[Metric]) -> Vec<Line<'a>> {
    let many = site.functions.len() > 1;
    let functions = metrics
        .iter()
        .flat_map(|metric| site.functions.iter().map(move |one| (one, *metric)));
    let lines = functions.enumerate().map(|(n, (function, metric))| {
        let name = short_name(&function.name, &site.functions);
        let name = match (many, metric == Metric::FunctionThrottles) {
            (true, true) => format!("{name} throttled"),
            (true, false) => name,
            _ => metric.title().to_string(),
        };
        line(&name, &function.metrics, metric, Hue::Nth(n))
    });
    lines.collect()
}

/// A function's name without what all of them begin with: `orders-read` beside `orders-write` is `read`.
fn short_name(name: &str, all: &[Function]) -> String {
    let common = all
        .iter()
        .map(|function| function.name.as_str())
        .reduce(|a, b| {
            let same = a
                .chars()
                .zip(b.chars())
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a.len_utf8())
                .sum();
            &a[..same]
        });
    let common = common.filter(|_| all.len() > 1).unwrap_or_default();
    let cut = common.rfind(['-', '_', '.']).map_or(0, |at| at + 1);
    name[cut..].to_string()
}

/// Why there is nothing to draw, in words that keep the four kinds of nothing apart.
pub fn why_empty(
    scene: &Scene<'_>,
    (chart, region): (Chart, Option<&Region>),
    lines: &[Line<'_>],
) -> String {
    if region.is_some()
        && let Some(line) = lines.first()
    {
        return why_not_measured(scene, line);
    }
    let database = &scene.snapshot.database;
    let topology = database.topology.why_missing();
    let records = scene.snapshot.edge.records.why_missing();
    let told: Vec<Option<&Missing>> = lines
        .iter()
        .map(|line| line.observed.why_missing())
        .collect();
    let writer = region.map(|region| scene.snapshot.is_writer(region) == Some(true));
    let (why, none) = match chart {
        Chart::Lag if writer == Some(true) => (vec![], "the writer has no replication lag"),
        Chart::Lag => (vec![topology], "the engine's lag is not known"),
        Chart::Database => (vec![topology], "the global cluster has no member here"),
        Chart::HealthCheck => (vec![records], "the routing record here has no health check"),
        Chart::AllLag => {
            let members = database.topology.last().map(|it| it.members.as_slice());
            let alone = members.is_some_and(|all| all.iter().all(|member| member.writer));
            let none = if alone {
                "no secondary, and so no lag"
            } else {
                "CloudWatch has no lag of any secondary"
            };
            (told.into_iter().chain([topology]).collect(), none)
        }
        _ if lines.is_empty() => (vec![], "the configuration names nothing to measure"),
        _ => (told, "CloudWatch has no points of it"),
    };
    why_missing(scene, why, none)
}

fn why_not_measured(scene: &Scene<'_>, line: &Line<'_>) -> String {
    let known = Known::series(line.observed, scene.now, &scene.snapshot.thresholds);
    let source = line
        .observed
        .source()
        .map_or_else(String::new, |source| format!(" ({source})"));
    match line.observed.why_missing() {
        Some(why) => format!("{} {why}{source}", known.mark(scene.theme)),
        None => format!("{} no points yet{source}", scene.theme.glyphs.marks.no_data),
    }
}
