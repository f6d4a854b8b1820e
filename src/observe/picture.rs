//! The picture under way: answers are folded in, and what follows from them is brought up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::any_region::Anyone;
use super::poller::Poller;
use super::response::Response;
use super::{changes, cost, switches};
use gwctl_fleet::{
    Account, Change, CheckConfig, CheckKind, Cluster, DnsAnswer, GroupMember, HealthCheck, Metric,
    Metrics, Missing, Observed, Pace, Position, Region, Routing, RoutingRecord, Snapshot, Switch,
    Topology, judge,
};

/// The picture under way, with what is needed to go on drawing it.
pub(super) struct Picture {
    pub(super) snapshot: Snapshot,
    pub(super) identities: Anyone,
    /// Series asked for a minute, by Region.
    pub(super) queries: BTreeMap<(Region, Option<Account>), usize>,
    pub(super) poller: Arc<Poller>,
    topologies: Anyone,
    checks: Option<Checks>,
    here: Option<Response<Vec<DnsAnswer>>>,
    elsewhere: BTreeMap<&'static str, Result<Vec<DnsAnswer>, Missing>>,
    seen_changes: Vec<Change>,
}

type Checks = Response<BTreeMap<String, CheckConfig>>;

impl Picture {
    pub(super) fn new(snapshot: Snapshot, poller: Arc<Poller>) -> Self {
        Self {
            snapshot,
            identities: Anyone::default(),
            queries: BTreeMap::new(),
            poller,
            topologies: Anyone::default(),
            checks: None,
            here: None,
            elsewhere: BTreeMap::new(),
            seen_changes: Vec::new(),
        }
    }

    /// The member cluster in `region`, emptied when it is another one than before.
    pub(super) fn cluster(&mut self, region: Region, id: String) -> &mut Cluster {
        let cluster = self.snapshot.database.clusters.entry(region).or_default();
        if cluster.id != id {
            *cluster = Cluster {
                id,
                ..Cluster::default()
            };
        }
        cluster
    }

    pub(super) fn fold_topology(&mut self, region: &Region, said: Response<Topology>) {
        let answered = said.answer.is_ok();
        self.topologies
            .fold(region, said, &mut self.snapshot.database.topology);
        if !answered {
            return;
        }
        let Some(topology) = self.snapshot.database.topology.current().cloned() else {
            return;
        };
        for member in &topology.members {
            let cluster = self.cluster(member.region.clone(), member.cluster.clone());
            if member.writer {
                // What it told as a secondary is over (aws-facts §1.2).
                let is_lag = |metric| matches!(metric, Metric::RpoLag | Metric::ReplicationLag);
                cluster.metrics.retain(|metric| !is_lag(metric));
            }
        }
        let members: BTreeSet<&Region> = topology
            .members
            .iter()
            .map(|member| &member.region)
            .collect();
        self.snapshot
            .database
            .clusters
            .retain(|region, _| members.contains(region));
    }

    pub(super) fn fold_records(&mut self, said: Response<Vec<RoutingRecord>>) {
        let said = said.map(|mut records| {
            for record in &mut records {
                record.region = self.region_of(record);
            }
            Ok(records)
        });
        let kind = said
            .answer
            .as_ref()
            .ok()
            .and_then(|records| Some(records.first()?.kind.clone()));
        self.poller
            .shared_facts
            .tell(&self.poller.shared_facts.record_kind, kind);
        said.renew(&mut self.snapshot.edge.records);
        self.relate_checks();
        self.show_answers();
    }

    /// The Region that a record stands for: the names of the configuration tell better than what names look like.
    fn region_of(&self, record: &RoutingRecord) -> Option<Region> {
        if let Routing::Latency(region) = &record.routing {
            return Some(region.clone());
        }
        let target = record.primary().map_or(&record.target, |one| &one.target);
        let mut sites = self.snapshot.sites.iter();
        let named = sites.find(|site| {
            let endpoint = site.endpoint.as_deref();
            endpoint.is_some_and(|name| name.eq_ignore_ascii_case(target))
        });
        named
            .map(|site| site.region.clone())
            .or_else(|| record.region.clone())
    }

