//! The zones that are everywhere, and what authoritative servers answer from them.

use crate::world::geo;
use crate::world::model::{HealthCheck, HostedZone, RecordSet};
use crate::world::rng::Rng;
use gwctl_fleet::{FailoverRole, Region, Routing, RoutingPolicy};

/// How deep aliases and CNAMEs may nest.
pub(in crate::world) const DEPTH: usize = 8;

/// Seconds the global writer endpoint may be kept (aws-facts §2.1).
pub(in crate::world) const WRITER_TTL_S: u32 = 5;

/// How the names end that AWS gives to clusters, and to APIs, which records are aliases to (aws-facts §3.1).
pub(in crate::world) const AWS_NAMES: &str = ".amazonaws.com";

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

impl DnsAnswer {
    pub(in crate::world) const fn found(values: Vec<String>, ttl_s: u32) -> Self {
        Self {
            code: "NOERROR",
            values,
            ttl_s,
        }
    }

    pub(in crate::world) const fn no_such_name() -> Self {
        Self {
            code: "NXDOMAIN",
            values: Vec::new(),
            ttl_s: 0,
        }
    }
}

/// Who asks, and when: a weighted set is drawn from by both, so that the same asker at the same second
/// gets the same answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::world) struct Asker {
    /// Latitude and longitude.
    pub from: (f64, f64),
    /// The world's seed.
    pub seed: u64,
    /// Which resolver.
    pub resolver: u64,
    /// The second.
    pub now: i64,
}

impl Asker {
    /// The one that asks from `from` and keeps nothing.
    pub(in crate::world) fn passing(from: (f64, f64), seed: u64, now: i64) -> Self {
        let resolver = from.0.to_bits() ^ from.1.to_bits().rotate_left(32);
        Self {
            from,
            seed,
            resolver,
            now,
        }
    }

    /// This asker's chance at the set `name`, in 0..1.
    fn chance(&self, name: &str) -> f64 {
        let what = format!("weights {name} {} {}", self.resolver, self.now);
        Rng::new(self.seed, &what).uniform()
    }
}

/// The zones as every authoritative server has them.
#[derive(Debug, Clone)]
pub(in crate::world) struct Dns {
    zones: Vec<HostedZone>,
    /// Zones as they will be once a change, by its id, is everywhere.
    coming: Vec<(String, HostedZone)>,
}

impl Dns {
    pub(in crate::world) const fn new(zones: Vec<HostedZone>) -> Self {
        Self {
            zones,
            coming: Vec::new(),
        }
    }

    /// The zone that answers for `name`, which ends with a dot.
    pub(in crate::world) fn zone_of(&self, name: &str) -> Option<&HostedZone> {
        self.zones.iter().find(|zone| name.ends_with(&zone.name))
    }

    fn records(&self) -> impl Iterator<Item = &RecordSet> {
        self.zones.iter().flat_map(|zone| &zone.records)
    }

    /// Whether it answers `name` with an alias to `target`.
    pub(in crate::world) fn leads(&self, name: &str, target: &str) -> bool {
        let (name, target) = (format!("{name}."), format!("{target}."));
        self.records().any(|record| {
            let alias = record.alias.as_ref();
            record.name == name && alias.is_some_and(|alias| alias.name == target)
        })
    }

    /// Whether it may name `region` at all, by the checks on its latency record.
    pub(in crate::world) fn may_name(&self, region: &Region, checks: &[HealthCheck]) -> bool {
        let records = self.records();
        let mut ids = records
            .filter(|record| record.set_identifier.as_deref() == Some(region.as_str()))
            .filter_map(|record| record.health_check.as_ref());
        ids.all(|id| checks.iter().any(|check| &check.id == id && check.healthy))
    }

    /// The zone will be so once the change `id` is everywhere.
    pub(in crate::world) fn submit(&mut self, id: &str, zone: &HostedZone) {
        self.coming.push((id.to_owned(), zone.clone()));
    }

    /// The change `id` is on every authoritative server now; says whether that makes a difference.
    pub(in crate::world) fn take_in(&mut self, id: &str) -> bool {
        let Some(place) = self.coming.iter().position(|(change, _)| change == id) else {
            return false;
        };
        let (_, zone) = self.coming.remove(place);
        match self.zones.iter_mut().find(|one| one.id == zone.id) {
            Some(known) => *known = zone,
            None => self.zones.push(zone),
        }
        true
    }
}

/// What the answers are made from.
pub(in crate::world) struct ZoneData<'a> {
    zone: &'a HostedZone,
    checks: &'a [HealthCheck],
}

