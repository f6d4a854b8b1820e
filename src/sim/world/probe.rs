//! What the operator's own machine, in Frankfurt, sees of the public endpoints.

use crate::world::parts::probe::{ProbeOutcome, ResolveOutcome};
use std::time::Duration;

use super::State;
use super::geo::{self, OPERATOR};
use super::networks::Vantage;
use gwctl_fleet::Region;

fn ms(ms: f64) -> Duration {
    Duration::from_secs_f64(ms.max(0.05) / 1_000.0)
}

/// The edge answers by itself: it has no Region to ask.
fn nowhere(dns_ms: f64, noise: f64) -> ProbeOutcome {
    ProbeOutcome {
        dns: ms(dns_ms),
        connect: ms(4.0 * noise),
        tls: ms(4.0 + 2.5 * noise),
        first_byte: ms(6.0 * noise),
        status: 502,
        served_by: None,
    }
}

impl State {
    /// GETs `url` once, on a fresh connection.
    pub(super) fn probe(&mut self, url: &str) -> Result<ProbeOutcome, String> {
        let rest = url
            .strip_prefix("https://")
            .ok_or_else(|| format!("{url} is not an https URL"))?;
        let host = rest.split(['/', ':']).next().unwrap_or_default().to_owned();
        let now = self.present.now;
        let cached = self.operator.remembers(&host, now).is_some();
        self.resolve(&host)?;
        let noise = (0.16 * self.operator.rng.normal()).exp();
        let dns = if cached { 0.6 * noise } else { 14.0 * noise };
        let (site, edge) = match self.fleet.site_of_host(&host) {
            Some(site) => (site, false),
            None if self.is_front(&host) && self.reality.is_some() => {
                return self.probe_real_edge(&host, &nowhere(dns, noise));
            }
            None if self.is_front(&host) => match self.operators_site() {
                Some(site) => (site, true),
                None => return Ok(nowhere(dns, noise)),
            },
            None => return Err(format!("{host}: certificate does not match the name")),
        };
        let trusted = self.is_trusted(site);
        let (region, site) = (&self.fleet.regions()[site], &self.fleet.sites[site]);
        let dark = site.is_silent();
        if !(if edge {
            self.is_edge_trusted()
        } else {
            trusted
        }) {
            return Err("certificate expired".into());
        }
        if dark && !edge {
            return Err(format!("connect to {host}: timed out"));
        }
        let distance = geo::rtt_ms(OPERATOR, geo::point(region));
        // The edge is near; it keeps its connections to the Regions open.
        let first_hop = if edge { 4.0 } else { distance };
        let inside = 26.0 * site.strikes.slowness * noise + if edge { distance } else { 0.0 };
        let failing = self.operator.rng.chance(site.failing());
        if edge && !trusted {
            return Ok(nowhere(dns, noise));
        }
        let answered = self.real_health(region);
        Ok(ProbeOutcome {
            dns: ms(dns),
            connect: ms(first_hop * (0.98 + 0.02 * noise)),
            tls: ms(first_hop * 1.02 + 2.5 * noise),
            first_byte: if dark {
                Duration::from_secs(30)
            } else if let Some(answered) = &answered {
                ms(first_hop) + answered.took
            } else {
                ms(first_hop + inside)
            },
            status: if dark {
                504
            } else if let Some(answered) = &answered {
                answered.status
            } else if failing {
                500
            } else {
                200
            },
            served_by: (!dark).then(|| region.to_string()),
        })
    }

    /// The Region whose own endpoint is called `host`.
    pub fn region_of_host(&self, host: &str) -> Option<Region> {
        let site = self.fleet.site_of_host(host)?;
        Some(self.fleet.regions()[site].clone())
    }

    /// POSTs a write to `url` once: acknowledged with 201 only where the database takes it.
    pub fn write(&mut self, url: &str) -> Result<u16, String> {
        let outcome = self.probe(url)?;
        let region = outcome.served_by.as_deref();
        let mut regions = self.fleet.regions().iter();
        let site = regions.position(|one| Some(one.as_str()) == region);
        let taken = site.is_some_and(|site| self.writer_ms(site).is_some());
        Ok(match outcome.status {
            200 if taken => 201,
            200 => 503,
            other => other,
        })
    }

    /// Resolves `name`, CNAME first, through the operator's resolver.
    pub(super) fn resolve(&mut self, name: &str) -> Result<ResolveOutcome, String> {
        let now = self.present.now;
        if let Some(known) = self.operator.remembers(name, now) {
            return Ok(known);
        }
        let answer = self.ask_authority(name, OPERATOR.into())?;
        self.operator.remember(name, &answer, now);
        Ok(answer)
    }

    /// What the authoritative servers answer, CNAME first.
    pub(super) fn ask_authority(
        &self,
        name: &str,
        vantage: Vantage,
    ) -> Result<ResolveOutcome, String> {
        self.ask_authority_as(name, "CNAME", vantage)
            .or_else(|_| self.ask_authority_as(name, "A", vantage))
    }

    /// What the authoritative servers answer for one type; a CNAME where there is one.
    pub(super) fn ask_authority_as(
        &self,
        name: &str,
        kind: &str,
        vantage: Vantage,
    ) -> Result<ResolveOutcome, String> {
        let answer = self.dns_answer(name, kind, Some(vantage.point()));
        if answer.values.is_empty() {
            return Err(format!("{name}: no such name ({})", answer.code));
        }
        Ok(ResolveOutcome {
            values: answer.values,
            ttl_s: answer.ttl_s,
        })
    }

    /// Where the edge location next to the operator sends a request.
    fn operators_site(&mut self) -> Option<usize> {
        self.operator.draw(self.edge.nearest(OPERATOR)?)
    }

    fn is_front(&self, host: &str) -> bool {
        let front = self.edge.front();
        front.is_some_and(|front| front.domain == host)
    }
}
