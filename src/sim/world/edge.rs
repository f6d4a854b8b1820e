//! The edge: clients' requests come in, routers ask DNS and send them to a Region.

use super::State;
use super::rng::normal_slice;
use super::serving::Outcome;
use crate::world::parts::dns::Asker;
use crate::world::parts::edge_minute::{Flow, Routed};
use crate::world::parts::front::Front;

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

/// Share of requests on which the router function fails.
const ROUTER_ERRORS: f64 = 0.000_004;

impl State {
    /// Every edge location's demand, sent where its routers' answers say.
    pub(super) fn route(&mut self, step: i64) -> Routed {
        let now = self.present.now;
        let mut routed = Routed {
            flows: Vec::with_capacity(self.clients.len() * 2),
            unrouted: 0.0,
            unresolved: 0.0,
        };
        let front = self.front.clone();
        for index in 0..self.clients.len() {
            let demand = self.clients[index].demand(now, step as f64);
            let Some(front) = &front else {
                // Nobody uses a name before there is one.
                routed.unresolved += if self.opened { demand } else { 0.0 };
                continue;
            };
            self.refresh_routers(index, front);
            let client = &self.clients[index];
            let share = demand / client.routers.len() as f64;
            // In the order in which the routers first name a site.
            let mut rates: Vec<(usize, f64)> = Vec::with_capacity(2);
            for (site, part) in client.routers.iter().flat_map(|router| &router.sites) {
                match rates.iter_mut().find(|(known, _)| known == site) {
                    Some((_, rate)) => *rate += share * part,
                    None => rates.push((*site, share * part)),
                }
            }
            let lost: f64 = client.routers.iter().map(|router| router.lost).sum();
            routed.unrouted += share * lost;
            let busy = rates.into_iter().filter(|(_, rate)| *rate > 0.0);
            routed.flows.extend(busy.map(|(site, rate)| Flow {
                site,
                rate,
                rtt_ms: client.rtt_ms[site],
            }));
        }
        routed
    }

    /// Routers whose answer is too old ask again.
    fn refresh_routers(&mut self, index: usize, front: &Front) {
        let now = self.present.now;
        let mut fresh: Option<Best> = None;
        for router in 0..super::clients::ROUTERS {
            if self.clients[index].routers[router].until > now {
                continue;
            }
            // All that wake at once at one place get the same answer, unless it is drawn.
            let best = match fresh.take() {
                Some(best) if best.sites.len() == 1 => best,
                _ => self.ask_for_best(front, index, router),
            };
            let client = &mut self.clients[index];
            let until = now + best.ttl_s + client.slack();
            client.routers[router].sites.clone_from(&best.sites);
            client.routers[router].lost = best.lost;
            client.routers[router].until = until;
            fresh = Some(best);
        }
    }

    /// The sites DNS names best for a router, and for how long.
    fn ask_for_best(&self, front: &Front, location: usize, router: usize) -> Best {
        let name = &front.latency;
        let Some(zone) = self.dns.zone_of(name) else {
            return Best::only(None, 60);
        };
        let ask = |one: usize| {
            let asker = Asker {
                from: self.clients[location].point,
                seed: self.present.seed,
                resolver: ((location * super::clients::ROUTERS + router) * DRAWERS + one) as u64,
                now: self.present.now,
            };
            let answer = crate::world::parts::dns::answer(
                zone,
                &self.resources.health_checks,
                name,
                "CNAME",
                &asker,
            );
            let site = self.chosen(front, answer.values.first());
            (site, i64::from(answer.ttl_s).max(1))
        };
        let (first, ttl_s) = ask(0);
        // Where nothing is weighted, all get the same.
        if zone.records.iter().all(|record| record.weight.is_none()) {
            return Best::only(first, ttl_s);
        }
        let mut counts = vec![0_u32; self.regions.len()];
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
    fn chosen(&self, front: &Front, target: Option<&String>) -> Option<usize> {
        let site = target.and_then(|target| self.site_of_host(target));
        let Some(known) = &front.hosts else {
            // This router believes DNS, and takes the first Region where that fails.
            return site.or((!self.sites.is_empty()).then_some(0));
        };
        let target = target?.trim_end_matches('.');
        if known.iter().any(|host| host == target) {
            return site;
        }
        let mut regions = self.regions.iter();
        regions.position(|region| front.fallback.as_ref() == Some(region))
    }

    /// The site whose Regional endpoint `host` is or was.
    pub(super) fn site_of_host(&self, host: &str) -> Option<usize> {
        let host = host.trim_end_matches('.');
        let mut sites = self.sites.iter();
        sites.position(|site| site.host.as_deref() == Some(host))
    }

    /// Counts what the clients saw.
    pub(super) fn count_at_edge(&mut self, routed: &Routed, outcomes: &[Outcome], step: i64) {
        let flows = &routed.flows;
        let unrouted = self.edge_rng.poisson(routed.unrouted * step as f64);
        let unresolved = self.edge_rng.poisson(routed.unresolved * step as f64);
        self.totals.requests += unrouted + unresolved;
        self.totals.failed += unrouted + unresolved;
        let slices: u32 = if step >= 30 { 12 } else { 2 };
        let minute = &mut self.edge;
        minute.requests += unrouted;
        minute.failed += unrouted;
        for outcome in outcomes {
            minute.requests += outcome.requests;
            minute.refused += outcome.refused;
            minute.failed += outcome.failed;
            minute.silent += outcome.silent;
            minute.down += outcome.requests * 2_450.0;
            minute.up += outcome.requests * 610.0;
            self.totals.requests += outcome.requests;
            self.totals.failed += outcome.failed + outcome.silent + outcome.throttled;
            self.totals.throttled += outcome.throttled;
            self.totals.writes_acknowledged += outcome.acknowledged;
        }
        let requests: f64 = outcomes.iter().map(|outcome| outcome.requests).sum();
        minute.router_errors += self.edge_rng.poisson(requests * ROUTER_ERRORS);
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
                let z = f64::from(normal_slice(
                    slice,
                    slices as usize,
                    self.edge_rng.uniform(),
                ));
                minute
                    .origin_latency
                    .add_ln(typical.ln() + z * spread, weight);
            }
        }
    }
}
