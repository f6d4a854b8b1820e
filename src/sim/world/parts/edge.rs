//! The edge: clients' requests come in, routers ask DNS and send them to a Region.

use crate::world::clients::{self, Cached, EdgeLocation, ROUTERS};
use crate::world::geo;
use crate::world::measured::MeasuredFlow;
use crate::world::metrics::MetricStore;
use crate::world::model::{Distribution, HealthCheck};
use crate::world::parts::dns::{Asker, Dns, answer};
use crate::world::parts::edge_minute::{EdgeMinute, Flow, Routed};
use crate::world::parts::edge_series::EdgeSeries;
use crate::world::parts::fleet::Fleet;
use crate::world::parts::front::Front;
use crate::world::parts::present::Present;
use crate::world::parts::surge::Surge;
use crate::world::parts::totals::Totals;
use crate::world::rng::{Rng, normal_slice};
use crate::world::serving::Outcome;
use gwctl_fleet::Region;

/// How many routers that wake together draw from a weighted set by themselves.
const DRAWERS: usize = 24;

/// What DNS names best.
struct Best {
    /// Sites, with the part of the answers that name them.
    sites: Vec<(usize, f64)>,
    /// The part of the answers that leads nowhere.
    lost: f64,
    ttl_s: i64,
}

impl Best {
    fn only(site: Option<usize>, ttl_s: i64) -> Self {
        Self {
            sites: site.map(|site| (site, 1.0)).into_iter().collect(),
            lost: if site.is_some() { 0.0 } else { 1.0 },
            ttl_s,
        }
    }
}

/// Share of requests from clients that check no certificate.
const UNCHECKED: f64 = 0.03;
/// Share of requests on which the router function fails.
const ROUTER_ERRORS: f64 = 0.000_004;

/// The edge locations, and the distribution they serve.
#[derive(Debug, Clone)]
pub(in crate::world) struct Edge {
    /// With the clients near them.
    locations: Vec<EdgeLocation>,
    /// Where clients' requests come in; none while nothing leads to a distribution.
    front: Option<Front>,
    /// Whether there ever was one: before, clients know of no name to use.
    opened: bool,
    /// The minute being counted.
    minute: EdgeMinute,
    /// None before clients' requests had a distribution to go to.
    series: Option<EdgeSeries>,
    rng: Rng,
}

/// What the routers go by.
#[derive(Clone, Copy)]
pub(in crate::world) struct Directions<'a> {
    pub dns: &'a Dns,
    pub checks: &'a [HealthCheck],
    pub fleet: &'a Fleet,
    pub present: Present,
    /// More clients than usual.
    pub surge: Option<Surge>,
    /// Whether clients accept the edge's certificate.
    pub trusted: bool,
    /// Of all requests, the share on which the router fails: before they reach a Region.
    pub broken: f64,
}

impl Edge {
    /// With so many requests a second if every place were at its daily peak, to a distribution if there is one.
    pub(in crate::world) fn new(
        seed: u64,
        regions: &[Region],
        peak: f64,
        distribution: Option<&Distribution>,
        metrics: &mut MetricStore,
    ) -> Self {
        Self {
            locations: clients::everywhere(seed, regions, peak),
            front: None,
            opened: false,
            minute: EdgeMinute::default(),
            series: distribution.map(|one| EdgeSeries::new(metrics, &one.id)),
            rng: Rng::new(seed, "edge"),
        }
    }

    /// The fleet is in another Region too.
    pub(in crate::world) fn learn(&mut self, region: &Region) {
        for location in &mut self.locations {
            location.learn(region);
        }
    }

    pub(in crate::world) const fn front(&self) -> Option<&Front> {
        self.front.as_ref()
    }

    /// Whether clients know a name to use.
    pub(in crate::world) const fn is_known(&self) -> bool {
        self.opened
    }

    /// The edge location next to a point.
    pub(in crate::world) fn nearest(&self, point: (f64, f64)) -> Option<&EdgeLocation> {
        let distance = |one: &&EdgeLocation| geo::km(one.point, point) as i64;
        self.locations.iter().min_by_key(distance)
    }