impl<'a> ZoneData<'a> {
    /// The records that answer `name` and `kind`: of that kind, or else a CNAME.
    fn group(&self, name: &str, kind: &str) -> Vec<&'a RecordSet> {
        let of = |kind: &str| -> Vec<&'a RecordSet> {
            let records = self.zone.records.iter();
            records
                .filter(|record| record.name == name && record.kind == kind)
                .collect()
        };
        let own = of(kind);
        if own.is_empty() { of("CNAME") } else { own }
    }

    /// Whether Route 53 would answer with this record: its check and, where it counts, its alias
    /// target must be healthy (aws-facts §3.1).
    fn healthy(&self, record: &RecordSet, depth: usize) -> bool {
        // A record without a check, or with one that is gone, is always healthy.
        let check = record.health_check.as_ref().and_then(|id| {
            let mut checks = self.checks.iter();
            checks.find(|check| &check.id == id)
        });
        if check.is_some_and(|check| !check.healthy) {
            return false;
        }
        match &record.alias {
            Some(alias) if alias.evaluate_target_health && alias.zone == self.zone.id => {
                let targets = self.group(&alias.name, &record.kind);
                depth == 0 || targets.iter().any(|one| self.healthy(one, depth - 1))
            }
            _ => true,
        }
    }

    /// The record of a group that `asker` gets. When none is healthy, all count as healthy.
    fn choose(&self, group: &[&'a RecordSet], asker: &Asker) -> Option<&'a RecordSet> {
        let well: Vec<&RecordSet> = group
            .iter()
            .copied()
            .filter(|record| self.healthy(record, DEPTH))
            .collect();
        let among = if well.is_empty() {
            group.to_vec()
        } else {
            well
        };
        by_policy(group, &among, asker)
    }
}

/// The record of `group` that its policy prefers for `asker`, of those that are `well`.
fn by_policy<'a>(
    group: &[&'a RecordSet],
    well: &[&'a RecordSet],
    asker: &Asker,
) -> Option<&'a RecordSet> {
    let nearest = |distance: &dyn Fn(&RecordSet) -> f64| {
        let all = well.iter().copied();
        all.min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    match group.first()?.routing.policy() {
        RoutingPolicy::Weighted => draw(well, asker),
        RoutingPolicy::Failover => nearest(&|one| match one.routing {
            Routing::Failover(FailoverRole::Primary) => 0.0,
            _ => 1.0,
        }),
        RoutingPolicy::Geolocation => by_location(group, well, asker),
        RoutingPolicy::Multivalue => {
            let first = (asker.chance(&group.first()?.name) * well.len() as f64) as usize;
            well.get(first).copied()
        }
        _ => nearest(&|one| match &one.routing {
            Routing::Latency(region) => geo::rtt_ms(asker.from, geo::point(region)),
            Routing::Geoproximity(of) => {
                let place = of.aws_region.as_deref().and_then(geo::place);
                let point = place.map_or((0.0, 0.0), |place| (place.lat, place.lon));
                geo::rtt_ms(asker.from, point)
            }
            _ => 0.0,
        }),
    }
}

/// The record of the asker's continent, or else the default; of these the healthy one, and with none of them healthy
/// the nearest fit.
fn by_location<'a>(
    group: &[&'a RecordSet],
    well: &[&'a RecordSet],
    asker: &Asker,
) -> Option<&'a RecordSet> {
    let continent = geo::continent(asker.from);
    let fit = |record: &&&RecordSet| match &record.routing {
        Routing::Geolocation(of) => of.continent.as_deref() == Some(continent),
        _ => false,
    };
    let default = |record: &&&RecordSet| record.routing.is_default();
    let of = |among: &[&'a RecordSet]| -> Option<&'a RecordSet> {
        let own = among.iter().find(fit);
        own.or_else(|| among.iter().find(default)).copied()
    };
    of(well).or_else(|| of(group))
}

/// One of a weighted set, by weight; where all weigh nothing, any.
pub(in crate::world) fn draw<'a>(among: &[&'a RecordSet], asker: &Asker) -> Option<&'a RecordSet> {
    let weight = |record: &RecordSet| record.routing.weight().unwrap_or(0).max(0) as f64;
    let total: f64 = among.iter().map(|record| weight(record)).sum();
    let chance = asker.chance(&among.first()?.name);
    if total <= 0.0 {
        return among.get((chance * among.len() as f64) as usize).copied();
    }
    let mut left = chance * total;
    let mut weighty = among.iter().filter(|record| weight(record) > 0.0);
    let met = weighty.find(|record| {
        left -= weight(record);
        left < 0.0
    });
    met.or(among.last()).copied()
}

/// What `zone` answers `asker` for `name` (with the final dot) and `kind`.
pub(in crate::world) fn answer(
    zone: &HostedZone,
    checks: &[HealthCheck],
    name: &str,
    kind: &str,
    asker: &Asker,
) -> DnsAnswer {
    let source = ZoneData { zone, checks };
    let mut name = name.to_owned();
    for _ in 0..DEPTH {
        if !zone.records.iter().any(|record| record.name == name) {
            break;
        }
        let Some(record) = source.choose(&source.group(&name, kind), asker) else {
            return DnsAnswer::found(Vec::new(), 0);
        };
        match &record.alias {
            Some(alias) if alias.zone == zone.id => name.clone_from(&alias.name),
            // Another service's name: its address is made up from the name.
            Some(alias) => {
                let target = alias.name.trim_end_matches('.');
                return DnsAnswer::found(addresses(target, kind), 60);
            }
            None => {
                let ttl_s = u32::try_from(record.ttl.unwrap_or(0)).unwrap_or(0);
                return DnsAnswer::found(record.values.clone(), ttl_s);
            }
        }
    }
    DnsAnswer::no_such_name()
}

/// Addresses of a name outside the zone, from the blocks set aside for examples.
pub(in crate::world) fn addresses(name: &str, kind: &str) -> Vec<String> {
    let bits = crate::world::rng::hash(0, name);
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
