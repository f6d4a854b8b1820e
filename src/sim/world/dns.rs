//! Route 53's data plane: what it answers to whom, from the records that are everywhere and the
//! health checks' verdicts.

use super::State;
use super::geo;
use super::model::{HealthCheck, HostedZone, RecordSet};

/// How deep aliases and CNAMEs may nest.
const DEPTH: usize = 8;

/// An answer of Route 53.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsAnswer {
    /// `NOERROR` or `NXDOMAIN`.
    pub code: &'static str,
    /// The values of the chosen record.
    pub values: Vec<String>,
    /// Seconds the answer may be kept.
    pub ttl_s: u32,
}

/// Whether Route 53 would answer with this record, by its own check alone (aws-facts §3.1).
fn healthy(record: &RecordSet, checks: &[HealthCheck]) -> bool {
    // A record without a check, or with one that is gone, is always healthy.
    let Some(id) = &record.health_check else {
        return true;
    };
    checks
        .iter()
        .find(|check| &check.id == id)
        .is_none_or(|check| check.healthy)
}

/// The record of a group that a resolver at `from` gets: the nearest healthy one of a latency set, the
/// heaviest healthy one of a weighted set. When none is healthy, all count as healthy.
fn choose<'a>(
    group: &[&'a RecordSet],
    checks: &[HealthCheck],
    from: (f64, f64),
) -> Option<&'a RecordSet> {
    let well: Vec<&RecordSet> = group
        .iter()
        .copied()
        .filter(|record| healthy(record, checks))
        .collect();
    let among = if well.is_empty() {
        group.to_vec()
    } else {
        well
    };
    let distance = |record: &&RecordSet| {
        record
            .region
            .as_ref()
            .map_or(0.0, |region| geo::rtt_ms(from, geo::point(region)))
    };
    among.into_iter().min_by(|a, b| {
        distance(a)
            .total_cmp(&distance(b))
            .then(b.weight.unwrap_or(0).cmp(&a.weight.unwrap_or(0)))
    })
}

/// What `zone` answers for `name` (with the final dot) and `kind` to a resolver at `from`.
pub(super) fn answer(
    zone: &HostedZone,
    checks: &[HealthCheck],
    name: &str,
    kind: &str,
    from: (f64, f64),
) -> DnsAnswer {
    let mut name = name.to_owned();
    for _ in 0..DEPTH {
        let named: Vec<&RecordSet> = zone
            .records
            .iter()
            .filter(|record| record.name == name)
            .collect();
        if named.is_empty() {
            break;
        }
        let of = |kind: &str| {
            named
                .iter()
                .copied()
                .filter(|r| r.kind == kind)
                .collect::<Vec<_>>()
        };
        let group = if of(kind).is_empty() {
            of("CNAME")
        } else {
            of(kind)
        };
        let Some(record) = choose(&group, checks, from) else {
            return DnsAnswer {
                code: "NOERROR",
                values: Vec::new(),
                ttl_s: 0,
            };
        };
        match &record.alias {
            Some(alias) if alias.zone == zone.id => name.clone_from(&alias.name),
            // Another service's name: its address is made up from the name.
            Some(alias) => {
                return DnsAnswer {
                    code: "NOERROR",
                    values: addresses(&alias.name, kind),
                    ttl_s: 60,
                };
            }
            None => {
                let ttl_s = u32::try_from(record.ttl.unwrap_or(0)).unwrap_or(0);
                return DnsAnswer {
                    code: "NOERROR",
                    values: record.values.clone(),
                    ttl_s,
                };
            }
        }
    }
    DnsAnswer {
        code: "NXDOMAIN",
        values: Vec::new(),
        ttl_s: 0,
    }
}

/// Addresses of a name outside the zone, from the blocks set aside for examples.
fn addresses(name: &str, kind: &str) -> Vec<String> {
    let bits = super::rng::hash(0, name);
    (0..2_u64)
        .map(|i| match kind {
            "AAAA" => format!(
                "2001:db8:{:x}::{:x}",
                bits & 0xffff,
                (bits >> 16) & 0xff | i
            ),
            _ => format!("203.0.113.{}", 1 + ((bits >> (8 * i)) & 0xff) % 254),
        })
        .collect()
}

impl State {
    /// What Route 53 answers now for `name` and `kind` (`A`, `CNAME` …) to a resolver at latitude and
    /// longitude `from`; without one, as from us-east-1.
    pub fn dns_answer(&self, name: &str, kind: &str, from: Option<(f64, f64)>) -> DnsAnswer {
        let name = format!("{}.", name.trim_end_matches('.'));
        let from = from.unwrap_or((38.9, -77.4));
        let serving = self
            .dns_zones
            .iter()
            .find(|zone| name.ends_with(&zone.name));
        serving.map_or(
            DnsAnswer {
                code: "NXDOMAIN",
                values: Vec::new(),
                ttl_s: 0,
            },
            |zone| answer(zone, &self.resources.health_checks, &name, kind, from),
        )
    }
}
