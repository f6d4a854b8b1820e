//! The edge: clients' requests come in, routers ask DNS and send them to a Region.

use super::State;
use super::dns;
use super::names::{self, LATENCY_RECORD};
use super::rng::normal_slice;
use super::serving::Outcome;
use super::sketch::Sketch;

/// The minute being counted at the edge.
#[derive(Debug, Clone, Default)]
pub(super) struct EdgeMinute {
    pub requests: f64,
    pub refused: f64,
    /// 5xx that a Region answered.
    pub failed: f64,
    /// No answer from a Region: 504.
    pub silent: f64,
    pub router_errors: f64,
    pub down: f64,
    pub up: f64,
    pub origin_latency: Sketch,
}

/// Requests a second from one edge location to one Region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    pub site: usize,
    pub rate: f64,
    pub rtt_ms: f64,
}

/// Share of requests on which the router function fails.
const ROUTER_ERRORS: f64 = 0.000_004;

impl State {
    /// Every edge location's demand, sent where its routers' answers say.
    pub(super) fn route(&mut self, step: i64) -> Vec<Flow> {
        let now = self.now;
        let mut flows = Vec::with_capacity(self.clients.len() * 2);
        for index in 0..self.clients.len() {
            let demand = self.clients[index].demand(now, step as f64);
            let mut fresh = None;
            let mut counts = [0.0_f64; super::clients::ROUTERS];
            for router in 0..counts.len() {
                if self.clients[index].routers[router].until <= now {
                    let (site, ttl) = match fresh {
                        Some(answer) => answer,
                        None => self.ask_for_best(self.clients[index].point),
                    };
                    fresh = Some((site, ttl));
                    let client = &mut self.clients[index];
                    let until = now + ttl + client.slack();
                    client.routers[router] = super::clients::Cached { site, until };
                }
            }
            let client = &self.clients[index];
            let share = demand / client.routers.len() as f64;
            for (i, router) in client.routers.iter().enumerate() {
                match client.routers[..i]
                    .iter()
                    .position(|earlier| earlier.site == router.site)
                {
                    Some(earlier) => counts[earlier] += share,
                    None => counts[i] += share,
                }
            }
            for (router, rate) in client
                .routers
                .iter()
                .zip(counts)
                .filter(|(_, rate)| *rate > 0.0)
            {
                flows.push(Flow {
                    site: router.site,
                    rate,
                    rtt_ms: client.rtt_ms[router.site],
                });
            }
        }
        flows
    }

    /// The site DNS names best for a resolver at `from`, and for how long.
    fn ask_for_best(&self, from: (f64, f64)) -> (usize, i64) {
        let Some(zone) = self.dns_zones.first() else {
            return (0, 60);
        };
        let name = format!("{LATENCY_RECORD}.");
        let answer = dns::answer(zone, &self.resources.health_checks, &name, "CNAME", from);
        let site = answer
            .values
            .first()
            .and_then(|target| self.site_of_host(target));
        (site.unwrap_or(0), i64::from(answer.ttl_s).max(1))
    }

    /// The site whose Regional endpoint `host` is.
    pub(super) fn site_of_host(&self, host: &str) -> Option<usize> {
        let host = host.trim_end_matches('.');
        let region = host.strip_suffix(names::DOMAIN)?.strip_suffix('.')?;
        self.regions.iter().position(|r| r.as_str() == region)
    }

    /// Counts what the clients saw.
    pub(super) fn count_at_edge(&mut self, flows: &[Flow], outcomes: &[Outcome], step: i64) {
        let slices: u32 = if step >= 30 { 12 } else { 2 };
        let minute = &mut self.edge;
        for outcome in outcomes {
            minute.requests += outcome.requests;
            minute.refused += outcome.refused;
            minute.failed += outcome.failed;
            minute.silent += outcome.silent;
            minute.down += outcome.requests * 2_450.0;
            minute.up += outcome.requests * 610.0;
            self.totals.requests += outcome.requests;
            self.totals.failed += outcome.failed + outcome.silent;
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