    /// Requests come in somewhere else from now on, or nowhere.
    pub(in crate::world) fn lead_to(&mut self, front: Option<Front>, metrics: &mut MetricStore) {
        if front == self.front {
            return;
        }
        let asks = |front: &Option<Front>| front.as_ref().map(|one| one.latency.clone());
        if asks(&front) != asks(&self.front) {
            for location in &mut self.locations {
                location.routers = std::array::from_fn(|_| Cached::default());
            }
        }
        self.opened |= front.is_some();
        if let Some(front) = &front
            && self.series.as_ref().map(|series| &series.of) != Some(&front.distribution)
        {
            self.series = Some(EdgeSeries::new(metrics, &front.distribution));
        }
        self.front = front;
    }

    /// Every edge location's demand, sent where its routers' answers say.
    pub(in crate::world) fn route(&mut self, step: i64, by: Directions<'_>) -> Routed {
        let mut routed = Routed {
            flows: Vec::with_capacity(self.locations.len() * 2),
            unrouted: 0.0,
            unresolved: 0.0,
            broken: 0.0,
        };
        for (place, location) in self.locations.iter_mut().enumerate() {
            let surge = by.surge.map_or(1.0, |surge| surge.at(location.point));
            let demand = surge * location.demand(by.present.now, step as f64);
            let demand = if by.trusted {
                demand
            } else {
                // They break the connection off before there is a request.
                routed.unresolved += (1.0 - UNCHECKED) * demand;
                UNCHECKED * demand
            };
            let demand = if self.front.is_some() {
                routed.broken += by.broken * demand;
                (1.0 - by.broken) * demand
            } else {
                demand
            };
            let Some(front) = &self.front else {
                // Nobody uses a name before there is one.
                routed.unresolved += if self.opened { demand } else { 0.0 };
                continue;
            };
            refresh_routers(location, place, front, by);
            let share = demand / location.routers.len() as f64;
            // In the order in which the routers first name a site.
            let mut rates: Vec<(usize, f64)> = Vec::with_capacity(2);
            for (site, part) in location.routers.iter().flat_map(|router| &router.sites) {
                match rates.iter_mut().find(|(known, _)| known == site) {
                    Some((_, rate)) => *rate += share * part,
                    None => rates.push((*site, share * part)),
                }
            }
            let lost: f64 = location.routers.iter().map(|router| router.lost).sum();
            routed.unrouted += share * lost;
            let busy = rates.into_iter().filter(|(_, rate)| *rate > 0.0);
            routed.flows.extend(busy.map(|(site, rate)| Flow {
                site,
                rate,
                rtt_ms: location.rtt_ms[site],
            }));
        }
        routed
    }

    /// Counts what the clients saw.
    pub(in crate::world) fn count(
        &mut self,
        routed: &Routed,
        outcomes: &[Outcome],
        step: i64,
        totals: &mut Totals,
    ) {
        let flows = &routed.flows;
        let unrouted = self.rng.poisson(routed.unrouted * step as f64);
        let unresolved = self.rng.poisson(routed.unresolved * step as f64);
        let broken = match routed.broken {
            some if some > 0.0 => self.rng.poisson(some * step as f64),
            _ => 0.0,
        };
        totals.requests += unrouted + unresolved + broken;
        totals.failed += unrouted + unresolved + broken;
        let slices: u32 = if step >= 30 { 12 } else { 2 };
        let minute = &mut self.minute;
        minute.requests += unrouted;
        minute.failed += unrouted;
        minute.requests += broken;
        minute.router_broken += broken;
        for outcome in outcomes {
            minute.requests += outcome.requests;
            minute.refused += outcome.refused;
            minute.failed += outcome.failed;
            minute.silent += outcome.silent;
            minute.down += outcome.requests * 2_450.0;
            minute.up += outcome.requests * 610.0;
            totals.requests += outcome.requests;
            totals.failed += outcome.failed + outcome.silent + outcome.throttled;
            totals.throttled += outcome.throttled;
            totals.writes_acknowledged += outcome.acknowledged;
        }
        let requests: f64 = outcomes.iter().map(|outcome| outcome.requests).sum();
        minute.router_errors += self.rng.poisson(requests * ROUTER_ERRORS);
        for flow in flows {
            let outcome = &outcomes[flow.site];
            let weight = flow.rate * step as f64 / f64::from(slices);
            // A silent origin costs the connection time-outs: three attempts of ten seconds.
            let typical = if outcome.silent > 0.0 {
                30_000.0
            } else {
                flow.rtt_ms * 1.06 + outcome.typical_ms
            };
            let spread = if outcome.silent > 0.0 { 0.01 } else { 0.33 };
            for slice in 0..slices as usize {
                let z = f64::from(normal_slice(slice, slices as usize, self.rng.uniform()));
                minute
                    .origin_latency
                    .add_ln(typical.ln() + z * spread, weight);
            }
        }
    }