    pub(super) fn fold_checks(&mut self, said: Response<Vec<(String, CheckConfig)>>) {
        self.fold_endpoint_checks(&said);
        self.checks = Some(said.map(|checks| Ok(checks.into_iter().collect())));
        self.relate_checks();
    }

    /// Whatever they are for: what asks an endpoint is traffic there.
    fn fold_endpoint_checks(&mut self, said: &Response<Vec<(String, CheckConfig)>>) {
        let of_endpoints = |checks: &Vec<(String, CheckConfig)>| -> Arc<[CheckConfig]> {
            let configs = checks.iter().map(|(_, config)| config);
            configs
                .filter(|config| matches!(config.kind, CheckKind::Endpoint { .. }))
                .cloned()
                .collect()
        };
        let answer = said.answer.as_ref().map(of_endpoints).map_err(Clone::clone);
        let checks = &mut self.snapshot.edge.endpoint_checks;
        checks.renew(answer, said.at, said.source.clone());
    }

    /// Of all the account's health checks, the latency set's and their children.
    fn relate_checks(&mut self) {
        let Some(checks) = &self.checks else { return };
        let edge = &mut self.snapshot.edge;
        if edge.records.why_missing() == Some(&Missing::NotYet) {
            return;
        }
        let configs = checks.answer.as_ref().ok();
        let records = edge.records.last().map_or(&[][..], Vec::as_slice);
        let of_groups = records.iter().flat_map(|record| &record.group);
        let mut wanted: BTreeSet<String> = records
            .iter()
            .map(|record| &record.health_check)
            .chain(of_groups.map(|record| &record.health_check))
            .filter_map(Clone::clone)
            .collect();
        let children = |id: &String| match &configs?.get(id)?.kind {
            CheckKind::Calculated { children, .. } => Some(children.clone()),
            _ => None,
        };
        // Checks over checks do not nest (aws-facts §3.4): one level is all there is.
        let more: Vec<String> = wanted.iter().filter_map(children).flatten().collect();
        wanted.extend(more);
        if configs.is_some() && edge.records.current().is_some() {
            edge.checks.retain(|id, _| wanted.contains(id));
            edge.switches.retain(|id, _| wanted.contains(id));
        }
        for id in &wanted {
            let check = edge
                .checks
                .entry(id.clone())
                .or_insert_with(|| HealthCheck {
                    id: id.clone(),
                    config: Observed::default(),
                    metrics: Metrics::default(),
                });
            let answer = match &checks.answer {
                Ok(configs) => configs.get(id).cloned().ok_or(Missing::NoData),
                Err(why) => Err(why.clone()),
            };
            check.config.renew(answer, checks.at, checks.source.clone());
        }
        let levers = configs.map(|_| switches::levers(records, &edge.checks));
        self.poller
            .shared_facts
            .tell(&self.poller.shared_facts.levers, levers);
        let voted = |check: &HealthCheck| {
            !matches!(
                check.config.last().map(|config| &config.kind),
                Some(CheckKind::Calculated { .. })
            )
        };
        let to_ask = edge
            .checks
            .values()
            .map(|check| (check.id.clone(), voted(check)))
            .collect();
        self.poller
            .shared_facts
            .tell(&self.poller.shared_facts.checks, Some(to_ask));
    }

    pub(super) fn fold_switches(&mut self, said: Vec<(String, Response<Switch>)>) {
        let edge = &mut self.snapshot.edge;
        for (check, said) in said {
            if !edge.checks.contains_key(&check) {
                continue;
            }
            let known = edge.switches.entry(check).or_default();
            let position = known.last().map(|switch| switch.position.clone());
            said.renew(known);
            if let Some((switch, position)) = known.last_mut().zip(position) {
                switch.position = position;
            }
        }
    }

