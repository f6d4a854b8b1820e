//! The operator's own machine, and what its requests come to.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::world::clients::EdgeLocation;
use crate::world::rng::Rng;

/// Timings of one request; each phase excludes the ones before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeOutcome {
    /// Name resolution.
    pub dns: Duration,
    /// TCP handshake.
    pub connect: Duration,
    /// TLS handshake.
    pub tls: Duration,
    /// From the request sent to the response's head.
    pub first_byte: Duration,
    /// HTTP status code.
    pub status: u16,
    /// The Region that served (`x-gwctl-region`).
    pub served_by: Option<String>,
}

impl ProbeOutcome {
    /// Everything together: how long to wait before the answer is there.
    pub fn total(&self) -> Duration {
        self.dns + self.connect + self.tls + self.first_byte
    }
}

/// What DNS answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveOutcome {
    /// CNAME targets without the final dot, or addresses where there is none.
    pub values: Vec<String>,
    /// Seconds the answer may still be kept.
    pub ttl_s: u32,
}

/// The operator's own machine, and the resolver of its network.
#[derive(Debug, Clone)]
pub(in crate::world) struct Operator {
    /// Answers, kept for their time to live, and the second that is over.
    kept: BTreeMap<String, (Vec<String>, i64)>,
    pub rng: Rng,
}

impl Operator {
    pub(in crate::world) fn new(seed: u64) -> Self {
        Self {
            kept: BTreeMap::new(),
            rng: Rng::new(seed, "probe"),
        }
    }

    /// The answer that its resolver still has.
    pub(in crate::world) fn remembers(&self, name: &str, now: i64) -> Option<ResolveOutcome> {
        let (values, until) = self.kept.get(name).filter(|(_, until)| *until > now)?;
        Some(ResolveOutcome {
            values: values.clone(),
            ttl_s: u32::try_from(until - now).unwrap_or(0),
        })
    }

    pub(in crate::world) fn remember(&mut self, name: &str, answer: &ResolveOutcome, now: i64) {
        let until = now + i64::from(answer.ttl_s);
        let kept = (answer.values.clone(), until);
        self.kept.insert(name.to_owned(), kept);
    }

    /// Which of the sites that the edge next to it sends requests to has this one.
    pub(in crate::world) fn draw(&mut self, edge: &EdgeLocation) -> Option<usize> {
        let router = (self.rng.bits() % edge.routers.len() as u64) as usize;
        let sites = &edge.routers[router].sites;
        // Which of those that woke together has this request; nothing is drawn where there is one.
        let mut left = if sites.len() > 1 {
            self.rng.uniform()
        } else {
            0.0
        };
        let met = sites.iter().find(|(_, part)| {
            left -= part;
            left < 0.0
        });
        met.or(sites.first()).map(|(site, _)| *site)
    }
}