    /// Counts what was measured of the clients' requests.
    pub(in crate::world) fn count_for_real(&mut self, flows: &[MeasuredFlow], totals: &mut Totals) {
        for flow in flows {
            let (requests, failed) = (flow.requests as f64, flow.failed as f64);
            let minute = &mut self.minute;
            minute.requests += requests;
            minute.refused += flow.refused as f64;
            minute.down += flow.downloaded as f64;
            minute.up += flow.uploaded as f64;
            totals.requests += requests;
            totals.failed += failed;
            if flow.region.is_some() {
                minute.failed += failed;
            } else {
                minute.silent += failed;
            }
            for ms in &flow.latency_ms {
                minute.origin_latency.add(*ms, 1.0);
            }
        }
    }

    /// The distribution publishes the minute that has just ended.
    pub(in crate::world) fn publish(
        &mut self,
        metrics: &mut MetricStore,
        minute: i64,
        distributions: &[Distribution],
        invalid: bool,
    ) {
        let counted = std::mem::take(&mut self.minute);
        if let Some(series) = &self.series {
            let mut all = distributions.iter();
            let known = all.find(|one| one.id == series.of);
            let additional = known.is_some_and(|one| one.additional_metrics);
            series.publish(metrics, minute, counted, additional, invalid);
        }
    }
}

/// Routers of the edge location number `place` whose answer is too old ask again.
fn refresh_routers(location: &mut EdgeLocation, place: usize, front: &Front, by: Directions<'_>) {
    let now = by.present.now;
    let mut fresh: Option<Best> = None;
    for router in 0..ROUTERS {
        if location.routers[router].until > now {
            continue;
        }
        // All that wake at once at one place get the same answer, unless it is drawn.
        let best = match fresh.take() {
            Some(best) if best.sites.len() == 1 => best,
            _ => ask_for_best(location.point, place * ROUTERS + router, front, by),
        };
        let until = now + best.ttl_s + location.slack();
        location.routers[router].sites.clone_from(&best.sites);
        location.routers[router].lost = best.lost;
        location.routers[router].until = until;
        fresh = Some(best);
    }
}

/// The sites DNS names best for the router number `router` at a point, and for how long.
fn ask_for_best(from: (f64, f64), router: usize, front: &Front, by: Directions<'_>) -> Best {
    let name = &front.latency;
    let Some(zone) = by.dns.zone_of(name) else {
        return Best::only(None, 60);
    };
    let ask = |one: usize| {
        let asker = Asker {
            from,
            seed: by.present.seed,
            resolver: (router * DRAWERS + one) as u64,
            now: by.present.now,
        };
        let answer = answer(zone, by.checks, name, "CNAME", &asker);
        let site = chosen(front, answer.values.first(), by.fleet);
        (site, i64::from(answer.ttl_s).max(1))
    };
    let (first, ttl_s) = ask(0);
    // Where nothing is weighted, all get the same.
    if zone
        .records
        .iter()
        .all(|record| record.routing.weight().is_none())
    {
        return Best::only(first, ttl_s);
    }
    let mut counts = vec![0_u32; by.fleet.sites.len()];
    let mut nowhere = 0_u32;
    for site in (0..DRAWERS).map(|one| ask(one).0) {
        match site {
            Some(site) => counts[site] += 1,
            None => nowhere += 1,
        }
    }
    let sites = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    Best {
        sites: sites
            .map(|(site, count)| (site, f64::from(*count) / DRAWERS as f64))
            .collect(),
        lost: f64::from(nowhere) / DRAWERS as f64,
        ttl_s,
    }
}

/// The site a router sends a request to when DNS answers `target`. CloudFront asks for the same name
/// before it runs the router, and answers 502 by itself when there is none (aws-facts §4.1).
fn chosen(front: &Front, target: Option<&String>, fleet: &Fleet) -> Option<usize> {
    let site = target.and_then(|target| fleet.site_of_host(target));
    let Some(known) = &front.hosts else {
        // This router believes DNS, and takes the first Region where that fails.
        return site.or((!fleet.sites.is_empty()).then_some(0));
    };
    let target = target?.trim_end_matches('.');
    if known.iter().any(|host| host == target) {
        return site;
    }
    fleet.site_of(front.fallback.as_ref()?)
}