    /// Where switches stand, by the ids of their checks.
    pub(super) fn fold_positions(&mut self, positions: Vec<(String, Position)>) {
        for (check, position) in positions {
            let known = self.snapshot.edge.switches.get_mut(&check);
            if let Some(switch) = known.and_then(Observed::last_mut) {
                switch.position = position;
            }
        }
    }

    pub(super) fn fold_here(&mut self, said: Response<Vec<DnsAnswer>>) {
        let at = said.at;
        self.here = Some(said.map(|answers| Ok(given(answers, at))));
        self.show_answers();
    }

    pub(super) fn fold_vantage(&mut self, place: &'static str, said: Response<Vec<DnsAnswer>>) {
        // What it was before a failure says nothing of now.
        let at = said.at;
        let answer = said.answer.map(|answers| given(answers, at));
        self.elsewhere.insert(place, answer);
        let heard = self.elsewhere.values().any(Result::is_ok);
        let why = self.elsewhere.get(place).and_then(|one| one.as_ref().err());
        self.snapshot.edge.unheard_elsewhere = why.filter(|_| !heard).cloned();
        self.show_answers();
    }

    /// What DNS answers here decides whether anything is known: it needs no control plane.
    fn show_answers(&mut self) {
        let Some(here) = &self.here else { return };
        let region_of = |value: &str| {
            let records = self
                .snapshot
                .edge
                .records
                .last()
                .map_or(&[][..], Vec::as_slice);
            let by_record = records
                .iter()
                .find(|record| record.target.eq_ignore_ascii_case(value));
            let by_endpoint = || {
                self.snapshot.sites.iter().find(|site| {
                    site.endpoint
                        .as_deref()
                        .is_some_and(|name| name.eq_ignore_ascii_case(value))
                })
            };
            // Groups may hold other Regions' targets as well: the last to be asked.
            let by_weight = || {
                records.iter().find(|record| {
                    let answers = |one: &GroupMember| {
                        one.routing != Routing::Weighted(0)
                            && one.target.eq_ignore_ascii_case(value)
                    };
                    record.group.iter().any(answers)
                })
            };
            by_record
                .and_then(|record| record.region.clone())
                .or_else(|| by_endpoint().map(|s| s.region.clone()))
                .or_else(|| by_weight().and_then(|record| record.region.clone()))
        };
        let answer = here.answer.as_ref().map_err(Clone::clone).map(|here| {
            let everywhere = here
                .iter()
                .chain(self.elsewhere.values().flatten().flatten());
            everywhere
                .map(|a| DnsAnswer {
                    region: region_of(&a.value),
                    ..a.clone()
                })
                .collect()
        });
        let edge = &mut self.snapshot.edge;
        let before = edge.answers.last().cloned().unwrap_or_default();
        edge.answers.renew(answer, here.at, here.source.clone());
        edge.see_turns(&before);
    }

    /// Brings everything that follows from the answers up to date.
    pub(super) fn finish(&mut self, published: &Snapshot, pace: Pace) {
        let snapshot = &mut self.snapshot;
        snapshot.at = self.poller.clock.now();
        snapshot.pace = pace;
        snapshot.generation = published.generation + 1;
        snapshot.ledger = self.poller.session.ledger();
        snapshot.dollars_per_hour = cost::dollars_per_hour(self.queries.values().sum());
        for site in &mut snapshot.sites {
            site.reach = self.poller.session.reach(&site.region);
        }
        for (region, cluster) in &mut snapshot.database.clusters {
            cluster.reach = self.poller.session.reach(region);
        }
        judge(snapshot);
        self.seen_changes
            .extend(changes::between(published, snapshot));
        changes::forget_oldest(&mut self.seen_changes);
        snapshot.changes = changes::newest(&self.seen_changes, snapshot);
    }
}

/// `answers`, which were given at `at`.
fn given(answers: Vec<DnsAnswer>, at: Timestamp) -> Vec<DnsAnswer> {
    let given = |answer| DnsAnswer {
        at: Some(at),
        ..answer
    };
    answers.into_iter().map(given).collect()
}
