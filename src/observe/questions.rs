//! Which series are asked for in a Region, as things are now.

use super::shared_facts::SharedFacts;
use gwctl_aws::{MetricQuestion, Subject, question};
use gwctl_fleet::{Account, FleetSpec, Metric, Metrics, Region, Snapshot};

/// Where a series belongs, within its Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The API of the nth site.
    Api(usize),
    /// A function of the nth site, by its own number.
    Function(usize, usize),
    /// The database's member in the Region, by its identifier.
    Cluster(Region, String),
    /// A health check.
    Check(String),
    /// The distribution.
    Edge,
}

impl Place {
    /// The account whose CloudWatch has it.
    pub(super) const fn account(&self) -> Account {
        match self {
            Self::Api(_) | Self::Function(..) => Account::Workload,
            Self::Cluster(..) => Account::Database,
            Self::Check(_) => Account::Dns,
            Self::Edge => Account::Edge,
        }
    }
}

/// A series.
pub(super) type Key = (Place, Metric);

/// Asked of every API.
pub(super) const API_METRICS: [Metric; 7] = [
    Metric::ApiLatencyP50,
    Metric::ApiLatencyP90,
    Metric::ApiLatencyP99,
    Metric::ApiIntegrationLatencyP50,
    Metric::ApiRequests,
    Metric::Api4xx,
    Metric::Api5xx,
];

const FUNCTION_METRICS: [Metric; 5] = [
    Metric::FunctionInvocations,
    Metric::FunctionErrors,
    Metric::FunctionThrottles,
    Metric::FunctionDurationP95,
    Metric::FunctionConcurrency,
];

const CLUSTER_METRICS: [Metric; 3] = [
    Metric::DbCpu,
    Metric::DbConnections,
    Metric::DbWriteThroughput,
];

const EDGE_METRICS: [Metric; 4] = [
    Metric::EdgeRequests,
    Metric::Edge4xxRate,
    Metric::Edge5xxRate,
    Metric::EdgeOriginLatencyP90,
];

const ROUTER_METRICS: [Metric; 3] = [
    Metric::EdgeFunctionErrors,
    Metric::EdgeFunctionInvalid,
    Metric::EdgeFunctionLimited,
];

/// Of a health check of an endpoint: its status, and how many checkers see it healthy.
const CHECK_METRICS: usize = 2;

/// Every series to ask for in `region`: all in one call.
pub(super) fn all(
    spec: &FleetSpec,
    shared_facts: &SharedFacts,
    region: &Region,
) -> Vec<MetricQuestion<Key>> {
    let mut questions = Vec::new();
    for (n, site) in spec
        .sites
        .iter()
        .enumerate()
        .filter(|(_, site)| site.region == *region)
    {
        if let Some(api) = shared_facts
            .apis
            .get(region)
            .and_then(super::shared_facts::Slot::get)
        {
            let subject = Subject::Api {
                kind: api.kind,
                id: site.api.clone(),
                name: api.name,
                stage: site.stage.clone(),
            };
            add(&mut questions, &Place::Api(n), &subject, &API_METRICS);
        }
        for (f, name) in site.functions.iter().enumerate() {
            let subject = Subject::Function { name: name.clone() };
            add(
                &mut questions,
                &Place::Function(n, f),
                &subject,
                &FUNCTION_METRICS,
            );
        }
    }
    of_member(shared_facts, region, &mut questions);
    if *region == Region::global() {
        of_edge(spec, shared_facts, &mut questions);
    }
    questions
}

/// How many series [`all`] will be over all Regions, as far as `spec` tells: one member of the database and one health
/// check of an endpoint a Region.
pub(super) fn expected(spec: &FleetSpec) -> usize {
    let functions: usize = spec.sites.iter().map(|site| site.functions.len()).sum();
    let of_sites = spec.sites.len() * (API_METRICS.len() + CHECK_METRICS);
    let of_members = match spec.global_cluster.as_str() {
        "" => 0,
        _ => spec.sites.len() * CLUSTER_METRICS.len() + spec.sites.len().saturating_sub(1),
    };
    let of_router = spec
        .edge
        .router
        .as_ref()
        .map_or(0, |_| ROUTER_METRICS.len());
    let of_edge = match spec.edge.distribution.as_str() {
        "" => 0,
        _ => EDGE_METRICS.len() + of_router,
    };
    functions * FUNCTION_METRICS.len() + of_sites + of_members + of_edge
}

/// Only secondaries have a lag, and the engine decides which (aws-facts §1.2).
fn of_member(
    shared_facts: &SharedFacts,
    region: &Region,
    questions: &mut Vec<MetricQuestion<Key>>,
) {
    let Some(topology) = shared_facts.topology.get() else {
        return;
    };
    let Some(member) = topology.member(region) else {
        return;
    };
    let place = Place::Cluster(region.clone(), member.cluster.clone());
    let subject = Subject::Cluster {
        id: member.cluster.clone(),
    };
    add(questions, &place, &subject, &CLUSTER_METRICS);
    if shared_facts.is_serverless(region) {
        add(questions, &place, &subject, &[Metric::DbCapacity]);
    }
    if !member.writer {
        add(
            questions,
            &place,
            &subject,
            &[topology.engine.lag_metric().metric()],
        );
    }
}

fn of_edge(spec: &FleetSpec, shared_facts: &SharedFacts, questions: &mut Vec<MetricQuestion<Key>>) {
    for (id, voted) in shared_facts.checks.get().unwrap_or_default() {
        let subject = Subject::HealthCheck { id: id.clone() };
        let place = Place::Check(id);
        add(questions, &place, &subject, &[Metric::CheckStatus]);
        if voted {
            add(questions, &place, &subject, &[Metric::CheckPercentHealthy]);
        }
    }
    // Not built yet: an empty dimension would spoil the whole call.
    if spec.edge.distribution.is_empty() {
        return;
    }
    let limit_metric = shared_facts.limit_metric.get().flatten();
    let subject = Subject::Distribution {
        id: spec.edge.distribution.clone(),
        limit_metric,
    };
    add(questions, &Place::Edge, &subject, &EDGE_METRICS);
    if spec.edge.router.is_some() {
        add(questions, &Place::Edge, &subject, &ROUTER_METRICS);
    }
}

fn add(
    questions: &mut Vec<MetricQuestion<Key>>,
    place: &Place,
    subject: &Subject,
    metrics: &[Metric],
) {
    let keyed = |metric: &Metric| question((place.clone(), *metric), *metric, subject);
    questions.extend(metrics.iter().filter_map(keyed));
}

/// The metrics that `place` stands for; none when it went away since the question.
pub(super) fn metrics_of<'a>(snapshot: &'a mut Snapshot, place: &Place) -> Option<&'a mut Metrics> {
    match place {
        Place::Api(n) => snapshot.sites.get_mut(*n).map(|site| &mut site.api.metrics),
        Place::Function(n, f) => {
            let function = snapshot.sites.get_mut(*n)?.functions.get_mut(*f)?;
            Some(&mut function.metrics)
        }
        Place::Cluster(region, id) => {
            let cluster = snapshot.database.clusters.get_mut(region)?;
            (cluster.id == *id).then_some(&mut cluster.metrics)
        }
        Place::Check(id) => snapshot
            .edge
            .checks
            .get_mut(id)
            .map(|check| &mut check.metrics),
        Place::Edge => Some(&mut snapshot.edge.metrics),
    }
}
