//! The global database: members, lag, what is under way.

use std::collections::BTreeMap;

use crate::world::metrics::MetricStore;
use crate::world::names;
use crate::world::noise::Wander;
use crate::world::parts::faults::{FaultKind, Faults};
use crate::world::parts::fleet::Fleet;
use crate::world::parts::member_series::MemberSeries;
use crate::world::parts::promotion::Promotion;
use crate::world::replication::{CommitLog, Link, Member, between_ms};
use crate::world::rng::Rng;
use gwctl_fleet::Region;

/// The members and what moves between them.
#[derive(Debug, Clone)]
pub(in crate::world) struct Database {
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
    pub forwarding: BTreeMap<Region, i64>,
    /// For durations of stages.
    pub rng: Rng,
    /// What the members are published as.
    pub series: Vec<MemberSeries>,
    /// The minute being counted.
    pub minute: WrittenMinute,
    busy: Vec<Wander>,
}

/// Writes that were acknowledged in a minute.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct WrittenMinute {
    /// All of them.
    pub writes: f64,
    /// Those forwarded from elsewhere.
    pub forwarded: f64,
    /// Of these, by the site they came from.
    pub forwarded_by: BTreeMap<usize, f64>,
}

impl WrittenMinute {
    /// A site forwarded so many to the writer.
    pub(in crate::world) fn forward(&mut self, site: usize, writes: f64) {
        self.forwarded += writes;
        *self.forwarded_by.entry(site).or_default() += writes;
    }
}

/// How busy a member cluster is.
#[derive(Debug, Clone, Copy)]
pub(in crate::world) struct Busy {
    /// CPU of the writer instance (of a secondary: the first reader), in percent.
    pub cpu: f64,
    /// CPU of the other instance.
    pub cpu_reader: f64,
    /// Connections to the first and the second instance.
    pub connections: (f64, f64),
}

impl Database {
    pub(in crate::world) fn new(
        seed: u64,
        regions: &[Region],
        now: i64,
        metrics: &mut MetricStore,
    ) -> Self {
        let mut rng = Rng::new(seed, "database");
        let members = regions
            .iter()
            .take(crate::world::seed_database::MEMBERS)
            .enumerate();
        let members: Vec<Member> = members
            .map(|(site, region)| Member::new(seed, (region, &names::cluster(region)), site, now))
            .collect();
        let busy = members
            .iter()
            .map(|_| Wander::new(0.05, 180.0, &mut rng))
            .collect();
        let series = members
            .iter()
            .map(|member| MemberSeries::new(metrics, &member.region, &member.cluster))
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
            forwarding: BTreeMap::new(),
            rng,
            series,
            minute: WrittenMinute::default(),
            busy,
        }
    }

    /// The member whose cluster has this ARN.
    pub(in crate::world) fn by_arn(&self, arn: &str) -> Option<usize> {
        self.members.iter().position(|member| member.arn() == arn)
    }

    /// The member in a Region: there is one at most.
    pub(in crate::world) fn in_region(&self, region: &Region) -> Option<&Member> {
        self.members.iter().find(|member| &member.region == region)
    }

    /// Another member. The first writes, once it is open.
    pub(in crate::world) fn join(&mut self, member: Member, series: MemberSeries) {
        if self.members.is_empty() {
            (self.writer, self.endpoint, self.unsaved) = (0, 0, None);
            self.open = false;
        }
        self.members.push(member);
        self.series.push(series);
        self.busy.push(Wander::new(0.05, 180.0, &mut self.rng));
    }

    /// A member is none any more. The writer goes last.
    pub(in crate::world) fn leave(&mut self, index: usize) {
        let moved = |one: usize| if one > index { one - 1 } else { one };
        self.members.remove(index);
        self.series.remove(index);
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
    pub(in crate::world) fn busy(
        &mut self,
        index: usize,
        reads: f64,
        writes: f64,
        step: f64,
    ) -> Busy {
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

    /// Seconds that a stage lasts.
    pub(in crate::world) fn lasting(&mut self, shortest_s: i64, longest_s: i64) -> i64 {
        shortest_s
            + self
                .rng
                .bits()
                .cast_signed()
                .rem_euclid(longest_s - shortest_s)
    }

    /// Everything acknowledged travels on, where it can.
    pub(in crate::world) fn replicate(
        &mut self,
        step: i64,
        acknowledged: f64,
        now: i64,
        fleet: &Fleet,
        faults: &Faults,
    ) {
        let writer = self.writer;
        self.log.append(now - step, now, acknowledged);
        let Some(source) = self.members.get(writer) else {
            return;
        };
        let (source_region, source_dark) =
            (source.region.clone(), fleet.sites[source.site].strikes.dark);
        let load = (acknowledged / step as f64 / 1_000.0).min(1.5);
        for (index, member) in self.members.iter_mut().enumerate() {
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
                    && !fleet.sites[member.site].strikes.dark
                    && now >= member.rebuilding_until,
                surging: [&member.region, &source_region]
                    .iter()
                    .any(|region| faults.strikes(FaultKind::AwsEvent, region.as_str()))
                    || faults.strikes(FaultKind::LagSurge, member.region.as_str()),
                load,
            });
        }
    }
}
