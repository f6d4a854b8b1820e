//! The global database in motion: who writes, how far the others are behind, how busy they are.

use super::State;
use super::faults::FaultKind;
use super::names;
use super::noise::Wander;
use super::promotion::Promotion;
use super::replication::{CommitLog, Link, Member, between_ms};
use super::rng::Rng;
use gwctl_fleet::Region;

/// The members and what moves between them.
#[derive(Debug, Clone)]
pub(super) struct Database {
    /// The global cluster they are in; none before there is one.
    pub global: Option<String>,
    /// In the order of the fleet's Regions; at most eleven.
    pub members: Vec<Member>,
    /// Index of the member that takes writes.
    pub writer: usize,
    /// Index of the member that the global writer endpoint names.
    pub endpoint: usize,
    /// After a failover: the member whose old volume is to be saved before it is replaced.
    pub unsaved: Option<usize>,
    /// Whether it does just now: not between the old primary's end and the new one's beginning.
    pub open: bool,
    /// Acknowledged writes.
    pub log: CommitLog,
    /// A running switchover or failover.
    pub promotion: Option<Promotion>,
    /// Write forwarding that is being enabled or disabled, and the second it will be.
    pub forwarding: std::collections::BTreeMap<Region, i64>,
    /// For durations of stages.
    pub rng: Rng,
    busy: Vec<Wander>,
}

/// How busy a member cluster is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Busy {
    /// CPU of the writer instance (of a secondary: the first reader), in percent.
    pub cpu: f64,
    /// CPU of the other instance.
    pub cpu_reader: f64,
    /// Connections to the first and the second instance.
    pub connections: (f64, f64),
}

impl Database {
    pub(super) fn new(seed: u64, regions: &[Region], now: i64) -> Self {
        let mut rng = Rng::new(seed, "database");
        let members = regions
            .iter()
            .take(super::seed_database::MEMBERS)
            .enumerate();
        let members: Vec<Member> = members
            .map(|(site, region)| Member::new(seed, (region, &names::cluster(region)), site, now))
            .collect();
        let busy = members
            .iter()
            .map(|_| Wander::new(0.05, 180.0, &mut rng))
            .collect();
        Self {
            global: (!members.is_empty()).then(|| names::FLEET.into()),
            members,
            writer: 0,
            endpoint: 0,
            unsaved: None,
            open: true,
            log: CommitLog::default(),
            promotion: None,
            forwarding: std::collections::BTreeMap::new(),
            rng,
            busy,
        }
    }

    /// The member whose cluster has this ARN.
    pub(super) fn by_arn(&self, arn: &str) -> Option<usize> {
        self.members.iter().position(|member| member.arn() == arn)
    }

    /// The member in a Region: there is one at most.
    pub(super) fn in_region(&self, region: &Region) -> Option<&Member> {
        self.members.iter().find(|member| &member.region == region)
    }

    /// Another member. The first writes, once it is open.
    pub(super) fn join(&mut self, member: Member) {
        if self.members.is_empty() {
            (self.writer, self.endpoint, self.unsaved) = (0, 0, None);
            self.open = false;
        }
        self.members.push(member);
        self.busy.push(Wander::new(0.05, 180.0, &mut self.rng));
    }

    /// A member is none any more. The writer goes last.
    pub(super) fn leave(&mut self, index: usize) {
        let moved = |one: usize| if one > index { one - 1 } else { one };
        self.members.remove(index);
        self.busy.remove(index);
        self.writer = moved(self.writer);
        // The endpoint follows the writer, should it be on its way still.
        self.endpoint = if self.endpoint == index {
            self.writer
        } else {
            moved(self.endpoint)
        };
        self.unsaved = self.unsaved.filter(|one| *one != index).map(moved);
    }

    /// How busy member `index` is while it serves so many reads and applies so many writes a second.
    pub(super) fn busy(&mut self, index: usize, reads: f64, writes: f64, step: f64) -> Busy {
        let mood = self.busy[index].step(step, &mut self.rng).exp();
        let primary = index == self.writer;
        let (from_writes, from_reads) = (writes / 1_000.0, reads / 2_000.0);
        let first = if primary {
            9.0 + 42.0 * from_writes + 6.0 * from_reads
        } else {
            7.0 + 22.0 * from_reads + 6.0 * from_writes
        };
        let second = 6.0 + 20.0 * from_reads + 5.0 * from_writes;
        let pool = |share: f64| (24.0 + 190.0 * share * mood).round();
        Busy {
            cpu: (first * mood).min(99.0),
            cpu_reader: (second * mood).min(99.0),
            connections: (
                pool(if primary {
                    from_writes + 0.3 * from_reads
                } else {
                    0.6 * from_reads
                }),
                pool(0.7 * from_reads),
            ),
        }
    }
}

impl State {
    /// Whether writes are taken anywhere.
    pub(super) fn writable(&self) -> bool {
        let Some(writer) = self.database.members.get(self.database.writer) else {
            return false;
        };
        self.database.open && !self.strikes[writer.site].dark
    }

    /// Round trip from a site to the writer in milliseconds; none while its writes are not taken.
    pub(super) fn writer_ms(&self, site: usize) -> Option<f64> {
        let region = &self.regions[site];
        if self.writes_by_itself(region) {
            return Some(between_ms(region, region));
        }
        if !self.writable() || !self.forwards_writes(site) {
            return None;
        }
        let writer = self.database.members.get(self.database.writer)?;
        Some(between_ms(region, &writer.region))
    }

    /// Whether a Region has a cluster that is in no global database: its writes stay there.
    pub(super) fn writes_by_itself(&self, region: &Region) -> bool {
        let mut clusters = self.resources.clusters.iter();
        clusters.any(|one| &one.region == region && one.global_cluster.is_none())
            && self.database.in_region(region).is_none()
    }

    /// Everything acknowledged travels on, where it can.
    pub(super) fn replicate(&mut self, step: i64, acknowledged: f64) {
        let (now, writer) = (self.now, self.database.writer);
        self.database.log.append(now - step, now, acknowledged);
        let Some(source) = self.database.members.get(writer) else {
            return;
        };
        let (source_region, source_dark) = (source.region.clone(), self.strikes[source.site].dark);
        let load = (acknowledged / step as f64 / 1_000.0).min(1.5);
        for (index, member) in self.database.members.iter_mut().enumerate() {
            if index == writer {
                if !source_dark {
                    member.applied_to = now as f64;
                    member.lag_ms = 0.0;
                }
                continue;
            }
            member.replicate(&Link {
                step: step as f64,
                now,
                rtt_ms: between_ms(&source_region, &member.region),
                up: !source_dark
                    && !self.strikes[member.site].dark
                    && now >= member.rebuilding_until,
                surging: self
                    .faults
                    .strikes(FaultKind::LagSurge, member.region.as_str()),
                load,
            });
        }
    }
}
